"""The dose guard in the writes: what is held, what is let through, and what is kept of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.errors import GuardStopped, NotAllowed, NotFound, Refused, StaleVersion
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from regimens.actions import NewDose, change_dose, record_infusion, start_course
from regimens.actions.guarded import says_something
from regimens.models import Course, DoseCheck, DosePeriod, Infusion
from regimens.protocol.load import load
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.vocabulary import DoseUnit, Frequency, OutcomeKind, Route, Weekday
from regimens.selectors import dose_checks_of, guard_messages
from tests.factories.rows import a_course, a_member, a_patient, a_weight, an_infusion, an_outcome, clinic_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
MG, GRAM = DoseUnit.MILLIGRAM, DoseUnit.GRAM
DAILY_METHOTREXATE = NewDose(amount=Decimal(10), unit=MG, frequency=Frequency.ONCE_DAILY)
HIGH_START = NewDose(amount=Decimal(100), unit=MG, frequency=Frequency.ONCE_DAILY)
LOWER = NewDose(amount=Decimal(25), unit=MG, frequency=Frequency.ONCE_DAILY)
USUAL = NewDose(amount=Decimal(50), unit=MG, frequency=Frequency.ONCE_DAILY)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    patient = a_patient(doctor)
    a_weight(patient, "70", date(2026, 11, 1))
    return patient


def begin(doctor: Staff, patient: Patient, drug: str = "methotrexate", **more: Any) -> Course:
    wanted = {"on": TODAY, "drug": drug, "route": Route.ORAL, "dose": DAILY_METHOTREXATE, **more}
    return start_course(by=doctor, patient_id=patient.pk, **wanted)


def findings_of(stopped: GuardStopped) -> list[GuardFinding]:
    return [finding for finding in stopped.findings if isinstance(finding, GuardFinding)]


def test_a_stop_without_a_reason_saves_nothing(doctor: Staff, patient: Patient) -> None:
    with pytest.raises(GuardStopped) as stopped:
        begin(doctor, patient)
    assert stopped.value.needs_reason
    assert "never more often" in stopped.value.message
    assert stopped.value.errors == {"override_reason": [stopped.value.message]}
    assert findings_of(stopped.value)[0].code is GuardCode.METHOTREXATE_NOT_WEEKLY
    assert not Course.objects.exists()
    assert not DosePeriod.objects.exists()
    assert not DoseCheck.objects.exists()


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_blank_reason_is_none(doctor: Staff, patient: Patient, reason: str) -> None:
    with pytest.raises(GuardStopped):
        begin(doctor, patient, override_reason=reason)


def test_a_reason_lets_it_through_and_is_kept(doctor: Staff, patient: Patient) -> None:
    course = begin(doctor, patient, override_reason=" trial protocol 12 ")
    check = DoseCheck.objects.get(course=course)
    assert check.override_reason == "trial protocol 12"
    assert (check.dose, check.recorded_by, check.protocol_version) == (course.doses.get(), doctor, "2026.1")
    first = check.findings[0]
    assert (first["code"], first["level"], first["rule"]) == (
        "methotrexate_not_weekly",
        "stop",
        "guard.methotrexate_weekly",
    )
    assert first["source"] == "published algorithm, dose table"


def test_a_reason_longer_than_is_kept_is_refused(doctor: Staff, patient: Patient) -> None:
    begin(doctor, patient, override_reason="x" * 500)
    with pytest.raises(Refused, match="at most 500"):
        begin(doctor, a_patient(doctor), override_reason="x" * 501)


def test_a_reason_where_nothing_stops_is_not_kept_as_one(doctor: Staff, patient: Patient) -> None:
    begin(doctor, patient, "azathioprine", dose=HIGH_START, override_reason="because")
    assert DoseCheck.objects.get().override_reason == ""


def test_warnings_hold_nobody_who_was_shown_nothing(doctor: Staff, patient: Patient) -> None:
    course = begin(doctor, patient, "azathioprine", dose=HIGH_START)
    assert [message["code"] for message in guard_messages(doctor, course.pk)] == ["above_start"]


def test_a_warning_holds_until_it_was_seen(doctor: Staff, patient: Patient) -> None:
    with pytest.raises(GuardStopped) as stopped:
        begin(doctor, patient, "azathioprine", dose=HIGH_START, seen=())
    assert not stopped.value.needs_reason
    assert not Course.objects.exists()
    seen = [finding.fingerprint for finding in findings_of(stopped.value)]
    assert begin(doctor, patient, "azathioprine", dose=HIGH_START, seen=seen).pk


def test_another_warning_than_was_seen_holds_again(doctor: Staff, patient: Patient) -> None:
    with pytest.raises(GuardStopped) as stopped:
        begin(doctor, patient, "azathioprine", dose=HIGH_START, seen=())
    seen = [finding.fingerprint for finding in findings_of(stopped.value)]
    higher = NewDose(amount=Decimal(120), unit=MG, frequency=Frequency.ONCE_DAILY)
    with pytest.raises(GuardStopped):
        begin(doctor, patient, "azathioprine", dose=higher, seen=seen)


def test_a_stop_given_a_reason_unseen_is_shown_first(doctor: Staff, patient: Patient) -> None:
    with pytest.raises(GuardStopped) as stopped:
        begin(doctor, patient, override_reason="because", seen=())
    seen = [finding.fingerprint for finding in findings_of(stopped.value)]
    assert begin(doctor, patient, override_reason="because", seen=seen).pk


def test_a_note_holds_nothing(doctor: Staff, patient: Patient) -> None:
    course = begin(doctor, patient, "leflunomide", dose=USUAL, seen=())
    assert {message["level"] for message in guard_messages(doctor, course.pk)} == {"note"}


def test_silence_is_not_kept(doctor: Staff, patient: Patient) -> None:
    begin(doctor, patient, "azathioprine", dose=USUAL, seen=())
    assert not DoseCheck.objects.exists()


def test_what_stands_beside_is_treated_and_kept_like_the_guards_own(doctor: Staff, patient: Patient) -> None:
    with pytest.raises(GuardStopped) as stopped:
        begin(doctor, patient, seen=())
    other = next(each for each in findings_of(stopped.value) if each.level is GuardLevel.WARN)
    with pytest.raises(GuardStopped):
        begin(doctor, patient, "azathioprine", dose=USUAL, seen=(), beside=[other])
    course = begin(doctor, patient, "azathioprine", dose=USUAL, seen=[other.fingerprint], beside=[other])
    assert [message["text"] for message in guard_messages(doctor, course.pk)] == [other.text]


def test_an_intolerance_stops_a_new_course(doctor: Staff, patient: Patient) -> None:
    before = a_course(patient, "azathioprine", date(2026, 1, 5), "50", stop_on=date(2026, 3, 1))
    an_outcome(before, OutcomeKind.INTOLERANT, date(2026, 3, 1), reason="pancreatitis")
    with pytest.raises(GuardStopped, match="pancreatitis"):
        begin(doctor, patient, "azathioprine", dose=USUAL)


def test_a_change_is_guarded_and_its_check_is_of_its_own_dose(doctor: Staff, patient: Patient) -> None:
    course = a_course(patient, "methotrexate", date(2026, 1, 5), "10")
    daily: dict[str, Any] = {"by": doctor, "course_id": course.pk, "on": TODAY, "dose": DAILY_METHOTREXATE}
    with pytest.raises(GuardStopped):
        change_dose(**daily)
    course.refresh_from_db()
    assert (course.version, course.doses.count()) == (1, 1)
    dose = change_dose(**daily, override_reason="as the trial asks")
    assert DoseCheck.objects.get().dose == dose
    assert guard_messages(doctor, course.pk, dose.pk)
    assert guard_messages(doctor, course.pk, course.doses.order_by("from_on")[0].pk) == []


def test_a_dose_changed_meanwhile_is_stale(doctor: Staff, patient: Patient) -> None:
    course = a_course(patient, "azathioprine", date(2026, 1, 5), "50")
    change_dose(by=doctor, course_id=course.pk, on=date(2026, 2, 1), dose=replace(USUAL, amount=Decimal(75)), version=1)
    with pytest.raises(StaleVersion) as stale:
        change_dose(by=doctor, course_id=course.pk, on=date(2026, 3, 1), dose=LOWER, version=1)
    assert stale.value.current_version == 2
    change_dose(by=doctor, course_id=course.pk, on=date(2026, 3, 1), dose=LOWER)
    assert course.doses.count() == 3


def test_the_dose_that_holds_already_is_no_change(doctor: Staff, patient: Patient) -> None:
    course = a_course(patient, "azathioprine", date(2026, 1, 5), "50")
    for day in (date(2026, 1, 5), TODAY):
        with pytest.raises(Refused, match="nothing would change") as refused:
            change_dose(by=doctor, course_id=course.pk, on=day, dose=USUAL)
        assert refused.value.field == "on"
    change_dose(by=doctor, course_id=course.pk, on=date(2026, 3, 1), dose=LOWER)
    assert change_dose(by=doctor, course_id=course.pk, on=date(2026, 4, 1), dose=USUAL).pk


def test_what_speaks_against_a_raise_is_said_of_no_lower_dose(doctor: Staff, patient: Patient) -> None:
    course = a_course(patient, "azathioprine", date(2026, 1, 5), "50")
    reason = load().because("guard.same_drug")
    spoken = [GuardFinding(GuardCode.OPEN_ALERT, GuardLevel.WARN, "open alert", (), reason)]
    change: dict[str, Any] = {"by": doctor, "course_id": course.pk, "seen": (), "if_raised": spoken}
    with pytest.raises(GuardStopped) as stopped:
        change_dose(**change, on=TODAY, dose=replace(USUAL, amount=Decimal(75)))
    assert spoken[0] in findings_of(stopped.value)
    lower = change_dose(**change, on=TODAY, dose=LOWER)
    assert guard_messages(doctor, course.pk, lower.pk) == []


def test_a_dose_is_saved_over_anothers_of_the_day_and_both_stay_in_the_history(doctor: Staff, patient: Patient) -> None:
    course = a_course(patient, "methotrexate", date(2026, 1, 5), "10")
    weekly = NewDose(amount=Decimal(30), unit=MG, frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY)
    theirs = change_dose(by=doctor, course_id=course.pk, on=TODAY, dose=weekly)
    mine = replace(weekly, amount=Decimal(15))
    change: dict[str, Any] = {"by": doctor, "course_id": course.pk, "on": TODAY, "dose": mine}
    for other in (None, theirs.pk + 1):
        with pytest.raises(Refused, match="already has a dose"):
            change_dose(**change, replaces=other)
    daily = change | {"dose": DAILY_METHOTREXATE, "replaces": theirs.pk}
    with pytest.raises(GuardStopped):  # a stop undoes that theirs was superseded
        change_dose(**daily)
    theirs.refresh_from_db()
    assert theirs.superseded_at is None
    period = change_dose(**change, replaces=theirs.pk)
    theirs.refresh_from_db()
    assert (period.replaces, period.recorded_at) == (theirs, theirs.superseded_at)
    assert (theirs.superseded_by, theirs.superseded_reason) == (
        doctor,
        "another dose of the same day was saved over it",
    )
    assert not DoseCheck.objects.filter(dose=theirs).current().exists()
    assert list(course.doses.filter(superseded_at=None, from_on=TODAY)) == [period]


def test_what_cannot_be_saved_is_refused_before_anybody_is_asked(doctor: Staff, patient: Patient) -> None:
    a_course(patient, "methotrexate", date(2026, 1, 5), "10")
    with pytest.raises(Refused, match="already a course") as refused:
        begin(doctor, patient)
    assert not isinstance(refused.value, GuardStopped)


def test_an_infusion_is_held_until_its_warning_was_seen(doctor: Staff, patient: Patient) -> None:
    course = a_course(patient, "normal_immunoglobulin", date(2026, 1, 5), route=Route.INTRAVENOUS.value)
    an_infusion(course, date(2026, 11, 1), days=2)
    given: dict[str, Any] = {
        "by": doctor,
        "course_id": course.pk,
        "first_on": TODAY,
        "days": 1,
        "total": Decimal(140),
        "unit": GRAM,
    }
    with pytest.raises(GuardStopped) as stopped:
        record_infusion(**given, seen=())
    assert {finding.code for finding in findings_of(stopped.value)} == {GuardCode.CYCLE_DAYS, GuardCode.CYCLE_INTERVAL}
    assert Infusion.objects.count() == 1
    seen = [finding.fingerprint for finding in findings_of(stopped.value)]
    assert record_infusion(**given, seen=seen).pk


def test_an_amount_far_too_high_needs_its_reason_which_is_kept_in_the_note(doctor: Staff, patient: Patient) -> None:
    course = a_course(patient, "normal_immunoglobulin", date(2026, 1, 5), route=Route.INTRAVENOUS.value)
    given: dict[str, Any] = {
        "by": doctor,
        "course_id": course.pk,
        "first_on": date(2026, 11, 18),
        "days": 2,
        "unit": GRAM,
    }
    with pytest.raises(GuardStopped) as stopped:
        record_infusion(**given, total=Decimal(1500))
    assert stopped.value.needs_reason
    assert not Infusion.objects.exists()
    with pytest.raises(Refused, match="at most 3 characters here") as refused:
        record_infusion(**given, total=Decimal(1500), note="n" * 279, override_reason="as printed")
    assert list(refused.value.errors) == ["override_reason"]
    row = record_infusion(**given, total=Decimal(1500), note="day ward", override_reason=" two cycles in one ")
    assert row.note == "day ward Why this amount: two cycles in one"


def test_a_reason_that_nothing_asked_for_is_not_kept(doctor: Staff, patient: Patient) -> None:
    course = a_course(patient, "normal_immunoglobulin", date(2026, 1, 5), route=Route.INTRAVENOUS.value)
    row = record_infusion(by=doctor, course_id=course.pk, first_on=TODAY, note="day ward", override_reason="because")
    assert row.note == "day ward"


def test_another_clinic_sees_neither_course_nor_check(doctor: Staff, patient: Patient) -> None:
    course = begin(doctor, patient, override_reason="because")
    stranger = a_member(password=None)
    with pytest.raises(NotFound):
        begin(stranger, patient, override_reason="because")
    with pytest.raises(NotFound):
        change_dose(by=stranger, course_id=course.pk, on=TODAY, dose=USUAL, override_reason="because")
    assert guard_messages(stranger, course.pk) == []
    with pytest.raises(NotAllowed):
        dose_checks_of(stranger, patient)


def test_an_administrator_is_not_asked_but_turned_away(doctor: Staff, patient: Patient) -> None:
    admin = a_member(Role.ADMIN, clinic_of(doctor), password=None)
    with pytest.raises(NotAllowed):
        begin(admin, patient, override_reason="because")


def test_a_weekly_dose_with_its_day_is_only_noted(doctor: Staff, patient: Patient) -> None:
    weekly = NewDose(amount=Decimal("7.5"), unit=MG, frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY)
    course = begin(doctor, patient, dose=weekly, seen=())
    assert {message["code"] for message in guard_messages(doctor, course.pk)} == {"folic_acid"}


@pytest.mark.parametrize(
    ("reason", "tells"), [(".", False), ("\u200b", False), ("\u00a0\u2003", False), ("ok", True), ("5", True)]
)
def test_a_reason_has_a_letter_or_a_digit(reason: str, tells: bool) -> None:
    assert says_something(reason) is tells
