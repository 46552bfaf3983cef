"""The generated page of the activity measures says everything that the file says."""

from dataclasses import replace

from patients.protocol.document import render
from patients.protocol.load import load
from patients.rules.wording import display_number


def test_the_page_names_every_entry_with_its_source() -> None:
    protocol = load()
    page = render(protocol)
    file = protocol.file
    entries = (*file.scales, *file.enzymes, *file.points, *file.categories, *file.rules)
    for entry in (*entries, file.definition_of_improvement, file.confirmed_deterioration):
        row = next(line for line in page.splitlines() if line.startswith(f"| `{entry.id}` |"))
        assert f"{entry.kind.label}: {entry.source}" in row
        assert entry.note in row or entry.note == ""
    for rule in file.points:
        for band in rule.bands:
            assert f"above {display_number(band.above)}%: {display_number(band.points)}" in page


def test_what_rests_on_weak_evidence_says_so() -> None:
    protocol = load()
    weak = [entry.id for entry in (*protocol.file.scales, *protocol.file.enzymes) if entry.confirm]
    assert weak
    page = render(protocol).splitlines()
    assert [line.split("`")[1] for line in page if "Rests on weak evidence: to be confirmed." in line] == weak


def test_tables_are_whole_and_who_signed_is_said() -> None:
    protocol = load()
    page = render(protocol)
    assert "not signed off yet" in page
    signed = replace(protocol, file=replace(protocol.file, signed_off_by="A. Example"))
    assert "signed off by A. Example" in render(signed)
    width = 0
    for line in page.splitlines():
        width = (width or line.count("|")) if line.startswith("|") else 0
        assert not width or line.count("|") == width, line
