"""What happened between a visit and a later day: each kind on both sides of either day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.protocol.load import load
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate
from patients.rules.vocabulary import ConditionKind
from regimens.rules.vocabulary import MilestoneKind
from tests.factories import records as make
from tracker.since_visit import SinceVisit, first_dose, last_visit, since_visit

VISIT, NOW = 100, 200
EDGES = pytest.mark.parametrize(
    ("day", "told"), [(VISIT - 1, False), (VISIT, False), (VISIT + 1, True), (NOW, True), (NOW + 1, False)]
)


def compared(record: MonitoringRecord, visit: int = VISIT, now: int = NOW) -> SinceVisit:
    then, today = (evaluate(record, load(), make.on(day)) for day in (visit, now))
    return since_visit(record, then, today, make.on(visit), make.on(now))


@EDGES
def test_courses_begun(day: int, told: bool) -> None:
    found = compared(make.monitoring(make.course(day=day)))
    assert bool(found.started) is told
    assert not found.ruled_out


@EDGES
def test_courses_stopped(day: int, told: bool) -> None:
    assert bool(compared(make.monitoring(make.course(day=0, stop=day))).stopped) is told


@EDGES
def test_a_drug_ruled_out_is_neither_started_nor_stopped(day: int, told: bool) -> None:
    found = compared(make.monitoring(make.never_given("azathioprine", day=day)))
    assert (bool(found.ruled_out), found.started, found.stopped) == (told, (), ())


@EDGES
def test_doses_of_a_running_course_with_the_one_before(day: int, told: bool) -> None:
    first, second = make.weekly("10", 0), make.weekly("15", day)
    found = compared(make.monitoring(make.course(day=0, doses=(second, first)))).doses
    assert [(change.before, change.after) for change in found] == ([(first, second)] if told else [])


def test_the_first_dose_of_a_course_begun_since_is_told_by_its_start() -> None:
    found = compared(make.monitoring(make.course(day=VISIT + 5, doses=(make.weekly("10", VISIT + 5),))))
    assert len(found.started) == 1
    assert found.doses == ()


@EDGES
def test_each_later_dose_of_a_course_begun_since_is_told_with_the_one_before(day: int, told: bool) -> None:
    first, second = make.dose("40", VISIT + 1), make.dose("35", day)
    found = compared(make.monitoring(make.course("prednisolone", VISIT + 1, doses=(second, first))))
    changes = [] if day <= VISIT + 1 or not told else [(first, second)]
    assert [(change.before, change.after) for change in found.doses] == changes


@pytest.mark.parametrize(("day", "told"), [(9, True), (10, True), (11, False)])
def test_the_first_dose_of_a_course_is_the_one_of_its_first_day(day: int, told: bool) -> None:
    dose = make.dose("40", day)
    course = make.course("prednisolone", 10, doses=(make.dose("30", 12), dose))
    assert first_dose(course) == (dose if told else None)


def test_a_dose_after_the_first_day_of_a_course_without_one_is_a_change_from_none_known() -> None:
    dose = make.dose("40", VISIT + 9)
    (change,) = compared(make.monitoring(make.course("prednisolone", VISIT + 5, doses=(dose,)))).doses
    assert (change.before, change.after) == (None, dose)


@EDGES
def test_steps_of_a_taper(day: int, told: bool) -> None:
    course = make.course("prednisolone", 0, doses=(make.dose("20", 0),), taper=make.taper((day, "10")))
    assert bool(compared(make.monitoring(course)).taper_steps) is told


def test_a_step_that_an_entered_dose_tells_of_or_that_came_after_the_stop_is_left_out() -> None:
    steps = make.taper((VISIT + 10, "10"))
    entered = make.course("prednisolone", 0, doses=(make.dose("20", 0), make.dose("10", VISIT + 10)), taper=steps)
    stopped = make.course("prednisolone", 0, stop=VISIT + 10, doses=(make.dose("20", 0),), taper=steps)
    assert compared(make.monitoring(entered)).taper_steps == ()
    assert compared(make.monitoring(stopped)).taper_steps == ()


@pytest.mark.parametrize(("entered_on", "told"), [(VISIT + 10, False), (NOW, False), (NOW + 1, True)])
def test_a_dose_entered_for_a_day_to_come_hides_no_step(entered_on: int, told: bool) -> None:
    doses = (make.dose("20", 0), make.dose("5", entered_on))
    course = make.course("prednisolone", 0, doses=doses, taper=make.taper((VISIT + 10, "10")))
    assert bool(compared(make.monitoring(course)).taper_steps) is told


@EDGES
def test_judgements_milestones_infusions_and_conditions(day: int, told: bool) -> None:
    course = make.course(outcomes=(make.outcome(day=day),), infusions=(make.infusion(day),))
    record = make.monitoring(
        course,
        milestones=(make.milestone(MilestoneKind.REMISSION, day),),
        conditions=(make.condition(ConditionKind.ILD, day), make.condition(ConditionKind.INFECTION, 0, until=day)),
        autoantibodies=(make.antibody(on=make.on(day)),),
        assessments=(make.assessment(day),),
    )
    found = compared(record)
    for name in ("outcomes", "infusions", "milestones", "conditions_begun", "conditions_ended", "antibodies"):
        assert bool(getattr(found, name)) is told, name
    assert bool(found.assessments) is told


@pytest.mark.parametrize(
    ("day", "told"), [(VISIT - 1, False), (VISIT, True), (VISIT + 1, True), (NOW, True), (NOW + 1, False)]
)
def test_a_result_of_the_visits_own_day_was_not_there_yet(day: int, told: bool) -> None:
    assert bool(compared(make.monitoring(results=(make.result(day=day),))).results) is told


def test_an_item_that_became_overdue_is_told_and_one_that_was_already_is_not() -> None:
    record = make.monitoring(make.course("methotrexate", 0, doses=(make.weekly("15", 0),)))
    at_first = {due.item for due in evaluate(record, load(), make.on(VISIT)).due if due.days_overdue > 0}
    in_the_end = {due.item for due in evaluate(record, load(), make.on(400)).due if due.days_overdue > 0}
    found = {due.item for due in compared(record, now=400).overdue}
    assert at_first
    assert found == in_the_end - at_first
    assert compared(record, visit=NOW, now=NOW + 1).overdue == ()


def test_nothing_in_an_empty_record() -> None:
    found = compared(make.monitoring())
    assert not any(getattr(found, name) for name in SinceVisit.__dataclass_fields__ if name not in ("since", "as_of"))


@pytest.mark.parametrize(("days", "visit"), [((), None), ((200,), None), ((10, 150, 199, 200, 250), 199)])
def test_the_last_visit_is_the_last_assessment_before_the_day(days: tuple[int, ...], visit: int | None) -> None:
    record = make.patient(assessments=tuple(make.assessment(day) for day in days))
    assert last_visit(record, make.on(NOW)) == (None if visit is None else make.on(visit))


@given(st.lists(st.integers(0, 300), max_size=8), st.integers(1, 150), st.integers(151, 300))
def test_two_stretches_tell_together_what_the_whole_tells(days: list[int], middle: int, end: int) -> None:
    """Nothing is lost or told twice by looking more often; a result of the middle day is told on both sides."""
    results = tuple(make.result(day=day) for day in days)
    courses = tuple(make.course(day=day) for day in days)
    record = make.monitoring(*courses, results=results)

    def told(since: date, as_of: date) -> SinceVisit:
        nothing = evaluate(make.monitoring(), load(), as_of)
        return since_visit(record, nothing, nothing, since, as_of)

    first, second = told(make.on(0), make.on(middle)), told(make.on(middle), make.on(end))
    whole = told(make.on(0), make.on(end))
    assert {*first.results, *second.results} == set(whole.results)
    assert sorted(each.id for each in (*first.started, *second.started)) == sorted(each.id for each in whole.started)
