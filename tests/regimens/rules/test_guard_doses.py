"""Doses: every row of the printed dose table, both sides of each limit, and the limits derived from it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from patients.rules.reasons import Truth
from patients.rules.vocabulary import MrcGrade
from regimens.rules.guard_findings import GuardCode, GuardLevel
from regimens.rules.proposals import ChangeDose
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency, MilestoneKind, Route
from tests.regimens.rules.build import NON_SEVERE, SEVERE, course, dose, milestone, on, record, strength
from tests.regimens.rules.guarding import (
    COURSE,
    DAILY,
    GRAM,
    MG,
    PER_KG,
    PER_M2,
    TWICE,
    WEEKLY,
    amount,
    codes,
    said,
    start,
    the,
)

C = GuardCode
RANGE = {C.ABOVE_RANGE, C.ABOVE_START, C.BELOW_RANGE}
PULSE, IMMUNOGLOBULIN, MYCOPHENOLATE = (
    "methylprednisolone_sodium_succinate",
    "normal_immunoglobulin",
    "mycophenolate_mofetil",
)


def of_start(drug: str, given: DosePeriod, *, weight: str | None = "70", severe: bool = True) -> set[GuardCode]:
    treatment = record(assessments=SEVERE if severe else NON_SEVERE, weight=weight)
    return codes(said(start(drug, given), treatment)) & RANGE


def of_change(drug: str, given: DosePeriod, *, weight: str | None = "70") -> set[GuardCode]:
    treatment = record(course(drug, 0, doses=[dose("1")]), assessments=SEVERE, weight=weight)
    change = ChangeDose(course=f"{drug}@0", on=on(10), dose=given)
    return codes(said(change, treatment)) & RANGE


@pytest.mark.parametrize(
    ("drug", "given", "expected"),
    [
        # Methylprednisolone sodium succinate: 1 g a dose, 3 to 5 doses (total 3 to 5 g).
        (PULSE, amount("1", DAILY, GRAM), set()),
        (PULSE, amount("1000"), set()),
        (PULSE, amount("1000.001"), {C.ABOVE_RANGE}),
        (PULSE, amount("999.999"), {C.BELOW_RANGE}),
        (PULSE, amount("500"), {C.BELOW_RANGE}),
        (PULSE, amount("3", COURSE, GRAM), set()),
        (PULSE, amount("5", COURSE, GRAM), set()),
        (PULSE, amount("2.999", COURSE, GRAM), {C.BELOW_RANGE}),
        (PULSE, amount("5.001", COURSE, GRAM), {C.ABOVE_RANGE}),
        # Prednisolone: 0.5 to 1 mg/kg a day, at most 80 mg.
        ("prednisolone", amount("35"), set()),
        ("prednisolone", amount("34.9"), {C.BELOW_RANGE}),
        ("prednisolone", amount("70"), set()),
        ("prednisolone", amount("35", TWICE), set()),
        ("prednisolone", amount("70.1"), {C.ABOVE_RANGE}),
        ("prednisolone", amount("1", DAILY, MG, PER_KG), set()),
        ("prednisolone", amount("1.01", DAILY, MG, PER_KG), {C.ABOVE_RANGE}),
        ("prednisolone", amount("0.5", DAILY, MG, PER_KG), set()),
        ("prednisolone", amount("0.49", DAILY, MG, PER_KG), {C.BELOW_RANGE}),
        # Methotrexate: 7.5 mg to start, up to 25 mg, once weekly.
        ("methotrexate", amount("7.5", WEEKLY), set()),
        ("methotrexate", amount("7.4", WEEKLY), {C.BELOW_RANGE}),
        ("methotrexate", amount("7.6", WEEKLY), {C.ABOVE_START}),
        ("methotrexate", amount("25", WEEKLY), {C.ABOVE_START}),
        ("methotrexate", amount("25.1", WEEKLY), {C.ABOVE_RANGE}),
        # Azathioprine: 25 to 50 mg a day to start, up to 2 mg/kg a day (140 mg at 70 kg).
        ("azathioprine", amount("25"), set()),
        ("azathioprine", amount("24"), {C.BELOW_RANGE}),
        ("azathioprine", amount("50"), set()),
        ("azathioprine", amount("50.1"), {C.ABOVE_START}),
        ("azathioprine", amount("140"), {C.ABOVE_START}),
        ("azathioprine", amount("140.1"), {C.ABOVE_RANGE}),
        # Mycophenolate: 500 mg once or twice a day to start, up to 3000 mg a day.
        (MYCOPHENOLATE, amount("500"), set()),
        (MYCOPHENOLATE, amount("499"), {C.BELOW_RANGE}),
        (MYCOPHENOLATE, amount("500", TWICE), set()),
        (MYCOPHENOLATE, amount("501", TWICE), {C.ABOVE_START}),
        (MYCOPHENOLATE, amount("1500", TWICE), {C.ABOVE_START}),
        (MYCOPHENOLATE, amount("1501", TWICE), {C.ABOVE_RANGE}),
        # Immunoglobulin: 2 g/kg a course (140 g at 70 kg), over 2 to 5 days: at most 1 g/kg on one of them.
        (IMMUNOGLOBULIN, amount("140", COURSE, GRAM), set()),
        (IMMUNOGLOBULIN, amount("140.001", COURSE, GRAM), {C.ABOVE_RANGE}),
        (IMMUNOGLOBULIN, amount("2", COURSE, GRAM, PER_KG), set()),
        (IMMUNOGLOBULIN, amount("2.1", COURSE, GRAM, PER_KG), {C.ABOVE_RANGE}),
        (IMMUNOGLOBULIN, amount("2", Frequency.EVERY_4_WEEKS, GRAM, PER_KG), set()),
        (IMMUNOGLOBULIN, amount("1", DAILY, GRAM, PER_KG), set()),
        (IMMUNOGLOBULIN, amount("0.4", DAILY, GRAM, PER_KG), set()),
        (IMMUNOGLOBULIN, amount("1.01", DAILY, GRAM, PER_KG), {C.ABOVE_RANGE}),
    ],
)
def test_every_row_of_the_dose_table_at_the_start(drug: str, given: DosePeriod, expected: set[GuardCode]) -> None:
    assert of_start(drug, given) == expected


@pytest.mark.parametrize(
    ("drug", "given", "expected"),
    [
        ("methotrexate", amount("25", WEEKLY), set()),
        ("methotrexate", amount("25.1", WEEKLY), {C.ABOVE_RANGE}),
        ("methotrexate", amount("7.5", WEEKLY), set()),
        ("methotrexate", amount("7.4", WEEKLY), {C.BELOW_RANGE}),
        ("azathioprine", amount("140"), set()),
        ("azathioprine", amount("70.1", TWICE), {C.ABOVE_RANGE}),
        (MYCOPHENOLATE, amount("1500", TWICE), set()),
        (MYCOPHENOLATE, amount("1501", TWICE), {C.ABOVE_RANGE}),
        ("prednisolone", amount("5"), set()),
        ("prednisolone", amount("1"), set()),
        ("prednisolone", amount("70.1"), {C.ABOVE_RANGE}),
    ],
)
def test_a_change_is_held_to_the_range_and_not_to_the_start(
    drug: str, given: DosePeriod, expected: set[GuardCode]
) -> None:
    assert of_change(drug, given) == expected


@pytest.mark.parametrize(
    ("weight", "milligrams", "expected"),
    [
        ("79", "79", set()),
        ("79", "80", {C.ABOVE_RANGE}),
        ("80", "80", set()),
        ("90", "80", set()),
        ("90", "80.1", {C.ABOVE_RANGE}),
        ("160", "80", set()),
        ("170", "80", set()),
        ("170", "79.9", {C.BELOW_RANGE}),
        ("170", "85", {C.ABOVE_RANGE}),
    ],
)
def test_the_cap_of_80_mg_binds_from_80_kg_and_lifts_the_floor_from_160(
    weight: str, milligrams: str, expected: set[GuardCode]
) -> None:
    assert of_start("prednisolone", amount(milligrams), weight=weight) == expected


@pytest.mark.parametrize(("milligrams", "above"), [("125", False), ("140", False), ("150", True)])
def test_azathioprine_at_70_kg_ends_at_140_mg(milligrams: str, above: bool) -> None:
    assert (C.ABOVE_RANGE in of_change("azathioprine", amount(milligrams))) is above


def test_a_message_says_which_weight_and_of_which_day() -> None:
    finding = the(said(start("azathioprine", amount("150"))), C.ABOVE_RANGE)
    assert finding.text == (
        "azathioprine: 2.143 mg/kg a day is above the printed 2 mg/kg a day, with 70 kg of 01-Jan-2024"
    )
    assert finding.level is GuardLevel.WARN
    assert finding.reason.rule_id == "guard.dose_outside_range"
    assert [fact.kind for fact in finding.facts] == ["weight"]


def test_just_over_a_limit_never_reads_as_the_limit() -> None:
    assert "just over 2 mg/kg a day is above" in the(said(start("azathioprine", amount("140.01"))), C.ABOVE_RANGE).text


def test_the_weight_of_the_day_counts_and_no_later_one() -> None:
    treatment = record(assessments=NON_SEVERE, weight="70")
    weights = (
        *treatment.patient.weights,
        replace(treatment.patient.weights[0], id="w2", on=on(11), kilograms=Decimal(90)),
    )
    treatment = replace(treatment, patient=replace(treatment.patient, weights=weights))
    assert C.ABOVE_RANGE in codes(said(start("azathioprine", amount("150", day=10)), treatment))
    assert C.ABOVE_RANGE not in codes(said(start("azathioprine", amount("150", day=11)), treatment))


@pytest.mark.parametrize(
    ("drug", "given", "level"),
    [
        ("azathioprine", amount("50"), GuardLevel.WARN),
        (IMMUNOGLOBULIN, amount("140", COURSE, GRAM), GuardLevel.WARN),
        ("prednisolone", amount("60"), GuardLevel.NOTE),
        ("prednisolone", amount("1", DAILY, MG, PER_KG), GuardLevel.NOTE),
        ("methotrexate", amount("0.3", WEEKLY, MG, PER_KG), GuardLevel.WARN),
    ],
)
def test_no_dated_weight_is_said(drug: str, given: DosePeriod, level: GuardLevel) -> None:
    finding = the(said(start(drug, given), record(assessments=SEVERE, weight=None)), C.NO_DATED_WEIGHT)
    assert finding.level is level
    assert "no dated weight" in finding.text
    assert finding.reason.predicates[0].truth is Truth.UNKNOWN


def test_mg_per_kg_that_cannot_be_checked_says_so() -> None:
    finding = the(said(start("azathioprine", amount("50")), record(weight=None)), C.NO_DATED_WEIGHT)
    assert finding.text == "azathioprine: mg/kg cannot be checked: no dated weight"


@pytest.mark.parametrize("drug", ["methotrexate", MYCOPHENOLATE])
def test_a_drug_without_limits_by_weight_needs_none(drug: str) -> None:
    given = amount("7.5", WEEKLY) if drug == "methotrexate" else amount("500")
    assert C.NO_DATED_WEIGHT not in codes(said(start(drug, given), record(weight=None)))


def test_the_cap_is_checked_without_a_weight() -> None:
    assert of_start("prednisolone", amount("80"), weight=None) == set()
    assert of_start("prednisolone", amount("80.1"), weight=None) == {C.ABOVE_RANGE}


@pytest.mark.parametrize(("day", "old"), [(180, False), (181, True)])
def test_an_old_weight_is_said(day: int, old: bool) -> None:
    found = said(start("azathioprine", amount("50", day=day)))
    assert (C.OLD_WEIGHT in codes(found, GuardLevel.NOTE)) is old


def test_under_18_adult_ranges_are_not_shown_and_that_is_said() -> None:
    child = record(assessments=SEVERE, born=date(2010, 1, 1))
    found = said(start("azathioprine", amount("200")), child)
    assert codes(found) & RANGE == set()
    note = the(found, C.ADULT_RANGES)
    assert (note.level, "for adults" in note.text) == (GuardLevel.NOTE, True)
    assert not any("mg/kg" in finding.text for finding in found)


@pytest.mark.parametrize(("born", "minor"), [(date(2006, 1, 11), False), (date(2006, 1, 12), True)])
def test_the_eighteenth_birthday_ends_it(born: date, minor: bool) -> None:
    found = said(start("azathioprine", amount("200")), record(assessments=SEVERE, born=born))
    assert (C.ABOVE_RANGE in codes(found)) is not minor


def test_without_a_day_of_birth_the_ranges_are_checked_and_that_is_said() -> None:
    found = said(start("azathioprine", amount("200")), record(assessments=SEVERE, born=None))
    assert C.ABOVE_RANGE in codes(found)
    assert the(found, C.ADULT_RANGES).reason.rule_id == "guard.age_not_recorded"


@pytest.mark.parametrize(
    ("given", "level"),
    [
        (amount("500"), None),
        (amount("501"), GuardLevel.WARN),
        (amount("1000"), GuardLevel.WARN),
        (amount("1500", TWICE), None),
        (amount("500", Frequency.PER_DAY_TOTAL), None),
        (amount("501", Frequency.PER_DAY_TOTAL), GuardLevel.NOTE),
    ],
)
def test_mycophenolate_above_the_single_dose_is_divided(given: DosePeriod, level: GuardLevel | None) -> None:
    found = {finding.code: finding.level for finding in said(start(MYCOPHENOLATE, given))}
    assert found.get(C.DIVIDED_DOSES) is level


@pytest.mark.parametrize(
    ("drug", "frequency", "warned"),
    [
        ("azathioprine", DAILY, False),
        ("azathioprine", TWICE, True),
        (MYCOPHENOLATE, TWICE, False),
        (MYCOPHENOLATE, Frequency.THREE_TIMES_DAILY, True),
        ("prednisolone", Frequency.ALTERNATE_DAYS, True),
        ("prednisolone", Frequency.PER_DAY_TOTAL, False),
        (PULSE, DAILY, False),
        (PULSE, WEEKLY, True),
        (IMMUNOGLOBULIN, Frequency.EVERY_4_WEEKS, False),
        (IMMUNOGLOBULIN, Frequency.EVERY_2_WEEKS, True),
        ("methotrexate", Frequency.EVERY_2_WEEKS, True),
        ("methotrexate", WEEKLY, False),
    ],
)
def test_how_often_is_compared_with_what_is_printed(drug: str, frequency: Frequency, warned: bool) -> None:
    found = said(start(drug, amount("25", frequency)))
    assert (C.FREQUENCY in codes(found, GuardLevel.WARN)) is warned


def test_how_often_azathioprine_is_taken_binds_at_the_start_only() -> None:
    treatment = record(course("azathioprine", 0))
    change = ChangeDose(course="azathioprine@0", on=on(10), dose=amount("50", TWICE))
    assert C.FREQUENCY not in codes(said(change, treatment))


def test_how_often_not_known_is_said_and_one_dose_compared() -> None:
    found = said(start("azathioprine", amount("60", Frequency.NOT_RECORDED)))
    assert "one dose at a time" in the(found, C.NOT_CHECKED).text
    assert "60 mg at a time is above the printed start of 50 mg a day" in the(found, C.ABOVE_START).text


def test_a_large_dose_at_long_intervals_is_held_to_the_limit_of_the_span() -> None:
    found = said(start("methotrexate", amount("50", Frequency.EVERY_2_WEEKS)))
    assert "50 mg at a time is above the printed 25 mg a week" in the(found, C.ABOVE_RANGE).text


def test_a_dose_not_recorded_is_said() -> None:
    finding = the(said(start("azathioprine", amount(None))), C.NOT_CHECKED)
    assert (finding.level, "dose not recorded" in finding.text) == (GuardLevel.NOTE, True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (amount("5", DAILY, DoseUnit.MILLILITRE), "in mL"),
        (amount("5", DAILY, DoseUnit.UNIT), "in units"),
        (amount("5", DAILY, MG, PER_M2), "per m²"),
    ],
)
def test_a_dose_that_cannot_be_compared_is_a_warning(given: DosePeriod, words: str) -> None:
    finding = the(said(start("azathioprine", given)), C.NOT_CHECKED)
    assert (finding.level, words in finding.text) == (GuardLevel.WARN, True)


@pytest.mark.parametrize(
    "drug", ["ciclosporin", "tacrolimus", "rituximab", "cyclophosphamide", "abatacept", "tocilizumab"]
)
def test_where_no_dose_is_printed_none_is_made_up(drug: str) -> None:
    found = said(start(drug, amount("3", Frequency.AS_TEXT)))
    assert "consult specialist" in the(found, C.NO_PRINTED_DOSE).text
    assert codes(found) & RANGE == set()
    assert not any("mg/kg" in finding.text for finding in found)


@pytest.mark.parametrize(
    ("drug", "route", "warned"),
    [
        ("methotrexate", Route.INTRAMUSCULAR, False),
        ("methotrexate", Route.SUBCUTANEOUS, False),
        ("methotrexate", Route.INTRAVENOUS, True),
        ("methotrexate", Route.NOT_RECORDED, False),
        ("azathioprine", Route.SUBCUTANEOUS, True),
        (PULSE, Route.ORAL, True),
    ],
)
def test_another_route_than_printed_is_a_warning(drug: str, route: Route, warned: bool) -> None:
    found = said(start(drug, amount("7.5", WEEKLY), route=route))
    assert (C.ROUTE in codes(found, GuardLevel.WARN)) is warned


def test_subcutaneous_immunoglobulin_is_not_held_to_the_dose_by_vein() -> None:
    found = said(start(IMMUNOGLOBULIN, amount("200", COURSE, GRAM), route=Route.SUBCUTANEOUS))
    assert codes(found) & RANGE == set()
    assert C.NO_PRINTED_DOSE in codes(found)


def test_a_first_dose_by_weight_is_asked_for_once_in_a_course_of_treatment() -> None:
    low = start("prednisolone", amount("10", day=100))
    assert C.BELOW_RANGE in codes(said(low, record(assessments=SEVERE)))
    again = record(course("prednisolone", 0, 50), assessments=SEVERE)
    assert C.BELOW_RANGE not in codes(said(low, again))
    in_remission = record(assessments=SEVERE, milestones=[milestone(MilestoneKind.REMISSION, 50)])
    assert C.BELOW_RANGE not in codes(said(low, in_remission))


@pytest.mark.parametrize(("milligrams", "noted"), [("4.9", False), ("5", True)])
def test_usual_maintenance_is_below_5_mg_in_remission(milligrams: str, noted: bool) -> None:
    treatment = record(
        course("prednisolone", 0),
        assessments=[strength(MrcGrade.FOUR)],
        milestones=[milestone(MilestoneKind.REMISSION, 5)],
    )
    change = ChangeDose(course="prednisolone@0", on=on(10), dose=amount(milligrams))
    assert (C.USUAL_MAINTENANCE in codes(said(change, treatment), GuardLevel.NOTE)) is noted


def test_usual_maintenance_says_nothing_before_remission() -> None:
    change = ChangeDose(course="prednisolone@0", on=on(10), dose=amount("20"))
    treatment = record(course("prednisolone", 0), assessments=NON_SEVERE)
    assert C.USUAL_MAINTENANCE not in codes(said(change, treatment))


def test_a_cream_has_no_systemic_dose() -> None:
    found = said(start("tacrolimus", amount("5000", basis=DoseBasis.FLAT), route=Route.TOPICAL))
    assert codes(found) == {C.ROUTE}
