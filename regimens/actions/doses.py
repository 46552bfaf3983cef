"""The doses of a course: what one is, and changing it from a day on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from patients.acting import explained
from patients.clock import today_in
from patients.entries import bump_version, store, supersede
from patients.errors import Refused
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from regimens.actions.guarded import keep, let_through
from regimens.facts import dose_record, treatment_records
from regimens.models import Course, DoseCheck, DosePeriod
from regimens.protocol.load import load
from regimens.rules import record
from regimens.rules.guard import guard
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.proposals import ChangeDose
from regimens.rules.raising import said_of_a_raise
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency, Weekday
from regimens.selectors import course_to_write

# A start or a dose change may be entered ahead, for a prescription that begins later; not as a plan for next year.
FURTHEST_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDose:
    """A dose as given. No amount means that the dose is not recorded; an amount always has its unit."""

    amount: Decimal | None = None
    unit: DoseUnit | None = None
    basis: DoseBasis = DoseBasis.FLAT
    frequency: Frequency = Frequency.NOT_RECORDED
    frequency_text: str = ""
    weekday: Weekday | None = None

    def period(self, on: date) -> record.DosePeriod:
        """The dose from a day on, as the rules read it."""
        return record.DosePeriod(
            id="",
            from_on=on,
            amount=self.amount,
            unit=self.unit,
            basis=self.basis,
            frequency=self.frequency,
            frequency_text=self.frequency_text,
            weekday=self.weekday,
        )


@transaction.atomic
@explained("override_reason")
def change_dose(
    *,
    by: Staff,
    course_id: int,
    on: date,
    dose: NewDose,
    note: str = "",
    version: int | None = None,
    override_reason: str = "",
    seen: Collection[str] | None = None,
    if_raised: Sequence[GuardFinding] = (),
    replaces: int | None = None,
    restates: bool = False,
) -> DosePeriod:
    """Adds a dose period from a day on, past the dose guard as `start_course` goes.

    `if_raised` is what another check says against a higher dose: treated as the guard's own unless the dose is known
    not to go up (raising.py). `version` is that of the course as it was read; None: whatever it is now. `replaces` is
    the dose of the same day that the person has seen and saves this one over; it stays in the history. `restates`: the
    dose that holds already is an entry of its own, as at a checkpoint of a taper. Raises NotFound, NotAllowed, Refused
    (no change, another dose of that day), StaleVersion, GuardStopped.
    """
    course = course_to_write(by, course_id, Permission.RECORD_TREATMENT)
    not_far_ahead(course.patient, on)
    if course.never_given:
        raise Refused("This drug was never given, so it has no dose.")
    if on < course.start_on:
        raise Refused("This day is before the course started.", "on")
    if course.stop_on is not None and on >= course.stop_on:
        raise Refused("The course had already stopped on that day.", "on")
    bump_version(course, version)
    if not restates:
        _check_change(course, on, dose)
    moment = timezone.now()
    old = _saved_over(course, on, replaces, by, moment)
    before = treatment_records([course.patient_id])[course.patient_id]
    period = store_dose(course, dose, on, by, note, replaces=old, at=moment)
    change = ChangeDose(course=str(course.pk), on=on, dose=dose.period(on))
    said = [
        *guard(before, load(), change, today_in(course.patient.clinic)),
        *said_of_a_raise(before, change, if_raised),
    ]
    keep(course, period, let_through(said, reason=override_reason, seen=seen), override_reason, by)
    return period


def not_far_ahead(patient: Patient, on: date) -> None:
    """Raises Refused for a day further ahead than anything is entered."""
    if on > today_in(patient.clinic) + FURTHEST_AHEAD:
        raise Refused(f"This day is more than {FURTHEST_AHEAD.days} days ahead. Check the year.", "on")


def _check_change(course: Course, on: date, dose: NewDose) -> None:
    """Raises Refused for the dose that holds on the day already."""
    rows = DosePeriod.objects.filter(course=course, from_on__lte=on).current()
    last = rows.order_by("from_on", "pk").last()
    if last is not None and replace(dose_record(last), id="", from_on=on, brand="") == dose.period(on):
        raise Refused(
            f"This is the dose that holds on {display_date(on)} already, so nothing would change. Change the amount or "
            "how often it is taken, or leave it as it is.",
            "on",
        )


def _saved_over(course: Course, on: date, replaces: int | None, by: Staff, moment: datetime) -> DosePeriod | None:
    """The dose of the same day, superseded with what was said of it, where it is the one that the person has seen."""
    same_day = DosePeriod.objects.filter(course=course, from_on=on).current().first()
    old = same_day if same_day is not None and same_day.pk == replaces else None
    if old is None:
        return None  # another dose of the day is refused by the row itself
    reason = "another dose of the same day was saved over it"
    supersede(old, by=by, reason=reason, at=moment)
    checks = DoseCheck.objects.filter(dose=old).current()
    checks.update(superseded_at=moment, superseded_by=by, superseded_reason=reason)
    return old


def store_dose(
    course: Course,
    dose: NewDose,
    on: date,
    by: Staff,
    note: str = "",
    *,
    replaces: DosePeriod | None = None,
    at: datetime | None = None,
) -> DosePeriod:
    """Writes one dose period. Raises Refused (amount without unit, not above 0, a second dose of that day)."""
    if dose.amount is not None and dose.unit is None:
        raise Refused("A dose needs its unit.", "unit")
    if dose.amount is not None and dose.amount <= 0:
        raise Refused("A dose is more than 0. To end the drug, stop the course.", "amount")
    return store(
        DosePeriod(
            course=course,
            from_on=on,
            amount=dose.amount,
            unit=dose.unit if dose.amount is not None and dose.unit else "",
            basis=dose.basis,
            frequency=dose.frequency,
            frequency_text=dose.frequency_text.strip(),
            weekday=dose.weekday or "",
            note=note.strip(),
            replaces=replaces,
            recorded_at=at or timezone.now(),
            recorded_by=by,
        )
    )
