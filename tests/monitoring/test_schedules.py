"""A clinic monitors by its own schedule, and never by none."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.facts import monitoring_records
from monitoring.protocol.load import load
from monitoring.rules.schedule import evaluate
from monitoring.schedules import _say_once, clinics_with_schedule, is_known, protocol_of
from monitoring.selectors import monitoring_of
from patients.models import Clinic
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.monitoring.rules.builders import START
from tracker.checks import clinics_monitor_by_known_schedules

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("chosen", "found"), [("", "bsr_2017"), ("bsr_2017", "bsr_2017"), ("risk_adaptive", "risk_adaptive")]
)
def test_the_clinics_own_schedule_or_the_default(chosen: str, found: str) -> None:
    assert protocol_of(Clinic(slug="ours", monitoring_schedule=chosen)).schedule_id == found
    assert is_known(chosen)


def test_a_schedule_that_is_gone_leaves_the_default_in_its_place_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    _say_once.cache_clear()
    clinic = Clinic(slug="ours", monitoring_schedule="bsr_1999")
    with caplog.at_level(logging.ERROR, logger="monitoring.schedules"):
        assert [protocol_of(clinic), protocol_of(clinic)] == [load(), load()]
    assert [record.getMessage() for record in caplog.records] == [
        "Clinic ours monitors by the schedule 'bsr_1999', which does not exist: the default schedule is used."
    ]


def test_what_is_due_follows_the_schedule_of_the_patients_clinic() -> None:
    doctor = rows.a_member(Role.DOCTOR, password=None)
    patient = rows.a_patient(doctor)
    Clinic.objects.filter(pk=patient.clinic_id).update(monitoring_schedule="risk_adaptive")
    patient.refresh_from_db()
    found = monitoring_of(doctor, patient, START)
    assert found.protocol_version == load(schedule="risk_adaptive").version
    assert found == evaluate(monitoring_records([patient.pk])[patient.pk], load(schedule="risk_adaptive"), START)


def test_a_system_check_names_the_clinics_whose_schedule_is_gone() -> None:
    for slug, schedule in (("one", ""), ("two", "risk_adaptive"), ("three", "bsr_1999")):
        Clinic.objects.create(name=slug, slug=slug, monitoring_schedule=schedule)
    assert [clinic.slug for clinic in clinics_with_schedule()] == ["three", "two"]
    (said,) = clinics_monitor_by_known_schedules(databases=["default"])
    assert said.id == "tracker.W004"
    assert "The clinic three monitors by the schedule 'bsr_1999'" in said.msg
    assert clinics_monitor_by_known_schedules(databases=None) == []


def test_every_page_names_the_schedule_of_ones_own_clinics(client: Client) -> None:
    clinic = rows.a_clinic(monitoring_schedule="risk_adaptive")
    client.force_login(rows.a_member(Role.NURSE, clinic, password=None))
    text = client.get(reverse("patient_list")).content.decode()
    assert load(schedule="risk_adaptive").version in text
    assert load().version not in text
