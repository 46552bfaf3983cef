"""The glossary: whole as it comes, and refused with the entry and the reason when it is not."""

import re

import pytest

from regimens.protocol.load import load as load_pathway
from tracker.glossary.load import FILE, GlossaryError, glossary, read

GROUP = '[group]\na = "A group"\n'
TERM = (
    '[[term]]\nid = "one"\nword = "one"\ngroup = "a"\ntext = "What it is."\nkind = "local_reading"\nsource = "ours"\n'
)
NEEDED = {
    "line", "line-reached", "failure", "intolerance", "trough", "tis", "mmt", "mrc", "haq", "ck", "globals", "phase",
    "maintenance", "remission", "relapse", "steroid-taper-checkpoint", "baseline-screen", "worklist", "put-off",
    "safe-silence", "question", "as-of", "known-on", "severity",
}  # fmt: skip


def test_every_word_that_readers_asked_for_is_there() -> None:
    assert {term.id for term in glossary().terms} >= NEEDED


def test_each_entry_is_two_or_three_sentences_and_says_what_it_rests_on() -> None:
    for term in glossary().terms:
        sentences = len(re.findall(r"[.?!](?=\s|$)", f"{term.text} {term.here}"))
        assert 2 <= sentences <= 6, term.id
        assert term.source, term.id


def test_readings_are_readings_of_the_pathway() -> None:
    known = {reading.number for reading in load_pathway().file.readings}
    for term in glossary().terms:
        assert set(term.readings) <= known, term.id


def test_terms_stand_by_the_alphabet_and_each_in_its_group() -> None:
    words = [term.word.casefold() for term in glossary().terms]
    assert words == sorted(words)
    listed = [term for group in glossary().groups for term in glossary().of_group(group)]
    assert len(listed) == len(words)


def test_the_file_that_comes_with_the_software_is_read() -> None:
    assert read(FILE.read_text(encoding="utf-8")) == glossary()


def test_a_whole_one_is_taken() -> None:
    (term,) = read(GROUP + TERM).terms
    assert (term.word, term.here, term.see) == ("one", "", ())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no toml", "is no TOML"),
        (GROUP + TERM + "[other]\n", "Unknown part of the glossary: other."),
        (GROUP + TERM + 'colour = "red"\n', "Term “one”: unknown key colour."),
        (GROUP + TERM.replace('source = "ours"\n', ""), "Term “one”: source missing."),
        (GROUP + TERM.replace('text = "What it is."', 'text = ""'), "Term “one”: text missing."),
        (GROUP + TERM.replace('id = "one"', 'id = "One two"'), "the id is an anchor"),
        (GROUP + TERM.replace('group = "a"', 'group = "b"'), "no group “b”"),
        (GROUP + TERM.replace("local_reading", "hearsay"), "the kind is one of"),
        (GROUP + TERM.replace("What it is.", "no sentence"), "whole sentences"),
        (GROUP + TERM + TERM, "The id “one” is there twice."),
        (GROUP + TERM + TERM.replace('id = "one"', 'id = "two"'), "The word “one” is there twice."),
        (GROUP + TERM + 'see = ["two"]\n', "“two” under `see` is no other term"),
        (GROUP + TERM + 'see = ["one"]\n', "“one” under `see` is no other term"),
        (GROUP + 'b = "Empty"\n' + TERM, "The group “b” holds no term."),
    ],
)
def test_one_that_is_not_whole_is_refused(text: str, why: str) -> None:
    with pytest.raises(GlossaryError, match=re.escape(why)):
        read(text)
