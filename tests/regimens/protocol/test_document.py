"""The generated page says everything that the protocol says."""

from dataclasses import fields, replace
from decimal import Decimal
from enum import Enum

from patients.rules.reasons import RuleKind
from regimens.protocol.document import render
from regimens.protocol.in_words import settings_in_words, target_in_words, upper_in_words
from regimens.protocol.load import load
from regimens.protocol.schema import DosePer, TargetDose, UsualUpper
from regimens.rules.vocabulary import DoseUnit, Route


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


def test_every_setting_is_said() -> None:
    """Another value of any of them makes another page."""
    protocol = load()
    words = settings_in_words(protocol)
    for field in fields(protocol.settings):
        value = getattr(protocol.settings, field.name)
        other = next(word for word in type(value) if word is not value) if isinstance(value, Enum) else value + 1
        changed = replace(
            protocol, file=replace(protocol.file, settings=replace(protocol.settings, **{field.name: other}))
        )
        assert settings_in_words(changed) != words, field.name


def test_who_signed_is_said() -> None:
    protocol = load()
    assert "not signed off yet" in render(protocol)
    signed = replace(protocol, file=replace(protocol.file, signed_off_by="A. Example, consultant"))
    assert "signed off by A. Example, consultant" in render(signed)


def test_what_only_the_dose_guard_reads_is_said_to_be_no_recommendation() -> None:
    protocol = load()
    page = render(protocol)
    assert "They are no recommendation and no range." in page
    for caution in protocol.file.guard_cautions:
        assert f"| `{caution.id}` | {caution.text} |" in page
    for drug_class in protocol.catalogue.classes:
        assert f"| `{drug_class.id}` | {drug_class.name} |" in page
    for drug in protocol.catalogue.drugs:
        for upper in drug.usual_uppers:
            assert f"| {drug.name} | {upper_in_words(upper)} |" in page


def test_doses_in_words() -> None:
    target = TargetDose("t", Decimal("7.50"), DoseUnit.MILLIGRAM, DosePer.WEEK, "source", RuleKind.LOCAL_READING)
    assert target_in_words(target) == "7.5 mg a week or more"
    upper = UsualUpper("u", DoseUnit.MILLIGRAM, DosePer.DOSE, "source", RuleKind.LOCAL_READING, "", Decimal(800))
    assert upper_in_words(upper) == "800 mg a dose"
    by_weight = replace(upper, amount=None, per_kilogram=Decimal(8), routes=(Route.INTRAVENOUS,))
    assert upper_in_words(by_weight) == "8 mg/kg a dose (intravenous)"
    both = replace(upper, per_square_metre=Decimal("0.5"))
    assert upper_in_words(both) == "800 mg and 0.5 mg/m² a dose"
