from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from patients.actions import correct_identity
from patients.models import Draft, Patient
from patients.rules.vocabulary import DatePrecision, Sex
from tests.factories.rows import a_patient
from tests.tracker.forms.conftest import World
from tests.tracker.pages import query_budget, text_of

BORN = {"born": date(1960, 3, 3), "born_precision": "year"}


@pytest.fixture
def world(world: World) -> World:
    Patient.objects.filter(pk=world.patient.pk).update(hospital_number="RX1", sex="female", **BORN)
    return world


def corrected(world: World, **changed: str) -> Any:
    typed = {
        "hospital_number": "RX1", "nhs_number": "", "family_name": "Married", "given_names": "Pat",
        "born": "about 1960", "sex": "female", "reason": "marriage certificate seen", "version": "1",
    }  # fmt: skip
    return world.post("correct_identity", world.patient.pk, by=world.admin, **typed | changed)


def test_a_new_name_is_saved_and_what_was_left_alone_stays(world: World) -> None:
    assert corrected(world)["Location"] == reverse("record", args=[world.patient.pk])
    world.patient.refresh_from_db()
    assert (world.patient.family_name, world.patient.version) == ("Married", 2)
    # The day that stands for the year is not moved to its middle by a form that shows the year alone.
    assert (world.patient.born, world.patient.born_precision) == (date(1960, 3, 3), "year")
    assert world.reconciled == [world.patient.pk]


@pytest.mark.parametrize(
    ("typed", "stored"), [("12/03/1961", (date(1961, 3, 12), "day")), ("1961", (date(1961, 7, 1), "year"))]
)
def test_a_birth_is_put_right(world: World, typed: str, stored: tuple[date, str]) -> None:
    assert corrected(world, born=typed).status_code == 302
    world.patient.refresh_from_db()
    assert (world.patient.born, world.patient.born_precision) == stored


def test_the_history_says_what_it_was_by_whom_and_why(world: World) -> None:
    corrected(world, sex="male", nhs_number="999 000 0018")
    text = text_of(world.get("patient_history", world.patient.pk))
    for words in ("family name", "Example", "Married", "NHS number", "female", "marriage certificate seen"):
        assert words in text
    assert "correction of who the patient is" not in text  # told once, by the change itself
    assert "MARRIED, Pat" in text


def test_the_page_shows_what_is_recorded_and_keeps_no_draft_of_it(world: World) -> None:
    text = world.get("correct_identity", world.patient.pk).content.decode()
    for value in ("RX1", "Example", "Pat", "about 1960"):
        assert f'value="{value}"' in text
    assert "alike_because" not in text
    assert corrected(world, family_name="Example", keep_draft="yes", draft_version="0").status_code in (204, 302)
    assert Draft.objects.get().typed["reason"] == ["marriage certificate seen"]


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"nhs_number": "999 000 0019"}, "nhs_number", "not a valid NHS number"),
        ({"reason": ""}, "reason", "This is needed"),
        ({"family_name": "Example"}, "", "Nothing differs from what is recorded"),
    ],
)
def test_a_refusal_stands_beside_its_field(
    world: World, refused: Callable[..., str], changed: dict[str, str], field: str, words: str
) -> None:
    assert 'value="RX1"' in refused(corrected(world, **changed), field, words)
    assert world.reconciled == []


def test_somebody_alike_is_shown_and_asked_about(world: World, refused: Callable[..., str]) -> None:
    there = a_patient(world.doctor, family_name="Married", given_names="Pat", **BORN)
    text = refused(corrected(world), "alike_because", "may be the same person")
    assert reverse("record", args=[there.pk]) in text
    assert 'name="alike_because"' in text
    refused(corrected(world, alike_because=""), "alike_because", "may be the same person")
    assert corrected(world, alike_because="a namesake").status_code == 302


def test_a_stale_page_shows_what_stands_now(world: World) -> None:
    correct_identity(
        by=world.doctor, patient_id=world.patient.pk, hospital_number="RX1", nhs_number="", given_names="Pat",
        family_name="Theirs", born=date(1960, 3, 3), born_precision=DatePrecision.DAY, sex=Sex.FEMALE,
        reason="passport seen", version=1,
    )  # fmt: skip
    response = corrected(world)
    assert response.status_code == 409
    rows = {row.label: (row.typed, row.now, row.differs) for row in response.context["compared"]}
    assert rows["Family name"] == ("Married", "Theirs", True)
    assert rows["Date of birth"] == ("about 1960", "03-Mar-1960", True)
    assert rows["Hospital number"] == ("RX1", "RX1", False)
    text = text_of(response)
    assert "THEIRS, Pat, born 03-Mar-1960, NHS no. not recorded, hospital no. RX1, entered by Dora Doctor" in text
    assert corrected(world, version="2").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_clinics_patient_is_not_there(world: World, method: str) -> None:
    assert getattr(world, method)("correct_identity", world.patient.pk, by=world.stranger).status_code == 404


def test_the_record_leads_here_and_the_page_keeps_its_budget(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for page in ("record", "record_background"):
        text = world.get(page, world.patient.pk, by=world.nurse).content.decode()
        assert reverse("correct_identity", args=[world.patient.pk]) in text
    client = world.client(world.nurse)
    with django_assert_num_queries(query_budget("correct_identity")):
        client.get(reverse("correct_identity", args=[world.patient.pk]))
