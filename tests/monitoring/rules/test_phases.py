import pytest

from monitoring.rules.doses import Change, DoseChange
from monitoring.rules.phases import next_due, phase_on
from tests.monitoring.rules.builders import START, after, protocol

STANDARD = protocol().profiles["standard"]
MONTHLY = protocol().profiles["standard_then_monthly"]


def increases(*weeks: int) -> list[DoseChange]:
    return [DoseChange(after(7 * week), Change.INCREASE) for week in weeks]


def weeks_done_on_time(changes: list[DoseChange], looks: int, first_week: int = 0) -> list[int]:
    """The weeks of the looks when each is done on the day it is due, knowing only increases that came before it."""
    weeks = [first_week]
    while len(weeks) < looks:
        last = after(7 * weeks[-1])
        known: list[DoseChange] = []
        due = next_due(STANDARD, START, known, last).due_on
        for change in changes:
            if change.on <= due:
                known.append(change)
                due = next_due(STANDARD, START, known, last).due_on
        weeks.append((due - START).days // 7)
    return weeks


def test_grampian_prints_these_weeks() -> None:
    assert weeks_done_on_time([], 11) == [0, 2, 4, 6, 10, 14, 18, 30, 42, 54, 66]


def test_an_increase_in_the_first_phase_prolongs_it() -> None:
    assert weeks_done_on_time(increases(4), 9) == [0, 2, 4, 6, 8, 10, 14, 18, 22]


def test_after_an_increase_two_weekly_for_six_weeks_then_the_phase_that_applies_by_then() -> None:
    assert weeks_done_on_time(increases(40), 13)[7:] == [30, 42, 44, 46, 58, 70]
    assert weeks_done_on_time(increases(10), 10) == [0, 2, 4, 6, 10, 12, 14, 16, 20, 32]


@pytest.mark.parametrize(
    ("day", "phase"), [(-5, "A"), (0, "A"), (41, "A"), (42, "B"), (125, "B"), (126, "C"), (4000, "C")]
)
def test_phases_meet_without_a_gap(day: int, phase: str) -> None:
    assert phase_on(STANDARD, START, [], after(day)).name == phase


@pytest.mark.parametrize(("day", "phase"), [(199, "C"), (200, "A"), (241, "A"), (242, "C")])
def test_a_restart_lasts_six_weeks(day: int, phase: str) -> None:
    change = DoseChange(after(200), Change.INCREASE)
    assert phase_on(STANDARD, START, [change], after(day)).name == phase


def test_increases_close_together_count_from_the_last() -> None:
    changes = [DoseChange(after(day), Change.INCREASE) for day in (200, 230)]
    assert phase_on(STANDARD, START, changes, after(271)).name == "A"
    assert phase_on(STANDARD, START, changes, after(272)).name == "C"


@pytest.mark.parametrize(
    ("last", "due"),
    [(None, 14), (0, 14), (13, 27), (20, 34), (42, 70), (41, 55), (126, 210), (125, 153), (300, 384)],
)
def test_the_next_counts_from_the_last_sample_early_or_late(last: int | None, due: int) -> None:
    assert next_due(STANDARD, START, [], None if last is None else after(last)).due_on == after(due)


def test_an_increase_after_the_last_sample_brings_the_next_one_nearer_and_never_farther() -> None:
    change = [DoseChange(after(200), Change.INCREASE)]
    nearer = next_due(STANDARD, START, change, after(190))
    assert (nearer.due_on, nearer.restart, nearer.phase.name) == (after(214), change[0], "A")
    sooner_anyway = next_due(STANDARD, START, change, after(120))
    assert (sooner_anyway.due_on, sooner_anyway.restart) == (after(148), None)


def test_monthly_for_ever() -> None:
    due = [next_due(MONTHLY, START, [], after(day)).due_on for day in (28, 42, 126, 4000)]
    assert due == [after(42), after(70), after(154), after(4028)]


def test_a_sample_on_the_day_of_the_increase_counts() -> None:
    change = [DoseChange(after(200), Change.INCREASE)]
    found = next_due(STANDARD, START, change, after(200))
    assert (found.due_on, found.counted_from, found.restart) == (after(214), after(200), None)
