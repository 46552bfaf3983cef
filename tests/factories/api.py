"""A clinic with one of everything, its staff, and a neighbour's staff, for tests of the API."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework.test import APIClient

from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows


@dataclass(frozen=True)
class Scene:
    """One patient with one row of each kind, and everyone who may or may not see them."""

    clinic: Clinic
    doctor: Staff
    nurse: Staff
    admin: Staff
    auditor: Staff
    stranger: Staff
    patient: Patient
    rows: dict[str, int]

    def sender(self, usually: str) -> Callable[..., Any]:
        """Posts a body to an address below `/api/v1/`, as this person unless `who` names another."""

        def send(address: str, who: str = usually, **body: Any) -> Any:
            return self.client(who).post(f"/api/v1/{address}", body, format="json")

        return send

    def client(self, who: str | None = "doctor") -> APIClient:
        client = APIClient()
        if who is not None:
            # Read anew: a request's member of staff remembers their roles.
            client.force_authenticate(Staff.objects.get(pk=getattr(self, who).pk))
        return client


def make_scene() -> Scene:
    clinic = rows.a_clinic()
    # Nobody here signs in with a password, and hashing one takes longer than a test.
    doctor, nurse, admin, auditor = (
        rows.a_member(role, clinic, username=f"api-{role}", password=None) for role in Role
    )
    patient = rows.a_patient(doctor, hospital_number="A1", family_name="Testcase", born=date(1968, 4, 5))
    return Scene(
        clinic=clinic,
        doctor=doctor,
        nurse=nurse,
        admin=admin,
        auditor=auditor,
        stranger=rows.a_member(Role.DOCTOR, username="api-stranger", password=None),
        patient=patient,
        rows={"clinics": clinic.pk, "patients": patient.pk} | make_rows(patient),
    )


def make_rows(patient: Patient) -> dict[str, int]:
    """One row of each kind for the patient: the id of each, by the name of its list."""
    course = rows.a_course(patient, start_on=date(2026, 1, 12), dose="15")
    made = {
        "weights": rows.a_weight(patient, "64.50", date(2026, 1, 12)),
        "heights": rows.a_height(patient, "165.0", date(2026, 1, 12)),
        "conditions": rows.a_condition(patient),
        "autoantibodies": rows.an_autoantibody(patient),
        "assessments": rows.an_assessment(patient, date(2026, 1, 12), "900", physician_global=Decimal("6.5")),
        "courses": course,
        "infusions": rows.an_infusion(course, date(2026, 2, 9)),
        "infusion-plans": rows.an_infusion_plan(course, date(2026, 3, 9)),
        "taper-decisions": rows.a_taper_decision(course, date(2026, 3, 2)),
        "milestones": rows.a_milestone(patient, on=date(2026, 5, 4)),
        "results": rows.a_result(patient, value="31", sampled_on=date(2026, 2, 2), unit="U/L"),
        "due-items": rows.a_due_item(patient, due_on=date(2026, 3, 2)),
        "snoozes": rows.a_snooze(patient, "full_blood_count", date(2026, 3, 10), date(2026, 3, 3)),
        "contacts": rows.a_contact(patient, date(2026, 3, 3)),
        "samples-taken": rows.a_sample_taken(patient, taken_on=date(2026, 3, 3), until=date(2026, 3, 10)),
        "not-needed": rows.a_not_needed(patient, "lipids", made_on=date(2026, 3, 3)),
        "assignments": rows.an_assignment(patient, patient.recorded_by),
        "risk-assessments": rows.a_risk_assessment(patient, date(2026, 1, 12)),
        "interval-overrides": rows.an_interval_override(patient, date(2026, 2, 9)),
        "shared-care": rows.shared_care(patient, from_on=date(2026, 1, 12)),
        "pauses": rows.a_pause(patient, date(2026, 2, 9)),
        "target-ranges": rows.a_target_range(patient),
        "alerts": rows.an_alert(patient),
    }
    return {name: row.pk for name, row in made.items()}
