"""The schedule of a clinic: only one that there is, and its patients are looked at anew when it changes."""

from dataclasses import replace
from unittest.mock import patch

import pytest
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from monitoring import tasks
from monitoring.actions import change_clinic
from monitoring.protocol.load import schedules
from patients.actions import settings_of
from patients.errors import Refused
from patients.models import Clinic, Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import a_clinic, a_member, a_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def admin(clinic: Clinic) -> Staff:
    return a_member(Role.ADMIN, clinic, password=None)


def choose(by: Staff, clinic: Clinic, schedule: str) -> str:
    wanted = replace(settings_of(clinic), monitoring_schedule=schedule, telephone="0131 496 0123")
    change_clinic(by=by, clinic_id=clinic.pk, settings=wanted)
    return Clinic.objects.get(pk=clinic.pk).monitoring_schedule


@pytest.mark.parametrize("schedule", ["", *(identity for identity, _ in schedules())])
def test_every_schedule_can_be_chosen(admin: Staff, clinic: Clinic, schedule: str) -> None:
    assert choose(admin, clinic, schedule) == schedule


def test_one_that_is_not_there_changes_nothing_at_all(admin: Staff, clinic: Clinic) -> None:
    with pytest.raises(Refused, match="no monitoring schedule “nonsense”") as refused:
        choose(admin, clinic, "nonsense")
    assert refused.value.field == "monitoring_schedule"
    fresh = Clinic.objects.get(pk=clinic.pk)
    assert (fresh.monitoring_schedule, fresh.telephone) == ("", "")


def test_the_clinics_patients_and_no_others_are_handed_out_in_chunks(
    admin: Staff, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [a_patient(admin, clinic=clinic).pk for _ in range(3)]
    a_patient(a_member(password=None))
    handed: list[list[int]] = []
    monkeypatch.setattr(tasks, "CHUNK", 2)
    monkeypatch.setattr(tasks.reconcile_some, "delay", handed.append)
    tasks.reconcile_clinic(clinic.pk)
    assert handed == [wanted[:2], wanted[2:]]


def test_it_is_asked_for_once_the_write_stands(
    clinic: Clinic, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with patch.object(tasks.reconcile_clinic, "apply_async") as enqueued:
        with django_capture_on_commit_callbacks(execute=True):
            tasks.reconcile_clinic_soon(clinic.pk)
            enqueued.assert_not_called()
        enqueued.assert_called_once_with((clinic.pk,), retry=False)


def test_without_a_broker_the_write_still_stands(
    clinic: Clinic, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with (
        patch.object(tasks.reconcile_clinic, "apply_async", side_effect=OperationalError),
        django_capture_on_commit_callbacks(execute=True),
    ):
        tasks.reconcile_clinic_soon(clinic.pk)
