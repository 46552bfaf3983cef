"""The monitoring plan page: what is decided, what it comes to, what was ever decided, and who may change it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from monitoring.actions import (
    assess_risk,
    override_interval,
    pause_monitoring,
    resume_monitoring,
    set_target_range,
    share_care,
    withdraw_interval_override,
)
from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 6, 1)
LATER = TODAY + timedelta(days=60)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    return a_full_record(doctor)


def page(client: Client, patient: Patient) -> str:
    response = client.get(reverse("monitoring_plan", args=[patient.pk]))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return text_of(response)


def test_without_a_decision_it_says_what_was_looked_at(client: Client, patient: Patient) -> None:
    text = page(client, patient)
    assert "BSR/BHPR 2017 fixed schedule" in text
    assert "in force for every clinic that has chosen no other" in text
    assert "every interval is the schedule’s own" in text
    assert "The risk of this patient’s drugs was never judged" in text
    assert "No drug that is taken asks for a level" in text
    assert "Nothing that is asked for today is recorded as not needed" in text
    assert "Nothing was ever decided about this patient’s monitoring" in text
    assert "Monitoring is paused" not in text


def test_only_running_drugs_have_a_part_each_with_its_dates(client: Client, patient: Patient) -> None:
    text = page(client, patient)
    assert "Azathioprine Taken since 04-May-2026" in text
    assert "Methotrexate Taken since" not in text
    assert "Tests looked after by this clinic" in text
    markup = client.get(reverse("monitoring_plan", args=[patient.pk])).content.decode()
    assert 'data-value="full_blood_count"' in markup


def test_no_course_says_so(client: Client, doctor: Staff) -> None:
    assert "Looked at: every course of the record" in page(client, rows.a_patient(doctor))


def test_a_drug_that_the_protocol_does_not_know_says_so(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_course(patient, "", drug_text="gold salts")
    assert "The monitoring protocol does not know this drug" in page(client, patient)


def test_decisions_stand_with_author_reason_and_end(client: Client, doctor: Staff, patient: Patient) -> None:
    override_interval(
        by=doctor, patient_id=patient.pk, drug="azathioprine", interval_days=21, from_on=TODAY, until=LATER,
        reason="lymphocytes low",
    )  # fmt: skip
    share_care(
        by=doctor, patient_id=patient.pk, drug="azathioprine", monitored_by=MonitoredBy.GP, provider="Oak Lane",
        from_on=TODAY, note="letter sent",
    )  # fmt: skip
    assess_risk(by=doctor, patient_id=patient.pk, on=TODAY, tier=RiskTier.HIGH, factors="eGFR 48")
    set_target_range(
        by=doctor, patient_id=patient.pk, analyte="ciclosporin_level", from_on=TODAY, low=100, high=150, unit="ng/mL"
    )
    text = page(client, patient)
    assert "Azathioprine, everything repeated: every 21 days until 31-Jul-2026 in force" in text
    assert "ends in 60 days. Why: lymphocytes low. Entered 01-Jun-2026 at 10:00 by Dora Doctor" in text
    assert "every 21 days other than the schedule’s" in text
    assert "the general practice, Oak Lane, since 01-Jun-2026 shared care letter sent" in text
    assert "High risk, judged on 01-Jun-2026 Risk factors: eGFR 48" in text
    assert "Should lie in: 100 to 150 ng/mL, since 01-Jun-2026" in text


def test_a_pause_is_seen_on_the_plan_and_on_the_record(client: Client, doctor: Staff, patient: Patient) -> None:
    pause = pause_monitoring(by=doctor, patient_id=patient.pk, until=LATER, reason="in hospital", drug="azathioprine")
    text = page(client, patient)
    assert "Monitoring is paused: tests are not asked for Azathioprine, since 01-Jun-2026, until 31-Jul-2026" in text
    assert "ends in 60 days. Why: in hospital. Entered 01-Jun-2026 at 10:00 by Dora Doctor" in text
    assert "paused Its tests are not asked for until 31-Jul-2026" in text
    record = text_of(client.get(reverse("record", args=[patient.pk])))
    assert "tests are not asked for azathioprine until 31-Jul-2026: in hospital, by Dora Doctor" in record
    resume_monitoring(by=doctor, pause_id=pause.pk, reason="discharged")
    assert "Monitoring is paused" not in page(client, patient)
    assert "Monitoring is paused" not in text_of(client.get(reverse("record", args=[patient.pk])))
    assert "taken up again on 01-Jun-2026: discharged" in page(client, patient)


def test_a_pause_to_come_is_told_and_pauses_nothing_yet(client: Client, doctor: Staff, patient: Patient) -> None:
    pause_monitoring(by=doctor, patient_id=patient.pk, from_on=TODAY + timedelta(days=3), until=LATER, reason="abroad")
    text = page(client, patient)
    assert "Monitoring is to be paused Every drug, begins on 04-Jun-2026" in text
    assert "Monitoring is paused" not in text


def test_history_keeps_everything_and_marks_what_was_withdrawn(client: Client, doctor: Staff, patient: Patient) -> None:
    said = {"patient_id": patient.pk, "drug": "azathioprine", "from_on": TODAY, "until": LATER, "reason": "stable"}
    override_interval(by=doctor, interval_days=21, **said)
    second = override_interval(by=doctor, interval_days=28, **said)
    withdraw_interval_override(by=doctor, entry_id=second.pk, reason="wrong patient")
    history = page(client, patient).split("History The latest entered first")[1]
    assert (
        "every 28 days until 31-Jul-2026: stable 01-Jun-2026 01-Jun-2026 at 10:00 by Dora Doctor withdrawn" in history
    )
    assert "01-Jun-2026 at 10:00 by Dora Doctor: wrong patient" in history
    assert "every 21 days until 31-Jul-2026: stable" in history
    assert "another interval was decided" in history
    assert history.index("every 28 days") < history.index("every 21 days")


def test_the_schedule_that_the_clinic_chose_is_named(client: Client, patient: Patient) -> None:
    patient.clinic.monitoring_schedule = "bsr_2017"
    patient.clinic.save()
    assert f"which {patient.clinic.name} has chosen" in page(client, patient)


LINKS = {
    "change_interval": {Role.DOCTOR},
    "assess_risk": {Role.DOCTOR},
    "share_care": {Role.DOCTOR, Role.NURSE},
    "pause_monitoring": {Role.DOCTOR, Role.NURSE},
}


@pytest.mark.parametrize("role", Role)
def test_each_role_is_offered_what_it_may_do(client: Client, patient: Patient, role: Role) -> None:
    client.force_login(rows.a_member(role, patient.clinic, password=None))
    markup = client.get(reverse("monitoring_plan", args=[patient.pk])).content.decode()
    for name, roles in LINKS.items():
        assert (reverse(name, args=[patient.pk]) in markup) is (role in roles), name


def test_another_clinics_patient_is_not_found(client: Client, patient: Patient) -> None:
    address = reverse("monitoring_plan", args=[patient.pk])
    assert Client().get(address).status_code == 302
    client.force_login(rows.a_member(password=None))
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 405


def test_the_record_shows_where_a_decision_that_moved_a_date_stands(
    client: Client, doctor: Staff, patient: Patient
) -> None:
    row = rows.an_interval_override(patient, LATER, 3, drug="azathioprine")
    where = f"{reverse('monitoring_plan', args=[patient.pk])}#interval_override-{row.pk}"
    assert where in client.get(reverse("record", args=[patient.pk])).content.decode()
    assert f'id="interval_override-{row.pk}"' in client.get(where).content.decode()


def test_the_record_leads_there(client: Client, patient: Patient) -> None:
    markup = client.get(reverse("record", args=[patient.pk])).content.decode()
    assert markup.count(reverse("monitoring_plan", args=[patient.pk])) >= 2


def test_query_budget(client: Client, doctor: Staff, patient: Patient) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, patient)
        return len(captured)

    few = count()
    for number in range(50):
        other = a_full_record(doctor)
        rows.a_pause(other, LATER)
        rows.shared_care(patient, from_on=TODAY - timedelta(days=number))
        rows.a_risk_assessment(patient, TODAY - timedelta(days=number))
        rows.an_interval_override(patient, LATER, drug=f"drug-{number}")
    rows.an_interval_override(patient, LATER, drug="azathioprine")
    rows.a_pause(patient, LATER)
    rows.a_target_range(patient)
    assert count() == few
    assert few == query_budget("monitoring_plan")
