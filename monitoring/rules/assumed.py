"""What a look ahead takes for granted: plans are carried out, and what is looked at is found normal."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.findings import DueFinding, ItemKind
from monitoring.rules.intervals import latest_assessment, pause_end
from monitoring.rules.record import MonitoringRecord, Result, RiskAssessment
from monitoring.rules.status import days_after
from monitoring.rules.vocabulary import RiskTier
from patients.rules.entry_order import entry_order
from patients.rules.record import PatientRecord
from regimens.rules.record import Course, DosePeriod, Infusion, TaperStep
from regimens.rules.vocabulary import DoseUnit, Frequency, StopReason

# The schedule asks only whether there is a value. The one value that it reads is eGFR, and for that 100 is normal.
_NORMAL = Decimal(100)


def as_planned(record: MonitoringRecord, from_on: date) -> MonitoringRecord:
    """The record as if every taper step planned for `from_on` or later is taken on its day; 0 mg ends the course."""
    courses = tuple(_tapered(course, from_on) for course in record.treatment.courses)
    return replace(record, treatment=replace(record.treatment, courses=courses))


def planned_steps(course: Course, from_on: date) -> list[TaperStep]:
    """The taper steps still ahead of a course that is given, in their order; none from its stop on."""
    if course.never_given:
        return []
    ahead = (step for step in course.taper if step.on >= max(from_on, course.start_on))
    until_stop = (step for step in ahead if course.stop_on is None or step.on < course.stop_on)
    return sorted(until_stop, key=lambda step: (step.on, entry_order(step.id)))


def answers(due: DueFinding, protocol: MonitoringProtocol, on: date) -> tuple[Result, ...]:
    """Results that answer the item on the day. None for an infusion or a risk review, which no result answers."""
    return _results(due.item, protocol, on)


def with_samples(record: MonitoringRecord, protocol: MonitoringProtocol, from_on: date) -> MonitoringRecord:
    """The record with the results of the samples that are on their way on the day, each by the day it was taken."""
    awaited = {
        (sample.item, sample.taken_on)
        for sample in record.samples_taken
        if sample.taken_on <= from_on < sample.until and sample.item in protocol.items
    }
    if not awaited:
        return record
    results = [one for item, taken_on in sorted(awaited) for one in _results(item, protocol, taken_on)]
    return replace(record, results=(*record.results, *results))


def with_assessment(record: MonitoringRecord, on: date) -> MonitoringRecord:
    """The record with the risk looked at on the day and found as it was."""
    last = latest_assessment(record, on)
    tier = RiskTier.STANDARD if last is None else last.tier
    return replace(record, risk=(*record.risk, RiskAssessment(f"assumed-risk-{on}", on, tier)))


def _results(item: str, protocol: MonitoringProtocol, on: date) -> tuple[Result, ...]:
    known = protocol.items[item]
    if not known.satisfied_by:
        return ()
    analytes = known.satisfied_by[0]
    hours = _hours_of_troughs(item, protocol) if known.kind is ItemKind.TROUGH else (None,)
    return tuple(
        Result(f"assumed-{analyte}-{on}-{number}", analyte, on, _NORMAL, text="assumed", hours_after_dose=after)
        for analyte in analytes
        for number, after in enumerate(hours)
    )


def with_infusions(record: MonitoringRecord, due: DueFinding, on: date) -> MonitoringRecord:
    """The record with the infusion given on the day in every course that asks for it."""
    asking = {driver.course.id for driver in (due.driver, *due.other_drivers)}
    given = Infusion(f"assumed-{due.item}-{on}", on)
    courses = tuple(
        replace(course, infusions=(*course.infusions, given)) if course.id in asking else course
        for course in record.treatment.courses
    )
    return replace(record, treatment=replace(record.treatment, courses=courses))


def turning_days(record: MonitoringRecord, protocol: MonitoringProtocol, from_on: date, until: date) -> list[date]:
    """The days after `from_on` on which what is recorded changes without any visit, in their order."""
    found: set[date | None] = {record.treatment.patient.person.status_on}
    for course in record.treatment.courses:
        found |= {course.start_on, course.stop_on, *(dose.from_on for dose in course.doses)}
        found |= {*(step.on for step in course.taper), *(infusion.first_on for infusion in course.infusions)}
    found |= _days_of_patient(record.treatment.patient)
    found |= {result.sampled_on for result in record.results}
    found |= _days_of_plan(record, protocol)
    return sorted(day for day in found if day is not None and from_on < day <= until)


def _days_of_plan(record: MonitoringRecord, protocol: MonitoringProtocol) -> set[date | None]:
    """The days on which something decided about the monitoring begins or ends."""
    days: set[date | None] = {assessment.on for assessment in record.risk}
    if protocol.assessment_holds_days is not None:
        days |= {days_after(assessment.on, protocol.assessment_holds_days + 1) for assessment in record.risk}
    for override in record.overrides:
        days |= {override.from_on, override.until}
    for pause in record.pauses:
        days |= {pause.from_on, pause_end(pause)}
    for waiver in record.waivers:
        days |= {waiver.made_on, waiver.until}
    return days | {shared.from_on for shared in record.shared_care}


def _days_of_patient(patient: PatientRecord) -> set[date | None]:
    days: set[date | None] = {*(weight.on for weight in patient.weights), *(height.on for height in patient.heights)}
    for condition in patient.conditions:
        days.add(condition.from_on)
        if condition.to_on is not None:
            days.add(days_after(condition.to_on, 1))
    return days


def _tapered(course: Course, from_on: date) -> Course:
    """The course with its plan carried out. A dose recorded for a step's own day stands; the last day has 0 mg."""
    recorded = {dose.from_on for dose in course.doses}
    steps = planned_steps(course, from_on)
    doses = tuple(_dose(step) for step in steps if step.on not in recorded)
    end = next((days_after(step.on, 1) for step in steps if step.milligrams_per_day <= 0), None)
    if end is None or (course.stop_on is not None and course.stop_on <= end):
        return replace(course, doses=(*course.doses, *doses))
    return replace(course, doses=(*course.doses, *doses), stop_on=end, stop_reason=StopReason.PLANNED)


def _dose(step: TaperStep) -> DosePeriod:
    return DosePeriod(
        f"assumed-{step.id}", step.on, step.milligrams_per_day, DoseUnit.MILLIGRAM, frequency=Frequency.PER_DAY_TOTAL
    )


def _hours_of_troughs(item: str, protocol: MonitoringProtocol) -> tuple[Decimal | None, ...]:
    """One sample time inside each window in which the level is a trough, whichever dose turns out to be taken."""
    windows = {
        window.hours_from
        for drug in protocol.drugs.values()
        for rule in drug.trough
        if rule.item == item
        for window in rule.windows
    }
    return tuple(sorted(windows))
