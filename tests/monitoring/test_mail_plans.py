"""Which e-mails are planned, for whom and when, and that each is planned once whatever the clocks do."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from monitoring.actions import mail_plans
from monitoring.actions.mail_plans import plan_mails
from monitoring.models import Alert, AlertStep, DueItem, Mail
from monitoring.models.due_item import DueItemStatus
from monitoring.rules.vocabulary import AlertStatus, MailKind, MailStatus
from patients.actions import stop_reminders
from patients.models import Clinic, ContactDetails, Membership, Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import (
    a_clinic,
    a_due_item,
    a_member,
    a_patient,
    a_patient_no_longer_under_care,
    some_contact_details,
)

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 1, 12, 8, tzinfo=UTC)
TODAY = MORNING.date()


def a_reader(clinic: Clinic | None = None, role: Role = Role.NURSE, **membership: Any) -> Staff:
    staff = a_member(role, clinic, email="reader@example.org", password=None)
    if membership:
        Membership.objects.filter(staff=staff).update(**membership)
    return staff


def an_alert(patient: Patient, grade: str = "urgent", level: str = "nurse", **fields: Any) -> Alert:
    usual = {"rule_id": "test.rule", "on": TODAY, "text": "low", "protocol_version": "test"}
    subject = f"result:{Alert.objects.count()}"
    alert = Alert.objects.create(patient=patient, grade=grade, level=level, subject=subject, **{**usual, **fields})
    AlertStep.objects.create(alert=alert, kind="opened", level="nurse", at=MORNING)
    return alert


def climb(alert: Alert, level: str) -> None:
    Alert.objects.filter(pk=alert.pk).update(level=level)
    AlertStep.objects.create(alert=alert, kind="climbed", level=level, at=MORNING)


def acknowledge(alert: Alert) -> None:
    Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.ACKNOWLEDGED)
    AlertStep.objects.create(alert=alert, kind="acknowledged", level="nurse", at=MORNING)


def reopen(alert: Alert) -> None:
    Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.OPEN)
    AlertStep.objects.create(alert=alert, kind="reopened", level="nurse", at=MORNING)


def newest_step(alert: Alert) -> int:
    return alert.steps.latest("pk").pk


def waiting_alerts() -> list[tuple[int | None, int]]:
    """To whom, and because of which step, in the order in which they were planned."""
    mails = Mail.objects.filter(kind=MailKind.STAFF_ALERT, status=MailStatus.PLANNED).order_by("pk")
    return [(mail.staff_id, int(mail.key.split(":")[1])) for mail in mails]


def recipients(kind: MailKind) -> set[int | None]:
    return set(Mail.objects.filter(kind=kind).values_list("staff", flat=True))


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestDigests:
    def test_from_the_clinics_time_on_and_once_a_day(self) -> None:
        staff = a_reader()
        plan_mails(london("2026-01-12 07:29:59"))
        assert not Mail.objects.exists()
        for minutes in range(0, 600, 5):
            plan_mails(london("2026-01-12 07:30:00") + timedelta(minutes=minutes))
        mail = Mail.objects.get()
        membership = Membership.objects.get(staff=staff)
        assert (mail.key, mail.for_day) == (f"digest:{membership.pk}:2026-01-12", TODAY)
        assert (mail.staff, mail.not_before) == (staff, london("2026-01-12 07:30:00"))
        plan_mails(MORNING + timedelta(days=1))
        assert Mail.objects.count() == 2

    def test_one_that_was_missed_is_made_good_the_same_day_and_not_the_next(self) -> None:
        a_reader()
        plan_mails(london("2026-01-12 18:00:00"))
        assert Mail.objects.get().for_day == TODAY
        plan_mails(london("2026-01-15 07:00:00"))
        assert Mail.objects.count() == 1

    @pytest.mark.parametrize(
        ("role", "membership", "staff"),
        [
            (Role.ADMIN, {}, {}),
            (Role.NURSE, {"wants_digest": False}, {}),
            (Role.DOCTOR, {}, {"email": ""}),
            (Role.DOCTOR, {}, {"is_active": False}),
        ],
    )
    def test_not_to_whoever_does_not_read_it(self, role: Role, membership: Any, staff: Any) -> None:
        reader = a_reader(role=role, **membership)
        Staff.objects.filter(pk=reader.pk).update(**{"email": reader.email, **staff})
        plan_mails(MORNING)
        assert not Mail.objects.exists()

    @pytest.mark.parametrize("digest_at", [time(0, 30), time(1, 0), time(1, 30), time(2, 0), time(7, 30)])
    @pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
    def test_one_on_the_days_when_the_clocks_change(self, day: date, digest_at: time) -> None:
        """From the evening before; 01:30 exists never on the one day and twice on the other."""
        a_reader(a_clinic(digest_at=digest_at, quiet_from=time(23, 58), quiet_until=time(23, 59)))
        moment = datetime.combine(day - timedelta(days=1), time(22), tzinfo=UTC)
        while moment < datetime.combine(day, time(10), tzinfo=UTC):
            plan_mails(moment)
            moment += timedelta(minutes=15)
        assert Mail.objects.filter(for_day=day).count() == 1

    def test_one_when_the_servers_clock_is_set_back_an_hour(self) -> None:
        a_reader()
        for moment in ("07:35", "06:35", "07:25", "07:30", "07:45"):
            plan_mails(london(f"2026-01-12 {moment}:00"))
        assert Mail.objects.count() == 1

    def test_one_when_the_clock_is_set_back_over_midnight(self) -> None:
        a_reader(a_clinic(digest_at=time(0, 5), quiet_from=time(12), quiet_until=time(13)))
        for moment in ("2026-01-12 00:10:00", "2026-01-11 23:40:00", "2026-01-12 00:06:00"):
            plan_mails(london(moment))
        assert sorted(Mail.objects.values_list("for_day", flat=True)) == [date(2026, 1, 11), TODAY]

    def test_each_clinic_by_its_own_clocks(self) -> None:
        a_reader(a_clinic(time_zone="America/New_York"))
        plan_mails(london("2026-01-12 12:29:00"))
        assert not Mail.objects.exists()
        plan_mails(london("2026-01-12 12:30:00"))
        assert Mail.objects.exists()

    def test_in_quiet_hours_it_waits_for_their_end(self) -> None:
        a_reader(a_clinic(digest_at=time(6, 30)))
        plan_mails(london("2026-01-12 06:30:00"))
        assert Mail.objects.get().not_before == london("2026-01-12 07:00:00")

    def test_nothing_is_planned_without_a_mail_server(self, settings: Any) -> None:
        a_reader()
        settings.MAIL_IS_SENT = False
        plan_mails(MORNING)
        assert not Mail.objects.exists()


class TestAlerts:
    def test_to_the_nurses_then_the_doctors_then_the_lead(self) -> None:
        clinic = a_clinic()
        nurse, doctor = a_reader(clinic), a_reader(clinic, Role.DOCTOR)
        lead = a_reader(clinic, Role.DOCTOR, is_lead=True)
        alert = an_alert(a_patient(doctor))
        plan_mails(MORNING)
        assert recipients(MailKind.STAFF_ALERT) == {nurse.pk}
        climb(alert, "doctor")
        plan_mails(MORNING)
        assert recipients(MailKind.STAFF_ALERT) == {nurse.pk, doctor.pk, lead.pk}
        climb(alert, "lead")
        plan_mails(MORNING)
        plan_mails(MORNING)
        assert Mail.objects.filter(kind=MailKind.STAFF_ALERT).count() == 4
        assert Mail.objects.filter(kind=MailKind.STAFF_ALERT, staff=lead).count() == 2

    def test_to_the_next_level_where_nobody_can_be_written_to(self) -> None:
        clinic = a_clinic()
        doctor = a_reader(clinic, Role.DOCTOR)
        a_reader(clinic, wants_alerts=False)
        an_alert(a_patient(doctor))
        plan_mails(MORNING)
        assert recipients(MailKind.STAFF_ALERT) == {doctor.pk}

    @pytest.mark.parametrize("level", ["doctor", "lead"])
    def test_to_whoever_can_be_written_to_where_nobody_at_its_level_or_above_can(self, level: str) -> None:
        nurse = a_reader()
        clinic = nurse.clinics.get()
        a_reader(clinic, Role.ADMIN)
        a_reader(clinic, wants_alerts=False)
        a_reader(clinic, Role.DOCTOR, wants_alerts=False)
        an_alert(a_patient(nurse), level=level)
        plan_mails(MORNING)
        assert recipients(MailKind.STAFF_ALERT) == {nurse.pk}

    @pytest.mark.parametrize(("grade", "planned"), [("urgent", 1), ("action", 1), ("look", 0)])
    def test_by_grade(self, grade: str, planned: int) -> None:
        an_alert(a_patient(a_reader()), grade)
        plan_mails(MORNING)
        assert Mail.objects.filter(kind=MailKind.STAFF_ALERT).count() == planned

    @pytest.mark.parametrize(("grade", "goes"), [("urgent", "2026-01-12 22:00:00"), ("action", "2026-01-13 07:00:00")])
    def test_only_an_urgent_one_goes_in_quiet_hours(self, grade: str, goes: str) -> None:
        an_alert(a_patient(a_reader()), grade)
        plan_mails(london("2026-01-12 22:00:00"))
        assert Mail.objects.get(kind=MailKind.STAFF_ALERT).not_before == london(goes)

    def test_one_that_somebody_has_seen_is_dropped(self) -> None:
        alert = an_alert(a_patient(a_reader()), "action")
        plan_mails(london("2026-01-12 22:00:00"))
        Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.ACKNOWLEDGED)
        plan_mails(london("2026-01-12 22:05:00"))
        assert Mail.objects.get(kind=MailKind.STAFF_ALERT).status == MailStatus.CANCELLED

    def test_one_that_comes_back_goes_once_however_often_it_was_put_by(self) -> None:
        nurse = a_reader()
        alert = an_alert(a_patient(nurse), "action")
        plan_mails(london("2026-01-12 22:00:00"))
        acknowledge(alert)
        plan_mails(london("2026-01-12 22:05:00"))
        reopen(alert)
        plan_mails(london("2026-01-12 22:10:00"))
        assert waiting_alerts() == [(nurse.pk, newest_step(alert))]

    def test_one_that_comes_back_between_two_runs_goes_once(self) -> None:
        """Nobody dropped the first: the alert was never found acknowledged."""
        nurse = a_reader()
        alert = an_alert(a_patient(nurse), "action")
        plan_mails(london("2026-01-12 22:00:00"))
        acknowledge(alert)
        reopen(alert)
        plan_mails(london("2026-01-12 22:05:00"))
        assert waiting_alerts() == [(nurse.pk, newest_step(alert))]
        plan_mails(london("2026-01-12 22:10:00"))
        assert len(waiting_alerts()) == 1

    def test_whoever_joins_later_is_told_once(self) -> None:
        clinic = a_clinic()
        alert = an_alert(a_patient(a_reader(clinic)))
        for _ in range(3):
            acknowledge(alert)
            reopen(alert)
        plan_mails(MORNING)
        late = a_reader(clinic)
        plan_mails(MORNING + timedelta(minutes=5))
        assert [step for staff, step in waiting_alerts() if staff == late.pk] == [newest_step(alert)]
        assert len(waiting_alerts()) == 2

    def test_whoever_was_called_at_the_level_below_keeps_the_e_mail(self) -> None:
        clinic = a_clinic()
        nurse, doctor = a_reader(clinic), a_reader(clinic, Role.DOCTOR)
        alert = an_alert(a_patient(nurse), "action")
        plan_mails(london("2026-01-12 22:00:00"))
        climb(alert, "doctor")
        plan_mails(london("2026-01-12 23:00:00"))
        assert [staff for staff, _ in waiting_alerts()] == [nurse.pk, doctor.pk]

    def test_who_reads_for_two_levels_is_told_of_the_newest(self) -> None:
        doctor = a_reader(role=Role.DOCTOR)
        alert = an_alert(a_patient(doctor), "action")
        plan_mails(london("2026-01-12 22:00:00"))
        climb(alert, "doctor")
        plan_mails(london("2026-01-12 23:00:00"))
        assert waiting_alerts() == [(doctor.pk, newest_step(alert))]

    def test_not_to_another_clinic(self) -> None:
        an_alert(a_patient(a_reader()))
        other = a_reader()
        plan_mails(MORNING)
        assert other.pk not in recipients(MailKind.STAFF_ALERT)


class TestPatients:
    @pytest.fixture
    def patient(self) -> Patient:
        patient = a_patient(a_member(Role.NURSE, password=None))
        some_contact_details(patient)
        return patient

    def planned(self, now: datetime = MORNING) -> list[str]:
        plan_mails(now)
        return sorted(Mail.objects.filter(status=MailStatus.PLANNED).values_list("key", flat=True))

    @pytest.mark.parametrize(
        ("days", "kind"),
        [(8, ""), (7, "due_soon"), (0, "due_soon"), (-3, "due_soon"), (-4, "overdue"), (-90, "overdue")],
    )
    def test_both_sides_of_due_soon_and_overdue(self, patient: Patient, days: int, kind: str) -> None:
        visit = TODAY + timedelta(days=days)
        a_due_item(patient, due_on=visit)
        assert self.planned() == ([f"patient:{patient.pk}:patient_{kind}:{visit}"] if kind else [])

    def test_one_for_all_that_is_due_at_a_visit(self, patient: Patient) -> None:
        for item in ("full_blood_count", "albumin", "lipids"):
            a_due_item(patient, item, TODAY)
        assert len(self.planned()) == 1
        assert len(self.planned(MORNING + timedelta(days=1))) == 1

    def test_at_most_one_a_day_and_the_next_visit_on_another_day(self, patient: Patient) -> None:
        a_due_item(patient, due_on=TODAY)
        a_due_item(patient, "albumin", TODAY + timedelta(days=2))
        assert len(self.planned()) == 1
        assert len(self.planned(MORNING + timedelta(hours=6))) == 1
        assert len(self.planned(MORNING + timedelta(days=1))) == 2

    def test_at_most_one_a_week_about_what_is_overdue(self, patient: Patient) -> None:
        a_due_item(patient, due_on=TODAY - timedelta(days=10))
        assert len(self.planned()) == 1
        a_due_item(patient, "albumin", TODAY - timedelta(days=4))
        assert len(self.planned(MORNING + timedelta(days=6))) == 1
        keys = self.planned(MORNING + timedelta(days=7))
        assert keys[-1].endswith(str(TODAY - timedelta(days=4)))
        assert len(keys) == 2

    def test_in_quiet_hours_it_waits(self, patient: Patient) -> None:
        a_due_item(patient, due_on=TODAY)
        plan_mails(london("2026-01-12 00:01:00"))
        assert Mail.objects.get().not_before == london("2026-01-12 07:00:00")

    @pytest.mark.parametrize(
        "item",
        [
            {"snoozed_until": TODAY + timedelta(days=1)},
            {"waiting_until": TODAY + timedelta(days=1)},
            {"paused_until": TODAY + timedelta(days=1)},
            {"monitored_by": "gp"},
        ],
    )
    def test_not_of_what_is_held_or_looked_after_elsewhere(self, patient: Patient, item: Any) -> None:
        a_due_item(patient, due_on=TODAY, **item)
        assert self.planned() == []

    def test_not_without_an_agreement_that_holds(self) -> None:
        staff = a_member(Role.NURSE, password=None)
        without, refused, ended, gone = (a_patient(staff) for _ in range(4))
        some_contact_details(refused, may_remind=False, agreed_on=None)
        stop_reminders(details=some_contact_details(ended), now=MORNING)
        dead = a_patient_no_longer_under_care(staff)
        some_contact_details(dead)
        replaced = some_contact_details(gone)
        replaced.superseded_at, replaced.superseded_by, replaced.superseded_reason = MORNING, staff, "wrong"
        replaced.save()
        for patient in (without, refused, ended, gone, dead):
            a_due_item(patient, due_on=TODAY)
        assert self.planned() == []

    def test_what_was_said_long_ago_is_not_said_again_and_hides_no_other(self, patient: Patient) -> None:
        a_due_item(patient, due_on=TODAY - timedelta(days=200))
        assert len(self.planned()) == 1
        later = MORNING + timedelta(days=100)
        a_due_item(patient, "albumin", later.date())
        assert self.planned(later)[0].endswith(f"patient_due_soon:{later.date()}")

    def test_a_patients_whole_past_is_not_read(self, patient: Patient) -> None:
        """Sixty reminders of long ago, of which today needs none."""
        a_due_item(patient, due_on=TODAY)
        details = ContactDetails.objects.get()
        Mail.objects.bulk_create(
            Mail(
                key=f"patient:{patient.pk}:patient_due_soon:old-{number}",
                kind=MailKind.PATIENT_DUE_SOON,
                clinic=patient.clinic,
                contact_details=details,
                for_day=TODAY - timedelta(days=7 + number),
                not_before=MORNING,
                message_id=f"m{number}",
                status=MailStatus.CANCELLED if number % 2 else MailStatus.GIVEN_UP,
            )
            for number in range(60)
        )
        assert mail_plans._already_said([patient.pk], [], TODAY) == {}
        assert len(self.planned()) == 1

    def test_dropped_when_it_was_done_and_taken_up_when_it_is_due_again(self, patient: Patient) -> None:
        item = a_due_item(patient, due_on=TODAY)
        assert len(self.planned()) == 1
        DueItem.objects.filter(pk=item.pk).update(snoozed_until=TODAY + timedelta(days=2))
        assert self.planned() == []
        assert Mail.objects.get().status == MailStatus.CANCELLED
        assert len(self.planned(MORNING + timedelta(days=2))) == 1
        mail = Mail.objects.get()
        assert (mail.for_day, mail.not_before) == (TODAY + timedelta(days=2), MORNING + timedelta(days=2))
        DueItem.objects.filter(pk=item.pk).update(status=DueItemStatus.DONE, closed_at=MORNING, done_on=TODAY)
        assert self.planned(MORNING + timedelta(days=2)) == []

    def test_dropped_when_the_patient_ends_reminders(self, patient: Patient) -> None:
        a_due_item(patient, due_on=TODAY)
        assert len(self.planned()) == 1
        stop_reminders(details=ContactDetails.objects.get(), now=MORNING)
        assert self.planned() == []


class TestClinicsBesideEachOther:
    def test_one_that_cannot_be_planned_holds_up_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        readers = [a_reader() for _ in range(3)]
        broken = readers[0].clinics.get()
        usual = mail_plans.readers_of_digest

        def fail_for_one(clinic: Clinic) -> Any:
            if clinic == broken:
                raise ValueError("a row that no rule foresaw")
            return usual(clinic)

        monkeypatch.setattr(mail_plans, "readers_of_digest", fail_for_one)
        with structlog.testing.capture_logs() as logged:
            report = plan_mails(MORNING)
        assert (report.planned, report.failed_clinics) == (2, 1)
        assert recipients(MailKind.STAFF_DIGEST) == {reader.pk for reader in readers[1:]}
        assert [(entry["event"], entry["clinic"]) for entry in logged] == [("mail_not_planned", broken.pk)]

    def test_the_end_of_the_tasks_time_ends_them_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_clinic()

        def stop(*_: object) -> None:
            raise SoftTimeLimitExceeded

        monkeypatch.setattr(mail_plans, "_alerts", stop)
        with pytest.raises(SoftTimeLimitExceeded):
            plan_mails(MORNING)


@pytest.mark.django_db(transaction=True)
def test_a_visit_day_that_moves_between_two_workers_gives_one_reminder(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = a_patient(a_member(Role.NURSE, password=None))
    some_contact_details(patient)
    item = a_due_item(patient, due_on=TODAY)
    first_has_read, second_is_done = threading.Event(), threading.Event()
    usual = mail_plans._already_said

    def held_up_once(*about: Any) -> Any:
        said = usual(*about)
        if not first_has_read.is_set():
            first_has_read.set()
            second_is_done.wait(1)  # it comes to its end meanwhile only where nothing makes it wait
        return said

    def second() -> None:
        try:
            first_has_read.wait(5)
            DueItem.objects.filter(pk=item.pk).update(visit_on=TODAY - timedelta(days=1))
            plan_mails(MORNING)
        finally:
            second_is_done.set()
            connection.close()

    monkeypatch.setattr(mail_plans, "_already_said", held_up_once)
    worker = threading.Thread(target=second)
    worker.start()
    plan_mails(MORNING)
    worker.join()
    assert Mail.objects.filter(contact_details__patient=patient).count() == 1
