"""Failed sign-ins: of the clinic's people, until they left, and of nobody else."""

from typing import Any

import pytest

from patients.acting import Acting, acting_as, because
from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.reports.asking import report_rows
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return rows.a_member(Role.ADMIN)


def failed(whom: Staff | None, kind: SecurityKind = SecurityKind.SIGN_IN_FAILED) -> None:
    about: dict[str, Any] = {"account": whom.pk, "username": whom.username} if whom else {}
    record_security(kind, address="192.0.2.7", **about)


def test_failures_of_the_clinics_people(admin: Staff) -> None:
    nurse = rows.a_member(Role.NURSE, rows.clinic_of(admin), username="nell", first_name="Nell", last_name="Nurse")
    failed(nurse)
    failed(nurse, SecurityKind.LOCKED_OUT)
    failed(nurse, SecurityKind.SIGNED_IN)
    with acting_as(Acting(nurse.pk, "request-3", "page emergency")):
        failed(None, SecurityKind.EMERGENCY_NOT_FOUND)
    found = report_rows(admin, "failed-sign-ins")
    assert [row["what"] for row in found] == [
        "sign-in failed",
        "sign-in refused after too many failures",
        "emergency access asked for, no such patient",
    ]
    assert {(row["person"], row["login"], row["address"]) for row in found} == {("Nell Nurse", "nell", "192.0.2.7")}
    assert [row["what"] for row in report_rows(admin, "failed-sign-ins", what="locked_out")] == [found[1]["what"]]
    assert len(report_rows(admin, "failed-sign-ins", person=str(nurse.pk))) == 3
    assert report_rows(admin, "failed-sign-ins", person=str(admin.pk)) == []


def test_strangers_and_unknown_names_are_not_in_it(admin: Staff) -> None:
    failed(rows.a_member(Role.NURSE))
    failed(None)
    assert report_rows(admin, "failed-sign-ins") == []


def test_who_left_counts_until_then(admin: Staff) -> None:
    left = rows.a_member(Role.NURSE, rows.clinic_of(admin))
    failed(left)
    with because("moved on"):
        Membership.objects.filter(staff=left).delete()
    failed(left)
    assert [row["login"] for row in report_rows(admin, "failed-sign-ins")] == [left.username]
