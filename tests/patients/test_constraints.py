"""What must never be false about a patient: refused by the database itself, and before it by the action in words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from patients.actions import (
    NewAssessment,
    NewEnzyme,
    change_status,
    record_assessment,
    record_autoantibody,
    record_condition,
    record_height,
    record_weight,
    register_patient,
)
from patients.errors import Refused
from patients.models import AssessmentEnzyme, Membership, Patient, Staff, Weight
from patients.rules.vocabulary import ConditionKind, EnzymeName, PatientStatus, SevereFeature
from tests.factories.rows import (
    a_condition,
    a_height,
    a_member,
    a_patient,
    a_weight,
    an_assessment,
    an_autoantibody,
    clinic_of,
)
from tests.refusing import action_says, database_refuses

pytestmark = pytest.mark.django_db

ON, BEFORE = date(2026, 1, 5), date(2026, 1, 4)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    return a_patient(doctor)


class TestIdentity:
    def test_a_hospital_number_is_used_once_in_a_clinic(self, doctor: Staff) -> None:
        a_patient(doctor, hospital_number="RX1")
        a_patient(a_member(password=None), hospital_number="RX1")
        with database_refuses("patients_patient_hospital_number_once"):
            a_patient(doctor, hospital_number="RX1")
        with action_says("already used", "hospital_number"):
            register_patient(
                by=doctor, clinic_id=clinic_of(doctor).pk, hospital_number="RX1", given_names="A", family_name="B"
            )

    def test_an_nhs_number_is_used_once_in_a_clinic_when_given(self, doctor: Staff) -> None:
        a_patient(doctor, nhs_number="9990000018")
        with database_refuses("patients_patient_nhs_number_once"):
            a_patient(doctor, nhs_number="9990000018")
        known = {"by": doctor, "clinic_id": clinic_of(doctor).pk, "given_names": "A", "family_name": "B"}
        with action_says("already used", "nhs_number"):
            register_patient(**known, hospital_number="RX2", nhs_number="999 000 0018")
        register_patient(**known, hospital_number="RX3")
        register_patient(**known, hospital_number="RX4", register_because="another B")

    @pytest.mark.parametrize("number", ["999000001", "99900000180", "999000001X"])
    def test_an_nhs_number_has_ten_digits(self, doctor: Staff, number: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            a_patient(doctor, nhs_number=number)
        with action_says("not a valid NHS number", "nhs_number"):
            register_patient(
                by=doctor,
                clinic_id=clinic_of(doctor).pk,
                hospital_number="RX1",
                given_names="A",
                family_name="B",
                nhs_number=number,
            )

    def test_a_person_has_one_role_in_a_clinic(self, doctor: Staff) -> None:
        with database_refuses("patients_membership_once_per_clinic"):
            Membership.objects.create(staff=doctor, clinic=clinic_of(doctor), role="nurse")

    def test_a_role_is_one_of_the_known(self, doctor: Staff) -> None:
        with database_refuses("patients_membership_role_known"):
            Membership.objects.filter(staff=doctor).update(role="owner")


class TestStatus:
    @pytest.mark.parametrize(
        "values",
        [
            {"status": "deceased"},
            {"status": "deceased", "status_on": ON},
            {"status": "deceased", "status_reason": "pneumonia"},
            {"status": "active", "status_on": ON},
            {"status": "active", "status_reason": "pneumonia"},
        ],
    )
    def test_without_its_day_or_reason(self, patient: Patient, values: dict[str, Any]) -> None:
        with database_refuses("patients_patient_status_with_date_and_reason"):
            Patient.objects.filter(pk=patient.pk).update(**values)

    def test_without_its_day_or_reason_in_words(self, patient: Patient, doctor: Staff) -> None:
        known = {"by": doctor, "patient_id": patient.pk, "status": PatientStatus.DECEASED, "version": 1}
        with action_says("Enter the day", "on"):
            change_status(**known, on=None, reason="pneumonia")
        with action_says("Enter the reason", "reason"):
            change_status(**known, on=ON, reason=" ")
        patient.refresh_from_db()
        assert (patient.status, patient.version) == ("active", 1)

    def test_before_birth(self, patient: Patient, doctor: Staff) -> None:
        born = patient.born
        with database_refuses("patients_patient_born_before_status"):
            Patient.objects.filter(pk=patient.pk).update(
                status="deceased", status_reason="x", status_on=date(born.year - 1, 1, 1)
            )
        with action_says("before the patient was born", "on"):
            change_status(
                by=doctor,
                patient_id=patient.pk,
                status=PatientStatus.DECEASED,
                on=date(born.year - 1, 1, 1),
                reason="x",
                version=1,
            )


@pytest.mark.parametrize(("kilograms", "fits"), [("0.99", False), ("1", True), ("400", True), ("400.01", False)])
def test_a_weight_that_cannot_be(patient: Patient, doctor: Staff, kilograms: str, fits: bool) -> None:
    if fits:
        a_weight(patient, kilograms, BEFORE)
        record_weight(by=doctor, patient_id=patient.pk, on=ON, kilograms=Decimal(kilograms))
        return
    with database_refuses("patients_weight_plausible"):
        a_weight(patient, kilograms)
    with action_says("between 1 and 400 kg", "kilograms"):
        record_weight(by=doctor, patient_id=patient.pk, on=ON, kilograms=Decimal(kilograms))


@pytest.mark.parametrize(("centimetres", "fits"), [("29.9", False), ("30", True), ("260", True), ("260.1", False)])
def test_a_height_that_cannot_be(patient: Patient, doctor: Staff, centimetres: str, fits: bool) -> None:
    if fits:
        a_height(patient, centimetres, BEFORE)
        record_height(by=doctor, patient_id=patient.pk, on=ON, centimetres=Decimal(centimetres))
        return
    with database_refuses("patients_height_plausible"):
        a_height(patient, centimetres)
    with action_says("between 30 and 260 cm", "centimetres"):
        record_height(by=doctor, patient_id=patient.pk, on=ON, centimetres=Decimal(centimetres))


class TestCondition:
    def test_that_ends_before_it_began(self, patient: Patient, doctor: Staff) -> None:
        with database_refuses("patients_condition_dates_ordered"):
            a_condition(patient, from_on=ON, to_on=BEFORE)
        with action_says("cannot end before it began", "to_on"):
            record_condition(by=doctor, patient_id=patient.pk, kind=ConditionKind.ILD, from_on=ON, to_on=BEFORE)
        a_condition(patient, from_on=ON, to_on=ON)

    @pytest.mark.parametrize("kind", [ConditionKind.OTHER, ConditionKind.OTHER_LIFE_THREATENING])
    def test_that_is_not_described(self, patient: Patient, doctor: Staff, kind: ConditionKind) -> None:
        with database_refuses("patients_condition_other_described"):
            a_condition(patient, kind)
        with action_says("Say which condition", "description"):
            record_condition(by=doctor, patient_id=patient.pk, kind=kind, from_on=ON, description=" ")
        a_condition(patient, kind, description="gout")


def test_an_autoantibody_without_a_name(patient: Patient, doctor: Staff) -> None:
    with database_refuses("patients_autoantibody_named"):
        an_autoantibody(patient, "")
    with pytest.raises(Refused) as refused:
        record_autoantibody(by=doctor, patient_id=patient.pk, name=" ")
    assert refused.value.field == "name"


class TestAssessment:
    CASES = (
        ("physician_global", "10.1", "physician_global_range", "0 to 10 cm"),
        ("physician_global", "-0.1", "physician_global_range", "0 to 10 cm"),
        ("patient_global", "10.1", "patient_global_range", "0 to 10 cm"),
        ("extramuscular_global", "10.1", "extramuscular_range", "0 to 10 cm"),
        ("haq", "3.125", "haq_range", "HAQ is 0 to 3"),
        ("haq", "1.1", "haq_in_eighths", "steps of 0.125"),
        ("haq", "0.124", "haq_in_eighths", "steps of 0.125"),
        ("fvc_percent", "200.1", "fvc_range", "0 to 200"),
        ("dlco_percent", "200.1", "dlco_range", "0 to 200"),
    )

    @pytest.mark.parametrize(("measure", "value", "constraint", "words"), CASES)
    def test_outside_the_instrument(
        self, patient: Patient, doctor: Staff, measure: str, value: str, constraint: str, words: str
    ) -> None:
        with database_refuses(f"patients_assessment_{constraint}"):
            an_assessment(patient, **{measure: value})
        with action_says(words, measure):
            values: Any = {measure: Decimal(value)}
            record_assessment(by=doctor, patient_id=patient.pk, values=NewAssessment(on=ON, **values))

    @pytest.mark.parametrize("eighths", range(25))
    def test_every_eighth_of_the_haq_is_taken(self, patient: Patient, eighths: int) -> None:
        an_assessment(patient, haq=Decimal(eighths) / 8)

    @pytest.mark.parametrize(
        ("total", "maximum"),
        [("81", 80), ("150.1", 150), ("260.5", 260), ("-1", 80), ("50", 100), ("50", None), (None, 80)],
    )
    def test_an_mmt_total_above_or_without_its_form(
        self, patient: Patient, doctor: Staff, total: str | None, maximum: int | None
    ) -> None:
        with database_refuses("patients_assessment_mmt_with_its_form"):
            an_assessment(patient, mmt=total, mmt_maximum=maximum)
        if total is not None:
            values = NewAssessment(on=ON, mmt=Decimal(total), mmt_maximum=maximum)
            with pytest.raises(Refused) as refused:
                record_assessment(by=doctor, patient_id=patient.pk, values=values)
            above = maximum in (80, 150, 260) and Decimal(total) > maximum
            assert refused.value.field == ("mmt" if above else "mmt_maximum")

    @pytest.mark.parametrize(("total", "maximum"), [("80", 80), ("150", 150), ("260", 260), ("0", 80)])
    def test_an_mmt_total_up_to_its_form(self, patient: Patient, total: str, maximum: int) -> None:
        an_assessment(patient, mmt=total, mmt_maximum=maximum)

    def test_non_severe_beside_a_severe_feature(self, patient: Patient, doctor: Staff) -> None:
        with database_refuses("patients_assessment_severe_or_not"):
            an_assessment(patient, severe_features=["myocarditis"], non_severe_confirmed=True)
        values = NewAssessment(on=ON, severe_features=(SevereFeature.MYOCARDITIS,), non_severe_confirmed=True)
        with action_says("severe feature", "non_severe_confirmed"):
            record_assessment(by=doctor, patient_id=patient.pk, values=values)

    @pytest.mark.parametrize(("value", "limit"), [("-1", None), ("100", "0"), ("100", "-1")])
    def test_an_enzyme_below_nothing(self, patient: Patient, doctor: Staff, value: str, limit: str | None) -> None:
        assessment = an_assessment(patient)
        with database_refuses("patients_assessmentenzyme_not_negative"):
            AssessmentEnzyme.objects.create(assessment=assessment, name="ck", value=value, upper_limit=limit)
        enzyme = NewEnzyme(
            name=EnzymeName.CK, value=Decimal(value), upper_limit=None if limit is None else Decimal(limit)
        )
        with action_says("creatine kinase", "ck"):
            record_assessment(by=doctor, patient_id=patient.pk, values=NewAssessment(on=ON, enzymes=(enzyme,)))

    def test_an_enzyme_twice(self, patient: Patient, doctor: Staff) -> None:
        assessment = an_assessment(patient, ck="900")
        with database_refuses("patients_assessmentenzyme_once"):
            AssessmentEnzyme.objects.create(assessment=assessment, name="ck", value="1")
        twice = (NewEnzyme(name=EnzymeName.CK, value=Decimal(1)), NewEnzyme(name=EnzymeName.CK, value=Decimal(2)))
        with pytest.raises(Refused):
            record_assessment(by=doctor, patient_id=patient.pk, values=NewAssessment(on=ON, enzymes=twice))
        assert not patient.assessments.exclude(pk=assessment.pk).exists()


def test_a_correction_without_who_or_why(patient: Patient, doctor: Staff) -> None:
    row = a_weight(patient)
    for values in (
        {"superseded_at": timezone.now(), "superseded_by": doctor, "superseded_reason": ""},
        {"superseded_at": timezone.now(), "superseded_by": None, "superseded_reason": "typing error"},
        {"superseded_at": None, "superseded_by": doctor, "superseded_reason": "typing error"},
    ):
        with database_refuses("patients_weight_superseded_who_when_why"):
            Weight.objects.filter(pk=row.pk).update(**values)


def test_a_row_is_replaced_once(patient: Patient) -> None:
    first = a_weight(patient)
    a_weight(patient, replaces=first)
    with pytest.raises(IntegrityError, match="replaces"), transaction.atomic():
        a_weight(patient, replaces=first)
