"""The treatment tab: what is taken, what was stopped, what was never given, what was declared."""

from datetime import date
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Staff
from patients.rules.vocabulary import DatePrecision
from regimens.rules.vocabulary import MilestoneKind, TaperChoice
from tests.factories import rows
from tests.tracker.pages import a_full_record, tab_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


shown = partial(tab_text, "record_treatment")


def test_active_stopped_and_never_given_drugs_are_never_mixed(client: Client, doctor: Staff) -> None:
    page = shown(client, a_full_record(doctor))
    active = page[page.index("Taken now") : page.index(" Stopped ", page.index("Taken now"))]
    rest = page[page.index(" Stopped ", page.index("Taken now")) :]
    stopped, never = rest.split("Considered and never given")[:2]
    assert "azathioprine" in active
    assert "prednisolone" in active
    assert "methotrexate" not in active
    assert "methotrexate stopped" in stopped
    assert "mycophenolate mofetil, 02-May-2026: declined by the patient" in never


def test_a_day_known_only_in_part_says_so(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    month = DatePrecision.MONTH.value
    course = rows.a_course(patient, "methotrexate", date(2026, 2, 15), "15", start_precision=month)
    rows.an_outcome(course, on=date(2026, 5, 15), precision=month)
    page = shown(client, patient)
    assert "about Feb-2026" in page
    assert "about May-2026" in page


def test_a_declared_remission_stands_here(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    milestone = rows.a_milestone(patient, MilestoneKind.REMISSION, date(2026, 5, 25), note="no weakness left")
    page = client.get(reverse("record_treatment", args=[patient.pk])).content.decode()
    assert f'id="milestone-{milestone.pk}"' in page
    assert "no weakness left" in page
    assert "no weakness left" not in shown(client, patient, as_of="2026-05-24")


def test_decisions_on_a_taper_stand_at_their_course(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    prednisolone = rows.a_course(patient, "prednisolone", date(2026, 1, 6), dose="60")
    decision = rows.a_taper_decision(prednisolone, date(2026, 5, 1), choice=TaperChoice.HOLD, reason="weaker since")
    page = client.get(reverse("record_treatment", args=[patient.pk])).content.decode()
    assert f'id="taper_decision-{decision.pk}"' in page
    assert "weaker since" in page


def test_entries_are_taken_back_only_while_correcting_today(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    course = patient.courses.get(drug="azathioprine")
    way = reverse("withdraw_entry", args=[patient.pk, "course", course.pk])
    address = reverse("record_treatment", args=[patient.pk])
    assert way not in client.get(address).content.decode()
    assert 'href="?correct=1"' in client.get(address).content.decode()
    assert way in client.get(address, {"correct": "1"}).content.decode()
    assert way not in client.get(address, {"correct": "1", "as_of": "2026-05-20"}).content.decode()
