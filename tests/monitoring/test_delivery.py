"""An e-mail's way through its states: claimed once, asked again, sent, tried again, given up, tried anew."""

import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail as outgoing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring import delivery
from monitoring.actions.mail import claim_next, held, mark_sent, record_failure, retry_mail
from monitoring.actions.mail_plans import plan_mails
from monitoring.actions.reminders import keep_reminders
from monitoring.delivery import said_of, send_mails
from monitoring.models import Mail, Reminder
from monitoring.rules.sending import TAKE_OVER_AFTER, WAITS
from monitoring.rules.vocabulary import MailKind, MailStatus, ReminderStatus
from monitoring.selectors.mail import mails_for
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import a_clinic, a_due_item, a_member, a_patient, an_alert, clinic_of, some_contact_details

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 1, 12, 8, tzinfo=UTC)
TODAY = MORNING.date()


@pytest.fixture
def nurse() -> Staff:
    return a_member(Role.NURSE, email="nurse@example.org", password=None)


@pytest.fixture
def digest(nurse: Staff) -> Mail:
    """A digest that is planned, with one item to tell."""
    a_due_item(a_patient(nurse), due_on=TODAY)
    keep_reminders(now=MORNING)
    plan_mails(MORNING)
    return Mail.objects.get()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets the mail server answer every message with an error."""

    def answer(error: Exception) -> None:
        def refuse(*_: object) -> None:
            raise error

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)

    return answer


def fresh(mail: Mail) -> Mail:
    return Mail.objects.get(pk=mail.pk)


def reminder() -> Reminder:
    return Reminder.objects.get()


def test_a_digest_is_sent_once_and_its_reminder_told(digest: Mail) -> None:
    report = send_mails(MORNING)
    send_mails(MORNING)
    assert (report.sent, len(outgoing.outbox)) == (1, 1)
    sent = fresh(digest)
    assert (sent.status, sent.attempts, sent.claimed_by) == (MailStatus.SENT, 1, None)
    assert sent.sent_at is not None
    assert (reminder().status, reminder().mail, reminder().told_at) == (ReminderStatus.SENT, sent, sent.sent_at)
    assert outgoing.outbox[0].extra_headers["Message-ID"] == digest.message_id


def test_a_claimed_one_is_claimed_by_nobody_else(digest: Mail) -> None:
    assert claim_next(MORNING, uuid4()) == digest.pk
    assert claim_next(MORNING + TAKE_OVER_AFTER - timedelta(seconds=1), uuid4()) is None
    assert reminder().status == ReminderStatus.CLAIMED


def test_a_dead_workers_claim_is_taken_over_and_its_token_opens_nothing(digest: Mail) -> None:
    dead, living = uuid4(), uuid4()
    claim_next(MORNING, dead)
    assert claim_next(MORNING + TAKE_OVER_AFTER, living) == digest.pk
    assert held(digest.pk, dead) is None
    record_failure(digest.pk, dead, "late", MORNING)
    assert fresh(digest).status == MailStatus.CLAIMED
    mail = held(digest.pk, living)
    assert mail is not None
    mark_sent(mail, MORNING)
    assert fresh(digest).status == MailStatus.SENT


def test_an_e_mail_that_kills_every_worker_is_given_up(digest: Mail) -> None:
    moment = MORNING
    for _ in range(len(WAITS) + 1):
        assert claim_next(moment, uuid4()) == digest.pk
        moment += TAKE_OVER_AFTER
    assert claim_next(moment, uuid4()) is None
    assert fresh(digest).status == MailStatus.GIVEN_UP


def test_failures_wait_longer_each_time_and_end(nurse: Staff, broken: Any) -> None:
    patient = a_patient(nurse)
    some_contact_details(patient)
    Membership.objects.update(wants_digest=False)
    clinic = clinic_of(nurse)
    type(clinic).objects.update(quiet_from="23:58", quiet_until="23:59")
    a_due_item(patient, due_on=TODAY)
    plan_mails(MORNING)
    broken(smtplib.SMTPRecipientsRefused({"reader@example.org": (550, b"no such mailbox of Linden Testworth")}))
    moment = MORNING
    for wait in WAITS:
        assert send_mails(moment).failed == 1
        mail = Mail.objects.get()
        assert mail.status == MailStatus.FAILED
        assert timedelta(0) <= mail.not_before - moment - wait < timedelta(seconds=30)
        assert send_mails(moment + wait - timedelta(minutes=1)).failed == 0
        moment = mail.not_before
    send_mails(moment)
    mail = Mail.objects.get()
    assert (mail.status, mail.attempts) == (MailStatus.GIVEN_UP, 5)
    assert mail.last_error == "SMTPRecipientsRefused 550"
    assert send_mails(moment + timedelta(days=2)).failed == 0


def test_a_digest_that_fails_all_day_is_given_up_and_the_next_one_tells_its_items(
    digest: Mail, broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context():
        broken(smtplib.SMTPServerDisconnected())
        send_mails(MORNING)
    assert (fresh(digest).status, reminder().status) == (MailStatus.FAILED, ReminderStatus.PLANNED)
    monkeypatch.undo()
    tomorrow = MORNING + timedelta(days=1)
    plan_mails(tomorrow)
    assert fresh(digest).status == MailStatus.GIVEN_UP
    send_mails(tomorrow)
    assert reminder().status == ReminderStatus.SENT
    assert reminder().mail != digest


def test_what_a_given_up_digest_had_claimed_is_failed_until_the_next_digest(digest: Mail) -> None:
    token = uuid4()
    Mail.objects.update(attempts=len(WAITS))
    claim_next(MORNING, token)
    record_failure(digest.pk, token, "refused", MORNING)
    assert (fresh(digest).status, reminder().status) == (MailStatus.GIVEN_UP, ReminderStatus.FAILED)
    plan_mails(MORNING + timedelta(days=1))
    assert (reminder().status, reminder().mail) == (ReminderStatus.PLANNED, None)


def test_trouble_with_the_server_ends_the_run_but_one_bad_address_does_not(nurse: Staff, broken: Any) -> None:
    for _ in range(3):
        patient = a_patient(nurse)
        some_contact_details(patient)
        a_due_item(patient, due_on=TODAY)
    plan_mails(MORNING)
    broken(smtplib.SMTPDataError(554, b"no"))
    assert send_mails(MORNING).failed == 4
    broken(ConnectionRefusedError())
    assert send_mails(MORNING + timedelta(minutes=6)).failed == 1


def an_urgent_alert(nurse: Staff) -> Mail:
    """Planned, and nothing beside it."""
    Membership.objects.update(wants_digest=False)
    an_alert(a_patient(nurse), grade="urgent")
    plan_mails(MORNING)
    return Mail.objects.get()


def test_an_urgent_alert_is_tried_for_as_long_as_the_server_is_away(nurse: Staff, broken: Any) -> None:
    mail, moment = an_urgent_alert(nurse), MORNING
    broken(ConnectionRefusedError())
    for _ in range(3 * len(WAITS)):
        report = send_mails(moment)
        assert (report.failed, report.server_is_away) == (1, True)
        mail = fresh(mail)
        assert (mail.status, mail.attempts) == (MailStatus.FAILED, 0)
        assert mail.not_before - moment < timedelta(minutes=10, seconds=30)
        moment = mail.not_before


def test_one_attempt_short_of_the_last_it_is_not_given_up_for_the_server(nurse: Staff, broken: Any) -> None:
    mail = an_urgent_alert(nurse)
    Mail.objects.update(attempts=len(WAITS))
    broken(TimeoutError())
    send_mails(MORNING)
    assert (fresh(mail).status, fresh(mail).attempts) == (MailStatus.FAILED, len(WAITS))


def test_an_urgent_alert_that_is_refused_is_tried_soon_and_given_up_in_sight(nurse: Staff, broken: Any) -> None:
    mail, moment = an_urgent_alert(nurse), MORNING
    broken(smtplib.SMTPRecipientsRefused({"nurse@example.org": (550, b"no such mailbox")}))
    for _ in WAITS:
        assert not send_mails(moment).server_is_away
        assert fresh(mail).status == MailStatus.FAILED
        assert fresh(mail).not_before - moment < timedelta(minutes=10, seconds=30)
        moment = fresh(mail).not_before
    send_mails(moment)
    assert fresh(mail).status == MailStatus.GIVEN_UP


def test_while_what_failed_waits_a_run_without_work_knocks_at_the_server(
    digest: Mail, broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionRefusedError

    broken(ConnectionRefusedError())
    send_mails(MORNING)
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", refuse)
    report = send_mails(MORNING + timedelta(minutes=1))
    assert (report.failed, report.server_is_away) == (0, True)
    monkeypatch.undo()
    assert not send_mails(MORNING + timedelta(minutes=2)).server_is_away
    assert send_mails(MORNING + timedelta(minutes=6)).sent == 1


def test_nobody_knocks_while_nothing_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", refuse)
    assert not send_mails(MORNING).server_is_away


def test_the_end_of_the_tasks_time_is_no_failure_of_the_e_mail(digest: Mail, broken: Any) -> None:
    """The server may have accepted it: like a killed worker's, its claim is taken over."""
    broken(SoftTimeLimitExceeded())
    with pytest.raises(SoftTimeLimitExceeded):
        send_mails(MORNING)
    assert (fresh(digest).status, fresh(digest).last_error) == (MailStatus.CLAIMED, "")


