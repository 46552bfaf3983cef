"""Contact details: the agreement with its day, what replaces what, and the patient's own end to reminders."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core import signing

from patients.actions import record_contact_details, stop_reminders, withdraw_contact_details
from patients.errors import NotFound, Refused, StaleVersion
from patients.models import ContactDetails, Patient, ReminderOptOut, Staff
from patients.rules.vocabulary import Role
from patients.stop_links import details_of, stop_token
from tests.factories.rows import a_clinic, a_member, a_patient, clinic_of, some_contact_details

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return a_patient(nurse)


def record(by: Staff, patient: Patient, **changed: Any) -> ContactDetails:
    said = {"email": "reader@example.org", "may_remind": True, "agreed_on": TODAY, "version": 0, **changed}
    return record_contact_details(by=by, patient_id=patient.pk, **said)


def test_new_details_take_the_place_of_the_old(nurse: Staff, patient: Patient) -> None:
    old = record(nurse, patient)
    new = record(nurse, patient, email="other@example.org", version=old.pk)
    old.refresh_from_db()
    assert (new.replaces, old.superseded_by, old.superseded_at) == (old, nurse, new.recorded_at)
    assert ContactDetails.objects.current().get() == new


@pytest.mark.parametrize("role", [Role.ADMIN, Role.NURSE, Role.DOCTOR])
def test_every_role_of_the_clinic_records_them(role: Role, patient: Patient) -> None:
    assert record(a_member(role, patient.clinic, password=None), patient).pk


def test_not_for_another_clinics_patient(patient: Patient) -> None:
    with pytest.raises(NotFound):
        record(a_member(Role.NURSE, a_clinic(), password=None), patient)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "no address"}, "email"),
        ({"agreed_on": None}, "agreed_on"),
        ({"agreed_on": date(2026, 3, 3)}, "agreed_on"),
        ({"agreed_on": date(1970, 5, 3)}, "agreed_on"),
    ],
)
def test_an_agreement_needs_its_address_and_day(
    nurse: Staff, patient: Patient, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        record(nurse, patient, **changed)
    assert refused.value.field == field
    assert not ContactDetails.objects.exists()


def test_without_agreement_the_day_is_left_out(nurse: Staff, patient: Patient) -> None:
    assert record(nurse, patient, may_remind=False).agreed_on is None


def test_the_same_again_is_refused(nurse: Staff, patient: Patient) -> None:
    old = record(nurse, patient)
    with pytest.raises(Refused, match="already recorded"):
        record(nurse, patient, version=old.pk)
    assert ContactDetails.objects.current().get() == old


def test_details_that_were_not_in_sight_are_not_replaced(nurse: Staff, patient: Patient) -> None:
    old = record(nurse, patient)
    with pytest.raises(StaleVersion) as stale:
        record(nurse, patient, email="other@example.org")
    assert stale.value.current_version == old.pk


@pytest.mark.parametrize(("agreed_on", "counts"), [(date(2026, 3, 1), False), (TODAY, True)])
def test_after_the_patient_ended_reminders_only_a_new_agreement_counts(
    nurse: Staff, patient: Patient, agreed_on: date, counts: bool
) -> None:
    old = record(nurse, patient, agreed_on=date(2026, 2, 1))
    stop_reminders(details=old, now=NOW)
    if counts:
        assert record(nurse, patient, agreed_on=agreed_on, version=old.pk).may_remind
    else:
        with pytest.raises(Refused, match="ended reminders on 02-Mar-2026"):
            record(nurse, patient, agreed_on=agreed_on, version=old.pk)


def test_stopping_twice_keeps_the_first_moment(patient: Patient) -> None:
    details = some_contact_details(patient)
    stop_reminders(details=details, now=NOW)
    stop_reminders(details=details)
    assert ReminderOptOut.objects.get().at == NOW


def test_withdrawn_in_error(nurse: Staff, patient: Patient) -> None:
    details = record(nurse, patient)
    with pytest.raises(NotFound):
        withdraw_contact_details(by=a_member(password=None), entry_id=details.pk, reason="another patient's")
    withdraw_contact_details(by=nurse, entry_id=details.pk, reason="another patient's")
    assert not ContactDetails.objects.current().exists()
    assert record(nurse, patient).replaces is None


class TestLinks:
    def test_a_link_leads_to_its_details(self, patient: Patient) -> None:
        details = some_contact_details(patient)
        assert details_of(stop_token(details)) == details

    @pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "1", lambda t: ""])
    def test_a_changed_link_leads_nowhere(self, patient: Patient, change: Any) -> None:
        assert details_of(change(stop_token(some_contact_details(patient)))) is None

    def test_a_signature_for_another_purpose_leads_nowhere(self, patient: Patient) -> None:
        assert details_of(signing.dumps(some_contact_details(patient).pk)) is None

    def test_an_old_link_ends_reminders_to_the_same_address_and_no_other(self, nurse: Staff, patient: Patient) -> None:
        old = record(nurse, patient, agreed_on=date(2026, 2, 1))
        token = stop_token(old)
        same = record(nurse, patient, agreed_on=TODAY, version=old.pk)
        assert details_of(token) == same
        record(nurse, patient, email="other@example.org", version=same.pk)
        assert details_of(token) is None

    def test_it_holds_nothing_but_a_number(self, nurse: Staff) -> None:
        details = some_contact_details(a_patient(nurse, clinic=clinic_of(nurse)))
        assert "example" not in stop_token(details)
