"""Two clinics, three roles, one patient with a steroid and a methotrexate course, on a frozen day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.drafts import draft_at
from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import Role
from regimens.models import Course
from tests.factories.rows import a_clinic, a_course, a_member, a_patient

TODAY = date(2026, 11, 20)


@dataclass
class World:
    """What the tests of form pages start from."""

    clinic: Clinic
    doctor: Staff
    nurse: Staff
    admin: Staff
    stranger: Staff
    patient: Patient
    methotrexate: Course
    prednisolone: Course
    reconciled: list[int] = field(default_factory=list)

    def client(self, staff: Staff | None = None) -> Client:
        client = Client()
        client.force_login(staff or self.doctor)
        return client

    def get(self, page: str, /, *args: Any, query: str = "", by: Staff | None = None) -> Any:
        return self.client(by).get(reverse(page, args=args) + query)

    def post(self, page: str, /, *args: Any, query: str = "", by: Staff | None = None, **typed: Any) -> Any:
        return self.client(by).post(reverse(page, args=args) + query, typed)

    def save(self, page: str, /, *args: Any, query: str = "", by: Staff | None = None, **typed: Any) -> Any:
        """Sends the form, and once more, as a person does, when the dose guard has something to say first."""
        response = self.post(page, *args, query=query, by=by, **typed)
        if response.status_code != 200:
            return response
        assert response.context["guard"]
        return self.post(page, *args, query=query, by=by, **typed, seen=response.context["form"].data["seen"])

    def begin(self, *, by: Staff | None = None, **typed: Any) -> Any:
        """Types a course at the first step of starting one, past what the dose guard says.

        What was begun before is gone on with, as in the same window.
        """
        draft = draft_at(by or self.doctor, reverse("start_course", args=[self.patient.pk]))
        typed |= {"draft_version": str(draft.version)} if draft is not None else {}
        response = self.post("start_course", self.patient.pk, by=by, **typed)
        if response.status_code != 200:
            return response
        typed |= {"draft_version": str(response.context["keeping"].version)}
        seen = response.context["form"].data["seen"]
        return self.post("start_course", self.patient.pk, by=by, **typed | {"seen": seen})

    def confirm(self, *, by: Staff | None = None, **typed: Any) -> Any:
        """Opens the last step of starting a course and sends it as it stands, with what is typed besides."""
        page = self.get("start_course_confirm", self.patient.pk, by=by)
        sent = unseen_fields(page.context["form"])
        return self.post("start_course_confirm", self.patient.pk, by=by, **sent | typed)

    def start(self, *, by: Staff | None = None, **typed: Any) -> Any:
        """Starts a course from the first step to the last."""
        begun = self.begin(by=by, **typed)
        return self.confirm(by=by) if begun.status_code == 302 else begun


def unseen_fields(form: Any) -> dict[str, Any]:
    """What a form carries without showing it, as a browser sends it along."""
    return {bound.html_name: bound.value() for bound in form.hidden_fields() if bound.value() is not None}


def member(role: Role, clinic: Clinic | None = None, **fields: Any) -> Staff:
    """A member of staff signed in by the test client, for which hashing a password would only take time."""
    return a_member(role, clinic, password=None, **fields)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel("2026-11-20 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    clinic = a_clinic()
    doctor = member(Role.DOCTOR, clinic, first_name="Dora", last_name="Doctor")
    patient = a_patient(doctor, family_name="Example", given_names="Pat")
    world = World(
        clinic=clinic,
        doctor=doctor,
        nurse=member(Role.NURSE, clinic),
        admin=member(Role.ADMIN, clinic),
        stranger=member(Role.DOCTOR),
        patient=patient,
        methotrexate=a_course(patient, "methotrexate", dose="7.5"),
        prednisolone=a_course(patient, "prednisolone"),
    )
    monkeypatch.setattr("tracker.views.forms.page.reconcile_soon", world.reconciled.append)
    monkeypatch.setattr("tracker.views.forms.start_course_confirm.reconcile_soon", world.reconciled.append)
    return world


@pytest.fixture
def refused() -> Callable[..., str]:
    """Asserts that a page came back unsaved with this error at this field ("" for none); gives the page's text."""

    def check(response: Any, field_name: str, words: str) -> str:
        assert response.status_code == 422, response.content.decode()[:400]
        errors = response.context["form"].errors
        said = errors.get(field_name or "__all__", [])
        assert any(words in message for message in said), errors
        text = response.content.decode()
        assert "This was not saved" in text
        return text

    return check
