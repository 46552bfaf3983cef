"""How much corticosteroid: on a day and in all, what is not known, pulses apart."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.as_of import latest
from patients.rules.record import Weight
from regimens.rules.doses import daily_milligrams
from regimens.rules.exposure import (
    CumulativePrednisolone,
    SteroidHistory,
    cumulative_prednisolone,
    prednisolone_on,
    weight_at_start,
)
from regimens.rules.record import Course, DosePeriod, Infusion, TaperStep, TreatmentRecord
from regimens.rules.steroid_changes import in_pulses
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, Route
from tests.regimens.rules.build import PROTOCOL, course, dose, on, record
from tests.regimens.rules.strategies import LAST_DAY, records

PULSES = "methylprednisolone_sodium_succinate"
GRAM = DoseUnit.GRAM


def history(treatment: TreatmentRecord, day: int) -> SteroidHistory:
    return SteroidHistory(treatment, PROTOCOL, on(day))


def taken(*courses: Course, first: int = 0, before: int = 100, weight: str | None = None) -> CumulativePrednisolone:
    treatment = record(*courses, weight=weight)
    start = weight_at_start(treatment.patient.weights, on(first), on(before))
    return cumulative_prednisolone(history(treatment, before), on(first), on(before), start)


def daily(treatment: TreatmentRecord, day: int) -> Decimal | None:
    return prednisolone_on(history(treatment, day), on(day)).milligrams


def infused(
    *infusions: tuple[int, str | None], stop: int | None = None, unit: DoseUnit = GRAM, doses: Iterable[DosePeriod] = ()
) -> Course:
    rows = tuple(
        Infusion(f"i{day}", on(day), 3, None if total is None else Decimal(total), None if total is None else unit)
        for day, total in infusions
    )
    return replace(course(PULSES, 0, stop, doses=doses, route=Route.INTRAVENOUS), infusions=rows)


def test_the_published_taper_example() -> None:
    """eTG for 75 kg: 75 mg for 6 weeks, then 5 mg less every 2 weeks; 25 mg is reached on day 168."""
    cuts = [dose(str(75 - 5 * cut), day=42 + 14 * (cut - 1)) for cut in range(1, 11)]
    prednisolone = course("prednisolone", doses=[dose("75"), *cuts])
    found = taken(prednisolone, before=168, weight="75")
    assert (found.milligrams, found.exact, found.per_kilogram) == (Decimal(9450), True, Decimal(126))
    assert found.words == "9450 mg"
    treatment = record(prednisolone)
    assert (daily(treatment, 41), daily(treatment, 42), daily(treatment, 167), daily(treatment, 168)) == (
        75,
        70,
        30,
        25,
    )
    assert taken(prednisolone, before=169).milligrams == 9475


def test_the_same_taper_as_a_plan() -> None:
    steps = tuple(TaperStep(f"t{cut}", on(42 + 14 * (cut - 1)), Decimal(75 - 5 * cut)) for cut in range(1, 11))
    assert taken(replace(course("prednisolone", doses=[dose("75")]), taper=steps), before=168).milligrams == 9450


@pytest.mark.parametrize(
    ("first", "before", "milligrams"),
    [(0, 0, 0), (0, 1, 40), (0, 10, 400), (0, 11, 420), (0, 30, 800), (0, 31, 800), (10, 20, 200), (20, 10, 0)],
)
def test_days_count_from_the_first_up_to_and_without_the_last(first: int, before: int, milligrams: int) -> None:
    prednisolone = course("prednisolone", 0, 30, doses=[dose("40"), dose("20", day=10)])
    assert taken(prednisolone, first=first, before=before).milligrams == milligrams


def test_nothing_is_taken_before_the_start_and_from_the_stop() -> None:
    treatment = record(course("prednisolone", 5, 9, doses=[dose("40", day=0)]))
    assert [daily(treatment, day) for day in (4, 5, 8, 9)] == [0, 40, 40, 0]


def test_corticosteroids_add_up_as_prednisolone() -> None:
    treatment = record(
        course("prednisolone", doses=[dose("10")]), course("methylprednisolone", 5, 8, doses=[dose("4", day=5)])
    )
    assert [daily(treatment, day) for day in (4, 5, 7, 8)] == [10, 15, 15, 10]
    assert taken(*treatment.courses, before=10).milligrams == 115


@pytest.mark.parametrize(
    ("given", "milligrams"),
    [
        (dose("10", Frequency.TWICE_DAILY), 20),
        (dose("10", Frequency.ALTERNATE_DAYS), 5),
        (dose("5000", unit=DoseUnit.MICROGRAM), 5),
        (dose("10", Frequency.AS_TEXT), None),
        (dose("10", Frequency.ONCE_WEEKLY), None),
        (dose(None), None),
        (dose("0.5", basis=DoseBasis.PER_KILOGRAM), 35),
        (dose("10", basis=DoseBasis.PER_SQUARE_METRE), None),
    ],
)
def test_doses_in_other_words(given: DosePeriod, milligrams: int | None) -> None:
    treatment = record(course("prednisolone", doses=[given]))
    assert daily(treatment, 3) == milligrams


def test_an_unknown_dose_makes_the_day_unknown_and_the_sum_a_lower_bound() -> None:
    prednisolone = course("prednisolone", doses=[dose("40", day=12), dose(None, day=20), dose("10", day=25)])
    treatment = record(prednisolone)
    assert [daily(treatment, day) for day in (0, 11, 12, 20, 25)] == [None, None, 40, None, 10]
    found = taken(prednisolone, before=30)
    assert (found.milligrams, found.unknown_days, found.exact) == (370, 17, False)
    assert found.words == "at least 370 mg; not known for 17 days"


def test_beside_an_unknown_dose_the_known_one_counts() -> None:
    outside = course("", text="deflazacort", start=2, stop=3, role=CourseRole.CORTICOSTEROID, doses=[dose("6", day=2)])
    found = taken(course("prednisolone", doses=[dose("10")]), outside, before=5)
    assert (found.milligrams, found.unknown_days) == (50, 1)
    assert found.words == "at least 50 mg; not known for 1 day"


def test_what_is_no_systemic_corticosteroid_that_was_taken_counts_nothing() -> None:
    on_the_skin = course("prednisolone", doses=[dose("10")], route=Route.TOPICAL)
    never = course("prednisolone", doses=[dose("10")], never_given=True)
    other = course("azathioprine", doses=[dose("100")])
    found = taken(on_the_skin, never, other)
    assert (found.milligrams, found.exact, found.words) == (0, True, "0 mg")


def test_pulses_are_counted_apart_from_the_infusions() -> None:
    """3 g of methylprednisolone are 3,750 mg of prednisolone (4 mg for 5 mg)."""
    pulses = infused((0, "3"), stop=3, doses=[dose("1", unit=GRAM)])
    treatment = record(pulses, course("prednisolone", 3, doses=[dose("60", day=3)]))
    assert [daily(treatment, day) for day in (0, 2, 3)] == [0, 0, 60]
    found = taken(*treatment.courses, before=13)
    assert (found.milligrams, found.pulses, found.total, found.exact) == (600, 3750, 4350, True)
    assert found.words == "600 mg, and 3750 mg in pulses"


@pytest.mark.parametrize(("before", "pulses"), [(0, 0), (1, 3750), (28, 3750), (29, 5000)])
def test_a_pulse_counts_whole_from_its_first_day(before: int, pulses: int) -> None:
    assert taken(infused((0, "3"), (28, "1")), before=before).pulses == pulses


def test_pulses_without_infusions_count_the_days_of_a_stopped_course() -> None:
    stopped = infused(stop=3, doses=[dose("1", unit=GRAM)])
    assert taken(stopped, before=10).pulses == 3750
    assert taken(stopped, before=2).words == "at least 0 mg; not known for 1 pulse"


@pytest.mark.parametrize(
    "pulses",
    [
        infused((0, None)),
        infused((0, "10"), unit=DoseUnit.MILLILITRE),
        infused(doses=[dose("1", unit=GRAM)]),
        infused(stop=3),
        infused(stop=3, doses=[dose("1", Frequency.PER_COURSE, unit=GRAM)]),
        replace(course("", text="a steroid", role=CourseRole.CORTICOSTEROID), route=Route.INTRAVENOUS, stop_on=on(3)),
    ],
)
def test_a_pulse_of_unknown_amount_is_said(pulses: Course) -> None:
    found = taken(pulses)
    assert (found.pulses, found.unknown_pulses, found.unknown_days, found.exact) == (0, 1, 0, False)


def test_by_vein_is_a_pulse_whatever_the_drug() -> None:
    assert in_pulses(course("methylprednisolone", route=Route.INTRAVENOUS), PROTOCOL)
    assert in_pulses(course(PULSES), PROTOCOL)
    assert not in_pulses(course("methylprednisolone", route=Route.ORAL), PROTOCOL)


def test_the_weight_at_the_start_is_the_latest_before_else_the_first_after() -> None:
    weights = [Weight("a", on(2), Decimal(80)), Weight("b", on(5), Decimal(70)), Weight("c", on(9), Decimal(60))]
    chosen = {day: weight_at_start(weights, on(day), on(9)) for day in (1, 2, 4, 5, 9)}
    assert {day: weight.id for day, weight in chosen.items() if weight} == {1: "a", 2: "a", 4: "a", 5: "b", 9: "c"}
    assert weight_at_start(weights, on(0), on(1)) is None


def test_per_kilogram_says_which_weight() -> None:
    found = taken(course("prednisolone", doses=[dose("40")]), before=10, weight="70")
    assert found.per_kilogram == Decimal("5.71")
    assert found.weight is not None
    assert found.weight.label == "70 kg, 01-Jan-2024"
    day = prednisolone_on(history(record(course("prednisolone", doses=[dose("40")]), weight="70"), 3), on(3))
    assert (day.per_kilogram, day.weight) == (Decimal("0.57"), found.weight)
    assert taken(course("prednisolone", doses=[dose("40")]), before=10).per_kilogram is None


def test_a_dose_per_kilogram_follows_the_weight() -> None:
    prednisolone = course("prednisolone", doses=[dose("0.5", basis=DoseBasis.PER_KILOGRAM)])
    weights = (Weight("a", on(2), Decimal(80)), Weight("b", on(4), Decimal(70)))
    treatment = record(prednisolone, weight=None)
    treatment = replace(treatment, patient=replace(treatment.patient, weights=weights))
    assert [daily(treatment, day) for day in (0, 2, 3, 4, 9)] == [None, 40, 40, 35, 35]


def day_by_day(treatment: TreatmentRecord, day: date) -> tuple[Decimal, int]:
    """The slow way: (known mg, unknown) of one day, straight from what a course's dose on a day is."""
    known, unknown = Decimal(0), 0
    for row in treatment.courses:
        counts = row.role is CourseRole.CORTICOSTEROID and row.route is not Route.TOPICAL and not row.never_given
        if not counts or in_pulses(row, PROTOCOL) or day < row.start_on or (row.stop_on and day >= row.stop_on):
            continue
        drug = PROTOCOL.drugs.get(row.drug)
        factor = drug.prednisolone_equivalence if drug else None
        amount = daily_milligrams(row, day, latest(treatment.patient.weights, day))
        if amount is None or factor is None:
            unknown = 1
        else:
            known += amount * factor
    return known, unknown