def test_however_many_have_to_be_given_up_the_next_one_is_claimed(nurse: Staff) -> None:
    said = {"kind": MailKind.STAFF_DIGEST, "clinic": clinic_of(nurse), "staff": nurse, "for_day": TODAY}
    dead = {"attempts": len(WAITS) + 1, "status": MailStatus.FAILED, "not_before": MORNING - timedelta(hours=1)}
    Mail.objects.bulk_create(Mail(key=f"k{number}", message_id=f"m{number}", **said, **dead) for number in range(600))
    well = Mail.objects.create(key="well", message_id="well", not_before=MORNING, **said)
    assert claim_next(MORNING, uuid4()) == well.pk
    assert Mail.objects.filter(status=MailStatus.GIVEN_UP).count() == 600


@pytest.mark.parametrize(
    "change",
    [
        {"wants_digest": False},
        {"role": Role.ADMIN.value},
    ],
)
def test_asked_again_right_before_sending(digest: Mail, change: dict[str, Any]) -> None:
    Membership.objects.update(**change)
    assert send_mails(MORNING).not_sent == 1
    assert outgoing.outbox == []
    assert (fresh(digest).status, reminder().status) == (MailStatus.CANCELLED, ReminderStatus.PLANNED)


def test_a_digest_whose_day_is_over_is_not_sent(digest: Mail) -> None:
    send_mails(MORNING + timedelta(days=1))
    assert outgoing.outbox == []
    assert fresh(digest).status == MailStatus.CANCELLED


