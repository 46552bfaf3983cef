"""The map of the algorithm: this patient's path on it, each option with its reasons, and nobody else's patient."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Patient, Staff
from patients.rules.vocabulary import Role, Subtype
from regimens.protocol.load import load
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def shown(client: Client, patient: Patient, **query: str) -> str:
    response = client.get(reverse("algorithm_map", args=[patient.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def node_of(page: str, rung: str, name: str) -> str:
    """The markup of one option on one rung."""
    step = page.split(f'data-step="{rung}"')[1].split("data-step=")[0]
    return step.split(f'data-node="{name}"')[1].split("data-node=")[0]


def test_shows_every_rung_and_what_this_patient_did_there(client: Client, doctor: Staff) -> None:
    page = shown(client, a_full_record(doctor))

    for rung in load().file.rungs:
        if rung.id != "adjunct":
            assert f'data-step="{rung.id}"' in page
    assert "ineffective" in node_of(page, "non_severe_1", "methotrexate")
    assert "running now" in node_of(page, "non_severe_1", "azathioprine")
    assert "not this patient’s group" in page.split('id="group-severe"')[1].split("</header>")[0]
    assert "this patient now" in page.split('id="group-non_severe"')[1].split("</header>")[0]


def test_each_option_opens_its_dose_reasons_and_sources_without_script(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    node = node_of(shown(client, patient), "non_severe_1", "methotrexate")

    assert "<details>" in node
    assert "7.5 mg once a week to start" in node
    assert "rung.non_severe_1" in node
    assert "published algorithm" in node
    assert re.search(rf'href="{reverse("record_treatment", args=[patient.pk])}#course-\d+"', node)


def test_tells_the_path_in_words(client: Client, doctor: Staff) -> None:
    words = text_of(client.get(reverse("algorithm_map", args=[a_full_record(doctor).pk])))

    assert "12-Jan-2026 methotrexate (line 1) started" in words
    assert "28-Apr-2026 methotrexate: ineffective: still weak at 15 mg" in words


def test_stands_for_the_day_asked_for(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)

    assert "running now" in node_of(shown(client, patient, as_of="2026-02-01"), "non_severe_1", "methotrexate")
    assert "28-Apr-2026" not in shown(client, patient, as_of="2026-02-01")


def test_says_when_the_algorithm_does_not_apply(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor, subtype=Subtype.INCLUSION_BODY_MYOSITIS.value)

    assert "This pathway does not apply" in shown(client, patient)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reads_it(client: Client, role: Role) -> None:
    member = rows.a_member(role)
    client.force_login(member)

    assert "Map of the algorithm" in shown(client, rows.a_patient(member))


def test_another_clinics_patient_is_not_found_and_nobody_reads_it_signed_out(client: Client, doctor: Staff) -> None:
    theirs = rows.a_patient(rows.a_member())
    address = reverse("algorithm_map", args=[theirs.pk])

    assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


def test_makes_as_many_queries_for_a_long_record_as_for_an_empty_one(client: Client, doctor: Staff) -> None:
    def queries(patient: Patient) -> int:
        shown(client, patient)
        with CaptureQueriesContext(connection) as captured:
            shown(client, patient)
        return len(captured)

    assert queries(rows.a_patient(doctor)) == queries(a_full_record(doctor)) == query_budget("algorithm_map")


def test_stands_for_what_was_known_on_a_day(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    Patient.objects.filter(pk=patient.pk).update(recorded_at="2026-01-05T12:00:00Z")
    patient.courses.filter(drug="azathioprine").update(recorded_at="2026-05-20T12:00:00Z")

    assert "running now" not in node_of(
        shown(client, patient, as_of="2026-05-10", known_on="2026-05-19"), "non_severe_1", "azathioprine"
    )
    assert "as the record was known on" in shown(client, patient, known_on="2026-05-19")
