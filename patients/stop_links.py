"""The links by which patients end their reminders without signing in.

A link carries a signed number and nothing else: nobody can make one for another patient, and it says nothing about
this one. It does not expire, since an old e-mail must still be able to end them.
"""

from django.core import signing

from patients.models import ContactDetails

_SALT = "patients.reminders.stop"


def stop_token(details: ContactDetails) -> str:
    """What ends the reminders to these contact details."""
    return signing.dumps(details.pk, salt=_SALT)


def details_of(token: str) -> ContactDetails | None:
    """Whose reminders a token ends; None for one that was not made here.

    Details that were replaced since give the patient's current ones while the address is the same: whoever reads the
    mailbox wants no more of it. Once another address was recorded, an old link has nothing to end.
    """
    try:
        details_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    details = ContactDetails.objects.filter(pk=details_id).first()
    if details is None or details.superseded_at is None:
        return details
    now = ContactDetails.objects.filter(patient=details.patient_id, superseded_at__isnull=True)
    return now.filter(email__iexact=details.email).first()
