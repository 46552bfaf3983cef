"""Every text that a template shows can be translated: it is read as HTML, with what the template works out left out."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

TEMPLATES = Path(settings.BASE_DIR) / "templates"
SHOWN_ATTRIBUTES = {"aria-label", "title", "alt", "placeholder", "data-label"}
NAMES = re.compile(r"Myoline|CSV|SVG|PNG|PDF|API|NHS")  # names stay in any language
WORDS = re.compile(r"[^\W\d_]{2,}")
PARAMETERS = re.compile(
    r"\b(?:title|label|note|text|caption|here|parent_label|submit_label|lead|checked)=(?P<q>[\"'])(?P<text>.*?)(?P=q)"
)
MARKED = ("blocktranslate", "comment", "verbatim")


class Shown(HTMLParser):
    """The literal words between tags and in the attributes that people see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag if tag in ("style", "script") else ""
        self.words += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value and spoken(value)]

    def handle_endtag(self, tag: str) -> None:
        self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent and spoken(data):
            self.words.append(data.strip())


def spoken(text: str) -> bool:
    return WORDS.search(NAMES.sub("", text)) is not None


def literal(source: str) -> Iterator[str]:
    """The template with a blank for each tag and variable, and marked texts left out."""
    within = ""
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.BLOCK:
            word = token.contents.split()[0]
            if within and word == f"end{within}":
                within = ""
            elif not within and word in MARKED:
                within = word
            yield " "
        elif token.token_type is TokenType.TEXT and not within:
            yield token.contents
        else:
            yield " "


def unmarked(source: str) -> list[str]:
    """What would be shown in English whatever the language."""
    shown = Shown()
    shown.feed("".join(literal(source)))
    shown.close()
    given = [
        found["text"]
        for token in Lexer(source).tokenize()
        if token.token_type is TokenType.BLOCK
        and not token.contents.startswith(("translate", "blocktranslate", "if", "elif"))
        for found in PARAMETERS.finditer(token.contents)
        if spoken(found["text"])
    ]
    return shown.words + given


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_text_of_a_template_is_marked(path: Path) -> None:
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Some words</p>",
        '<p title="Some words">{% translate "x" %}</p>',
        "{{ count }} items",
        '{% panel title="Some words" %}{% endpanel %}',
        "{% blocktranslate %}a{% endblocktranslate %}, then more",
    ],
)
def test_a_text_that_is_not_marked_is_found(source: str) -> None:
    assert unmarked(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p class="some words">{% translate "Some words" %} &nbsp; {{ value }}: 12 %</p>',
        "<style>p{color:red}</style>{% comment %}Some words{% endcomment %}Myoline",
        '{% panel title=_("Some words") id="some-words" %}{% endpanel %}',
        "{% blocktranslate %}Some words{% endblocktranslate %}",
    ],
)
def test_what_is_marked_or_no_text_is_let_through(source: str) -> None:
    assert unmarked(source) == []
