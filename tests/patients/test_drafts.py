"""Drafts of forms: kept for their author alone, never over what another window kept, and gone in time."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import override_settings

from patients.acting import because
from patients.actions import drafts
from patients.actions.drafts import (
    LARGEST,
    StaleDraft,
    drop_draft,
    drop_saved,
    end_drafts_about,
    end_drafts_of,
    forget_drafts,
    keep_draft,
    throw_away,
)
from patients.drafts import count_drafts, draft_at, drafts_of
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Draft, Membership, Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories.rows import a_clinic, a_member, a_patient, clinic_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 10, 14, 5, tzinfo=UTC)
HERE = "/patients/1/weights/new/"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return a_patient(nurse)


def keep(by: Staff, patient: Patient | None = None, **changed: Any) -> Draft:
    said: dict[str, Any] = {"address": HERE, "typed": {"kilograms": ["71"]}, "version": 0, **changed}
    return keep_draft(by=by, patient_id=patient.pk if patient else None, **said)


def test_what_is_kept_later_takes_the_place_of_what_was_kept_before(nurse: Staff, patient: Patient) -> None:
    first = keep(nurse, patient)
    assert (first.version, first.saved_at, first.patient) == (1, NOW, patient)
    again = keep(nurse, patient, typed={"kilograms": ["72"]}, version=1, now=NOW + timedelta(seconds=2))
    assert (again.pk, again.version, again.typed) == (first.pk, 2, {"kilograms": ["72"]})
    assert again.saved_at == NOW + timedelta(seconds=2)


@pytest.mark.parametrize("version", [0, 1, 3])
def test_nothing_is_kept_over_what_another_window_kept(nurse: Staff, version: int) -> None:
    keep(nurse)
    keep(nurse, version=1, typed={"kilograms": ["72"]})
    with pytest.raises(StaleDraft) as stale:
        keep(nurse, version=version, typed={"kilograms": ["99"]})
    assert stale.value.current_version == 2
    assert Draft.objects.get().typed == {"kilograms": ["72"]}


def test_what_another_window_saved_does_not_come_back(nurse: Staff) -> None:
    keep(nurse)
    assert drop_draft(by=nurse, address=HERE)
    with pytest.raises(StaleDraft, match="saved or thrown away in another window"):
        keep(nurse, version=1)
    assert not Draft.objects.exists()
    assert not drop_draft(by=nurse, address=HERE)


def test_each_person_has_their_own(nurse: Staff, patient: Patient) -> None:
    other = a_member(Role.NURSE, clinic_of(nurse), password=None)
    mine, theirs = keep(nurse, patient), keep(other, patient, typed={"kilograms": ["80"]})
    assert draft_at(nurse, HERE) == mine
    assert drafts_of(other) == [theirs]
    with pytest.raises(NotFound):
        throw_away(by=nurse, draft_id=theirs.pk)
    throw_away(by=other, draft_id=theirs.pk)
    assert list(Draft.objects.all()) == [mine]


@pytest.mark.parametrize(("longer", "fits"), [(0, True), (1, False)])
def test_what_is_kept_is_bounded(nurse: Staff, longer: int, fits: bool) -> None:
    around = len(json.dumps({"kilograms": [""]}))
    typed = {"kilograms": ["x" * (LARGEST - around + longer)]}
    if fits:
        assert keep(nurse, typed=typed).pk
    else:
        with pytest.raises(Refused, match="too long"):
            keep(nurse, typed=typed)


def test_there_is_an_end_to_how_many(nurse: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST", 2)
    keep(nurse, address="/one/")
    keep(nurse, address="/two/")
    with pytest.raises(Refused, match="2 forms that you did not save"):
        keep(nurse, address="/three/")
    assert keep(nurse, address="/two/", version=1).version == 2


def test_what_a_database_cannot_hold_is_left_out(nurse: Staff) -> None:
    assert keep(nurse, typed={"note": ["a\x00b <b>"]}).typed == {"note": ["ab <b>"]}


def test_only_for_a_patient_and_a_form_that_are_theirs(nurse: Staff, patient: Patient) -> None:
    stranger = a_member(Role.NURSE, a_clinic(), password=None)
    with pytest.raises(NotFound):
        keep(stranger, patient)
    with pytest.raises(NotAllowed):
        keep(nurse, patient, permission=Permission.JUDGE_TREATMENT)
    assert not Draft.objects.exists()


def test_whoever_left_the_clinic_reads_nothing_of_its_patients(nurse: Staff, patient: Patient) -> None:
    keep(nurse, patient)
    with because("left"):
        Membership.objects.filter(staff=nurse).delete()
    left = Staff.objects.get(pk=nurse.pk)
    assert (drafts_of(left), count_drafts(left)) == ([], 0)


def test_a_merged_record_has_no_drafts_to_go_on_with(nurse: Staff, patient: Patient) -> None:
    keep(nurse, patient)
    kept = a_patient(nurse)
    merged = {"status": PatientStatus.MERGED, "status_on": NOW.date(), "status_reason": "one person"}
    Patient.objects.filter(pk=patient.pk).update(merged_into=kept, **merged)
    assert drafts_of(nurse) == []


def test_leaving_a_clinic_ends_what_was_begun_there_and_what_names_nobody(nurse: Staff, patient: Patient) -> None:
    elsewhere = a_clinic()
    Membership.objects.create(staff=nurse, clinic=elsewhere, role=Role.NURSE)
    nurse = Staff.objects.get(pk=nurse.pk)
    there = a_patient(a_member(Role.DOCTOR, elsewhere, password=None))
    keep(nurse, patient, address="/one/")
    keep(nurse, address="/two/")
    stays = keep(nurse, there, address="/three/")
    assert end_drafts_of(nurse, clinic_id=patient.clinic_id) == 2
    assert list(Draft.objects.all()) == [stays]
    assert end_drafts_of(nurse) == 1


def test_what_is_about_a_patient_who_went_elsewhere_goes(nurse: Staff, patient: Patient) -> None:
    keep(nurse, patient)
    stays = keep(nurse, a_patient(nurse), address="/two/")
    assert end_drafts_about(patient) == 1
    assert list(Draft.objects.all()) == [stays]


def test_only_what_was_saved_goes(nurse: Staff) -> None:
    other = keep(nurse, address="/two/")
    drop_saved(by=nurse, draft=keep(nurse))
    assert list(Draft.objects.all()) == [other]


def test_what_was_typed_on_since_it_was_read_stays(nurse: Staff) -> None:
    read = keep(nurse)
    keep(nurse, version=1)
    with pytest.raises(StaleDraft) as stale:
        drop_saved(by=nurse, draft=read)
    assert stale.value.current_version == 2
    assert draft_at(nurse, HERE) == read


def test_what_was_begun_anew_since_it_was_read_stays(nurse: Staff) -> None:
    read = keep(nurse)
    throw_away(by=nurse, draft_id=read.pk)
    with pytest.raises(StaleDraft):
        drop_saved(by=nurse, draft=read)
    anew = keep(nurse)
    assert anew.version == read.version
    with pytest.raises(StaleDraft):
        drop_saved(by=nurse, draft=read)
    assert draft_at(nurse, HERE) == anew


def test_nobody_elses_draft_counts_as_saved(nurse: Staff) -> None:
    theirs = keep(a_member(Role.NURSE, password=None))
    with pytest.raises(StaleDraft):
        drop_saved(by=nurse, draft=theirs)
    assert Draft.objects.get() == theirs


@override_settings(DRAFT_DAYS=14)
def test_the_night_removes_what_nobody_went_on_with(nurse: Staff, patient: Patient) -> None:
    keep(nurse, patient, address="/old/", now=NOW - timedelta(days=14, seconds=1))
    stays = keep(nurse, patient, address="/young/", now=NOW - timedelta(days=14))
    assert forget_drafts(NOW) == 1
    assert list(Draft.objects.all()) == [stays]
    assert forget_drafts(NOW) == 0


def test_the_night_removes_what_its_author_may_no_longer_read(nurse: Staff, patient: Patient) -> None:
    left, closed = (a_member(Role.NURSE, clinic_of(nurse), password=None) for _ in range(2))
    keep(left, patient)
    keep(closed, patient)
    keep(closed, address="/registration/")
    stays = keep(nurse, patient)
    with because("left"):
        Membership.objects.filter(staff=left).delete()
    Staff.objects.filter(pk=closed.pk).update(is_active=False)
    assert forget_drafts(NOW) == 3
    assert list(Draft.objects.all()) == [stays]