def test_one_that_meets_quiet_hours_is_put_off_without_costing_an_attempt(nurse: Staff) -> None:
    patient = a_patient(nurse)
    some_contact_details(patient)
    a_due_item(patient, due_on=TODAY)
    Membership.objects.update(wants_digest=False)
    plan_mails(MORNING)
    send_mails(datetime(2026, 1, 12, 20, 30, tzinfo=UTC))
    mail = Mail.objects.get()
    assert (mail.status, mail.attempts) == (MailStatus.PLANNED, 0)
    assert mail.not_before == datetime(2026, 1, 13, 7, tzinfo=UTC)
    send_mails(mail.not_before)
    assert len(outgoing.outbox) == 1


def test_a_letter_that_cannot_be_written_stops_no_other(nurse: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    other = a_member(Role.NURSE, clinic_of(nurse), email="other@example.org", password=None)
    plan_mails(MORNING)
    write = delivery.letter

    def write_one(mail: Mail, *rest: Any) -> Any:
        if mail.staff == nurse:
            raise ValueError("Linden Testworth")
        return write(mail, *rest)

    monkeypatch.setattr(delivery, "letter", write_one)
    report = send_mails(MORNING)
    assert (report.sent, report.failed) == (1, 1)
    assert Mail.objects.get(staff=nurse).last_error == "ValueError"
    assert Mail.objects.get(staff=other).status == MailStatus.SENT


def test_two_digests_tell_one_item_once(nurse: Staff) -> None:
    a_member(Role.NURSE, clinic_of(nurse), email="other@example.org", password=None)
    a_due_item(a_patient(nurse), due_on=TODAY)
    keep_reminders(now=MORNING)
    plan_mails(MORNING)
    send_mails(MORNING)
    assert len(outgoing.outbox) == 2
    assert Reminder.objects.filter(status=ReminderStatus.SENT).count() == 1
    assert all("full blood count" in message.body for message in outgoing.outbox)


def test_errors_are_said_without_an_address() -> None:
    refused = smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"x"), "b@example.org": (451, b"y")})
    assert said_of(refused) == "SMTPRecipientsRefused 451 550"
    assert said_of(smtplib.SMTPAuthenticationError(535, b"user nurse@example.org")) == "SMTPAuthenticationError 535"
    assert said_of(TimeoutError("to nurse@example.org")) == "TimeoutError"


