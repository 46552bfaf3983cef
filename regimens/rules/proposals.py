"""What somebody means to do, before it is saved: checked by the dose guard, tried out in the sandbox, then written.

A proposal holds the same values as the entry that it becomes, so that what was shown is what is saved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from patients.rules.vocabulary import DatePrecision
from regimens.rules.record import Course, DosePeriod, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, Route, StopReason

# Ids of rows that are not saved yet. A saved row's id is a number, so the two never meet.
PROPOSED = "proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDrug:
    """Start a course on a day. `drug` is a catalogue id, or "" for a drug outside it, named by `drug_text`."""

    on: date
    drug: str
    role: CourseRole
    dose: DosePeriod
    drug_text: str = ""
    route: Route = Route.NOT_RECORDED
    precision: DatePrecision = DatePrecision.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDose:
    """Another dose of a course from a day on."""

    course: str
    on: date
    dose: DosePeriod


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDrug:
    """End a course; `on` is the first day without the drug."""

    course: str
    on: date
    reason: StopReason
    precision: DatePrecision = DatePrecision.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Taper:
    """A planned taper, which takes the place of the plan that the course has: (day, mg a day), 0 mg to stop."""

    course: str
    steps: tuple[tuple[date, Decimal], ...]


Proposal = StartDrug | ChangeDose | StopDrug | Taper


def begun_by(number: int) -> str:
    """The id of the course that the proposal at this place (from 1) starts, for those after it that are about it."""
    return f"{PROPOSED}-{number}"


def applied(record: TreatmentRecord, proposals: Iterable[Proposal]) -> TreatmentRecord:
    """The record as it would be, had the proposals been saved in this order. Raises KeyError for an unknown course."""
    courses = {course.id: course for course in record.courses}
    for number, proposal in enumerate(proposals, start=1):
        if isinstance(proposal, StartDrug):
            course = _begun(proposal, begun_by(number))
        else:
            course = _changed(courses[proposal.course], proposal, number)
        courses[course.id] = course
    return replace(record, courses=tuple(courses.values()))


def _begun(proposal: StartDrug, identity: str) -> Course:
    return Course(
        id=identity,
        drug=proposal.drug,
        drug_text=proposal.drug_text,
        role=proposal.role,
        route=proposal.route,
        start_on=proposal.on,
        start_precision=proposal.precision,
        doses=(replace(proposal.dose, id=f"{identity}-dose", from_on=proposal.on),),
    )


def _changed(course: Course, proposal: ChangeDose | StopDrug | Taper, number: int) -> Course:
    identity = f"{PROPOSED}-{number}"
    if isinstance(proposal, ChangeDose):
        period = replace(proposal.dose, id=f"{identity}-dose", from_on=proposal.on)
        return replace(course, doses=(*course.doses, period))
    if isinstance(proposal, StopDrug):
        return replace(course, stop_on=proposal.on, stop_precision=proposal.precision, stop_reason=proposal.reason)
    steps = tuple(TaperStep(f"{identity}-step-{step}", on, dose) for step, (on, dose) in enumerate(proposal.steps, 1))
    return replace(course, taper=steps)
