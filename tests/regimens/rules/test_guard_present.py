"""A dose many times the present one, where no printed maximum holds it."""

from dataclasses import replace
from datetime import date

import pytest

from regimens.rules.guard_findings import GuardCode, GuardLevel
from regimens.rules.proposals import ChangeDose
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import CourseRole, DoseUnit, Frequency, Route, Weekday
from tests.regimens.rules.build import NON_SEVERE, course, dose, on, record
from tests.regimens.rules.guarding import DAILY, MG, PER_KG, TWICE, WEEKLY, amount, codes, said, start, the

C, UNKNOWN = GuardCode, Frequency.NOT_RECORDED


def asked(
    drug: str,
    before: DosePeriod,
    after: DosePeriod,
    *,
    weight: str | None = "70",
    text: str = "",
    role: CourseRole | None = None,
    route: Route = Route.ORAL,
    born: date = date(1970, 1, 1),
) -> bool:
    taken = course(drug, 0, doses=[before], text=text, role=role, route=route)
    treatment = record(taken, assessments=NON_SEVERE, weight=weight, born=born)
    found = said(ChangeDose(course=taken.id, on=after.from_on, dose=after), treatment)
    return C.TIMES_PRESENT in codes(found, GuardLevel.WARN)


@pytest.mark.parametrize(
    ("before", "after", "over"),
    [
        (dose("50", TWICE), amount("150", TWICE), False),
        (dose("50", TWICE), amount("150.1", TWICE), True),
        (dose("50", TWICE), amount("25", TWICE), False),
        (dose("70", WEEKLY), amount("30"), False),
        (dose("70", WEEKLY), amount("30.1"), True),
        (dose("1"), amount("1", DAILY, DoseUnit.GRAM), True),
        (dose("1", basis=PER_KG), amount("210"), False),
        (dose("1", basis=PER_KG), amount("211"), True),
        (dose("50", UNKNOWN), amount("150", UNKNOWN), False),
        (dose("50", UNKNOWN), amount("151", UNKNOWN), True),
        (dose(None), amount("300"), False),
        (dose("1", unit=DoseUnit.MILLILITRE), amount("4", DAILY, DoseUnit.MILLILITRE), True),
        (dose("1", unit=DoseUnit.MILLILITRE), amount("400"), False),
    ],
)
def test_more_than_three_times_the_present_dose_is_asked_about(
    before: DosePeriod, after: DosePeriod, over: bool
) -> None:
    assert asked("leflunomide", before, after) is over


@pytest.mark.parametrize(
    ("drug", "weight", "born", "over"),
    [
        ("ciclosporin", "70", date(1970, 1, 1), True),
        ("folic_acid", "70", date(1970, 1, 1), True),
        # A printed maximum holds these: per kg only with a weight, and none under 18.
        ("azathioprine", "70", date(1970, 1, 1), False),
        ("azathioprine", None, date(1970, 1, 1), True),
        ("azathioprine", "30", date(2015, 1, 1), True),
        ("mycophenolate_mofetil", None, date(1970, 1, 1), False),
        # Raised for a relapse, and their highest dose is known.
        ("prednisolone", None, date(1970, 1, 1), False),
        ("methylprednisolone", "70", date(1970, 1, 1), False),
    ],
)
def test_only_where_no_printed_maximum_holds_the_dose(drug: str, weight: str | None, born: date, over: bool) -> None:
    assert asked(drug, dose("5"), amount("50"), weight=weight, born=born) is over


def test_a_drug_in_words_is_asked_about_and_what_goes_on_the_skin_is_not() -> None:
    steps = dose("4"), amount("40")
    assert asked("", *steps, text="dexamethasone", role=CourseRole.CORTICOSTEROID)
    assert not asked("", *steps, text="dexamethasone", role=CourseRole.CORTICOSTEROID, route=Route.TOPICAL)


def test_both_doses_and_the_ratio_are_named() -> None:
    taken = course("ciclosporin", 0, doses=[dose("12.5", TWICE)])
    treatment = record(taken, assessments=NON_SEVERE)
    after = ChangeDose(course=taken.id, on=on(10), dose=amount("125", TWICE))
    finding = the(said(after, treatment), C.TIMES_PRESENT)
    words = "125 mg, twice a day is 10 times the present dose of 12.5 mg, twice a day"
    assert finding.text == f"ciclosporin: {words}"
    assert finding.reason.predicates[0].facts[0].id == taken.id
    odd = replace(after, dose=amount("37.6", TWICE))
    assert "just over 3 times the present dose" in the(said(odd, treatment), C.TIMES_PRESENT).text
    odd = replace(after, dose=amount("58.4", TWICE))
    assert "about 4.7 times the present dose" in the(said(odd, treatment), C.TIMES_PRESENT).text
    weekly = replace(after, dose=amount("700", WEEKLY, MG, weekday=Weekday.MONDAY))
    assert "700 mg, once a week, on Monday is 4 times" in the(said(weekly, treatment), C.TIMES_PRESENT).text


@pytest.mark.parametrize(("stop", "over"), [(None, True), (11, True), (10, True), (9, False)])
def test_a_start_is_compared_with_the_dose_taken_until_then(stop: int | None, over: bool) -> None:
    taken = course("ciclosporin", 0, stop, doses=[dose("12.5", TWICE)])
    found = said(start("ciclosporin", amount("125", TWICE)), record(taken, assessments=NON_SEVERE))
    assert (C.TIMES_PRESENT in codes(found)) is over


def test_the_first_dose_and_one_of_the_same_day_have_nothing_before_them() -> None:
    assert not asked("ciclosporin", dose("12.5", TWICE, day=10), amount("125", TWICE))
    assert C.TIMES_PRESENT not in codes(said(start("ciclosporin", amount("125", TWICE))))
