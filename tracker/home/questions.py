"""The questions of the pathway that wait for a clinician, over all patients under care of some clinics.

A question is no row: it is worked out from the record, so each patient is evaluated. That takes a fixed number of
queries and about a millisecond a patient; the home page asks for it after it has been shown.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from patients.clock import today_in
from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus
from patients.seen import seen
from patients.selectors import patients_for
from regimens.facts import treatment_records
from regimens.protocol.load import load
from regimens.rules.pathway import evaluate
from regimens.rules.reviews import OpenQuestion, questions
from regimens.rules.vocabulary import PromptCode

_IN_ORDER = (
    PromptCode.DETERIORATION,
    PromptCode.STEROID_FAILED,
    PromptCode.ADEQUATE_TRIAL,
    PromptCode.SEVERITY_QUESTION,
    PromptCode.STEROID_DEPENDENCE,
    PromptCode.STEROID_ABOVE_TARGET,
    PromptCode.POSSIBLE_REMISSION,
)
"""What may harm by waiting comes first."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One question of one patient, as of the day in the patient's clinic."""

    patient: Patient
    as_of: date
    question: OpenQuestion


@dataclass(frozen=True, slots=True)
class WaitingQuestions:
    """The first of them, of `count`; `patients` have one or more, of `checked` under care."""

    shown: list[Waiting]
    count: int
    patients: int
    checked: int


def open_questions(staff: Staff, clinic_ids: Collection[int], most: int | None = None) -> WaitingQuestions:
    """The questions of the clinics' patients under care, the gravest first, then by name; at most so many are shown."""
    rows = list(patients_for(staff).filter(clinic__in=clinic_ids, status=PatientStatus.ACTIVE))
    records = treatment_records([patient.pk for patient in rows])
    protocol = load()
    found = []
    for patient in rows:
        record, as_of = records[patient.pk], today_in(patient.clinic)
        waiting = questions(record, evaluate(record, protocol, as_of)).open
        found += [Waiting(patient, as_of, question) for question in waiting]
    found.sort(key=lambda one: _IN_ORDER.index(one.question.prompt.code))  # stable: by name within each
    shown = found if most is None else found[:most]
    seen(one.patient.pk for one in shown)
    return WaitingQuestions(shown, len(found), len({one.patient.pk for one in found}), len(rows))
