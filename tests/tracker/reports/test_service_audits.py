"""Each service audit as a report: the list behind it, with the figures of the very rows in the manifest."""

import csv
import io
from datetime import timedelta

import pytest

from monitoring.protocol.audits import AuditDefinition
from monitoring.protocol.load import load
from monitoring.selectors.audits import audit_rows, audit_summary, audits
from patients.clock import today_in
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.reports.asking import a_pack, manifest_of, member, period, report_rows
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
    asked = {"period_from": first, "period_until": last, "as_of": last}
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
