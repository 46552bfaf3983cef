"""Writes about who a patient is: who may, what is kept of it, and that nothing is half-saved."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from patients.actions import (
    NewAssessment,
    NewEnzyme,
    change_status,
    end_condition,
    record_assessment,
    record_autoantibody,
    record_body_measures,
    record_condition,
    record_height,
    record_weight,
    register_patient,
)
from patients.entries import supersede
from patients.errors import NotAllowed, NotFound, Refused, StaleVersion
from patients.models import Assessment, AssessmentEnzyme, Condition, Height, Patient, Staff, Weight
from patients.rules.vocabulary import (
    ConditionKind,
    DatePrecision,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    Role,
    SevereFeature,
)
from tests.factories.rows import a_clinic, a_condition, a_member, a_patient, a_weight, an_assessment, clinic_of

pytestmark = pytest.mark.django_db

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)
Write = Callable[[Staff, int], Any]

CLINICAL: dict[str, Write] = {
    "weight": lambda by, pk: record_weight(by=by, patient_id=pk, on=TODAY, kilograms=Decimal(70)),
    "height": lambda by, pk: record_height(by=by, patient_id=pk, on=TODAY, centimetres=Decimal(170)),
    "measures": lambda by, pk: record_body_measures(by=by, patient_id=pk, on=TODAY, kilograms=Decimal(70)),
    "condition": lambda by, pk: record_condition(by=by, patient_id=pk, kind=ConditionKind.ILD, from_on=TODAY),
    "autoantibody": lambda by, pk: record_autoantibody(by=by, patient_id=pk, name="anti-Jo-1"),
    "assessment": lambda by, pk: record_assessment(
        by=by, patient_id=pk, values=NewAssessment(on=TODAY, haq=Decimal(1))
    ),
}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel("2026-11-20 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    return a_patient(doctor)


@pytest.mark.parametrize("write", CLINICAL.values(), ids=CLINICAL)
class TestWhoMayRecord:
    def test_a_nurse_may(self, patient: Patient, write: Write) -> None:
        write(a_member(Role.NURSE, patient.clinic, password=None), patient.pk)

    def test_an_administrator_may_not(self, patient: Patient, write: Write) -> None:
        with pytest.raises(NotAllowed, match="Your role"):
            write(a_member(Role.ADMIN, patient.clinic, password=None), patient.pk)

    def test_another_clinic_finds_no_such_patient(self, patient: Patient, write: Write) -> None:
        with pytest.raises(NotFound):
            write(a_member(password=None), patient.pk)

    def test_an_account_no_longer_active_finds_none(self, patient: Patient, write: Write) -> None:
        with pytest.raises(NotFound):
            write(a_member(Role.DOCTOR, patient.clinic, password=None, is_active=False), patient.pk)


class TestDays:
    def test_tomorrow_has_not_come(self, patient: Patient, doctor: Staff) -> None:
        with pytest.raises(Refused, match="in the future") as refused:
            record_weight(by=doctor, patient_id=patient.pk, on=TOMORROW, kilograms=Decimal(70))
        assert refused.value.field == "on"

    def test_the_day_is_the_one_where_the_clinic_is(self) -> None:
        """At noon in London it is already tomorrow on the line islands."""
        doctor = a_member(Role.DOCTOR, a_clinic(time_zone="Pacific/Kiritimati"), password=None)
        record_weight(by=doctor, patient_id=a_patient(doctor).pk, on=TOMORROW, kilograms=Decimal(70))

    def test_before_birth_nothing_is_measured(self, doctor: Staff) -> None:
        patient = a_patient(doctor, born=date(2000, 5, 2))
        known = {"by": doctor, "patient_id": patient.pk, "kilograms": Decimal(3)}
        with pytest.raises(Refused, match="before the patient was born"):
            record_weight(on=date(2000, 5, 1), **known)
        record_weight(on=date(2000, 5, 2), **known)

    @pytest.mark.parametrize("born", [{"born": None}, {"born": date(2000, 7, 1), "born_precision": "year"}])
    def test_a_birth_not_known_to_the_day_refuses_nothing(self, doctor: Staff, born: dict[str, Any]) -> None:
        patient = a_patient(doctor, **born)
        record_weight(by=doctor, patient_id=patient.pk, on=date(2000, 5, 1), kilograms=Decimal(3))


class TestRegistering:
    def register(self, by: Staff, **changed: Any) -> Patient:
        known = {
            "clinic_id": clinic_of(by).pk,
            "hospital_number": " RX1 ",
            "given_names": " Ann ",
            "family_name": " Newly ",
        }
        return register_patient(by=by, **known | changed)

    def test_what_is_said_is_kept_without_stray_spaces(self) -> None:
        admin = a_member(Role.ADMIN, password=None)
        patient = self.register(
            admin, nhs_number=" 999-000-0018 ", born=date(1960, 7, 1), born_precision=DatePrecision.YEAR
        )
        patient.refresh_from_db()
        assert (patient.hospital_number, patient.given_names, patient.family_name) == ("RX1", "Ann", "Newly")
        assert (patient.nhs_number, patient.born_precision) == ("9990000018", "year")
        assert (patient.status, patient.version, patient.recorded_by) == ("active", 1, admin)

    def test_names_and_number_are_needed(self, doctor: Staff) -> None:
        with pytest.raises(Refused) as refused:
            self.register(doctor, hospital_number=" ", given_names="", family_name="")
        assert {"hospital_number", "given_names", "family_name"} <= set(refused.value.errors)

    def test_a_birth_tomorrow_is_refused(self, doctor: Staff) -> None:
        with pytest.raises(Refused, match="in the future"):
            self.register(doctor, born=TOMORROW)
        self.register(doctor, born=TODAY)

    def test_a_clinic_of_others_is_not_found(self, doctor: Staff) -> None:
        with pytest.raises(NotFound):
            self.register(doctor, clinic_id=a_clinic().pk)


class TestStatus:
    def test_coming_back_clears_day_and_reason(self, doctor: Staff) -> None:
        patient = a_patient(doctor, status="transferred", status_on=date(2026, 1, 5), status_reason="moved")
        change_status(by=doctor, patient_id=patient.pk, status=PatientStatus.ACTIVE, on=TODAY, reason="back", version=1)
        patient.refresh_from_db()
        assert (patient.status, patient.status_on, patient.status_reason) == ("active", None, "")

    def test_a_version_counts_once(self, patient: Patient, doctor: Staff) -> None:
        said = {"by": doctor, "patient_id": patient.pk, "on": TODAY, "reason": "moved"}
        change_status(**said, status=PatientStatus.TRANSFERRED, version=1)
        with pytest.raises(StaleVersion) as stale:
            change_status(**said, status=PatientStatus.DECEASED, version=1)
        assert stale.value.current_version == 2
        patient.refresh_from_db()
        assert patient.status == "transferred"
        change_status(**said, status=PatientStatus.DECEASED, version=2)

    def test_what_is_refused_moves_no_version(self, patient: Patient, doctor: Staff) -> None:
        with pytest.raises(Refused):
            change_status(
                by=doctor, patient_id=patient.pk, status=PatientStatus.DECEASED, on=TOMORROW, reason="x", version=1
            )
        patient.refresh_from_db()
        assert patient.version == 1


class TestMeasures:
    def test_both_or_none(self, patient: Patient, doctor: Staff) -> None:
        known = {"by": doctor, "patient_id": patient.pk, "on": TODAY}
        with pytest.raises(Refused, match="between 30 and 260"):
            record_body_measures(**known, kilograms=Decimal(70), centimetres=Decimal("16.8"))
        assert not Weight.objects.exists()
        record_body_measures(**known, kilograms=Decimal(70), centimetres=Decimal(168))
        assert (Weight.objects.count(), Height.objects.count()) == (1, 1)

    def test_neither(self, patient: Patient, doctor: Staff) -> None:
        with pytest.raises(Refused, match="a weight, a height or both"):
            record_body_measures(by=doctor, patient_id=patient.pk, on=TODAY)


class TestEndOfACondition:
    def test_supersedes_and_keeps_everything_else(self, patient: Patient, doctor: Staff) -> None:
        row = a_condition(patient, from_on=date(2026, 1, 5), description="NSIP", precision="month")
        ended = end_condition(by=doctor, condition_id=row.pk, to_on=date(2026, 2, 1))
        row.refresh_from_db()
        assert (row.superseded_by, row.superseded_reason, row.to_on) == (doctor, "end recorded", None)
        assert (ended.replaces, ended.description, ended.precision) == (row, "NSIP", "month")

    def test_a_superseded_row_is_not_found(self, patient: Patient, doctor: Staff) -> None:
        row = a_condition(patient, from_on=date(2026, 1, 5))
        end_condition(by=doctor, condition_id=row.pk, to_on=date(2026, 2, 1))
        with pytest.raises(NotFound):
            end_condition(by=doctor, condition_id=row.pk, to_on=date(2026, 2, 1))

    def test_of_another_clinic_is_not_found(self, patient: Patient) -> None:
        row = a_condition(patient)
        with pytest.raises(NotFound):
            end_condition(by=a_member(password=None), condition_id=row.pk, to_on=TODAY)

    def test_that_is_refused_leaves_the_open_row(self, patient: Patient, doctor: Staff) -> None:
        row = a_condition(patient, from_on=date(2026, 1, 5))
        for day in (date(2026, 1, 4), TOMORROW):
            with pytest.raises(Refused):
                end_condition(by=doctor, condition_id=row.pk, to_on=day)
        assert Condition.objects.get(superseded_at__isnull=True) == row


class TestAssessment:
    def test_keeps_everything_that_was_said(self, patient: Patient, doctor: Staff) -> None:
        row = record_assessment(
            by=doctor,
            patient_id=patient.pk,
            values=NewAssessment(
                on=date(2026, 4, 5),
                precision=DatePrecision.ESTIMATED,
                mmt=Decimal(70),
                mmt_maximum=80,
                lowest_mrc=MrcGrade.FOUR_MINUS,
                lowest_mrc_group=MuscleGroup.AXIAL,
                severe_features=(SevereFeature.MYOCARDITIS,),
                enzymes=(NewEnzyme(name=EnzymeName.CK, value=Decimal(900), upper_limit=Decimal(200)),),
                notes=" seen twice ",
            ),
        )
        row.refresh_from_db()
        assert (row.precision, row.mmt, row.mmt_maximum) == ("estimated", Decimal(70), 80)
        assert (row.lowest_mrc, row.lowest_mrc_group) == ("4-", "axial")
        assert (row.severe_features, row.notes) == (["myocarditis"], "seen twice")
        enzyme = row.enzymes.get()
        assert (enzyme.name, enzyme.value, enzyme.unit, enzyme.upper_limit) == ("ck", Decimal(900), "U/L", Decimal(200))

    @pytest.mark.parametrize(
        "said",
        [
            {"haq": Decimal(0)},
            {"lowest_mrc": MrcGrade.ZERO},
            {"severe_features": (SevereFeature.MYOCARDITIS,)},
            {"non_severe_confirmed": True},
            {"notes": "seen"},
            {"enzymes": (NewEnzyme(name=EnzymeName.CK, value=Decimal(0)),)},
        ],
        ids=lambda said: next(iter(said)),
    )
    def test_one_thing_said_is_enough(self, patient: Patient, doctor: Staff, said: dict[str, Any]) -> None:
        record_assessment(by=doctor, patient_id=patient.pk, values=NewAssessment(on=TODAY, **said))

    @pytest.mark.parametrize(
        "said", [{}, {"notes": "  "}, {"mmt_maximum": 80}, {"lowest_mrc_group": MuscleGroup.AXIAL}]
    )
    def test_nothing_said_is_refused(self, patient: Patient, doctor: Staff, said: dict[str, Any]) -> None:
        with pytest.raises(Refused, match="Nothing was entered"):
            record_assessment(by=doctor, patient_id=patient.pk, values=NewAssessment(on=TODAY, **said))

    def test_a_form_without_its_total_is_left_out(self, patient: Patient, doctor: Staff) -> None:
        values = NewAssessment(on=TODAY, mmt_maximum=80, haq=Decimal(1))
        assert record_assessment(by=doctor, patient_id=patient.pk, values=values).mmt_maximum is None

    def test_one_wrong_enzyme_saves_nothing(self, patient: Patient, doctor: Staff) -> None:
        good, bad = (NewEnzyme(name=EnzymeName.CK, value=Decimal(1)), NewEnzyme(name=EnzymeName.LDH, value=Decimal(-1)))
        with pytest.raises(Refused, match="lactate") as refused:
            record_assessment(by=doctor, patient_id=patient.pk, values=NewAssessment(on=TODAY, enzymes=(good, bad)))
        assert refused.value.field == "ldh"
        assert not Assessment.objects.exists()
        assert not AssessmentEnzyme.objects.exists()

    def test_every_message_comes_at_once(self, patient: Patient, doctor: Staff) -> None:
        values = NewAssessment(on=TODAY, haq=Decimal(4), physician_global=Decimal(11))
        with pytest.raises(Refused) as refused:
            record_assessment(by=doctor, patient_id=patient.pk, values=values)
        assert set(refused.value.errors) == {"haq", "physician_global"}


class TestSuperseding:
    def test_needs_a_reason(self, patient: Patient, doctor: Staff) -> None:
        with pytest.raises(Refused, match="Say why"):
            supersede(a_weight(patient), by=doctor, reason=" ")

    def test_happens_once(self, patient: Patient, doctor: Staff) -> None:
        row = an_assessment(patient)
        supersede(row, by=doctor, reason="wrong patient")
        with pytest.raises(Refused, match="already replaced or withdrawn"):
            supersede(row, by=doctor, reason="wrong patient")


@pytest.mark.parametrize("act", CLINICAL.values(), ids=CLINICAL.keys())
def test_the_same_entry_again_is_refused_and_another_persons_too(act: Write) -> None:
    """A form sent twice, or two people with one sheet of paper."""
    clinic = a_clinic()
    first, second = a_member(clinic=clinic, password=None), a_member(clinic=clinic, password=None)
    patient = a_patient(first)
    act(first, patient.pk)
    for by in (first, second):
        with pytest.raises(Refused, match="already recorded"):
            act(by, patient.pk)


def test_entries_of_one_day_that_differ_are_all_taken(doctor: Staff) -> None:
    patient = a_patient(doctor)
    a_weight(
        patient, "70", TODAY, superseded_at=patient.recorded_at, superseded_by=doctor, superseded_reason="typed wrong"
    )
    for kilograms in ("70", "70.5"):
        record_weight(by=doctor, patient_id=patient.pk, on=TODAY, kilograms=Decimal(kilograms))
    for name in (EnzymeName.CK, EnzymeName.LDH):
        values = NewAssessment(on=TODAY, enzymes=(NewEnzyme(name=name, value=Decimal(900)),))
        record_assessment(by=doctor, patient_id=patient.pk, values=values)
    assert (patient.weights.all().current().count(), patient.assessments.count()) == (2, 2)


def test_an_assessment_with_the_same_enzymes_is_the_same(doctor: Staff) -> None:
    patient = a_patient(doctor)
    enzymes = [NewEnzyme(name=name, value=Decimal(900)) for name in (EnzymeName.CK, EnzymeName.LDH)]
    record_assessment(by=doctor, patient_id=patient.pk, values=NewAssessment(on=TODAY, enzymes=tuple(enzymes)))
    again = NewAssessment(on=TODAY, enzymes=tuple(reversed(enzymes)))
    with pytest.raises(Refused, match="already recorded"):
        record_assessment(by=doctor, patient_id=patient.pk, values=again)