def test_a_claim_costs_the_same_however_many_wait(digest: Mail) -> None:
    with CaptureQueriesContext(connection) as few:
        claim_next(MORNING, uuid4())
    Mail.objects.all().update(status=MailStatus.PLANNED, claimed_by=None, attempts=0)
    said = {"kind": digest.kind, "clinic": digest.clinic, "staff": digest.staff}
    Mail.objects.bulk_create(
        Mail(key=f"k{number}", message_id=f"m{number}", for_day=TODAY, not_before=MORNING, **said)
        for number in range(50)
    )
    with CaptureQueriesContext(connection) as many:
        claim_next(MORNING, uuid4())
    assert len(few) == len(many)


class TestAgain:
    @pytest.fixture
    def given_up(self, digest: Mail) -> Mail:
        Mail.objects.update(status=MailStatus.GIVEN_UP, attempts=5)
        return digest

    def test_by_the_lead_and_by_the_administrator(self, given_up: Mail) -> None:
        clinic = given_up.clinic
        lead = a_member(Role.DOCTOR, clinic, password=None)
        Membership.objects.filter(staff=lead).update(is_lead=True)
        for staff in (lead, a_member(Role.ADMIN, clinic, password=None)):
            Mail.objects.update(status=MailStatus.GIVEN_UP, attempts=5)
            retry_mail(by=staff, mail_id=given_up.pk, now=MORNING)
            assert (fresh(given_up).status, fresh(given_up).attempts) == (MailStatus.PLANNED, 0)
        assert send_mails(MORNING).sent == 1

    def test_not_by_the_recipient_nor_from_another_clinic(self, given_up: Mail, nurse: Staff) -> None:
        with pytest.raises(NotAllowed):
            retry_mail(by=nurse, mail_id=given_up.pk, now=MORNING)
        with pytest.raises(NotFound):
            retry_mail(by=a_member(Role.ADMIN, a_clinic(), password=None), mail_id=given_up.pk, now=MORNING)

    def test_only_what_is_given_up_and_of_use(self, given_up: Mail) -> None:
        admin = a_member(Role.ADMIN, given_up.clinic, password=None)
        with pytest.raises(Refused, match="The day of this digest is over"):
            retry_mail(by=admin, mail_id=given_up.pk, now=MORNING + timedelta(days=1))
        Mail.objects.update(status=MailStatus.FAILED)
        with pytest.raises(Refused, match="not given up any more"):
            retry_mail(by=admin, mail_id=given_up.pk, now=MORNING)

    def test_the_list_is_for_whoever_manages_the_clinic_or_was_written_to(self, given_up: Mail, nurse: Staff) -> None:
        clinic = given_up.clinic
        assert list(mails_for(nurse)) == [given_up]
        assert list(mails_for(a_member(Role.ADMIN, clinic, password=None))) == [given_up]
        assert not mails_for(a_member(Role.NURSE, clinic, password=None)).exists()
        assert not mails_for(a_member(Role.ADMIN, password=None)).exists()