@given(records, st.integers(0, LAST_DAY), st.integers(0, LAST_DAY))
def test_the_sum_is_the_sum_of_the_days(treatment: TreatmentRecord, one: int, other: int) -> None:
    first, before = sorted((one, other))
    found = cumulative_prednisolone(history(treatment, LAST_DAY), on(first), on(before))
    each = [day_by_day(treatment, on(first) + timedelta(days=number)) for number in range(before - first)]
    assert found.milligrams == sum(known for known, _ in each)
    assert found.unknown_days == sum(unknown for _, unknown in each)
    known, unknown = day_by_day(treatment, on(before))
    assert prednisolone_on(history(treatment, LAST_DAY), on(before)).milligrams == (None if unknown else known)


@given(records, st.integers(0, LAST_DAY), st.integers(0, LAST_DAY), st.randoms(use_true_random=False))
def test_order_and_later_rows_change_nothing(treatment: TreatmentRecord, one: int, other: int, dice: Random) -> None:
    first, before = sorted((one, other))
    shuffled = replace(
        treatment,
        courses=tuple(
            replace(
                row,
                doses=tuple(dice.sample(row.doses, len(row.doses))),
                infusions=tuple(dice.sample(row.infusions, len(row.infusions))),
            )
            for row in dice.sample(treatment.courses, len(treatment.courses))
        ),
    )
    asked = [cumulative_prednisolone(history(each, before), on(first), on(before)) for each in (treatment, shuffled)]
    assert asked[0] == asked[1]
    later = replace(
        treatment,
        courses=tuple(
            replace(
                row,
                doses=tuple(each for each in row.doses if each.from_on <= on(before)),
                taper=tuple(each for each in row.taper if each.on <= on(before)),
                infusions=tuple(each for each in row.infusions if each.first_on <= on(before)),
                stop_on=row.stop_on if row.stop_on is not None and row.stop_on <= on(before) else None,
            )
            for row in treatment.courses
            if row.start_on <= on(before)
        ),
    )
    assert cumulative_prednisolone(history(later, before), on(first), on(before)) == asked[0]


@given(records, st.lists(st.integers(0, LAST_DAY), min_size=3, max_size=3))
def test_spans_add_up(treatment: TreatmentRecord, days: list[int]) -> None:
    first, middle, last = (on(day) for day in sorted(days))
    known = history(treatment, LAST_DAY)
    whole = cumulative_prednisolone(known, first, last)
    parts = cumulative_prednisolone(known, first, middle), cumulative_prednisolone(known, middle, last)
    assert whole.total == sum(part.total for part in parts)
    assert whole.unknown_days == sum(part.unknown_days for part in parts)
