"""The generated page says everything that the protocol says."""

from regimens.protocol.document import render
from regimens.protocol.load import load


def test_the_page_names_every_rung_rule_reading_and_drug() -> None:
    protocol = load()
    page = render(protocol)
    for rung in protocol.file.rungs:
        assert f"### {rung.title}" in page
    for rule in protocol.file.rules:
        assert f"`{rule.id}`" in page
    for reading in protocol.file.readings:
        assert f"| {reading.number} | {reading.title} | {reading.text} |" in page
    for drug in protocol.catalogue.drugs:
        assert drug.dmd_current in page
    for remark in protocol.file.remarks:
        assert remark.text in page


def test_the_page_is_the_same_each_time_and_its_tables_are_whole() -> None:
    page = render(load())
    assert page == render(load())
    width = 0
    for line in page.splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line


def test_doses_left_to_the_specialist_show_no_number() -> None:
    rows = [line for line in render(load()).splitlines() if line.startswith("| tocilizumab | primary option")]
    assert rows == [
        "| tocilizumab | primary option | one of these | consult specialist: the published algorithm prints no dose |"
    ]
