"""What happened to a patient between a visit and a later day. Pure: the same record and findings give the same answer.

A dose, start or stop of the very day of the visit was that visit's own work and is left out; a result of a sample taken
that day was not there yet when the patient was seen, and is told.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.record import MonitoringRecord, Result
from patients.rules.entry_order import entry_order
from patients.rules.record import Assessment, Autoantibody, Condition, PatientRecord
from regimens.rules.record import Course, DosePeriod, Infusion, Milestone, Outcome, Review, TaperStep, TreatmentRecord

T = TypeVar("T")
Came = Callable[["date | None"], bool]


@dataclass(frozen=True, slots=True)
class DoseChange:
    """A dose that took the place of another; `before` is the one that it followed, None when none was known."""

    course: Course
    before: DosePeriod | None
    after: DosePeriod


@dataclass(frozen=True, slots=True)
class OfCourse(Generic[T]):
    """Something that belongs to a course: an outcome, an infusion, a step of its taper."""

    course: Course
    row: T


@dataclass(frozen=True, slots=True)
class SinceVisit:
    """Everything since a visit, each kind the latest first; `overdue` are items that have become so meanwhile."""

    since: date
    as_of: date
    results: tuple[Result, ...]
    started: tuple[Course, ...]
    stopped: tuple[Course, ...]
    ruled_out: tuple[Course, ...]
    doses: tuple[DoseChange, ...]
    taper_steps: tuple[OfCourse[TaperStep], ...]
    infusions: tuple[OfCourse[Infusion], ...]
    outcomes: tuple[OfCourse[Outcome], ...]
    milestones: tuple[Milestone, ...]
    assessments: tuple[Assessment, ...]
    conditions_begun: tuple[Condition, ...]
    conditions_ended: tuple[Condition, ...]
    antibodies: tuple[Autoantibody, ...]
    overdue: tuple[DueFinding, ...]
    answers: tuple[Review, ...]


def last_visit(patient: PatientRecord, as_of: date) -> date | None:
    """The last day before `as_of` on which the patient was assessed; None when there is none."""
    return max((each.on for each in patient.assessments if each.on < as_of), default=None)


def first_dose(course: Course) -> DosePeriod | None:
    """The dose with which a course began; None when none is recorded for its first day."""
    begun = (dose for dose in course.doses if dose.from_on <= course.start_on)
    return max(begun, key=lambda dose: (dose.from_on, entry_order(dose.id)), default=None)


def since_visit(
    record: MonitoringRecord, then: MonitoringFindings, now: MonitoringFindings, since: date, as_of: date
) -> SinceVisit:
    """What happened after `since`, up to and with `as_of`. `then` and `now` are what was due on these two days."""

    def came(on: date | None) -> bool:
        return on is not None and since < on <= as_of

    treatment, patient = record.treatment, record.treatment.patient
    begun = [course for course in treatment.courses if came(course.start_on)]
    given = [course for course in treatment.courses if not course.never_given]
    steps = [OfCourse(course, step) for course in given for step in _steps_taken(course, came, as_of)]
    cycles = [OfCourse(course, row) for course in given for row in course.infusions if came(row.first_on)]
    judged = [OfCourse(course, row) for course in treatment.courses for row in course.outcomes if came(row.on)]
    return SinceVisit(
        since=since,
        as_of=as_of,
        results=_latest((row for row in record.results if since <= row.sampled_on <= as_of), _sampled),
        started=_latest((course for course in begun if not course.never_given), _start),
        ruled_out=_latest((course for course in begun if course.never_given), _start),
        stopped=_latest(
            (course for course in given if came(course.stop_on)), lambda row: (row.stop_on, entry_order(row.id))
        ),
        doses=_latest(
            _dose_changes(treatment, came), lambda change: (change.after.from_on, entry_order(change.after.id))
        ),
        taper_steps=_latest(steps, lambda each: (each.row.on, entry_order(each.row.id))),
        infusions=_latest(cycles, lambda each: (each.row.first_on, entry_order(each.row.id))),
        outcomes=_latest(judged, lambda each: (each.row.on, entry_order(each.row.id))),
        milestones=_latest((row for row in treatment.milestones if came(row.on)), _on),
        assessments=_latest((row for row in patient.assessments if came(row.on)), _on),
        conditions_begun=_latest((row for row in patient.conditions if came(row.from_on)), _from_on),
        conditions_ended=_latest(
            (row for row in patient.conditions if came(row.to_on)), lambda row: (row.to_on, entry_order(row.id))
        ),
        antibodies=_latest(
            (row for row in patient.autoantibodies if came(row.on)), lambda row: (row.on, entry_order(row.id))
        ),
        overdue=_became_overdue(then, now),
        answers=_latest((row for row in treatment.reviews if came(row.on)), _on),
    )


def _steps_taken(course: Course, came: Came, as_of: date) -> Iterable[TaperStep]:
    """The steps that came while the course ran, but for those of which a dose entered up to the day tells."""
    entered = max((dose.from_on for dose in course.doses if dose.from_on <= as_of), default=date.min)
    for step in course.taper:
        running = course.stop_on is None or step.on < course.stop_on
        if came(step.on) and running and entered < step.on:
            yield step


def _dose_changes(treatment: TreatmentRecord, came: Came) -> Iterable[DoseChange]:
    """Every dose that came, but for the one with which a course began: its start tells that one."""
    for course in treatment.courses:
        before: DosePeriod | None = None
        for dose in sorted(course.doses, key=lambda dose: (dose.from_on, entry_order(dose.id))):
            if came(dose.from_on) and dose.from_on > course.start_on:
                yield DoseChange(course, before, dose)
            before = dose


def _became_overdue(then: MonitoringFindings, now: MonitoringFindings) -> tuple[DueFinding, ...]:
    """Items overdue now that were not, for this same due day, overdue then; the latest of all first."""
    late = {(due.item, due.occasion, due.due_on) for due in then.due if due.days_overdue > 0}
    found = [due for due in now.due if due.days_overdue > 0 and (due.item, due.occasion, due.due_on) not in late]
    return tuple(sorted(found, key=lambda due: (-due.days_overdue, due.name, due.occasion)))


def _latest(rows: Iterable[T], key: Callable[[T], Any]) -> tuple[T, ...]:
    return tuple(sorted(rows, key=key, reverse=True))


def _sampled(row: Result) -> tuple[date, str, str]:
    return row.sampled_on, row.analyte, row.id


def _on(row: Milestone | Assessment | Review) -> tuple[date, str]:
    return row.on, row.id


def _from_on(row: Condition) -> tuple[date, str]:
    return row.from_on, row.id


def _start(course: Course) -> tuple[date, str]:
    return course.start_on, course.id
