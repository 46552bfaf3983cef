"""What ends in the clinic that hands a patient over: whose work the patient was, and the e-mails that were planned."""

from django.db import transaction
from django.db.models import Q

from monitoring.models import Assignment, Mail
from monitoring.rules.vocabulary import MailStatus
from monitoring.selectors.mail import NOT_SENT_YET
from patients.entries import supersede
from patients.models import Patient, Staff

HANDED_OVER = "handed over to another clinic"


@transaction.atomic
def end_work_of(*, by: Staff, patient: Patient) -> None:
    """Takes the patient's assignments away and drops the e-mails to or about them that have not been sent.

    The caller holds the lock on the patient and has checked that `by` may take them over; it has what is due looked at
    anew, under the schedule of the clinic that they go to.
    """
    for row in Assignment.objects.filter(patient=patient).current():
        supersede(row, by=by, reason=HANDED_OVER)
    waiting = Mail.objects.filter(
        Q(contact_details__patient=patient) | Q(alert__patient=patient), status__in=NOT_SENT_YET
    )
    waiting.update(status=MailStatus.CANCELLED, last_error="The patient was handed over to another clinic.")
