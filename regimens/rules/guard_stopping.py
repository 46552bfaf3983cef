"""What to know before a corticosteroid is stopped, or planned down to nothing: how long it was taken, and how much.

All daily corticosteroids count together and without a break. One that goes on beside the stopped one means that nothing
is stopped. The last dose is the higher one of what is recorded and what the taper plans: nobody may have taken a
planned step. A dose that is not known counts as high.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from patients.rules.reasons import Predicate, Truth
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.guard_subject import course_fact
from regimens.rules.proposals import StopDrug, Taper, applied
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.scene import scene_of
from regimens.rules.steroid_changes import in_pulses, was_taken
from regimens.rules.steroid_doses import steroid_levels, treated_since
from regimens.rules.vocabulary import StopReason

_DAY = timedelta(days=1)


def stopping_findings(
    record: TreatmentRecord, protocol: PathwayProtocol, proposal: StopDrug | Taper
) -> tuple[GuardFinding, ...]:
    """What to say about a stop, or about the step to 0 mg of a planned taper. `record` is without the proposal."""
    course = next((course for course in record.courses if course.id == proposal.course), None)
    if course is None or in_pulses(course, protocol):
        return ()
    if isinstance(proposal, StopDrug):
        unplanned = replace(record, courses=tuple(replace(each, taper=()) for each in record.courses))
        return _found(course, protocol, proposal.on, (record, unplanned), planned=False)
    stop_on = next((on for on, dose in sorted(proposal.steps) if dose == 0), None)
    if stop_on is None:
        return ()
    return _found(course, protocol, stop_on, (applied(record, [proposal]),), planned=True)


def _found(
    course: Course, protocol: PathwayProtocol, on: date, readings: tuple[TreatmentRecord, ...], *, planned: bool
) -> tuple[GuardFinding, ...]:
    if not was_taken(course, on - _DAY) or _still_given(course, protocol, on, readings[0]):
        return ()
    days, last = 0, Decimal(0)
    known = True
    for reading in readings:
        levels = steroid_levels(scene_of(reading, protocol, on - _DAY))
        since = treated_since(levels)
        if since is None:
            continue
        days = max(days, (on - levels[since].on).days)
        milligrams = levels[-1].milligrams
        known = known and milligrams is not None
        last = max(last, milligrams or Decimal(0))
    settings = protocol.file.taper
    if days <= settings.sudden_stop_after_days:
        return ()
    sudden = not known or last >= settings.sudden_stop_from
    return (_finding(course, protocol, (on, days, last if known else None), sudden=sudden, planned=planned),)


def _still_given(course: Course, protocol: PathwayProtocol, on: date, record: TreatmentRecord) -> bool:
    """Whether another daily corticosteroid goes on after the day."""
    after = applied(record, [StopDrug(course=course.id, on=on, reason=StopReason.PLANNED)])
    levels = steroid_levels(scene_of(after, protocol, on))
    return bool(levels) and levels[-1].given


def _finding(
    course: Course, protocol: PathwayProtocol, facts: tuple[date, int, Decimal | None], *, sudden: bool, planned: bool
) -> GuardFinding:
    on, days, last = facts
    name = protocol.drugs[course.drug].name if course.drug in protocol.drugs else course.drug_text or course.drug
    dose = "a dose that is not known" if last is None else f"{display_number(last)} mg of prednisolone a day"
    stop = "planned to stop" if planned else "stopped"
    words = f"used for {days} days without a break, {stop} on {display_date(on)} from {dose}"
    rule = "guard.steroid_sudden_stop" if sudden else "guard.steroid_stop_sick_days"
    fact = course_fact(course, name)
    truth = Truth.UNKNOWN if last is None else Truth.TRUE
    reason = protocol.because(rule, Predicate(words, truth, (fact,)))
    code, level = (GuardCode.SUDDEN_STOP, GuardLevel.WARN) if sudden else (GuardCode.SICK_DAYS, GuardLevel.NOTE)
    return GuardFinding(code, level, f"{name}: {words}: {reason.text}", (fact,), reason)
