"""Gaps: both sides of every printed limit."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.rules.reasons import Truth
from regimens.rules.findings import Gap, GapCode
from regimens.rules.record import Course, DosePeriod, Infusion
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency, MilestoneKind, OutcomeKind, Route
from tests.regimens.rules.build import NON_SEVERE, SEVERE, course, dose, milestone, on, record, stand

WEEKLY, DAILY, TWICE = Frequency.ONCE_WEEKLY, Frequency.ONCE_DAILY, Frequency.TWICE_DAILY
PER_KG, GRAM = DoseBasis.PER_KILOGRAM, DoseUnit.GRAM


def gaps(*courses: Course, day: int = 0, weight: str | None = "70", **kwargs: Any) -> list[Gap]:
    treatment = record(*courses, assessments=NON_SEVERE, weight=weight, **kwargs)
    return list(stand(treatment, day).gaps)


def outside(drug: str, period: DosePeriod, weight: str | None = "70") -> bool:
    found = gaps(course(drug, doses=[period]), weight=weight)
    return GapCode.DOSE_OUTSIDE_RANGE in {gap.code for gap in found}


@pytest.mark.parametrize(
    ("drug", "amount", "frequency", "is_outside"),
    [
        ("methotrexate", "7.5", WEEKLY, False),
        ("methotrexate", "7.4", WEEKLY, True),
        ("methotrexate", "25", WEEKLY, False),
        ("methotrexate", "25.1", WEEKLY, True),
        ("methotrexate", "10", DAILY, True),
        ("methotrexate", "1", DAILY, True),
        ("methotrexate", "25", Frequency.NOT_RECORDED, False),
        ("methotrexate", "26", Frequency.NOT_RECORDED, True),
        ("methotrexate", "5", Frequency.NOT_RECORDED, False),
        ("azathioprine", "25", DAILY, False),
        ("azathioprine", "24", DAILY, True),
        ("azathioprine", "140", DAILY, False),
        ("azathioprine", "70", TWICE, False),
        ("azathioprine", "70.5", TWICE, True),
        ("mycophenolate_mofetil", "500", DAILY, False),
        ("mycophenolate_mofetil", "499", DAILY, True),
        ("mycophenolate_mofetil", "1500", TWICE, False),
        ("mycophenolate_mofetil", "1501", TWICE, True),
        ("prednisolone", "70", DAILY, False),
        ("prednisolone", "70.1", DAILY, True),
        ("prednisolone", "35", DAILY, False),
        ("prednisolone", "34.9", DAILY, True),
        ("ciclosporin", "9000", DAILY, False),
        ("rituximab", "9000", DAILY, False),
    ],
)
def test_printed_limits_at_70_kg(drug: str, amount: str, frequency: Frequency, is_outside: bool) -> None:
    assert outside(drug, dose(amount, frequency)) is is_outside


@pytest.mark.parametrize(
    ("weight", "amount", "is_outside"),
    [("90", "80", False), ("90", "80.5", True), (None, "80", False), (None, "81", True), (None, "5", False)],
)
def test_the_cap_of_80_mg_binds_with_and_without_weight(weight: str | None, amount: str, is_outside: bool) -> None:
    assert outside("prednisolone", dose(amount), weight) is is_outside


def test_below_the_start_dose_only_the_first_period_counts() -> None:
    tapered = course("prednisolone", doses=[dose("60"), dose("5", day=60)])
    assert GapCode.DOSE_OUTSIDE_RANGE not in {gap.code for gap in gaps(tapered, day=60)}


@pytest.mark.parametrize(("grams", "is_outside"), [("1", False), ("0.5", True), ("1.1", True)])
def test_pulses_of_another_amount_than_1_g_warn(grams: str, is_outside: bool) -> None:
    period = dose(grams, DAILY, unit=GRAM)
    assert outside("methylprednisolone_sodium_succinate", period) is is_outside


@pytest.mark.parametrize(("amount", "is_outside"), [("2", False), ("2.1", True), ("1", False)])
def test_immunoglobulin_course_dose(amount: str, is_outside: bool) -> None:
    period = dose(amount, Frequency.EVERY_4_WEEKS, unit=GRAM, basis=PER_KG)
    assert outside("normal_immunoglobulin", period) is is_outside


@pytest.mark.parametrize(
    ("days", "total", "is_outside"),
    [(1, "140", True), (2, "140", False), (5, "140", False), (6, "140", True), (2, "141", True)],
)
def test_immunoglobulin_cycles(days: int, total: str, is_outside: bool) -> None:
    cycle = Infusion("i", on(0), days, Decimal(total), GRAM, Decimal(70), on(0))
    given = replace(course("normal_immunoglobulin", route=Route.INTRAVENOUS), infusions=(cycle,))
    assert (GapCode.DOSE_OUTSIDE_RANGE in {gap.code for gap in gaps(given)}) is is_outside
    by_skin = replace(given, route=Route.SUBCUTANEOUS)
    assert GapCode.DOSE_OUTSIDE_RANGE not in {gap.code for gap in gaps(by_skin)}


def test_a_dose_per_kg_needs_a_weight_dated_by_then() -> None:
    per_kg = course("methotrexate", doses=[dose("0.3", WEEKLY, basis=PER_KG)])
    assert GapCode.NO_DATED_WEIGHT in {gap.code for gap in gaps(per_kg, weight=None)}
    assert GapCode.NO_DATED_WEIGHT not in {gap.code for gap in gaps(per_kg)}
    # 0.4 mg/kg at 70 kg is 28 mg.
    assert outside("methotrexate", dose("0.4", WEEKLY, basis=PER_KG)) is True
    azathioprine = course("azathioprine", -5, doses=[dose("100", day=-5)])
    assert GapCode.NO_DATED_WEIGHT in {gap.code for gap in gaps(azathioprine, day=-1)}


def test_dose_not_recorded() -> None:
    assert GapCode.DOSE_NOT_RECORDED in {gap.code for gap in gaps(course("ciclosporin"))}
    assert GapCode.DOSE_NOT_RECORDED in {gap.code for gap in gaps(course("ciclosporin", doses=[dose(None)]))}
    assert GapCode.DOSE_NOT_RECORDED not in {gap.code for gap in gaps(course("ciclosporin", doses=[dose("100")]))}
    assert GapCode.DOSE_NOT_RECORDED not in {gap.code for gap in gaps(course("hydroxychloroquine"))}


def test_corticosteroid_and_partner() -> None:
    steroid, partner = course("prednisolone"), course("methotrexate")
    assert GapCode.STEROID_WITHOUT_PARTNER in {gap.code for gap in gaps(steroid)}
    assert GapCode.PARTNER_WITHOUT_STEROID in {gap.code for gap in gaps(partner)}
    both = {gap.code for gap in gaps(steroid, partner)}
    assert not both & {GapCode.STEROID_WITHOUT_PARTNER, GapCode.PARTNER_WITHOUT_STEROID}
    calm = gaps(partner, milestones=[milestone(MilestoneKind.REMISSION, 0)])
    assert GapCode.PARTNER_WITHOUT_STEROID not in {gap.code for gap in calm}


@pytest.mark.parametrize(
    ("folic", "truth"),
    [
        ((), Truth.UNKNOWN),
        ((course("folic_acid", 0, 5),), Truth.FALSE),
        ((course("folic_acid", never_given=True),), Truth.FALSE),
        ((course("folic_acid", 0, 11),), None),
    ],
)
def test_folic_acid_unknown_absent_or_present(folic: tuple[Course, ...], truth: Truth | None) -> None:
    found = [
        gap
        for gap in gaps(course("methotrexate"), *folic, day=10)
        if gap.code is GapCode.METHOTREXATE_WITHOUT_FOLIC_ACID
    ]
    assert [predicate.truth for gap in found for predicate in gap.reason.predicates] == ([truth] if truth else [])


def test_strength_not_assessed_and_assessed() -> None:
    assert GapCode.STRENGTH_NOT_ASSESSED in {gap.code for gap in stand(record(), 0).gaps}
    assert GapCode.STRENGTH_NOT_ASSESSED not in {gap.code for gap in stand(record(assessments=SEVERE), 0).gaps}


def test_a_judgement_without_a_day_is_shown_and_not_counted() -> None:
    undated = replace(course("methotrexate"), undated_outcome=OutcomeKind.INEFFECTIVE)
    findings = stand(record(undated, assessments=NON_SEVERE), 500)
    assert GapCode.OUTCOME_NOT_DATED in {gap.code for gap in findings.gaps}
    assert (findings.failed_lines, findings.failed_drugs) == ((), ())


def test_no_adult_limits_under_18() -> None:
    period = dose("40", WEEKLY)
    child = gaps(course("methotrexate", doses=[period]), born=on(-4000))
    assert GapCode.DOSE_OUTSIDE_RANGE not in {gap.code for gap in child}
    assert outside("methotrexate", period) is True


@pytest.mark.parametrize(
    ("frequency", "truth"),
    [
        (WEEKLY, None),
        (DAILY, Truth.FALSE),
        (Frequency.EVERY_2_WEEKS, Truth.FALSE),
        (Frequency.SINGLE, Truth.FALSE),
        (Frequency.NOT_RECORDED, Truth.UNKNOWN),
        (Frequency.AS_TEXT, Truth.UNKNOWN),
    ],
)
@pytest.mark.parametrize("born", [on(-30 * 365), on(-9 * 365)])
def test_methotrexate_is_taken_once_a_week_at_every_age(frequency: Frequency, truth: Truth | None, born: date) -> None:
    found = gaps(course("methotrexate", doses=[dose("15", frequency)]), born=born)
    weekly = [gap for gap in found if gap.reason.rule_id == "gap.methotrexate_not_weekly"]
    assert [gap.reason.predicates[0].truth for gap in weekly] == ([] if truth is None else [truth])


@pytest.mark.parametrize(("total", "weighed"), [("1e30", "70"), ("NaN", "70"), ("140", "NaN"), ("140", "-70")])
def test_an_impossible_infusion_raises_nothing(total: str, weighed: str) -> None:
    cycle = Infusion("i", on(0), 2, Decimal(total), GRAM, Decimal(weighed))
    found = gaps(replace(course("normal_immunoglobulin"), infusions=(cycle,)))
    assert any("above 2 g/kg" in gap.text for gap in found) == (total == "1e30")
