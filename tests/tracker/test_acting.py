"""Who acts, as the audit trail has it: in a page, the API, a task of a real worker and a command."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from knox.models import AuthToken
from rest_framework.test import APIClient

from monitoring import tasks
from monitoring.models import Alert
from patients.acting import NOBODY, Acting, acting, name_actor
from patients.models import Patient, Staff
from tests.factories.rows import a_clinic, a_course, a_member, a_patient, a_result
from tests.monitoring.workers import start_worker, wait_for
from tracker.acting import ActingMiddleware
from tracker.models import Event

TODAY = date(2026, 1, 20)


@pytest.fixture
def doctor(db: None) -> Staff:
    return a_member(password=None)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    return a_patient(doctor)


def events(table: str) -> list[Event]:
    return list(Event.objects.filter(subject=table).order_by("-id")[:3])


def in_page(client: Client, patient: Patient) -> Any:
    typed = {"on": "05/01/2026", "kilograms": "70.5", "centimetres": ""}
    return client.post(reverse("add_weight", args=[patient.pk]), typed)


def test_a_page_names_who_is_signed_in_and_the_page(patient: Patient, doctor: Staff) -> None:
    client = Client()
    client.force_login(doctor)
    assert in_page(client, patient).status_code == 302
    event = events("patients_weight")[0]
    assert (event.actor_id, event.origin) == (doctor.pk, "page add_weight")
    assert UUID(event.request_id)
    assert event.roles == f"doctor@{patient.clinic_id}"
    assert acting() == NOBODY


def test_two_people_after_one_another_on_one_connection(patient: Patient, doctor: Staff) -> None:
    nurse = a_member("nurse", patient.clinic, password=None)
    for staff in (doctor, nurse, doctor):
        client = Client()
        client.force_login(staff)
        client.post(
            reverse("add_weight", args=[patient.pk]),
            {"on": f"0{Event.objects.filter(subject='patients_weight').count() % 9 + 1}/01/2026", "kilograms": "70"},
        )
        assert events("patients_weight")[0].actor_id == staff.pk


def test_a_program_is_named_by_its_token_alone(patient: Patient, doctor: Staff) -> None:
    """Also where a browser's session of somebody else comes with it."""
    other = a_member(clinic=patient.clinic, password=None)
    token = AuthToken.objects.create(user=doctor)[1]
    for client in (APIClient(), APIClient()):
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        if events("patients_weight"):
            client.force_login(other)
        body = {"patient": patient.pk, "on": f"2026-01-0{1 + len(events('patients_weight'))}", "kilograms": "64.5"}
        answer = client.post("/api/v1/weights/", body, format="json")
        assert answer.status_code == 201, answer.content
        event = events("patients_weight")[0]
        assert (event.actor_id, event.origin) == (doctor.pk, "API weights-list")
        assert event.request_id


def test_whoever_is_named_inside_a_request_is_forgotten_after_it(doctor: Staff) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        assert acting() == Acting(origin="page health")
        name_actor(doctor.pk)
        assert acting().actor_id == doctor.pk
        return HttpResponse()

    request = RequestFactory().get(reverse("health"))
    request.user = AnonymousUser()
    ActingMiddleware(view)(request)
    assert acting() == NOBODY


def test_an_address_that_does_not_exist_is_not_repeated(doctor: Staff) -> None:
    """It could hold the token of a link."""
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(acting().origin)
        return HttpResponse()

    request = RequestFactory().get("/calendar/feed/secret-of-somebody")
    request.user = AnonymousUser()
    ActingMiddleware(view)(request)
    assert "secret" not in seen[0]


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    process = start_worker()
    yield
    process.terminate()
    process.wait(timeout=20)


@pytest.mark.servers
def test_a_task_of_a_real_worker_says_which_it_was(worker: None) -> None:
    patient = a_patient(a_member(password=None))
    a_course(patient, "methotrexate", TODAY, "10")
    a_result(patient, "alt", "400", TODAY, unit="U/L")
    tasks.reconcile_some.delay([patient.pk], TODAY.isoformat())
    wait_for(lambda: Alert.objects.filter(patient=patient).exists(), "the alert of a raised liver enzyme")
    event = events("monitoring_alert")[0]
    assert (event.actor_id, event.origin) == (None, "task monitoring.tasks.reconcile_some")
    assert event.request_id
    assert (event.patient_id, event.clinic_id) == (patient.pk, patient.clinic_id)
    assert event.database_user == settings.DATABASES["default"]["USER"]


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_command_says_which_it_was() -> None:
    clinic = a_clinic()
    name = connection.settings_dict["NAME"]
    urls = {
        variable: os.environ[variable].rpartition("/")[0] + f"/{name}"
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "add_staff", "ann", "--clinic", clinic.slug, "--role", "doctor"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **urls, "DJANGO_SETTINGS_MODULE": "tracker.settings"},
        input="a-long-enough-password-1\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    event = events("patients_staff")[0]
    assert (event.actor_id, event.origin) == (None, "command add_staff")
    assert event.database_user == settings.DATABASES["default"]["USER"]
