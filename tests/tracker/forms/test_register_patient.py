from collections.abc import Callable
from datetime import date

from django.test import Client
from django.urls import reverse

from patients.models import Patient
from tests.factories.rows import a_clinic, a_patient, a_stranger
from tests.tracker.forms.conftest import World

TYPED = {
    "hospital_number": "RX1",
    "nhs_number": "999 000 0018",
    "family_name": "Newly",
    "given_names": "Ann",
    "born": "12/03/1960",
    "sex": "female",
    "subtype": "dermatomyositis",
}


def typed(world: World, **changed: str) -> dict[str, str]:
    return {"clinic": str(world.clinic.pk), **TYPED, **changed}


def test_a_patient_is_registered(world: World) -> None:
    response = world.post("register_patient", by=world.admin, **typed(world))
    patient = Patient.objects.get(hospital_number="RX1")
    assert response["Location"] == reverse("record", args=[patient.pk])
    assert (patient.clinic, patient.family_name, patient.nhs_number) == (world.clinic, "Newly", "9990000018")
    assert (patient.born, patient.born_precision, patient.recorded_by) == (date(1960, 3, 12), "day", world.admin)
    assert world.reconciled == [patient.pk]


def test_a_birth_known_only_by_its_year_says_so(world: World) -> None:
    assert world.post("register_patient", **typed(world, born="1960")).status_code == 302
    patient = Patient.objects.get(hospital_number="RX1")
    assert (patient.born, patient.born_precision) == (date(1960, 7, 1), "year")


def test_a_birth_may_be_unknown(world: World) -> None:
    assert world.post("register_patient", **typed(world, born="", nhs_number="")).status_code == 302
    assert Patient.objects.get(hospital_number="RX1").born is None


def test_a_wrong_check_digit_is_refused_and_everything_typed_stays(world: World, refused: Callable[..., str]) -> None:
    text = refused(
        world.post("register_patient", **typed(world, nhs_number="999 000 0019")),
        "nhs_number",
        "not a valid NHS number",
    )
    for value in ("RX1", "999 000 0019", "Newly", "Ann", "12/03/1960"):
        assert f'value="{value}"' in text
    assert '<option value="female" selected>' in text


def test_a_hospital_number_is_used_once_in_a_clinic(world: World, refused: Callable[..., str]) -> None:
    a_patient(world.doctor, hospital_number="RX1")
    refused(world.post("register_patient", **typed(world)), "hospital_number", "already used in this clinic")


def test_a_birth_in_the_future_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("register_patient", **typed(world, born="21/11/2026")), "born", "in the future")


def test_only_clinics_of_the_person_are_offered_and_taken(world: World, refused: Callable[..., str]) -> None:
    other = a_clinic(name="Elsewhere")
    assert "Elsewhere" not in world.get("register_patient").content.decode()
    refused(world.post("register_patient", **typed(world, clinic=str(other.pk))), "clinic", "Select a valid choice")


def test_a_person_without_a_clinic_may_not(world: World) -> None:
    assert world.get("register_patient", by=a_stranger()).status_code == 403


def test_a_person_not_signed_in_is_sent_to_sign_in(world: World) -> None:
    assert Client().get(reverse("register_patient")).status_code == 302
