"""Emergency access: who opened which record of the clinic, why, and what the review found by then."""

import pytest
from django.utils import timezone

from patients.acting import Acting, acting_as
from patients.models import EmergencyAccess, Staff
from patients.rules.vocabulary import EmergencyFinding, Role
from tests.factories import rows
from tests.tracker.audit.trails import Owner
from tests.tracker.reports.asking import report_rows, the_question
from tracker.audit.record import record_access
from tracker.audit.words import AccessKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return rows.a_member(Role.ADMIN, first_name="Ada", last_name="Admin")


@pytest.fixture
def stranger() -> Staff:
    return rows.a_member(Role.DOCTOR, username="otto", first_name="Otto", last_name="Other")


def test_one_that_waits_for_its_review(admin: Staff, stranger: Staff) -> None:
    patient = rows.a_patient(admin, hospital_number="H1")
    access = rows.an_emergency(stranger, patient, reason="brought in unconscious")
    with acting_as(Acting(stranger.pk, emergency_id=access.pk)):
        record_access(AccessKind.VIEW, [patient.pk])
        record_access(AccessKind.VIEW, [patient.pk])
    (row,) = report_rows(admin, "emergency-access")
    assert (row["person"], row["login"], row["hospital_number"]) == ("Otto Other", "otto", "H1")
    assert (row["reason"], row["reads"], row["finding"]) == ("brought in unconscious", 2, "not reviewed")
    assert (row["closed_at"], row["reviewed_by"], row["reviewed_at"], row["note"]) == (None, "", None, "")


def test_the_finding_counts_once_it_was_made(admin: Staff, stranger: Staff) -> None:
    access = rows.an_emergency(stranger, rows.a_patient(admin))
    report, before = the_question(admin, "emergency-access")
    EmergencyAccess.objects.filter(pk=access.pk).update(
        reviewed_at=timezone.now(),
        reviewed_by=admin,
        finding=EmergencyFinding.NOT_JUSTIFIED.value,
        finding_note="asked",
    )
    (row,) = report_rows(admin, "emergency-access")
    assert (row["finding"], row["note"], row["reviewed_by"]) == ("not justified", "asked", "Ada Admin")
    keys = [column.key for column in report.columns]
    (then,) = report.rows(admin, before)
    assert then.values[keys.index("finding")] == "not reviewed"


@pytest.mark.django_db(transaction=True)
def test_what_was_not_committed_when_it_was_asked_is_no_read_of_then(
    admin: Staff, stranger: Staff, owner_connection: Owner
) -> None:
    """So that screen and pack say the same number, made whenever."""
    access = rows.an_emergency(stranger, rows.a_patient(admin))
    said = f'{{"emergency_id": {access.pk}}}'
    with owner_connection.transaction():
        owner_connection.execute("SELECT set_config('myoline.acting', %s, true)", [said])
        owner_connection.execute(
            "SELECT audit.record('access', 'view', ARRAY[%s::bigint], 1, '{}')", [access.patient_id]
        )
        with acting_as(Acting(stranger.pk, emergency_id=access.pk)):
            record_access(AccessKind.VIEW, [access.patient_id])  # with a higher number, and committed first
        report, question = the_question(admin, "emergency-access")
    reads = [column.key for column in report.columns].index("reads")
    assert [row.values[reads] for row in report.rows(admin, question)] == [1]
    assert [row["reads"] for row in report_rows(admin, "emergency-access")] == [2]


def test_another_clinics_are_not_in_it(admin: Staff, stranger: Staff) -> None:
    rows.an_emergency(admin, rows.a_patient(stranger))
    assert report_rows(admin, "emergency-access") == []
