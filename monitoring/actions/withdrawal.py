"""Taking back a result entered in error. Nothing is deleted: the row stays, with who and why."""

from django.db import transaction

from monitoring.models import Result
from monitoring.selectors import results_for
from patients.acting import explained
from patients.entries import supersede
from patients.errors import NotFound
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write


@transaction.atomic
@explained()
def withdraw_result(*, by: Staff, entry_id: int, reason: str) -> Result:
    """Withdraws one result. Raises NotFound, NotAllowed, Refused."""
    row = results_for(by).filter(pk=entry_id).first()
    if row is None:
        raise NotFound("No such result among your patients, or it was already replaced or withdrawn.")
    patient_to_write(by, row.patient_id, Permission.RECORD_MONITORING)
    supersede(row, by=by, reason=reason)
    return row
