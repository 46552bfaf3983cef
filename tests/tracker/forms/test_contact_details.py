from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from patients.actions import record_contact_details, stop_reminders
from patients.models import ContactDetails
from tests.tracker.forms.conftest import World


def agreed(world: World, **changed: str) -> Any:
    typed = {"email": "reader@example.org", "may_remind": "on", "agreed_on": "05/04/2026", "version": "0", **changed}
    return world.post("contact_details", world.patient.pk, by=world.admin, **typed)


def test_an_address_and_an_agreement_are_recorded(world: World) -> None:
    response = agreed(world)
    assert response["Location"] == reverse("record", args=[world.patient.pk])
    details = ContactDetails.objects.get()
    assert (details.email, details.may_remind, details.agreed_on) == ("reader@example.org", True, date(2026, 4, 5))
    assert details.recorded_by == world.admin


def test_the_page_shows_what_is_recorded(world: World) -> None:
    agreed(world)
    text = world.get("contact_details", world.patient.pk).content.decode()
    assert 'value="reader@example.org"' in text
    assert "checked" in text
    details = ContactDetails.objects.get()
    assert reverse("withdraw_entry", args=[world.patient.pk, "contact_details", details.pk]) in text


def test_an_agreement_without_its_day_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(agreed(world, agreed_on=""), "agreed_on", "Enter the day on which the patient agreed.")


def test_what_is_no_address_is_kept_for_correction(world: World, refused: Callable[..., str]) -> None:
    assert 'value="reader at home"' in refused(agreed(world, email="reader at home"), "email", "valid email address")


def test_a_stale_page_shows_what_stands_now(world: World) -> None:
    agreed(world)
    response = agreed(world, email="other@example.org")
    assert response.status_code == 409
    text = response.content.decode()
    assert "reader@example.org, agreed to reminders on 05-Apr-2026" in text
    assert f'name="version" value="{ContactDetails.objects.get().pk}"' in text


def test_it_says_that_the_patient_ended_reminders(world: World) -> None:
    details = record_contact_details(
        by=world.nurse,
        patient_id=world.patient.pk,
        email="reader@example.org",
        may_remind=True,
        agreed_on=date(2026, 4, 5),
        version=0,
    )
    stop_reminders(details=details)
    text = world.get("contact_details", world.patient.pk).content.decode()
    assert "The patient ended reminders on 20-Nov-2026" in text
    assert "checked" not in text


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_clinics_patient_is_not_there(world: World, method: str) -> None:
    assert getattr(world, method)("contact_details", world.patient.pk, by=world.stranger).status_code == 404


def test_the_record_leads_here(world: World) -> None:
    page = world.get("record", world.patient.pk, by=world.nurse).content.decode()
    assert reverse("contact_details", args=[world.patient.pk]) in page
