"""Above the highest dose in use, where the published algorithm prints none: a question with its own source."""

from datetime import date

import pytest

from patients.rules.reasons import RuleKind, Truth
from regimens.rules.guard_findings import GuardCode, GuardLevel
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency, Route
from tests.regimens.rules.build import record
from tests.regimens.rules.guarding import DAILY, GRAM, MG, PER_KG, PER_M2, TWICE, amount, codes, said, start, the

C, FOUR_WEEKS = GuardCode, Frequency.EVERY_4_WEEKS


@pytest.mark.parametrize(
    ("drug", "given", "asked"),
    [
        ("ciclosporin", amount("175", TWICE), False),
        ("ciclosporin", amount("175.1", TWICE), True),
        ("ciclosporin", amount("2.5", TWICE, MG, PER_KG), False),
        ("ciclosporin", amount("2.51", TWICE, MG, PER_KG), True),
        ("tacrolimus", amount("5.25"), False),
        ("tacrolimus", amount("5.26"), True),
        ("rituximab", amount("1", Frequency.SINGLE, GRAM), False),
        ("rituximab", amount("1.1", Frequency.SINGLE, GRAM), True),
        ("rituximab", amount("2", Frequency.PER_COURSE, GRAM), False),
        ("cyclophosphamide", amount("1", FOUR_WEEKS, GRAM, PER_M2), False),
        ("cyclophosphamide", amount("1.1", FOUR_WEEKS, GRAM, PER_M2), True),
        ("cyclophosphamide", amount("1050", FOUR_WEEKS), False),
        ("cyclophosphamide", amount("1051", FOUR_WEEKS), True),
        ("abatacept", amount("1000", FOUR_WEEKS), False),
        ("abatacept", amount("1001", FOUR_WEEKS), True),
        ("tocilizumab", amount("8", FOUR_WEEKS, MG, PER_KG), False),
        ("tocilizumab", amount("8.1", FOUR_WEEKS, MG, PER_KG), True),
        ("hydroxychloroquine", amount("350"), False),
        ("hydroxychloroquine", amount("351"), True),
        ("methylprednisolone", amount("64"), False),
        ("methylprednisolone", amount("65"), True),
    ],
)
def test_above_the_highest_dose_in_use_is_asked_about_and_at_it_is_not(
    drug: str, given: DosePeriod, asked: bool
) -> None:
    found = said(start(drug, given))
    assert (C.ABOVE_RANGE in codes(found, GuardLevel.WARN)) is asked
    assert codes(found, GuardLevel.STOP) == set()
    assert C.NO_PRINTED_DOSE in codes(found, GuardLevel.NOTE)


def test_the_question_shows_whose_number_it_is_and_that_the_algorithm_prints_none() -> None:
    finding = the(said(start("ciclosporin", amount("200", TWICE))), C.ABOVE_RANGE)
    source = "reviews PMC10185598 (Table 3) and PMC11646336 (Table 2)"
    assert finding.text == (
        "ciclosporin: 5.714 mg/kg a day is above the highest dose in use, 5 mg/kg a day, with 70 kg of 01-Jan-2024 "
        f"({source}); the published algorithm prints no dose: consult a specialist"
    )
    reason = finding.reason
    assert (reason.rule_id, reason.source, reason.kind) == ("usual.ciclosporin", source, RuleKind.LOCAL_READING)
    assert reason.predicates[1].facts[0].kind == "weight"
    by_surface = the(said(start("cyclophosphamide", amount("1100", FOUR_WEEKS))), C.ABOVE_RANGE)
    assert "or 1000 mg/m² a dose, which cannot be checked: no body surface is kept here" in by_surface.text
    hair = the(said(start("tacrolimus", amount("5.250001"))), C.ABOVE_RANGE)
    assert "just over 0.075 mg/kg a day is above" in hair.text


def test_without_a_weight_the_limit_per_kg_is_said_to_be_unchecked_and_none_is_assumed() -> None:
    found = said(start("ciclosporin", amount("400", TWICE)), record(weight=None))
    assert codes(found, GuardLevel.STOP) == set()
    finding = the(found, C.NO_DATED_WEIGHT)
    assert (finding.level, finding.text) == (
        GuardLevel.WARN,
        "ciclosporin: mg/kg cannot be checked: no dated weight",
    )
    assert finding.reason.predicates[0].truth is Truth.UNKNOWN
    assert C.NO_DATED_WEIGHT not in codes(said(start("abatacept", amount("1000", FOUR_WEEKS)), record(weight=None)))


def test_no_adult_limit_is_asked_of_a_child() -> None:
    child = record(born=date(2015, 1, 1), weight="30")
    assert C.ABOVE_RANGE not in codes(said(start("ciclosporin", amount("150", TWICE)), child))
    assert C.TIMES_USUAL in codes(said(start("ciclosporin", amount("151", TWICE)), child), GuardLevel.STOP)


def test_what_cannot_be_compared_is_not_asked() -> None:
    litres = amount("9", DAILY, DoseUnit.MILLILITRE)
    by_surface = amount("300", DAILY, MG, DoseBasis.PER_SQUARE_METRE)
    for given in (litres, by_surface):
        assert C.ABOVE_RANGE not in codes(said(start("ciclosporin", given)))
    weekly = start("abatacept", amount("126", Frequency.ONCE_WEEKLY), route=Route.SUBCUTANEOUS)
    assert C.ABOVE_RANGE in codes(said(weekly))
