"""Planned against taken dose, day by day, and what it adds up to."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimens.rules.record import Course, DosePeriod, TaperStep
from regimens.rules.taper import A_YEAR, PlanVersion, Side, TaperStanding, planned_on, present_dose, taper_standing
from regimens.rules.vocabulary import DoseBasis, Frequency, Route
from tests.regimens.rules.build import PROTOCOL, course, dose, on, record


def steps(*pairs: tuple[int, str]) -> tuple[TaperStep, ...]:
    return tuple(TaperStep(f"step@{day}", on(day), Decimal(milligrams)) for day, milligrams in pairs)


def plan(made: int, *pairs: tuple[int, str], until: int | None = None) -> PlanVersion:
    return PlanVersion(f"plan@{made}", on(made), steps(*pairs), None if until is None else on(until))


def prednisolone(*doses: DosePeriod, plans: tuple[PlanVersion, ...] = (), stop: int | None = None) -> Course:
    now = next((version.steps for version in plans if version.until is None), ())
    return replace(course("prednisolone", stop=stop, doses=doses), taper=now)


def standing(one: Course, plans: tuple[PlanVersion, ...], day: int, *others: Course) -> TaperStanding:
    return taper_standing(record(one, *others), one, plans, PROTOCOL, on(day))


def told(found: TaperStanding) -> list[tuple[int, int, str, str, str]]:
    """(first day, day after, planned, taken, side) of each span."""
    return [
        ((span.from_on - on(0)).days, (span.before - on(0)).days, str(span.planned), str(span.taken), span.side.value)
        for span in found.spans
    ]


def test_a_step_that_nobody_recorded_is_behind_the_plan() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    found = standing(prednisolone(dose("20"), plans=plans), plans, 36)
    assert told(found) == [(0, 28, "20", "20", "as_planned"), (28, 37, "15", "20", "behind")]
    assert found.now is not None
    assert found.now.words == "plan 15 mg from 29-Jan-2024, recorded 20 mg: 9 days behind the plan"


def test_on_the_first_day_of_the_step_it_is_one_day() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    one = prednisolone(dose("20"), plans=plans)
    assert standing(one, plans, 27).now is None
    now = standing(one, plans, 28).now
    assert now is not None
    assert now.words.endswith("recorded 20 mg: 1 day behind the plan")


def test_recorded_on_its_day_it_is_as_planned() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    assert standing(prednisolone(dose("20"), dose("15", day=28), plans=plans), plans, 40).differences == ()


def test_a_lower_dose_than_planned_is_ahead() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    found = standing(prednisolone(dose("20"), dose("10", day=20), plans=plans), plans, 30)
    assert [(each.side, each.days) for each in found.differences] == [(Side.AHEAD, 11)]
    assert found.differences[0].words == "plan 15 mg from 29-Jan-2024, recorded 10 mg: 11 days ahead of the plan"


def test_steps_missed_one_after_another_are_one_stretch() -> None:
    plans = (plan(0, (0, "20"), (28, "15"), (56, "10"), (84, "0")),)
    now = standing(prednisolone(dose("20"), plans=plans), plans, 90).now
    assert now is not None
    assert (now.days, str(now.planned)) == (63, "0")
    assert now.words == "plan stop from 25-Mar-2024, recorded 20 mg: 63 days behind the plan"


def test_what_was_behind_and_caught_up_is_no_longer_so_now() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    found = standing(prednisolone(dose("20"), dose("15", day=35), plans=plans), plans, 60)
    assert [(each.days, each.now) for each in found.differences] == [(7, False)]
    assert found.now is None


def test_a_dose_that_is_not_known_is_said_so() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    found = standing(prednisolone(dose(None), plans=plans), plans, 30)
    assert [span.taken for span in found.spans] == [None, None]
    assert found.now is not None
    assert found.now.words == "plan 15 mg from 29-Jan-2024, dose not recorded: not known for 31 days"
    assert found.since_start.recorded.unknown_days == 30
    assert not found.since_start.recorded.exact


def test_each_day_is_held_against_the_plan_of_that_day() -> None:
    plans = (plan(0, (0, "20"), (28, "15"), until=28), plan(28, (0, "20"), (56, "15")))
    found = standing(prednisolone(dose("20"), plans=plans), plans, 60)
    assert told(found) == [(0, 56, "20", "20", "as_planned"), (56, 61, "15", "20", "behind")]


def test_between_two_plans_there_is_none() -> None:
    plans = (plan(0, (0, "20"), until=10), plan(20, (20, "15")))
    sides = [(span.days, span.side) for span in standing(prednisolone(dose("20"), plans=plans), plans, 24).spans]
    assert sides == [(10, Side.AS_PLANNED), (10, Side.NO_PLAN), (5, Side.BEHIND)]


def test_a_plan_entered_later_holds_from_its_first_step_and_a_second_one_from_its_making() -> None:
    first, second = plan(30, (10, "15"), until=40), plan(40, (10, "12.5"))
    assert planned_on((first, second), on(9)) is None
    assert planned_on((second, first), on(10)) == first.steps[0]
    assert planned_on((first, second), on(39)) == first.steps[0]
    assert planned_on((first, second), on(40)) == second.steps[0]


def test_a_stopped_course_ends_with_its_last_day() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    found = standing(prednisolone(dose("20"), plans=plans, stop=30), plans, 60)
    assert told(found)[-1][:2] == (28, 30)
    assert found.now is None
    assert found.today is None
    assert found.since_start.recorded.milligrams == 600


def test_other_corticosteroids_stand_beside_it_as_prednisolone() -> None:
    other = course("methylprednisolone", 10, doses=[dose("4", day=10)], route=Route.ORAL)
    found = standing(prednisolone(dose("20")), (), 12, other)
    assert [f"{each:.1f}" for span in found.spans for each in (span.taken, span.prednisolone) if each is not None] == [
        "20.0",
        "20.0",
        "20.0",
        "25.0",
    ]


def test_pulses_have_no_daily_dose() -> None:
    pulses = course("methylprednisolone_sodium_succinate", doses=[dose("1000")], route=Route.INTRAVENOUS)
    assert standing(pulses, (), 10).spans == ()


def test_a_dose_per_kilogram_follows_the_weight() -> None:
    found = standing(prednisolone(dose("1", basis=DoseBasis.PER_KILOGRAM)), (), 10)
    assert [span.taken for span in found.spans] == [70]


def test_the_example_of_75_kg_adds_up_to_9450_mg() -> None:
    """eTG: 75 mg for 6 weeks, then 5 mg less every 2 weeks; the tenth cut, to 25 mg, is at the end of week 24."""
    doses = [dose("75")] + [dose(str(75 - 5 * cut), day=42 + 14 * (cut - 1)) for cut in range(1, 11)]
    found = standing(prednisolone(*doses), (), 168)
    assert doses[-1].from_on == on(168)
    assert found.since_start.recorded.milligrams == Decimal(9450)
    assert found.since_start.recorded.exact
    assert not found.since_start.differ


@pytest.mark.parametrize(("day", "milligrams"), [(A_YEAR, 3650), (A_YEAR + 1, 3650), (A_YEAR + 100, 3650), (364, 3640)])
def test_the_last_year_is_365_days(day: int, milligrams: int) -> None:
    assert standing(prednisolone(dose("10")), (), day).last_year.recorded.milligrams == milligrams


def test_planned_steps_that_nobody_recorded_make_a_second_sum() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    found = standing(prednisolone(dose("20"), plans=plans), plans, 38)
    assert found.since_start.differ
    assert found.since_start.recorded.milligrams == 38 * 20
    assert found.since_start.with_planned_steps.milligrams == 28 * 20 + 10 * 15


def test_the_present_dose_counts_a_step_from_its_day_until_a_dose_is_recorded() -> None:
    plans = (plan(0, (28, "15")),)
    one = prednisolone(dose("20"), plans=plans)
    assert [present_dose(one, on(day), ()) for day in (27, 28)] == [20, 15]
    assert present_dose(replace(one, doses=(dose("20"), dose("30", day=28))), on(28), ()) == 30


_days = st.integers(0, 120)
_doses = st.lists(st.tuples(_days, st.sampled_from(["5", "7.5", "20", None])), max_size=5)
_steps = st.lists(st.tuples(_days, st.sampled_from(["0", "5", "10", "40"])), max_size=5, unique_by=lambda pair: pair[0])


@given(_doses, _steps, st.integers(0, 60), st.integers(0, 130))
def test_spans_cover_each_day_once_and_give_the_sum(
    taken: list[tuple[int, str | None]], planned: list[tuple[int, str]], made: int, day: int
) -> None:
    doses = tuple(
        replace(dose(amount, Frequency.ONCE_DAILY, day=at), id=f"{number}") for number, (at, amount) in enumerate(taken)
    )
    plans = (plan(made, *planned),)
    found = standing(prednisolone(*doses, plans=plans), plans, day)
    assert found.spans[0].from_on == on(0)
    assert found.spans[-1].before == on(day + 1)
    for before, after in zip(found.spans, found.spans[1:], strict=False):
        assert before.before == after.from_on
        assert (before.planned, before.taken, before.prednisolone) != (after.planned, after.taken, after.prednisolone)
    up_to = [(span, min(span.before, on(day))) for span in found.spans]
    known = sum(((end - span.from_on).days * span.taken for span, end in up_to if span.taken is not None), Decimal(0))
    missing = sum((end - span.from_on).days for span, end in up_to if span.taken is None)
    assert (found.since_start.recorded.milligrams, found.since_start.recorded.unknown_days) == (known, missing)
    assert sum(each.days for each in found.differences) == sum(
        span.days for span in found.spans if span.side not in (Side.AS_PLANNED, Side.NO_PLAN)
    )


@given(_doses, _steps, st.randoms())
def test_the_order_of_rows_has_no_meaning(
    taken: list[tuple[int, str | None]], planned: list[tuple[int, str]], random: Random
) -> None:
    doses = [replace(dose(amount, day=at), id=f"{number}") for number, (at, amount) in enumerate(taken)]
    first = plan(0, *planned)
    found = standing(prednisolone(*doses, plans=(first,)), (first,), 100)
    random.shuffle(doses)
    turned = replace(first, steps=tuple(reversed(first.steps)))
    again = standing(prednisolone(*doses, plans=(turned,)), (turned,), 100)
    assert (again.spans, again.differences, again.since_start) == (found.spans, found.differences, found.since_start)


def test_nothing_after_the_day_is_seen() -> None:
    plans = (plan(0, (0, "20"), (28, "15")),)
    one = prednisolone(dose("20"), dose("5", day=20), plans=plans)
    assert standing(one, plans, 19).spans == standing(replace(one, doses=one.doses[:1]), plans, 19).spans
    assert [step.on for step in standing(one, plans, 19).ahead] == [on(28)]
    assert standing(one, plans, 28).ahead == ()


def test_a_course_that_begins_later_has_no_spans() -> None:
    late = course("prednisolone", 10, doses=[dose("20", day=10)])
    assert standing(late, (), 9).spans == ()
    assert standing(late, (), 10).spans[0].before == on(10) + timedelta(days=1)
