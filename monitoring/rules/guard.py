"""What of the baseline screen is missing for a drug that somebody means to start."""

from dataclasses import replace
from datetime import date

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules import wording
from monitoring.rules.findings import DriverFinding, DueFinding
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from monitoring.rules.schedule import evaluate
from patients.rules.reasons import Predicate, Truth
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel, in_order
from regimens.rules.proposals import StartDrug, applied
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import CourseRole, Route

_BASELINE = "baseline"
# No row has this id, saved or proposed.
ABOUT_TO_START = "about-to-start"


def baseline_findings(
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
    drug: str,
    on: date,
    route: Route = Route.NOT_RECORDED,
) -> tuple[GuardFinding, ...]:
    """One warning for each baseline item that the drug asks for and that is missing, or too old, on the day.

    Worked out by the schedule itself, for the record as it would be with the drug started: what the record page will
    call due is what is named here. Nothing for a drug without a monitoring file. Raises nothing on odd records.
    """
    if drug not in protocol.drugs:
        return ()
    started = about_to_start(record, drug, on, route)
    samples = Samples(record, protocol, on)
    asked = ((due, baseline_demand(due, ABOUT_TO_START)) for due in evaluate(started, protocol, on).due)
    return in_order(_missing(due, driver, samples) for due, driver in asked if driver is not None)


def about_to_start(record: MonitoringRecord, drug: str, on: date, route: Route) -> MonitoringRecord:
    """The record as it would be with a course of the drug from the day, under the id ABOUT_TO_START."""
    start = StartDrug(on=on, drug=drug, role=CourseRole.OUTSIDE_PATHWAY, dose=DosePeriod("", on), route=route)
    (course,) = applied(replace(record.treatment, courses=()), [start]).courses
    courses = (*record.treatment.courses, replace(course, id=ABOUT_TO_START))
    return replace(record, treatment=replace(record.treatment, courses=courses))


def baseline_demand(due: DueFinding, course_id: str) -> DriverFinding | None:
    """What a course asks for before its first dose, among all that ask for the item; None when it does not."""
    for driver in (due.driver, *due.other_drivers):
        if driver.phase == _BASELINE and driver.course.id == course_id:
            return driver
    return None


def _missing(due: DueFinding, driver: DriverFinding, samples: Samples) -> GuardFinding:
    last = samples.latest(due.item)
    words = wording.baseline_item(due.name, driver.reason.text, None if last is None else last[0])
    facts = () if last is None else (last[1],)
    reason = replace(driver.reason, predicates=(*driver.reason.predicates, Predicate(words, Truth.FALSE, facts)))
    return GuardFinding(GuardCode.BASELINE_SCREEN, GuardLevel.WARN, words, facts, reason)
