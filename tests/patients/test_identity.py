"""Who a patient is, put right: each field, each refusal, what is kept, and who may be somebody else then."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection

from patients.actions import correct_identity
from patients.errors import AlreadyThere, NotAllowed, NotFound, Refused, StaleVersion
from patients.facts import bodies
from patients.models import IdentityCorrection, Patient, Staff
from patients.rules.vocabulary import DatePrecision, Role, Sex
from tests.factories.rows import a_clinic, a_member, a_patient, clinic_of

pytestmark = pytest.mark.django_db

REGISTERED = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BORN = date(1970, 5, 4)
SAID: dict[str, Any] = {
    "hospital_number": "RX1", "nhs_number": "", "given_names": "Linden", "family_name": "Testworth", "born": BORN,
    "born_precision": DatePrecision.DAY, "sex": Sex.FEMALE,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return a_patient(nurse, recorded_at=REGISTERED, **SAID)


def correct(by: Staff, patient: Patient, **changed: Any) -> Patient:
    said = {**SAID, "reason": "letter of the family doctor", "version": 1, **changed}
    return correct_identity(by=by, patient_id=patient.pk, **said)


@pytest.mark.parametrize(
    ("changed", "stored"),
    [
        ({"hospital_number": " RX2 "}, {"hospital_number": "RX2"}),
        ({"nhs_number": "999 000 0018"}, {"nhs_number": "9990000018"}),
        ({"family_name": " Married "}, {"family_name": "Married"}),
        ({"given_names": "Lindsay"}, {"given_names": "Lindsay"}),
        ({"born": date(1971, 5, 4)}, {"born": date(1971, 5, 4)}),
        ({"born_precision": DatePrecision.YEAR}, {"born_precision": "year"}),
        ({"born": None, "born_precision": DatePrecision.YEAR}, {"born": None, "born_precision": "day"}),
        ({"sex": Sex.MALE}, {"sex": "male"}),
    ],
)
def test_each_field_is_put_right_and_what_was_said_is_kept(
    nurse: Staff, patient: Patient, changed: dict[str, Any], stored: dict[str, Any]
) -> None:
    correct(nurse, patient, **changed)
    patient.refresh_from_db()
    assert {name: getattr(patient, name) for name in stored} == stored
    assert patient.version == 2
    kept = IdentityCorrection.objects.get()
    assert {name: getattr(kept, name) for name in SAID} == SAID
    assert (kept.recorded_by, kept.recorded_at, kept.reason) == (nurse, NOW, "letter of the family doctor")


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"nhs_number": "999 000 0019", "born": None}, "nhs_number", "not a valid NHS number"),
        ({"born": date(2026, 3, 3)}, "born", "in the future"),
        ({"family_name": " "}, "family_name", "blank"),
        ({"given_names": "<b>Linden</b>"}, "given_names", "HTML mark-up"),
        ({"hospital_number": "TAKEN"}, "hospital_number", "already used in this clinic"),
        ({"nhs_number": "9990000026"}, "nhs_number", "already used in this clinic"),
        ({"sex": Sex.MALE, "reason": " "}, "reason", "Say why"),
        ({"sex": Sex.MALE, "reason": "x" * 301}, "reason", "at most 300"),
        ({}, None, "Nothing differs"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_saved(
    nurse: Staff, patient: Patient, changed: dict[str, Any], field: str | None, words: str
) -> None:
    a_patient(nurse, hospital_number="TAKEN", nhs_number="9990000026", family_name="Otherwise", born=date(1950, 1, 1))
    with pytest.raises(Refused, match=words) as refused:
        correct(nurse, patient, **changed)
    assert refused.value.field == field
    patient.refresh_from_db()
    assert {name: getattr(patient, name) for name in (*SAID, "version")} == {**SAID, "version": 1}
    assert not IdentityCorrection.objects.exists()


def test_nobody_is_born_after_the_day_of_their_status(nurse: Staff) -> None:
    died = {"status": "deceased", "status_on": date(2026, 2, 1), "status_reason": "pneumonia"}
    patient = a_patient(nurse, **SAID, **died)
    with pytest.raises(Refused, match="status holds from an earlier day"):
        correct(nurse, patient, born=date(2026, 2, 2))
    assert correct(nurse, patient, born=date(2026, 2, 1)).born == date(2026, 2, 1)


def test_a_version_counts_once(nurse: Staff, patient: Patient) -> None:
    correct(nurse, patient, family_name="Married")
    with pytest.raises(StaleVersion) as stale:
        correct(nurse, patient, family_name="Mistaken")
    assert stale.value.current_version == 2
    patient.refresh_from_db()
    assert patient.family_name == "Married"


def test_only_for_those_who_register_patients_in_the_clinic(patient: Patient) -> None:
    with pytest.raises(NotFound):
        correct(a_member(Role.DOCTOR, a_clinic(), password=None), patient, sex=Sex.MALE)
    with pytest.raises(NotAllowed):
        correct(a_member(Role.AUDITOR, patient.clinic, password=None), patient, sex=Sex.MALE)
    assert correct(a_member(Role.ADMIN, patient.clinic, password=None), patient, sex=Sex.MALE).sex == "male"


class TestAlike:
    def test_one_who_comes_to_look_like_another_needs_a_second_reason(self, nurse: Staff) -> None:
        there = a_patient(nurse, **{**SAID, "hospital_number": "RX0"})
        patient = a_patient(nurse, **{**SAID, "given_names": "Rosamund", "family_name": "Otherwise"})
        with pytest.raises(AlreadyThere) as stopped:
            correct(nurse, patient)
        (candidate,) = stopped.value.candidates
        assert candidate.patient == there  # type: ignore[attr-defined]  # the error knows them as objects
        assert stopped.value.field == "alike_because"
        patient.refresh_from_db()
        assert patient.family_name == "Otherwise"
        correct(nurse, patient, alike_because="a cousin")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reason FROM audit.event WHERE subject = 'patients_identitycorrection' AND patient_id = %s",
                [patient.pk],
            )
            assert cursor.fetchall() == [("letter of the family doctor; a cousin",)]

    def test_who_was_as_alike_before_is_not_asked_about_again(self, nurse: Staff, patient: Patient) -> None:
        a_patient(nurse, **{**SAID, "hospital_number": "RX0"})
        assert correct(nurse, patient, sex=Sex.MALE).pk

    def test_another_clinics_patient_is_never_spoken_of(self, nurse: Staff) -> None:
        a_patient(a_member(password=None), **SAID)
        patient = a_patient(nurse, **{**SAID, "family_name": "Otherwise"}, clinic=clinic_of(nurse))
        assert correct(nurse, patient).family_name == "Testworth"


def test_birth_and_sex_are_read_as_known_at_a_moment(nurse: Staff, patient: Patient) -> None:
    first = datetime(2026, 2, 1, 12, tzinfo=UTC)
    with time_machine.travel(first, tick=False):
        correct(nurse, patient, born=None)
    correct(nurse, patient, born=date(2016, 5, 4), sex=Sex.MALE, version=2)

    def known(at: datetime | None) -> tuple[date | None, Sex]:
        person = bodies([patient.pk], at)[patient.pk].person
        return person.born, person.sex

    assert known(REGISTERED) == (BORN, Sex.FEMALE)
    assert known(first) == (None, Sex.FEMALE)
    assert known(NOW) == known(None) == (date(2016, 5, 4), Sex.MALE)
