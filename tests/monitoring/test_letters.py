"""What each e-mail says, and above all what it does not."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from typing import Any

import pytest
from django.core import mail as outgoing
from django.core.mail import EmailMultiAlternatives

from monitoring.actions.mail_plans import plan_mails
from monitoring.delivery import send_mails
from monitoring.models import Alert, AlertStep
from monitoring.rules.vocabulary import AlertGrade
from patients.models import Membership, Patient, Staff
from patients.rules.vocabulary import Role
from patients.stop_links import details_of
from tests.factories.rows import a_clinic, a_due_item, a_member, a_patient, some_contact_details

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 1, 12, 8, tzinfo=UTC)
TODAY = MORNING.date()


@pytest.fixture
def nurse() -> Staff:
    clinic = a_clinic(name="Myositis clinic", telephone="020 7946 0123")
    return a_member(Role.NURSE, clinic, email="nurse@example.org", password=None)


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    names = {"given_names": "Ada Mary", "family_name": "Okafor"}
    return a_patient(nurse, hospital_number="H042", nhs_number="9990000018", **names)


def sent() -> list[EmailMultiAlternatives]:
    plan_mails(MORNING)
    send_mails(MORNING)
    return [message for message in outgoing.outbox if isinstance(message, EmailMultiAlternatives)]


def everything(message: EmailMultiAlternatives) -> str:
    return f"{message.subject}\n{message.body}\n{message.alternatives[0].content}"


def an_alert(patient: Patient, grade: str = "urgent", number: int = 1) -> Alert:
    text = "ALT 412 U/L is above 3 times the upper limit; methotrexate"
    said = {"rule_id": "r", "on": TODAY, "text": text, "protocol_version": "test", "advice": "hold methotrexate"}
    alert = Alert.objects.create(patient=patient, grade=grade, subject=f"result:{number}", **said)
    AlertStep.objects.create(alert=alert, kind="opened", level="nurse", at=MORNING)
    return alert


def test_a_digest_lists_what_the_worklist_shows(patient: Patient) -> None:
    a_due_item(patient, "full_blood_count", date(2026, 1, 1))
    a_due_item(patient, "albumin", date(2026, 1, 15))
    a_due_item(patient, "lipids", date(2026, 9, 1))
    (message,) = sent()
    assert message.to == ["nurse@example.org"]
    assert message.subject == "Daily list for 12-Jan-2026: Myositis clinic"
    for text in (message.body, str(message.alternatives[0].content)):
        assert "H042 (AMO)" in text
        assert "full blood count, overdue by 11 days" in text
        assert "albumin" in text
        assert "2 items" in text
        assert "1 overdue" in text
        assert "lipids" not in text
        assert f"/patients/{patient.pk}/" in text
    assert message.body.index("full blood count") < message.body.index("albumin")


def test_a_day_without_work_is_said(nurse: Staff) -> None:
    (message,) = sent()
    assert "Nothing on the worklist needs attention" in message.body
    assert "No alert is open." in message.body


def test_a_long_list_is_cut_and_says_how_much_more(patient: Patient) -> None:
    for number in range(60):
        a_due_item(patient, due_on=TODAY, occasion=str(number))
    (message,) = sent()
    assert message.body.count("full blood count") == 50
    assert "60 items" in message.body
    assert "and 10 more on the list" in message.body


def test_the_most_urgent_alerts_stand_first_and_the_rest_are_counted(nurse: Staff, patient: Patient) -> None:
    for number in range(50):
        an_alert(patient, "look", number)
    an_alert(patient, "urgent", 50)
    text = next(message.body for message in sent() if "Daily list" in message.subject)
    assert "ALERTS NOT YET CLOSED: 51" in text
    assert text.index(AlertGrade.URGENT.label) < text.index(AlertGrade.LOOK.label)
    assert "and 1 more" in text


def test_only_the_readers_own_clinic(nurse: Staff, patient: Patient) -> None:
    other = a_member(Role.NURSE, a_clinic(), password=None)
    Membership.objects.create(staff=nurse, clinic=other.clinics.get(), role=Role.NURSE.value, wants_digest=False)
    a_due_item(a_patient(other, hospital_number="H999"), due_on=TODAY)
    a_due_item(patient, due_on=TODAY)
    (message,) = sent()
    assert "H999" not in everything(message)
    assert "H042" in everything(message)


@pytest.mark.parametrize(
    ("setting", "shown", "hidden"),
    [
        ("hospital_number_and_initials", "H042 (AMO)", "no such words"),
        ("hospital_number", "H042", "(AMO)"),
        ("none", "a patient", "H042"),
    ],
)
def test_a_patient_is_named_as_the_setting_allows(
    patient: Patient, settings: Any, setting: str, shown: str, hidden: str
) -> None:
    settings.MAIL_PATIENT_IDENTIFIERS = setting
    a_due_item(patient, due_on=TODAY)
    an_alert(patient)
    for message in sent():
        assert shown in everything(message)
        assert hidden not in everything(message)


@pytest.mark.parametrize("setting", ["hospital_number_and_initials", "hospital_number", "none"])
def test_no_e_mail_to_staff_holds_a_name_a_drug_or_a_result(patient: Patient, settings: Any, setting: str) -> None:
    settings.MAIL_PATIENT_IDENTIFIERS = setting
    a_due_item(patient, due_on=TODAY)
    an_alert(patient)
    messages = sent()
    assert len(messages) == 2
    for message in messages:
        assert not re.search("okafor|ada|999 ?000|methotrexate|412|ALT", everything(message), flags=re.IGNORECASE)
        assert not re.search(r"H042|AMO", message.subject)


def test_an_alert_says_how_soon_and_where(patient: Patient) -> None:
    alert = an_alert(patient)
    message = next(message for message in sent() if "lert" in message.subject)
    assert message.subject == "Urgent alert: Myositis clinic"
    assert "urgent" in message.body
    assert f"/alerts/{alert.pk}/" in message.body


@pytest.mark.parametrize(("due_on", "words"), [(TODAY, "is due on"), (date(2026, 1, 1), "was due by")])
def test_a_patient_is_told_of_a_test_and_a_day_and_nothing_else(
    nurse: Staff, patient: Patient, due_on: date, words: str
) -> None:
    Membership.objects.update(wants_digest=False)
    a_due_item(patient, due_on=due_on)
    details = some_contact_details(patient)
    (message,) = sent()
    assert message.to == ["reader@example.org"]
    assert message.subject == "A reminder from your hospital clinic"
    text = everything(message)
    assert f"blood test or check-up of yours {words}" in text
    assert "020 7946 0123" in text
    forbidden = "okafor|ada\\b|H042|9990000018|myositis|myoline|methotrexate|full blood count|immun|clinic [0-9]"
    assert not re.search(forbidden, text, flags=re.IGNORECASE)
    stop = re.search(r"http\S+/reminders/stop/([^/]+)/", message.body)
    assert stop is not None
    assert details_of(stop[1]) == details
    assert stop[0] in str(message.alternatives[0].content)


def test_a_clinic_without_a_telephone_number_is_no_gap(nurse: Staff, patient: Patient) -> None:
    Membership.objects.update(wants_digest=False)
    type(patient.clinic).objects.update(telephone="")
    a_due_item(patient, due_on=TODAY)
    some_contact_details(patient)
    assert "on the number that is on its letters" in sent()[0].body


def test_headers_as_the_standards_ask(nurse: Staff, patient: Patient) -> None:
    a_due_item(patient, due_on=TODAY)
    some_contact_details(patient)
    to_staff, to_patient = sorted(sent(), key=lambda message: message.to != ["nurse@example.org"])
    headers = message_from_bytes(to_patient.message().as_bytes())
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http\S+/reminders/stop/\S+/>", re.sub(r"\s", "", headers["List-Unsubscribe"]))
    assert headers["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[0-9a-f]{32}@localhost>", headers["Message-ID"])
    assert "List-Unsubscribe" not in to_staff.message()
