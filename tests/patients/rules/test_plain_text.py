"""Which text is recorded as it stands, in which spelling, and which is refused."""

import unicodedata
from contextlib import suppress
from html.parser import HTMLParser
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.plain_text import NotPlainText, plain_text

PLAIN = [
    "CK < 5",
    "<5",
    "a<b",
    "a <b",
    "neutrophils < LLN, CK > ULN",
    "CK <=200",
    "x <- y, and <-- here",
    "a < b > c",
    "a>b",
    "Müller & Söhne; 5 % of 10",
    "O’Neill",
    "עברית",
    "javascript is taught here",
    "see data: text",
    "first line\nsecond line\twith a tab\r\n",
    "=SUM(A1) is stored as it was typed",
    "👩‍⚕️",
]
MARKUP = [
    "<b>",
    "</b",
    "<b >bold</b>",
    "<b<>",
    "<b<i>",
    "<script>alert(1)</script>",
    "<ScRiPt",
    "<script src=//x.invalid",
    "<img src=x onerror=alert(1)",
    "<svg/onload=alert(1)>",
    "<x a onclick=alert(1) ",
    "<!--",
    "<!doctype",
    "<![CDATA[",
    "<?php ?>",
    "<iframe",
    "CK <b>5</b>",
    "<\u200bscript>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;b&#62;",
    "&amp;lt;b&amp;gt;",
    "\uff1cscript\uff1e",
    "javascript:alert(1)",
    "JaVaScRiPt\t:alert(1)",
    "java\nscript:alert(1)",
    "vbscript:x",
    "data:text/html,x",
]
CHARACTERS = {
    "\x00": "U+0000",
    "\x07": "U+0007",
    "\x1b": "U+001B",
    "\x7f": "U+007F",
    "\x85": "U+0085",
    "\ud800": "U+D800",
    "\u202e": "U+202E",
    "\u2067": "U+2067",
    "\U000e0041": "U+E0041",
}


@pytest.mark.parametrize("text", PLAIN)
def test_what_people_write_is_recorded_as_it_stands(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(NotPlainText, match=r"mark-up|runs a program"):
        plain_text(text)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_found_wherever_it_stands(text: str) -> None:
    with pytest.raises(NotPlainText):
        plain_text(f"weaker since Monday, CK <5 {text} see letter")


def test_the_message_says_what_stands_where_and_what_to_do() -> None:
    with pytest.raises(NotPlainText) as refused:
        plain_text("CK <LLN, ALT >ULN")
    assert str(refused.value) == (
        "“<LLN, ALT >” at character 4 reads as HTML mark-up. Leave it out; for “less than”, put a space after “<”."
    )
    assert plain_text("CK < LLN, ALT > ULN") == "CK < LLN, ALT > ULN"


def test_a_long_piece_of_markup_is_quoted_in_part() -> None:
    with pytest.raises(NotPlainText) as refused:
        plain_text(f"<b {'x' * 5_000}>")
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("character", CHARACTERS)
def test_characters_that_act_are_refused_by_number_and_place(character: str) -> None:
    with pytest.raises(NotPlainText) as refused:
        plain_text(f"ab{character}c")
    assert CHARACTERS[character] in str(refused.value)
    assert "at character 3" in str(refused.value)


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028", "\u2029", "\x85"])
def test_a_name_holds_one_line(end: str) -> None:
    with pytest.raises(NotPlainText, match="line break at character 4"):
        plain_text(f"Ann{end}Bcc: all@example.org", one_line=True)


def test_one_spelling_of_one_word() -> None:
    assert plain_text("A\u0308nn") == plain_text("\u00c4nn") == "\u00c4nn"
    assert plain_text("\ufeffAn\u200bn\u2060") == "Ann"


@given(st.text())
def test_what_is_recorded_is_recorded_again_unchanged(text: str) -> None:
    try:
        once = plain_text(text)
    except NotPlainText:
        return
    assert plain_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\x00" not in once


@settings(max_examples=1000)
@given(st.text(alphabet="<>ab/!=\"' \tsciptx&lg;#60", max_size=60))
def test_nothing_recorded_holds_what_a_browser_takes_for_a_tag(text: str) -> None:
    """Judged by the standard library's reader of HTML, not by our own pattern."""
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            seen.append(tag)

        def handle_endtag(self, tag: str) -> None:
            seen.append(f"/{tag}")

        def handle_comment(self, data: str) -> None:
            seen.append("comment")

        def handle_pi(self, data: str) -> None:
            seen.append("instruction")

    try:
        recorded = plain_text(text)
    except NotPlainText:
        return
    Reader(convert_charrefs=True).feed(recorded)
    assert seen == []


@pytest.mark.parametrize("unit", ["<", "<a", "><a", "<a ", "<a/", "<a =", "&lt;", "<!", "java", "<a b"])
def test_hostile_lengths_take_no_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    began = process_time()
    with suppress(NotPlainText):
        plain_text(text)
    assert process_time() - began < 10  # seconds of this process; what grows with the square takes minutes
