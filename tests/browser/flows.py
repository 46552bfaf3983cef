"""Who stands at the beginning of the flows: a clinic, its people, and a patient who is treated as of today."""

from dataclasses import dataclass
from datetime import date, timedelta

from monitoring.actions import raise_alerts, reconcile
from patients.clock import today_in
from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import MrcGrade, MuscleGroup, Role
from regimens.models import Course
from regimens.rules.vocabulary import Route
from tests.factories import rows


@dataclass(frozen=True, slots=True)
class Ward:
    """One clinic on one day. `work_out` does what the worker does after each change."""

    clinic: Clinic
    doctor: Staff
    nurse: Staff
    admin: Staff
    patient: Patient
    today: date

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def work_out(self) -> None:
        reconcile(patient_ids=[self.patient.pk], as_of=self.today)
        raise_alerts([self.patient.pk], as_of=self.today)

    def course(self, drug: str) -> Course:
        return Course.objects.get(patient=self.patient, drug=drug)


def a_ward() -> Ward:
    """A woman on prednisolone and, for half a year, on methotrexate at target; immunoglobulin is late by days."""
    clinic = rows.a_clinic(name="Eastmoor Myositis Clinic")
    people = {
        role: rows.a_member(role, clinic, first_name=name, last_name="Example")
        for role, name in ((Role.DOCTOR, "Dora"), (Role.NURSE, "Nell"), (Role.ADMIN, "Ada"))
    }
    patient = rows.a_patient(people[Role.DOCTOR], family_name="Quillfeather", given_names="Linden")
    ward = Ward(clinic, people[Role.DOCTOR], people[Role.NURSE], people[Role.ADMIN], patient, today_in(clinic))
    rows.a_weight(patient, "70", ward.ago(180))
    measured = {"mmt": 110, "mmt_maximum": 150, "physician_global": 6}
    weakest = {"lowest_mrc": MrcGrade.FOUR.value, "lowest_mrc_group": MuscleGroup.PROXIMAL.value}
    rows.an_assessment(patient, ward.ago(180), ck="4200", **measured, **weakest)
    rows.a_course(patient, "prednisolone", ward.ago(180), dose="20")
    rows.a_course(patient, "methotrexate", ward.ago(178), "20")
    infused = rows.a_course(patient, "normal_immunoglobulin", ward.ago(33), route=Route.INTRAVENOUS.value)
    rows.an_infusion(infused, ward.ago(33), days=2, total=140, unit="g")
    rows.a_result(patient, "alt", "31", ward.ago(120), unit="U/L", upper_limit=40)
    ward.work_out()
    return ward
