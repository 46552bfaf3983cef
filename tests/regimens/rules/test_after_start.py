"""How somebody stood a time after a start: the window and the dose on both sides, and what was not measured."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.protocol.load import load as load_activity
from patients.rules.reasons import Truth
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, PatientStatus
from regimens.protocol.cohort import load_cohort
from regimens.rules.after_start import (
    OUTSIDE_THE_SHARE,
    ResponseFound,
    ResponseThen,
    SteroidThen,
    response_after,
    steroid_after,
    steroid_standing,
)
from regimens.rules.durations import Ending, Followed, drug_followed, months_after, spells
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.vocabulary import StopReason
from tests.factories import records as made
from tests.regimens.rules.build import PROTOCOL
from tests.regimens.rules.strategies import days, records
from tests.regimens.rules.test_properties import EXAMPLES, known_by, shuffled

SETTINGS = load_cohort().settings
WINDOW = SETTINGS.response_window_days
ACTIVITY = load_activity()
START = made.on(0)
DAY = months_after(START, 6)
TODAY = made.on(1000)
SICK = {
    "physician_global": Decimal(8),
    "patient_global": Decimal(8),
    "extramuscular_global": Decimal(5),
    "haq": Decimal(2),
    "mmt": Decimal(100),
    "mmt_maximum": 150,
    "enzymes": (Enzyme(EnzymeName.CK, Decimal(4000), "U/L", Decimal(200)),),
}
WELL = {
    **SICK,
    "physician_global": Decimal(0),
    "patient_global": Decimal(0),
    "haq": Decimal(0),
    "mmt": Decimal(150),
    "enzymes": (Enzyme(EnzymeName.CK, Decimal(100), "U/L", Decimal(200)),),
}
FOLLOWED = Followed(START, TODAY, False, Ending.STILL)


def seen(day: date, **measures: Any) -> Assessment:
    return made.assessment(day, **(measures or WELL))


def found(*rows: Assessment, followed: Followed = FOLLOWED, as_of: date = TODAY, **parts: Any) -> ResponseFound:
    treatment = made.treatment(made.course("methotrexate", 0), assessments=rows, **parts)
    return response_after(treatment, followed, 6, WINDOW, PROTOCOL, ACTIVITY, as_of)


BASELINE = made.assessment(0, **SICK)


def at(offset: int) -> date:
    return date.fromordinal(DAY.toordinal() + offset)


@pytest.mark.parametrize("offset", [-WINDOW, 0, WINDOW])
def test_an_assessment_in_the_window_counts(offset: int) -> None:
    answer = found(BASELINE, seen(at(offset)))
    assert (answer.then, answer.on, answer.definition) == (ResponseThen.MAJOR, at(offset), Truth.TRUE)


@pytest.mark.parametrize("offset", [-WINDOW - 1, WINDOW + 1])
def test_one_outside_the_window_does_not(offset: int) -> None:
    assert found(BASELINE, seen(at(offset))).then is ResponseThen.NOT_MEASURED


@pytest.mark.parametrize(("offsets", "nearest"), [((-10, 20), -10), ((-20, 10), 10), ((-10, 10), 10)])
def test_the_nearest_counts_and_of_two_the_later(offsets: tuple[int, int], nearest: int) -> None:
    assert found(BASELINE, *(seen(at(offset)) for offset in offsets)).on == at(nearest)


def test_one_that_a_score_can_rest_on_comes_first() -> None:
    poor = seen(at(0), haq=Decimal(1))
    assert found(BASELINE, poor, seen(at(-30))).on == at(-30)
    assert found(BASELINE, poor).then is ResponseThen.NOT_COMPARABLE


def test_without_an_assessment_at_the_start_there_is_nothing_to_compare_with() -> None:
    assert found(seen(at(0))).then is ResponseThen.NO_BASELINE


def test_no_change_is_no_response() -> None:
    answer = found(BASELINE, seen(at(0), **SICK))
    assert (answer.then, answer.partial, answer.definition) == (ResponseThen.NONE, False, Truth.FALSE)


def test_below_minimal_with_a_measure_missing_is_not_decided() -> None:
    unchanged = {name: value for name, value in SICK.items() if name != "enzymes"}
    assert found(BASELINE, seen(at(0), **unchanged)).then is ResponseThen.UNDECIDED


def test_a_lower_bound_says_so() -> None:
    better = {name: value for name, value in WELL.items() if name != "haq"}
    answer = found(BASELINE, seen(at(0), **better))
    assert answer.then in (ResponseThen.MODERATE, ResponseThen.MAJOR)
    assert answer.partial


@pytest.mark.parametrize(
    ("ended", "then"), [(-1, ResponseThen.ENDED_BEFORE), (0, ResponseThen.MAJOR), (1, ResponseThen.MAJOR)]
)
@pytest.mark.parametrize("ending", [Ending.STOPPED, Ending.NEXT_LINE])
def test_what_ended_before_the_day_is_said(ending: Ending, ended: int, then: ResponseThen) -> None:
    followed = Followed(START, at(ended), True, ending)
    assert found(BASELINE, seen(at(0)), followed=followed).then is then


@pytest.mark.parametrize(
    "followed",
    [
        Followed(START, at(-1), False, Ending.STILL),
        Followed(START, at(-100), True, Ending.STOPPED, StopReason.INEFFECTIVE),
        Followed(START, at(-100), False, Ending.STOPPED, StopReason.REMISSION),
        Followed(START, at(-100), True, Ending.NEXT_LINE),
        Followed(START, at(-100), False, Ending.LEFT),
    ],
    ids=lambda followed: f"{followed.ending}-{followed.event}",
)
def test_before_the_day_has_come_nothing_is_said_of_anybody(followed: Followed) -> None:
    """Early failures would else be weighed without those who began on the same day and are still on it."""
    rows = (BASELINE, seen(at(-5)))
    assert found(*rows, followed=followed, as_of=at(-1)).then is ResponseThen.NOT_COME
    assert found(*rows, followed=followed, as_of=DAY).then is not ResponseThen.NOT_COME


@pytest.mark.parametrize("as_of", [0, WINDOW])
def test_from_the_day_on_whoever_was_not_measured_belongs_to_the_denominator(as_of: int) -> None:
    answer = found(BASELINE, followed=Followed(START, at(as_of), False, Ending.STILL), as_of=at(as_of))
    assert answer.then is ResponseThen.NOT_MEASURED
    assert answer.then not in OUTSIDE_THE_SHARE


def drug_answer(stop: int | None, reason: StopReason | None, *rows: Assessment, **parts: Any) -> ResponseFound:
    """The response of methotrexate as the cohort asks for it; `stop`: days from the day 6 months after the start."""
    end = None if stop is None else (at(stop) - START).days
    course = made.course("methotrexate", 0, end, stop_reason=reason)
    treatment = made.treatment(course, assessments=(BASELINE, *rows), **parts)
    (spell,) = spells(treatment.courses, TODAY, SETTINGS.restart_days)
    followed = drug_followed(spell, treatment.patient.person, TODAY, load_cohort().stops_that_count)
    assert followed is not None
    return response_after(treatment, followed, 6, WINDOW, PROTOCOL, ACTIVITY, TODAY)


@pytest.mark.parametrize("reason", list(StopReason))
def test_a_stop_before_the_day_counts_as_on_the_survival_page(reason: StopReason) -> None:
    counts = reason in load_cohort().stops_that_count
    assert drug_answer(-1, reason).then is (ResponseThen.ENDED_BEFORE if counts else ResponseThen.ENDED_OTHERWISE)
    assert drug_answer(0, reason).then is ResponseThen.NOT_MEASURED


def test_a_stop_before_the_day_that_does_not_count_is_outside_the_share() -> None:
    assert ResponseThen.ENDED_OTHERWISE in OUTSIDE_THE_SHARE
    assert ResponseThen.ENDED_BEFORE not in OUTSIDE_THE_SHARE


@pytest.mark.parametrize("status", [status for status in PatientStatus if status is not PatientStatus.ACTIVE])
@pytest.mark.parametrize(("day", "then"), [(-1, ResponseThen.ENDED_OTHERWISE), (0, ResponseThen.NOT_MEASURED)])
def test_whoever_died_or_left_is_counted_alike_with_and_without_a_stop(
    status: PatientStatus, day: int, then: ResponseThen
) -> None:
    person = made.person(status=status, status_on=at(day))
    assert drug_answer(None, None, seen(at(20)), person=person).then is then
    assert drug_answer(day, StopReason.DIED, seen(at(20)), person=person).then is then


def test_remission_off_treatment_before_the_day_is_another_reason() -> None:
    followed = Followed(START, at(-1), False, Ending.OFF_TREATMENT)
    assert found(BASELINE, seen(at(0)), followed=followed).then is ResponseThen.ENDED_OTHERWISE


@pytest.mark.parametrize("ending", [Ending.STOPPED, Ending.NEXT_LINE, Ending.OFF_TREATMENT, Ending.LEFT])
@pytest.mark.parametrize(
    ("measured", "then"),
    [(20, ResponseThen.MAJOR), (21, ResponseThen.NOT_MEASURED), (WINDOW, ResponseThen.NOT_MEASURED)],
)
def test_an_assessment_after_the_end_is_not_credited(ending: Ending, measured: int, then: ResponseThen) -> None:
    followed = Followed(START, at(20), ending in (Ending.STOPPED, Ending.NEXT_LINE), ending)
    assert found(BASELINE, seen(at(measured)), followed=followed).then is then


def test_the_nearest_by_the_end_counts_and_not_a_nearer_one_after_it() -> None:
    followed = Followed(START, at(1), True, Ending.NEXT_LINE)
    assert found(BASELINE, seen(at(-30), **SICK), seen(at(2)), followed=followed).on == at(-30)


def test_an_assessment_of_a_later_day_is_not_seen() -> None:
    assert found(BASELINE, seen(at(5)), as_of=at(4)).then is ResponseThen.NOT_MEASURED
    assert found(BASELINE, seen(at(5)), as_of=at(5)).then is ResponseThen.MAJOR


def prednisolone(*doses: tuple[int, str | None], stop: int | None = None) -> Course:
    return made.course("prednisolone", 0, stop, doses=tuple(made.dose(amount, day) for day, amount in doses))


def steroid(*courses: Course, as_of: date = TODAY, **parts: Any) -> list[SteroidThen]:
    treatment = made.treatment(*courses, **parts)
    found = steroid_after(treatment, SETTINGS.steroid_months, SETTINGS.steroid_at_most, PROTOCOL, as_of)
    return [one.then for one in found]


@pytest.mark.parametrize(
    ("milligrams", "then"),
    [
        ("5", SteroidThen.MET),
        ("5.01", SteroidThen.ABOVE),
        ("0", SteroidThen.MET),
        (None, SteroidThen.UNKNOWN),
    ],
)
def test_exactly_the_dose_is_reached(milligrams: str | None, then: SteroidThen) -> None:
    assert steroid_standing(None if milligrams is None else Decimal(milligrams), SETTINGS.steroid_at_most) is then


def test_each_time_after_the_first_dose() -> None:
    three, six = ((months_after(START, months) - START).days for months in (3, 6))
    tapered = prednisolone((0, "60"), (three, "5"), (six, None))
    assert steroid(tapered) == [SteroidThen.MET, SteroidThen.UNKNOWN, SteroidThen.UNKNOWN, SteroidThen.UNKNOWN]
    late = prednisolone((0, "60"), (three + 1, "5"))
    assert steroid(late)[:2] == [SteroidThen.ABOVE, SteroidThen.MET]


def test_none_taken_any_more_is_reached() -> None:
    assert steroid(prednisolone((0, "60"), stop=80))[0] is SteroidThen.MET


def test_nobody_is_looked_at_beyond_the_day_or_the_leaving() -> None:
    course = prednisolone((0, "60"))
    three = months_after(START, 3)
    assert steroid(course, as_of=three)[:2] == [SteroidThen.ABOVE, SteroidThen.NOT_FOLLOWED]
    before = date.fromordinal(three.toordinal() - 1)
    assert steroid(course, as_of=before)[0] is SteroidThen.NOT_FOLLOWED
    gone = made.person(status=PatientStatus.DECEASED, status_on=before)
    assert set(steroid(course, person=gone)) == {SteroidThen.NOT_FOLLOWED}


def test_whoever_never_had_one_is_not_counted() -> None:
    assert steroid(made.course("methotrexate", 0)) == []


def everything(treatment: TreatmentRecord, day: date, start: date) -> tuple[object, ...]:
    followed = Followed(start, max(day, start), False, Ending.STILL)
    response = response_after(treatment, followed, 1, 20, PROTOCOL, ACTIVITY, day)
    return response, steroid_after(treatment, (0, 1), SETTINGS.steroid_at_most, PROTOCOL, day)


@EXAMPLES
@given(records, days, days, st.integers(0, 10_000))
def test_the_order_of_rows_has_no_meaning(treatment: TreatmentRecord, day: date, start: date, seed: int) -> None:
    assert everything(shuffled(treatment, seed), day, start) == everything(treatment, day, start)


@EXAMPLES
@given(records, days, days)
def test_nothing_after_the_day_changes_the_answer(treatment: TreatmentRecord, day: date, start: date) -> None:
    assert everything(known_by(treatment, day), day, start) == everything(treatment, day, start)
