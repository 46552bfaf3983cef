"""The e-mail that tells a clinic of an emergency access: to whom, when, and what it says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as outbox

from monitoring.actions.mail_plans import plan_mails
from monitoring.delivery import send_mails
from monitoring.models import Mail
from monitoring.rules.sending import emergency_key, emergency_of
from monitoring.rules.vocabulary import MailKind, MailStatus
from patients.acting import because
from patients.actions import review_emergency_access
from patients.models import EmergencyAccess, Membership, Patient, Staff
from patients.rules.vocabulary import EmergencyFinding, Role
from tests.factories import rows

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 1, 12, 2, tzinfo=UTC)  # quiet hours in London


@pytest.fixture
def admin() -> Staff:
    return reader(Role.ADMIN)


@pytest.fixture
def patient(admin: Staff) -> Patient:
    return rows.a_patient(
        admin, family_name="Quillfeather", given_names="Ann", nhs_number="9990000018", hospital_number="H000777"
    )


@pytest.fixture
def emergency(patient: Patient) -> EmergencyAccess:
    doctor = rows.a_member(Role.DOCTOR, password=None, first_name="Dora", last_name="Elsewhere", email="d@example.org")
    return rows.an_emergency(doctor, patient, NIGHT, reason="Ann Quillfeather fell")


def reader(role: Role, clinic: Any = None, **membership: Any) -> Staff:
    staff = rows.a_member(role, clinic, email=f"{role}@example.org", password=None)
    Membership.objects.filter(staff=staff).update(**{"wants_alerts": False, "wants_digest": False, **membership})
    return staff


def mails() -> list[Mail]:
    return list(Mail.objects.filter(kind=MailKind.STAFF_EMERGENCY).order_by("pk"))


def told() -> set[int | None]:
    return {mail.staff_id for mail in mails()}


class TestToWhom:
    def test_leads_and_admins_whatever_they_want_to_be_told(
        self, emergency: EmergencyAccess, admin: Staff, patient: Patient
    ) -> None:
        lead = reader(Role.NURSE, patient.clinic, is_lead=True)
        reader(Role.DOCTOR, patient.clinic)
        reader(Role.ADMIN)  # of another clinic
        plan_mails(NIGHT)
        assert told() == {admin.pk, lead.pk}

    def test_anybody_of_the_clinic_where_none_of_them_can_be_written_to(
        self, emergency: EmergencyAccess, admin: Staff, patient: Patient
    ) -> None:
        Staff.objects.filter(pk=admin.pk).update(email="")
        nurse = reader(Role.NURSE, patient.clinic)
        plan_mails(NIGHT)
        assert told() == {nurse.pk}

    def test_each_is_told_once(self, emergency: EmergencyAccess) -> None:
        for minutes in (0, 1, 60):
            plan_mails(NIGHT + timedelta(minutes=minutes))
        assert len(mails()) == 1

    @pytest.mark.parametrize(("days", "number"), [(7, 1), (8, 0)])
    def test_no_news_of_last_week(self, emergency: EmergencyAccess, days: int, number: int) -> None:
        plan_mails(NIGHT + timedelta(days=days))
        assert len(mails()) == number


class TestWhen:
    def test_at_once_in_quiet_hours_too(self, emergency: EmergencyAccess, admin: Staff) -> None:
        plan_mails(NIGHT)
        assert [mail.not_before for mail in mails()] == [NIGHT]
        assert send_mails(NIGHT).sent == 1
        assert [message.to for message in outbox.outbox] == [[admin.email]]

    def test_not_once_it_is_reviewed(self, emergency: EmergencyAccess, admin: Staff) -> None:
        plan_mails(NIGHT)
        review_emergency_access(
            by=admin, emergency_id=emergency.pk, finding=EmergencyFinding.JUSTIFIED, now=NIGHT + timedelta(hours=1)
        )
        assert send_mails(NIGHT + timedelta(hours=1)).sent == 0
        (found,) = mails()
        assert (found.status, found.last_error) == (MailStatus.CANCELLED, "Somebody has reviewed the emergency access.")

    def test_not_to_somebody_who_left(self, emergency: EmergencyAccess, admin: Staff, patient: Patient) -> None:
        plan_mails(NIGHT)
        with because("left the clinic"):
            Membership.objects.filter(staff=admin).delete()
        assert send_mails(NIGHT).sent == 0
        assert "no longer leads or administers" in mails()[0].last_error

    def test_it_is_tried_for_as_long_as_the_server_is_away(
        self, emergency: EmergencyAccess, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: Any, **__: Any) -> int:
            raise ConnectionRefusedError

        plan_mails(NIGHT)
        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        for attempt in range(8):
            send_mails(NIGHT + timedelta(minutes=10 * attempt))
        assert [mail.status for mail in mails()] == [MailStatus.FAILED]


class TestWhatItSays:
    def test_who_and_when_and_neither_reason_nor_name(self, emergency: EmergencyAccess, patient: Patient) -> None:
        plan_mails(NIGHT)
        send_mails(NIGHT)
        (message,) = outbox.outbox
        alternatives: Any = message
        for body in (message.body, alternatives.alternatives[0][0]):
            assert "H000777 (AQ)" in body
            assert "Dora Elsewhere" in body
            assert "12-Jan-2026 at 02:00, until 03:00" in body
            assert f"/emergency/review/{emergency.pk}/" in body
            for secret in ("Quillfeather", "fell", "9990000018"):
                assert secret not in body
        assert message.subject == f"Emergency access to a record: {patient.clinic.name}"

    @pytest.mark.parametrize(("allowed", "words"), [("hospital_number", "Patient: H000777\n"), ("none", "a patient\n")])
    def test_no_more_of_the_patient_than_allowed(
        self, emergency: EmergencyAccess, settings: Any, allowed: str, words: str
    ) -> None:
        settings.MAIL_PATIENT_IDENTIFIERS = allowed
        plan_mails(NIGHT)
        send_mails(NIGHT)
        assert words in outbox.outbox[0].body
        assert "(AQ)" not in outbox.outbox[0].body


def test_keys_name_what_they_tell_whom() -> None:
    assert emergency_key(7, 9) == "emergency:7:9"
    assert emergency_of("emergency:7:9") == 7


def test_opening_asks_for_the_e_mail_once_it_is_committed(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    from monitoring import tasks

    asked: list[Any] = []
    monkeypatch.setattr(tasks.send_planned_mail, "apply_async", lambda args, **_: asked.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.send_mail_soon()
        assert asked == []
    assert asked == [(None,)]
