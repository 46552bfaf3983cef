"""What the writers of docs/clinical put down, cut into blocks: nothing is lost, and what is not read is refused."""

import re

import pytest

from tracker.management.commands.write_clinical_docs import pages
from tracker.presenters.protocol import rule_ids
from tracker.presenters.written_out import Line, NotReadable, WrittenPage, written_page
from tracker.protocols import read_protocol

TEXT = """# The page

Generated from `a.toml`; change that.

First line
and second with `a.rule` and `other`.

## Part one (`part_one`)

- Counted: drugs
- Source: ours

### Inner

| Rule | Says |
|---|---|
| `a.rule` | something |
| `b` | |
"""


def words(line: Line) -> str:
    return "".join(span.text for span in line)


def all_words(page: WrittenPage) -> str:
    found = [page.title]
    for section in page.sections:
        found.append(section.title)
        for block in section.blocks:
            found += [block.heading, words(block.paragraph), *map(words, block.bullets)]
            if block.table is not None:
                found += [*block.table.header, *(words(cell) for row in block.table.rows for cell in row)]
    return " ".join(found)


def test_blocks_in_their_order() -> None:
    page = written_page(TEXT, {"a.rule"})
    assert page.title == "The page"
    (paragraph,) = page.intro
    assert words(paragraph.paragraph) == "First line and second with a.rule and other."
    codes = [(span.text, span.rule) for span in paragraph.paragraph if span.code]
    assert codes == [("a.rule", True), ("other", False)]
    (section,) = page.titled
    assert (section.title, section.anchor) == ("Part one", "part-one")
    bullets, heading, table = section.blocks
    assert [words(line) for line in bullets.bullets] == ["Counted: drugs", "Source: ours"]
    assert (heading.heading, heading.anchor) == ("Inner", "inner")
    assert table.table is not None
    assert table.table.caption == "Inner: Rule, Says"
    assert [[words(cell) for cell in row] for row in table.table.rows] == [["a.rule", "something"], ["b", ""]]


@pytest.mark.parametrize(
    "text",
    ["no title", "# T\n\n| a | b |\n| 1 | 2 |\n", "# T\n\n| a | b |\n|---|---|\n| 1 |\n", "# T\n\n| a |\n"],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(NotReadable):
        written_page(text)


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_word_of_the_written_documents_is_on_the_page(name: str) -> None:
    text = pages()[name]
    page = written_page(text, rule_ids(read_protocol(None)))
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("Generated from"))
    told = set(re.findall(r"\w+", all_words(page))) | {section.anchor for section in page.sections}
    generated = set(re.findall(r"\w+", " ".join(piece for piece in text.split("\n\n") if "Generated from" in piece)))
    ids_of_headings = set(re.findall(r"\w+", " ".join(re.findall(r"#+ .*\(`([^`]+)`\)", text))))
    assert set(re.findall(r"\w+", kept)) - told - generated - ids_of_headings == set()


@pytest.mark.parametrize("name", sorted(pages()))
def test_anchors_are_there_once(name: str) -> None:
    page = written_page(pages()[name])
    anchors = [section.anchor for section in page.titled]
    anchors += [block.anchor for section in page.sections for block in section.blocks if block.anchor]
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("name", sorted(pages()))
def test_no_two_tables_are_called_the_same(name: str) -> None:
    page = written_page(pages()[name])
    captions = [block.table.caption for section in page.sections for block in section.blocks if block.table]
    assert len(captions) == len(set(captions))
