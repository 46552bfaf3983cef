"""Each service audit as a report: the list behind it, with the figures of the very rows in the manifest."""

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from monitoring.actions import NewResult, correct_result
from monitoring.protocol.audits import AuditDefinition
from monitoring.protocol.load import load
from monitoring.selectors.audits import audit_rows, audit_summary, audits
from patients.clock import today_in
from patients.errors import Refused
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.reports.asking import a_pack, a_run, manifest_of, member, period, report_rows
from tracker.reports.registry import TRAIL_REPORTS, all_reports
from tracker.reports.service_audits import PREFIX

pytestmark = pytest.mark.django_db
AUDITS = audits(load())


@pytest.fixture
def admin() -> Staff:
    doctor = rows.a_member(Role.DOCTOR)
    today = today_in(rows.clinic_of(doctor))
    for number in range(3):
        patient = rows.a_patient(doctor, hospital_number=f"H{number}", family_name="Quillfeather")
        rows.a_course(patient, "methotrexate", today - timedelta(days=number), dose="15")
        rows.a_result(patient, "alt", "22", today - timedelta(days=1), unit="U/L", upper_limit=40)
    rows.a_course(rows.a_patient(rows.a_member(), hospital_number="X1"), "methotrexate", today, dose="15")
    return rows.a_member(Role.ADMIN, rows.clinic_of(doctor))


def test_every_audit_is_a_report() -> None:
    assert [slug for slug in all_reports() if slug.startswith(PREFIX)][: len(AUDITS)] == [
        PREFIX + audit.slug for audit in AUDITS
    ]
    assert len(all_reports()) >= len(TRAIL_REPORTS) + len(AUDITS)


@pytest.mark.parametrize("audit", AUDITS, ids=lambda audit: audit.id)
def test_rows_and_figures_are_those_of_the_audit(admin: Staff, audit: AuditDefinition) -> None:
    clinic = rows.clinic_of(admin)
    first, last = period(clinic)
    asked: dict[str, Any] = {"period_from": first, "period_until": last, "as_of": last}
    wanted = list(audit_rows(admin, clinic.pk, audit.id, **asked))
    summary = audit_summary(admin, clinic.pk, audit.id, **asked)
    found = report_rows(admin, PREFIX + audit.slug)
    assert [(row["hospital_number"], row["unit"], row["outcome"]) for row in found] == [
        (row.hospital_number, row.unit, row.outcome.label) for row in wanted
    ]
    assert {row["hospital_number"] for row in found} <= {"H0", "H1", "H2"}
    pack = a_pack(admin, PREFIX + audit.slug)
    manifest = manifest_of(pack)
    said = manifest["audit"]
    assert manifest["rows"] == manifest["rows_when_asked"] == len(wanted) == summary.rows
    assert (said["standard"], said["numerator"], said["denominator"]) == (
        audit.standard,
        summary.numerator,
        summary.denominator,
    )
    assert said["excluded because"] == dict(summary.excluded)
    lines = list(csv.DictReader(io.StringIO(member(pack, manifest["data"]).decode("utf-8-sig"), newline="")))
    outcomes = [line["outcome"] for line in lines]
    assert (outcomes.count("met"), outcomes.count("met") + outcomes.count("not met")) == (
        summary.numerator,
        summary.denominator,
    )
    assert b"Quillfeather" not in pack


def test_some_audit_has_rows(admin: Staff) -> None:
    assert len(report_rows(admin, PREFIX + AUDITS[0].slug)) >= 2


def test_an_earlier_pack_can_be_made_again_from_what_was_known_then(admin: Staff) -> None:
    clinic = rows.clinic_of(admin)
    doctor = rows.a_member(Role.DOCTOR, clinic)
    first, last = period(clinic)
    patient = clinic.patients.get(hospital_number="H0")
    asked: dict[str, Any] = {"slug": "audit-baseline-before-first-dose", "period_from": first, "period_until": last}
    pack = a_pack(admin, **asked)
    known = manifest_of(pack)["known_at"]
    assert known == {"moment": manifest_of(pack)["as_of"]["moment"], "chosen": False}

    alt = NewResult(analyte="alt", value=Decimal(24), unit="U/L", upper_limit=Decimal(40))
    correct: dict[str, Any] = {"by": doctor, "result_id": patient.results.get().pk, "value": alt, "reason": "misread"}
    correct_result(sampled_on=first - timedelta(days=200), **correct)
    rows.a_result(patient, "platelets", "210", first, unit="10*9/L")

    again = a_pack(admin, known_at=datetime.fromisoformat(known["moment"]), **asked)
    assert manifest_of(again)["known_at"] == {"moment": known["moment"], "chosen": True}
    assert (
        f"Known at: {datetime.fromisoformat(known['moment']).astimezone(ZoneInfo(clinic.time_zone)).isoformat()}"
        in (member(again, "README.txt").decode())
    )
    data = manifest_of(pack)["data"]
    assert member(again, data) == member(pack, data)
    assert member(a_pack(admin, **asked), data) != member(pack, data)


def test_a_moment_is_asked_for_only_where_the_record_is_read(admin: Staff) -> None:
    first, last = period(rows.clinic_of(admin))
    asked: dict[str, Any] = {"period_from": first, "period_until": last}
    for slug, known_at, said in (
        ("activity", timezone.now(), "nothing is corrected"),
        ("audit-tests-in-date", timezone.now() + timedelta(minutes=1), "has not come yet"),
        ("audit-tests-in-date", timezone.now() - timedelta(days=3), "had not begun"),
    ):
        with pytest.raises(Refused, match=said) as refused:
            a_run(admin, slug, known_at=known_at, **asked)
        assert refused.value.field == "known_at"
