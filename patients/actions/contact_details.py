"""Where a patient can be written to, whether they agreed to reminders, and the end that they put to them."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from patients.acting import explained
from patients.clock import day_in, today_in
from patients.entries import ALREADY_RECORDED, not_before_birth, not_in_future, store, supersede
from patients.errors import NotFound, Refused, StaleVersion
from patients.models import ContactDetails, Patient, ReminderOptOut, Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from patients.selectors import contact_details_for, patient_to_write


@transaction.atomic
def record_contact_details(
    *,
    by: Staff,
    patient_id: int,
    email: str,
    may_remind: bool,
    agreed_on: date | None,
    version: int,
) -> ContactDetails:
    """Puts new contact details in the place of the current ones.

    `version` is the id of the details that were in sight, 0 for none. Agreement needs the day on which it was given;
    after the patient ended reminders, that day or a later one.

    Raises NotFound, NotAllowed, Refused, StaleVersion.
    """
    patient = patient_to_write(by, patient_id, Permission.REGISTER_PATIENT)
    old = ContactDetails.objects.filter(patient=patient).current().select_related("opt_out").first()
    if (old.pk if old else 0) != version:
        raise StaleVersion(
            "Someone recorded other contact details while you were working on them. Nothing was saved: look at the "
            "current ones, then repeat your change.",
            old.pk if old else 0,
        )
    new = ContactDetails(
        patient=patient,
        email=email.strip(),
        may_remind=may_remind,
        agreed_on=agreed_on if may_remind else None,
        replaces=old,
        recorded_by=by,
    )
    _check_agreement(patient, new, old)
    if old is not None:
        if not _ended_on(old) and _said(old) == _said(new):
            raise Refused(ALREADY_RECORDED)
        new.recorded_at = supersede(old, by=by, reason="contact details changed")
    return store(new)


@transaction.atomic
@explained()
def withdraw_contact_details(*, by: Staff, entry_id: int, reason: str) -> ContactDetails:
    """Withdraws contact details entered in error; nobody is written to until new ones are recorded.

    Raises NotFound, NotAllowed, Refused.
    """
    row = contact_details_for(by).filter(pk=entry_id).first()
    if row is None:
        raise NotFound("No such entry among your patients, or it was already replaced or withdrawn.")
    patient_to_write(by, row.patient_id, Permission.REGISTER_PATIENT)
    supersede(row, by=by, reason=reason)
    return row


def stop_reminders(*, details: ContactDetails, now: datetime | None = None) -> ReminderOptOut:
    """The patient ends reminders to these details, by the link in one of them. Done twice it stays as it was."""
    opt_out, _ = ReminderOptOut.objects.get_or_create(details=details, defaults={"at": now or timezone.now()})
    return opt_out


def _check_agreement(patient: Patient, new: ContactDetails, old: ContactDetails | None) -> None:
    if not new.may_remind:
        return
    if not new.email:
        raise Refused("Enter the address that the reminders go to.", "email")
    if new.agreed_on is None:
        raise Refused("Enter the day on which the patient agreed.", "agreed_on")
    not_in_future(new.agreed_on, today_in(patient.clinic), "agreed_on")
    not_before_birth(patient, new.agreed_on, "agreed_on")
    ended_on = _ended_on(old) if old is not None else None
    if ended_on is not None and new.agreed_on < ended_on:
        raise Refused(
            f"The patient ended reminders on {display_date(ended_on)}. Enter the day on which they agreed anew.",
            "agreed_on",
        )


def _ended_on(details: ContactDetails) -> date | None:
    opt_out = getattr(details, "opt_out", None)
    return day_in(details.patient.clinic, opt_out.at) if opt_out is not None else None


def _said(details: ContactDetails) -> tuple[str, bool, date | None]:
    return details.email, details.may_remind, details.agreed_on
