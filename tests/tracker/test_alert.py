"""The page of one alert: what it shows, and each step that a person takes on it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.models import Alert, AlertStep
from monitoring.rules.vocabulary import AlertGrade, AlertLevel, AlertStatus
from patients.models import Patient
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.forms.test_every_page import Controls
from tests.tracker.pages import query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

SAMPLED = date(2026, 5, 30)


@pytest.fixture(autouse=True)
def reconciled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    monkeypatch.setattr("tracker.views.alert.reconcile_soon", asked.append)
    return asked


def an_alert(client: Client, role: Role = Role.NURSE, **fields: Any) -> Alert:
    member = rows.a_member(role, password=None, first_name="Noor", last_name="Nurse")
    client.force_login(member)
    patient = rows.a_patient(member, family_name="Okafor", given_names="Ada", born=date(1968, 4, 5))
    return about_platelets(patient, **fields)


def about_platelets(patient: Patient, **fields: Any) -> Alert:
    rows.a_result(patient, "platelets", "260", date(2026, 3, 2), unit="10*9/L")
    result = rows.a_result(patient, "platelets", "130", SAMPLED, unit="10*9/L")
    return rows.an_alert(patient, result=result, on=SAMPLED, **fields)


def get(client: Client, alert: Alert) -> str:
    response = client.get(reverse("alert", args=[alert.pk]))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return text_of(response)


def post(client: Client, alert: Alert, step: str, version: int = 1, **typed: str) -> Any:
    return client.post(reverse("alert", args=[alert.pk]), {"step": step, "version": version, **typed})


def test_it_says_why_and_what_to_do_and_what_is_taken(client: Client) -> None:
    alert = an_alert(client, caveats=["Entered 3 days late"])
    rows.a_course(alert.patient, "methotrexate", date(2026, 1, 5), "15")
    page = get(client, alert)
    for words in (
        "OKAFOR, Ada (58 years",
        "Alert: platelets",
        "needs action",
        "platelets 130 ×10⁹/L: below 140 ×10⁹/L (sampled 30-May-2026)",
        "What to do: Consider pausing the drug.",
        "Entered 3 days late",
        "national guideline BSR/BHPR 2017",
        "methotrexate: 15 mg once a week, on Monday",
        "Opened: waits for the nurses 01-Jun-2026 at 10:00 by the software",
        "02-Mar-2026 260",
        "raised this alert",
    ):
        assert words in page, page


def test_a_level_is_shown_with_hours_and_brand_and_why_it_does_not_count(client: Client) -> None:
    member = rows.a_member(Role.NURSE, password=None)
    client.force_login(member)
    patient = rows.a_patient(member)
    rows.a_course(patient, "tacrolimus", date(2026, 1, 5))
    level = {"unit": "ng/mL", "hours_after_dose": Decimal(12), "brand": "Adoport"}
    result = rows.a_result(patient, "tacrolimus_level", "14", SAMPLED, **level)
    rows.a_result(patient, "tacrolimus_level", "30", date(2026, 5, 2), **{**level, "hours_after_dose": Decimal(4)})
    page = get(client, rows.an_alert(patient, result=result))
    assert "12 h" in page
    assert "Adoport" in page
    assert "not counted as a trough: taken 4 h after the dose" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_clinics_alert_is_not_found(client: Client, method: str) -> None:
    alert = an_alert(client)
    client.force_login(rows.a_member(password=None))
    assert getattr(client, method)(reverse("alert", args=[alert.pk])).status_code == 404
    assert getattr(client, method)(reverse("alert", args=[alert.pk + 999])).status_code == 404


def test_a_nurse_sees_it_holds_and_a_doctor_closes(client: Client, reconciled: list[int]) -> None:
    alert = an_alert(client)
    assert post(client, alert, "acknowledge").status_code == 302
    assert post(client, alert, "act", 2, action="hold", note="bruising").status_code == 302
    assert "Held by Noor Nurse as first aid: a doctor decides" in get(client, alert)
    client.force_login(rows.a_member(Role.DOCTOR, alert.patient.clinic, password=None))
    assert post(client, alert, "act", 3, action="hold", note="agreed").status_code == 302
    assert post(client, alert, "close", 4, reason="falls are over").status_code == 302
    assert "Open again" in get(client, alert)
    assert post(client, alert, "reopen", 5, reason="lower again").status_code == 302
    alert.refresh_from_db()
    assert (alert.status, alert.level, alert.version) == (AlertStatus.OPEN, AlertLevel.DOCTOR, 6)
    assert reconciled == [alert.patient_id] * 5


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"action": "repeat", "note": "again"}, "Say on which day the test is to be repeated."),
        ({"action": "repeat", "note": "again", "repeat_on": "31/05/2026"}, "The repeat lies in the past."),
        ({"action": "hold"}, "Say why, and what was agreed with whom."),
        ({"note": "why"}, "This is needed"),
        ({"action": "stop", "note": "low"}, "Select a valid choice."),
    ],
)
def test_a_slip_saves_nothing_and_keeps_what_was_typed(client: Client, typed: dict[str, str], words: str) -> None:
    alert = an_alert(client)
    response = post(client, alert, "act", **typed)
    assert response.status_code == 422
    page = text_of(response)
    assert words in page
    assert "This was not saved" in page
    assert typed.get("note", "") in response.content.decode()
    assert AlertStep.objects.count() == 1


def test_a_doctor_is_offered_everything_and_a_nurse_what_she_may(client: Client) -> None:
    alert = an_alert(client)
    page = get(client, alert)
    assert "only a doctor decides to continue unchanged, reduce the dose, stop the drug" in page
    assert "A doctor closes this alert" in page
    client.force_login(rows.a_member(Role.DOCTOR, alert.patient.clinic, password=None))
    page = get(client, alert)
    assert "only a doctor decides" not in page
    assert "Close the alert" in page


def test_somebody_who_records_nothing_only_reads(client: Client) -> None:
    alert = an_alert(client)
    client.force_login(rows.a_member(Role.ADMIN, alert.patient.clinic, password=None))
    page = get(client, alert)
    assert "You can read this alert" in page
    assert "I have seen it" not in page
    assert post(client, alert, "acknowledge").status_code == 403
    assert AlertStep.objects.count() == 1


@pytest.mark.parametrize("step", ["acknowledge", "act", "close", "reopen", "nonsense"])
def test_a_step_of_an_old_page_saves_nothing_and_shows_how_it_stands(client: Client, step: str) -> None:
    alert = an_alert(client, Role.DOCTOR)
    Alert.objects.update(version=4, level=AlertLevel.LEAD)
    response = post(client, alert, step, 3, action="stop", note="low", reason="done")
    assert response.status_code == 409
    assert "Nothing was saved: the alert has moved on" in text_of(response)
    assert "waits for the clinic lead" in text_of(response)
    assert AlertStep.objects.count() == 1


def test_what_was_typed_for_an_old_page_is_not_lost(client: Client) -> None:
    alert = an_alert(client, Role.DOCTOR)
    Alert.objects.update(version=4)
    response = post(client, alert, "act", 3, action="stop", note="platelets fell again")
    page = response.content.decode()
    assert "You had typed: platelets fell again. It is still in its form below." in text_of(response)
    assert "platelets fell again</textarea>" in page
    assert response.context["form"]["version"].value() == "4"
    assert "This was not saved" not in page  # nobody has asked to save it in sight of the alert as it stands
    Alert.objects.update(status=AlertStatus.CLOSED, closed_at=datetime(2026, 5, 31, tzinfo=UTC), version=5)
    gone = post(client, alert, "act", 4, action="stop", note="platelets fell again")
    assert gone.status_code == 409
    assert "You had typed: platelets fell again." in text_of(gone)
    assert "still in its form" not in text_of(gone)


def test_a_post_without_the_token_is_refused(client: Client) -> None:
    alert = an_alert(client)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alert.patient.recorded_by)
    assert post(strict, alert, "acknowledge").status_code == 403


@pytest.mark.parametrize("closed", [True, False])
def test_every_control_has_a_label_and_an_id_of_its_own(client: Client, closed: bool) -> None:
    gone = {"status": AlertStatus.CLOSED, "closed_at": datetime(2026, 5, 31, tzinfo=UTC)} if closed else {}
    alert = an_alert(client, Role.DOCTOR, grade=AlertGrade.LOOK, **gone)
    controls = Controls(client.get(reverse("alert", args=[alert.pk])).content.decode())
    assert [found for found in controls.ids if found not in controls.labelled] == []
    assert controls.ids
    assert len(controls.ids) == len(set(controls.ids))


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(client: Client, django_assert_num_queries: Any, patients: int) -> None:
    alert = an_alert(client)
    for _ in range(patients):
        about_platelets(rows.a_patient(alert.patient.recorded_by))
        rows.a_result(alert.patient, "platelets", "140", date(2026, 4, 1), unit="10*9/L")
    with django_assert_num_queries(query_budget("alert")):
        client.get(reverse("alert", args=[alert.pk]))
