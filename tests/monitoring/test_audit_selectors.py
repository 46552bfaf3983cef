"""Audits over the rows of a clinic: figures and list agree, access is decided, batches and queries stay fixed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from monitoring.models import AlertStep
from monitoring.rules.audit_findings import AuditOutcome
from monitoring.rules.vocabulary import AlertAction, AlertStepKind
from monitoring.schedules import protocol_of
from monitoring.selectors import audits as audits_module
from monitoring.selectors.audits import AuditRow, audit_rows, audit_summary, audits
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from patients.seen import collecting
from regimens.rules.vocabulary import CourseRole
from tests.factories import rows
from tests.tracker.acts import Act, Chart
from tests.tracker.pages import TODAY, a_full_record
from tracker.patient_life.transfers import accept_transfer, ask_transfer

pytestmark = pytest.mark.django_db

DAYS: dict[str, Any] = {
    "period_from": date(2025, 6, 2),
    "period_until": date(2026, 6, 1),
    "as_of": date(2026, 6, 1),
}


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def auditor() -> Staff:
    return rows.a_member(Role.AUDITOR, password=None)


def all_audits(staff: Staff) -> list[str]:
    return [audit.id for audit in audits(protocol_of(rows.clinic_of(staff)))]


def found(staff: Staff, identity: str, **days: Any) -> list[AuditRow]:
    return list(audit_rows(staff, rows.clinic_of(staff).pk, identity, **{**DAYS, **days}))


def test_figures_are_counted_from_the_rows_of_the_list(auditor: Staff) -> None:
    for _ in range(3):
        a_full_record(auditor)
    clinic = rows.clinic_of(auditor).pk
    judged = 0
    for identity in all_audits(auditor):
        listed, summary = found(auditor, identity), audit_summary(auditor, clinic, identity, **DAYS)
        judged += len(listed)
        count = {outcome: sum(row.outcome is outcome for row in listed) for outcome in AuditOutcome}
        assert summary.rows == len(listed)
        assert summary.numerator == count[AuditOutcome.MET]
        assert summary.denominator == count[AuditOutcome.MET] + count[AuditOutcome.NOT_MET]
        assert summary.excluded_count == count[AuditOutcome.EXCLUDED]
        assert summary.unjudged_count == count[AuditOutcome.UNJUDGED]
    assert judged > 30


def test_a_row_says_what_decided_and_no_name(auditor: Staff) -> None:
    patient = a_full_record(auditor, family_name="Okafor", given_names="Ada", hospital_number="H1")
    listed = found(auditor, "baseline_before_first_dose")
    azathioprine = next(row for row in listed if row.unit.startswith("azathioprine"))
    assert (azathioprine.patient_id, azathioprine.hospital_number) == (patient.pk, "H1")
    assert azathioprine.outcome is AuditOutcome.NOT_MET
    assert azathioprine.reason.startswith("missing on 04-May-2026: ")
    assert azathioprine.protocol_version == "bsr_2017.2, audits 1"
    assert "Okafor" not in repr(listed)


def test_rows_come_by_hospital_number_through_every_batch(auditor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audits_module, "BATCH", 2)
    for number in ("C", "A", "E", "B", "D"):
        rows.a_patient(auditor, hospital_number=number)
    assert [row.hospital_number for row in found(auditor, "tests_in_date")] == ["A", "B", "C", "D", "E"]


def test_whoever_is_listed_was_seen_and_a_summary_shows_nobody(auditor: Staff) -> None:
    patients = {rows.a_patient(auditor).pk for _ in range(3)}
    with collecting() as seen:
        audit_summary(auditor, rows.clinic_of(auditor).pk, "tests_in_date", **DAYS)
        assert seen == set()
        found(auditor, "tests_in_date")
        assert seen == patients


def test_a_merged_record_is_not_counted_twice(auditor: Staff) -> None:
    kept = rows.a_patient(auditor)
    gone = {"status": PatientStatus.MERGED.value, "status_on": date(2026, 5, 1), "status_reason": "same person"}
    rows.a_patient(auditor, merged_into=kept, **gone)
    assert [row.patient_id for row in found(auditor, "tests_in_date")] == [kept.pk]


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE])
def test_who_may_not_run_audits(role: Role) -> None:
    member = rows.a_member(role, password=None)
    with pytest.raises(NotAllowed):
        audit_rows(member, rows.clinic_of(member).pk, "tests_in_date", **DAYS)
    with pytest.raises(NotAllowed):
        audit_summary(member, rows.clinic_of(member).pk, "tests_in_date", **DAYS)


def test_another_clinic_and_an_unknown_audit_are_not_found(auditor: Staff) -> None:
    other = rows.a_clinic()
    with pytest.raises(NotFound):
        audit_rows(auditor, other.pk, "tests_in_date", **DAYS)
    with pytest.raises(NotFound):
        audit_rows(auditor, rows.clinic_of(auditor).pk, "gold_in_date", **DAYS)


def test_another_clinics_patients_are_in_no_audit(auditor: Staff) -> None:
    a_full_record(rows.a_member(password=None))
    assert [row for identity in all_audits(auditor) for row in found(auditor, identity)] == []


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"period_until": date(2025, 6, 1)}, "period_until"),
        ({"as_of": date(2026, 6, 2)}, "as_of"),
        ({"as_of": date(2025, 6, 1)}, "as_of"),
    ],
)
def test_days_that_make_no_period_are_refused(auditor: Staff, days: dict[str, date], field: str) -> None:
    with pytest.raises(Refused) as refused:
        found(auditor, "tests_in_date", **days)
    assert refused.value.field == field


def test_as_of_an_earlier_day_later_results_count_for_nothing(auditor: Staff) -> None:
    patient = rows.a_patient(auditor)
    rows.a_course(patient, "prednisolone", date(2026, 1, 5), "20", role=CourseRole.CORTICOSTEROID.value)
    rows.a_result(patient, "pneumocystis_decision", None, date(2026, 2, 3), text="co-trimoxazole")

    def outcome(as_of: date) -> AuditOutcome:
        (row,) = found(auditor, "pneumocystis_decision", as_of=as_of)
        return row.outcome

    assert outcome(date(2026, 2, 2)) is AuditOutcome.EXCLUDED
    assert outcome(date(2026, 2, 3)) is AuditOutcome.MET


THEN = datetime(2026, 5, 1, 9, tzinfo=UTC)
ENTERED = (
    Act("start", which=0, size=4, days_ago=90),
    Act("start", which=1, size=3, days_ago=90),
    Act("assessment", which=1, size=9, days_ago=90),
    Act("result", which=0, size=19, days_ago=92),
    Act("result", which=1, size=2, days_ago=30),
    Act("milestone", days_ago=9),
)
SINCE = (
    Act("correct result", which=0, size=30, days_ago=20),
    Act("result", which=2, size=40, days_ago=95),
    Act("assessment", which=1, size=5, days_ago=60),
    Act("risk", days_ago=70),
    Act("stop", which=1, days_ago=45),
    Act("status", which=2, days_ago=10),
)


def test_as_known_then_every_audit_gives_the_rows_of_then(auditor: Staff) -> None:
    doctor = rows.a_member(Role.DOCTOR, rows.clinic_of(auditor), password=None)
    with time_machine.travel(THEN, tick=False):
        chart = Chart(rows.a_patient(doctor), doctor)
        for act in ENTERED:
            chart.perform(act)
        alert = rows.an_alert(chart.patient, result=chart.patient.results.order_by("pk")[1])
    as_of = THEN.date()
    with time_machine.travel(THEN + timedelta(minutes=1), tick=False):
        before = {identity: found(auditor, identity, as_of=as_of) for identity in all_audits(auditor)}
    with time_machine.travel(THEN + timedelta(minutes=2), tick=False):
        for act in SINCE:
            chart.perform(act)
        by_hand = {"kind": AlertStepKind.ACTED.value, "by": doctor, "action": AlertAction.STOP.value}
        AlertStep.objects.create(alert=alert, level=alert.level, **by_hand)
        rows.an_alert(rows.a_patient(doctor), result=chart.patient.results.latest("pk"))
    assert chart.done == [act.name for act in (*ENTERED, *SINCE)]
    known = {"as_of": as_of, "known_at": THEN + timedelta(minutes=1)}
    assert {identity: found(auditor, identity, **known) for identity in before} == before
    changed = [identity for identity in before if found(auditor, identity, as_of=as_of) != before[identity]]
    assert {"baseline_before_first_dose", "tests_in_date", "abnormal_result_acted_on", "six_measures"} <= set(changed)


def test_as_known_then_only_patients_of_the_clinic_then_and_now_are_counted(auditor: Staff) -> None:
    clinic, elsewhere = rows.clinic_of(auditor), rows.a_clinic()
    here, there = rows.a_member(clinic=clinic, password=None), rows.a_member(clinic=elsewhere, password=None)
    back_here = rows.a_member(clinic=clinic, password=None)
    with time_machine.travel(THEN, tick=False):
        stayed, returned, left = (rows.a_patient(here) for _ in range(3))
        came = rows.a_patient(there)

    def hand_over(patient: Patient, sender: Staff, receiver: Staff) -> None:
        row = ask_transfer(by=sender, patient_id=patient.pk, to_clinic=rows.clinic_of(receiver).pk, reason="moved")
        accept_transfer(by=receiver, transfer_id=row.pk, hospital_number=f"N{row.pk}")

    for moves in ((returned, here, there), (returned, there, back_here), (left, here, there), (came, there, here)):
        hand_over(*moves)

    def listed(**known: Any) -> set[int]:
        return {row.patient_id for row in found(auditor, "tests_in_date", as_of=THEN.date(), **known)}

    assert listed() == {stayed.pk, returned.pk, came.pk}
    assert listed(known_at=THEN) == {stayed.pk, returned.pk}


def test_nobody_asks_for_what_was_known_later_or_says_more_than_was_known(auditor: Staff) -> None:
    now = datetime.fromisoformat(TODAY)
    with pytest.raises(Refused, match="has not come yet") as refused:
        found(auditor, "tests_in_date", known_at=now + timedelta(seconds=1))
    assert refused.value.field == "known_at"
    assert found(auditor, "tests_in_date", known_at=now) == []
    with pytest.raises(Refused, match="says nothing of 02-May-2026") as refused:
        found(auditor, "tests_in_date", known_at=THEN, as_of=date(2026, 5, 2))
    assert refused.value.field == "as_of"


def an_alert_decided(patient: Patient, opened: datetime, decided: datetime, by: Staff) -> None:
    result = rows.a_result(patient, "platelets", "45", opened.date(), unit="10*9/L")
    alert = rows.an_alert(patient, result=result, opened_at=opened)
    AlertStep.objects.create(
        alert=alert, kind=AlertStepKind.ACTED.value, level=alert.level, at=decided, by=by, action=AlertAction.STOP.value
    )


def test_days_of_alerts_are_those_of_the_clinics_clocks(auditor: Staff) -> None:
    patient = rows.a_patient(auditor)
    # 23:30 on 01-May in UTC is 02-May in the clinic, in summer.
    opened = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    an_alert_decided(patient, opened, datetime(2026, 5, 9, 22, 30, tzinfo=UTC), auditor)
    (row,) = found(auditor, "abnormal_result_acted_on")
    assert (row.outcome, row.days, row.unit) == (AuditOutcome.MET, 7, "platelets, alert of 02-May-2026")
    an_alert_decided(patient, opened, datetime(2026, 5, 9, 23, 30, tzinfo=UTC), auditor)
    assert [row.days for row in found(auditor, "abnormal_result_acted_on")] == [7, 8]
    summary = audit_summary(auditor, rows.clinic_of(auditor).pk, "abnormal_result_acted_on", **DAYS)
    assert (str(summary.median_days), str(summary.percentage)) == ("7.5", "50.0")


@pytest.mark.parametrize("patients", [1, 50])
@pytest.mark.parametrize(
    ("identity", "queries"), [("tests_in_date", 24), ("questions_answered", 30), ("abnormal_result_acted_on", 26)]
)
def test_queries_do_not_grow_with_the_patients(
    auditor: Staff, django_assert_num_queries: Any, identity: str, queries: int, patients: int
) -> None:
    for _ in range(patients):
        patient = a_full_record(auditor)
        rows.an_alert(patient, result=patient.results.get())
    fresh = Staff.objects.get(pk=auditor.pk)
    clinic = rows.clinic_of(auditor).pk
    with django_assert_num_queries(queries):
        list(audit_rows(fresh, clinic, identity, **DAYS))
