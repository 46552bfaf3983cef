"""What recording a value would say, before it is recorded. The checks of the write itself, and nothing is written."""

from dataclasses import replace

from monitoring.actions.result_checks import NewResult, Sample, check_sample, checked, row_of
from monitoring.facts import result_record
from monitoring.protocol.load import load
from monitoring.rules.alerts import read_results
from monitoring.rules.entered import EnteredRemarks, entered_remarks
from monitoring.schedules import protocol_of
from monitoring.selectors.record import records_of
from monitoring.selectors.results import last_results, questions_on
from patients.clock import today_in
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_for, require

_ENTERED = "entered"  # no row has this id


def rehearse_result(*, by: Staff, patient_id: int, value: NewResult, sample: Sample) -> EnteredRemarks:
    """Everything to say of one value of a sample. Raises NotFound, NotAllowed, and Refused for what saving refuses."""
    patient = patient_for(by, patient_id)
    require(by, patient.clinic_id, Permission.RECORD_MONITORING)
    check_sample(patient, sample)
    row = row_of(checked(value, sample, patient), sample, patient, by)
    last = last_results(by, patient.pk, [row.analyte], up_to=row.sampled_on).get(row.analyte)
    entered = replace(result_record(row), id=_ENTERED)
    record = records_of(by, [patient])[patient.pk]
    record = replace(record, results=(*record.results, entered))
    (reading,) = read_results(record, protocol_of(patient.clinic), today_in(patient.clinic), [entered])
    before = None if last is None else result_record(last)
    return entered_remarks(entered, before, load().analytes[row.analyte], questions_on(by, [row]), reading)
