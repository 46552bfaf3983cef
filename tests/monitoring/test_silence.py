"""The lists of safe silence: each from both sides, and nobody of another clinic on any of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from monitoring.actions import reconcile
from monitoring.actions.reminders import keep_reminders
from monitoring.models import Assignment, DueItem, Mail, NotNeeded, NotWorkedOut, Pause, Reminder
from monitoring.rules.vocabulary import AlertLevel, MailKind, MailStatus
from monitoring.selectors import Silence, counts_in, scope_of, silent
from monitoring.selectors.mail import readers_of_alert
from monitoring.selectors.silence import lasting_courses, silence_by_clinic
from patients.models import Membership, Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from regimens.rules.vocabulary import Route
from tests.factories import rows

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
LONG_AGO = date(2025, 6, 1)


@dataclass
class Clinic:
    doctor: Staff
    patient: Patient

    def on(self, kind: Silence, staff: Staff | None = None) -> list[int]:
        """Who stands on a list, by the id of the patient."""
        found = silent(scope_of(staff or self.doctor, TODAY), kind)
        return [row.pk if isinstance(row, Patient) else row.patient_id for row in found]  # type: ignore[attr-defined]  # all else is about one


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 6, 1, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def clinic() -> Clinic:
    doctor = rows.a_member(password=None)
    return Clinic(doctor, rows.a_patient(doctor))


def methotrexate(clinic: Clinic, **fields: Any) -> None:
    rows.a_course(clinic.patient, "methotrexate", fields.pop("start_on", LONG_AGO), "15", **fields)


def entered(clinic: Clinic) -> dict[str, Any]:
    return {"patient": clinic.patient, "recorded_by": clinic.doctor}


def test_a_monitored_patient_with_nothing_open_is_silent(clinic: Clinic) -> None:
    methotrexate(clinic)
    assert clinic.on(Silence.NOTHING_DUE) == [clinic.patient.pk]
    rows.a_due_item(clinic.patient, due_on=TODAY + timedelta(300))
    assert clinic.on(Silence.NOTHING_DUE) == []


def test_a_closed_item_is_no_item(clinic: Clinic) -> None:
    methotrexate(clinic)
    rows.a_due_item(
        clinic.patient, due_on=TODAY, status="cancelled", closed_at=clinic.patient.recorded_at, close_reason="error"
    )
    assert clinic.on(Silence.NOTHING_DUE) == [clinic.patient.pk]


@pytest.mark.parametrize(
    ("course", "watched"),
    [
        ({"drug": "methotrexate"}, True),
        ({"drug": "methotrexate", "start_on": TODAY + timedelta(7)}, True),
        ({"drug": "methotrexate", "stop_on": TODAY}, False),
        ({"drug": "methotrexate", "stop_on": TODAY + timedelta(1)}, True),
        ({"drug": "methotrexate", "never_given": True}, False),
        ({"drug": "folic_acid"}, False),
        ({"drug": "", "drug_text": "a trial drug"}, False),
        ({"drug": "rituximab", "route": Route.INTRAVENOUS.value}, True),
    ],
)
def test_who_is_looked_at_again_and_again(clinic: Clinic, course: dict[str, Any], watched: bool) -> None:
    rows.a_course(clinic.patient, **{"start_on": LONG_AGO, **course})
    assert lasting_courses(TODAY).exists() is watched
    assert (clinic.on(Silence.NOTHING_DUE) == [clinic.patient.pk]) is watched


def test_patients_no_longer_under_care_are_not_looked_for(clinic: Clinic) -> None:
    clinic.patient = rows.a_patient_no_longer_under_care(clinic.doctor, PatientStatus.TRANSFERRED)
    methotrexate(clinic)
    rows.a_course(clinic.patient, "", LONG_AGO, drug_text="a trial drug")
    assert set(counts_in(scope_of(clinic.doctor, TODAY)).values()) == {0}


@pytest.mark.parametrize(("until", "silent_now"), [(None, False), (TODAY + timedelta(1), False), (TODAY, True)])
def test_a_recorded_not_needed_is_a_reason(clinic: Clinic, until: date | None, silent_now: bool) -> None:
    methotrexate(clinic)
    said = {"item": "full_blood_count", "made_on": LONG_AGO, "until": until, "reason": "palliative"}
    NotNeeded.objects.create(**entered(clinic), **said)
    assert (clinic.on(Silence.NOTHING_DUE) == [clinic.patient.pk]) is silent_now


@pytest.mark.parametrize(
    ("until", "ended_on", "silent_now"),
    [(TODAY + timedelta(1), None, False), (TODAY, None, True), (TODAY + timedelta(9), TODAY - timedelta(9), True)],
)
def test_a_running_pause_is_a_reason(clinic: Clinic, until: date, ended_on: date | None, silent_now: bool) -> None:
    methotrexate(clinic)
    end = {"ended_on": ended_on, "end_reason": "well again" if ended_on else ""}
    Pause.objects.create(**entered(clinic), from_on=LONG_AGO, until=until, reason="infection", **end)
    assert (clinic.on(Silence.NOTHING_DUE) == [clinic.patient.pk]) is silent_now


@pytest.mark.parametrize(
    ("item", "owner", "owned"),
    [
        ("", "colleague", True),
        ("full_blood_count", "colleague", True),
        ("", "left", False),
        ("", "elsewhere", False),
        ("", "auditor now", False),
    ],
)
def test_an_owner_is_somebody_who_works_in_the_clinic(clinic: Clinic, item: str, owner: str, owned: bool) -> None:
    methotrexate(clinic)
    assert clinic.on(Silence.NO_OWNER) == [clinic.patient.pk]
    here = rows.clinic_of(clinic.doctor)
    people = {
        "colleague": lambda: rows.a_member(Role.NURSE, here, password=None),
        "left": lambda: rows.a_member(Role.NURSE, here, password=None, is_active=False),
        "elsewhere": lambda: rows.a_member(Role.NURSE, password=None),
        "auditor now": lambda: rows.a_member(Role.AUDITOR, here, password=None),
    }
    Assignment.objects.create(**entered(clinic), item=item, owner=people[owner]())
    assert (clinic.on(Silence.NO_OWNER) == []) is owned


@pytest.mark.parametrize(
    ("sampled", "due", "since", "found"),
    [
        (None, 0, 112, True),
        (None, 0, 111, False),
        (None, -1, 112, False),
        (112, 0, 400, True),
        (111, 0, 400, False),
    ],
)
def test_no_result_for_a_long_time(clinic: Clinic, sampled: int | None, due: int, since: int, found: bool) -> None:
    """Days ago: the last sample, the day on which the bloods were due, the start of the drug."""
    methotrexate(clinic, start_on=TODAY - timedelta(since))
    rows.a_due_item(clinic.patient, "full_blood_count", TODAY - timedelta(due))
    if sampled is not None:
        rows.a_result(clinic.patient, "crp", "3", TODAY - timedelta(sampled), unit="mg/L")
    assert (clinic.on(Silence.NO_RESULT) == [clinic.patient.pk]) is found


def test_what_is_paused_or_no_test_waits_for_no_result(clinic: Clinic) -> None:
    methotrexate(clinic)
    rows.a_due_item(clinic.patient, "weight", LONG_AGO)
    rows.a_due_item(clinic.patient, "full_blood_count", LONG_AGO, paused_until=TODAY + timedelta(1))
    assert clinic.on(Silence.NO_RESULT) == []
    DueItem.objects.update(paused_until=TODAY)
    assert clinic.on(Silence.NO_RESULT) == [clinic.patient.pk]


def test_a_withdrawn_result_is_none(clinic: Clinic) -> None:
    methotrexate(clinic)
    rows.a_due_item(clinic.patient, "full_blood_count", LONG_AGO)
    gone = {"superseded_at": clinic.patient.recorded_at, "superseded_by": clinic.doctor, "superseded_reason": "error"}
    rows.a_result(clinic.patient, "crp", "3", TODAY, unit="mg/L", **gone)
    assert clinic.on(Silence.NO_RESULT) == [clinic.patient.pk]


def test_an_open_item_that_nobody_is_told_of(clinic: Clinic) -> None:
    item = rows.a_due_item(clinic.patient)
    assert clinic.on(Silence.NO_REMINDER) == [clinic.patient.pk]
    reminder = Reminder.objects.create(due_item=item, planned_on=TODAY)
    assert clinic.on(Silence.NO_REMINDER) == []
    Reminder.objects.filter(pk=reminder.pk).update(status="acted", acted_at=clinic.patient.recorded_at)
    assert clinic.on(Silence.NO_REMINDER) == [clinic.patient.pk]


def test_the_daily_run_makes_missing_reminders_good(clinic: Clinic) -> None:
    methotrexate(clinic)
    reconcile(patient_ids=[clinic.patient.pk])
    Reminder.objects.all().delete()
    assert clinic.on(Silence.NO_REMINDER)
    keep_reminders()
    assert clinic.on(Silence.NO_REMINDER) == []


@pytest.mark.parametrize(("days", "shown"), [(29, 1), (30, 0)])
@pytest.mark.parametrize(("status", "given_up"), [(MailStatus.GIVEN_UP, True), (MailStatus.FAILED, False)])
def test_mails_given_up_stay_for_a_month(
    clinic: Clinic, status: MailStatus, given_up: bool, days: int, shown: int
) -> None:
    Mail.objects.create(
        key="k",
        kind=MailKind.STAFF_DIGEST,
        clinic=clinic.patient.clinic,
        staff=clinic.doctor,
        for_day=TODAY - timedelta(days),
        not_before=clinic.patient.recorded_at,
        message_id="m",
        status=status,
    )
    assert counts_in(scope_of(clinic.doctor, TODAY))[Silence.MAIL_GIVEN_UP] == (shown if given_up else 0)


@pytest.mark.parametrize(
    ("member", "staff", "told"),
    [
        ({}, {"email": "a@example.org"}, True),
        ({"role": "nurse"}, {"email": "a@example.org"}, True),
        ({"role": "admin"}, {"email": "a@example.org"}, False),
        ({"role": "admin", "is_lead": True}, {"email": "a@example.org"}, True),
        ({"wants_alerts": False}, {"email": "a@example.org"}, False),
        ({}, {"email": ""}, False),
        ({}, {"email": "a@example.org", "is_active": False}, False),
    ],
)
def test_an_alert_that_can_be_written_to_nobody(
    clinic: Clinic, member: dict[str, Any], staff: dict[str, Any], told: bool
) -> None:
    """Listed whenever, and only when, no reader is found for it."""
    rows.an_alert(clinic.patient)
    rows.a_member(password=None, email="elsewhere@example.org")
    Membership.objects.filter(staff=clinic.doctor).update(**member)
    Staff.objects.filter(pk=clinic.doctor.pk).update(**staff)
    looking = rows.a_member(Role.ADMIN, clinic.patient.clinic, password=None)
    assert clinic.on(Silence.NOBODY_TO_ALERT, looking) == ([] if told else [clinic.patient.pk])
    assert bool(readers_of_alert(clinic.patient.clinic, AlertLevel.LEAD)) is told


@pytest.mark.parametrize(
    "alert", [{"grade": "look"}, {"status": "acknowledged"}, {"status": "closed", "closed_at": datetime.now(UTC)}]
)
def test_an_alert_of_which_nobody_is_to_be_written_to(clinic: Clinic, alert: dict[str, Any]) -> None:
    rows.an_alert(clinic.patient, **alert)
    assert clinic.on(Silence.NOBODY_TO_ALERT) == []


def test_a_drug_without_rules_will_never_remind(clinic: Clinic) -> None:
    rows.a_course(clinic.patient, "", LONG_AGO, drug_text="a trial drug")
    rows.a_course(clinic.patient, "", LONG_AGO, drug_text="another", stop_on=TODAY)
    methotrexate(clinic)
    assert clinic.on(Silence.NO_RULES) == [clinic.patient.pk]


@pytest.mark.parametrize(
    ("from_ago", "lasting", "fields", "listed"),
    [
        (10, 85, {}, True),
        (10, 84, {}, False),
        (200, 200, {}, False),
        (-1, 100, {}, False),
        (10, 85, {"ended_on": TODAY - timedelta(1), "end_reason": "well again"}, False),
    ],
)
def test_a_long_pause_in_force(
    clinic: Clinic, from_ago: int, lasting: int, fields: dict[str, Any], listed: bool
) -> None:
    start = TODAY - timedelta(from_ago)
    until = start + timedelta(lasting)
    Pause.objects.create(**entered(clinic), from_on=start, until=until, reason="infection", **fields)
    assert (clinic.on(Silence.LONG_PAUSE) == [clinic.patient.pk]) is listed


@pytest.mark.parametrize("status", PatientStatus)
def test_whoever_could_not_be_worked_out_whatever_became_of_them(clinic: Clinic, status: PatientStatus) -> None:
    """The due items and reminders of somebody who has died stay open when working them out fails."""
    assert clinic.on(Silence.NOT_WORKED_OUT) == []
    Patient.objects.filter(pk=clinic.patient.pk).update(
        status=status,
        status_on=None if status is PatientStatus.ACTIVE else LONG_AGO,
        status_reason="" if status is PatientStatus.ACTIVE else "as told",
        merged_into=rows.a_patient(clinic.doctor) if status is PatientStatus.MERGED else None,
    )
    NotWorkedOut.objects.create(patient=clinic.patient, error_type="DataError")
    assert clinic.on(Silence.NOT_WORKED_OUT) == [clinic.patient.pk]
    assert clinic.on(Silence.NOT_WORKED_OUT, rows.a_member(password=None)) == []


def everything_silent(clinic: Clinic) -> None:
    methotrexate(clinic)
    rows.a_course(clinic.patient, "", LONG_AGO, drug_text="a trial drug")
    rows.a_due_item(clinic.patient, "full_blood_count", LONG_AGO)


def test_nobody_sees_another_clinic(clinic: Clinic) -> None:
    everything_silent(clinic)
    assert sum(counts_in(scope_of(clinic.doctor, TODAY)).values()) == 4
    assert sum(counts_in(scope_of(rows.a_member(password=None), TODAY)).values()) == 0
    assert sum(counts_in(scope_of(rows.a_stranger(password=None), TODAY)).values()) == 0


def test_the_daily_check_counts_each_clinic_by_itself(clinic: Clinic) -> None:
    everything_silent(clinic)
    other = rows.clinic_of(rows.a_member(password=None))
    found = silence_by_clinic()
    assert found[clinic.patient.clinic.slug] == {
        kind.value: count for kind, count in counts_in(scope_of(clinic.doctor, TODAY)).items()
    }
    assert set(found[other.slug].values()) == {0}


def test_one_query_a_list(clinic: Clinic, django_assert_num_queries: Callable[..., Any]) -> None:
    everything_silent(clinic)
    scope = scope_of(clinic.doctor, TODAY)
    with django_assert_num_queries(len(Silence)):
        for kind in Silence:
            silent(scope, kind).count()
