"""Recording results and putting them right. What is sampled, received and entered are three moments and stay apart."""

from collections.abc import Collection, Sequence
from datetime import date, time

from django.db import transaction

from monitoring.actions.result_checks import NewResult, Sample, ask_about, check_sample, checked, row_of
from monitoring.models import Result
from monitoring.models.result import ResultSource
from monitoring.selectors.record import results_for
from patients.acting import explained
from patients.entries import same_as, store_once, supersede
from patients.errors import NotFound, Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write


@transaction.atomic
def record_results(
    *,
    by: Staff,
    patient_id: int,
    sampled_on: date,
    values: Sequence[NewResult],
    sampled_at: time | None = None,
    received_on: date | None = None,
    source: str = ResultSource.HAND,
    seen: Collection[str] | None = None,
) -> list[Result]:
    """Records the values of one sample, all or none. Raises NotFound, NotAllowed, Refused naming the analyte.

    `seen` holds the fingerprints of the questions that the person was shown; a value far from the patient's last one,
    or beside another one of its test and day, raises GuardStopped until it is among them, and the transaction takes
    back what was stored. None: nobody is asked.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    sample = Sample(sampled_on=sampled_on, sampled_at=sampled_at, received_on=received_on, source=source)
    check_sample(patient, sample)
    if not values:
        raise Refused("Nothing was entered: record at least one result.")
    rows = [row_of(checked(value, sample, patient), sample, patient, by) for value in values]
    stored = [store_once(row, row.analyte) for row in rows]
    ask_about(stored, by=by, seen=seen)
    return stored


@transaction.atomic
@explained()
def correct_result(
    *,
    by: Staff,
    result_id: int,
    value: NewResult,
    sampled_on: date,
    reason: str,
    sampled_at: time | None = None,
    received_on: date | None = None,
    source: str = ResultSource.HAND,
    seen: Collection[str] | None = None,
) -> Result:
    """Puts another value, unit, day or source in the place of a result; the old row stays, with who, when and why.

    Both happen at one moment, so that at no moment both or neither is known. The analyte stays: a value entered at the
    wrong test is withdrawn and recorded anew. Raises NotFound, NotAllowed, Refused; GuardStopped as in record_results.
    """
    old = results_for(by).filter(pk=result_id).first()
    if old is None:
        raise NotFound("No such result among your patients, or it was already replaced or withdrawn.")
    patient = patient_to_write(by, old.patient_id, Permission.RECORD_MONITORING)
    if value.analyte != old.analyte:
        raise Refused("A correction is of the same test. Withdraw this result and record the other one.", "analyte")
    sample = Sample(sampled_on=sampled_on, sampled_at=sampled_at, received_on=received_on, source=source)
    check_sample(patient, sample)
    new = row_of(checked(value, sample, patient), sample, patient, by)
    if same_as(new).filter(pk=old.pk).exists():
        raise Refused("Nothing was changed. Enter what is right, or withdraw the result.")
    new.replaces = old
    new.recorded_at = supersede(old, by=by, reason=reason)
    stored = store_once(new, new.analyte)
    ask_about([stored], by=by, seen=seen)
    return stored
