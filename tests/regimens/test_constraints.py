"""What must never be false about treatment: refused by the database itself, and before it by the action in words."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from patients.errors import Refused
from patients.models import Patient, Staff
from regimens.actions import (
    NewDose,
    NewTaperStep,
    change_dose,
    plan_taper,
    record_infusion,
    record_milestone,
    record_never_given,
    record_outcome,
    start_course,
    stop_course,
)
from regimens.models import Course, Infusion, TaperPlan, TaperStep
from regimens.rules.vocabulary import CourseRole, DoseUnit, MilestoneKind, OutcomeKind, StopReason
from tests.factories.rows import (
    a_course,
    a_dose,
    a_milestone,
    a_patient,
    a_taper,
    an_infusion,
    an_outcome,
)
from tests.refusing import action_says, database_refuses

pytestmark = pytest.mark.django_db

START, BEFORE, AFTER = date(2026, 1, 5), date(2026, 1, 4), date(2026, 3, 2)
AHEAD = date(2100, 1, 4)  # a plan is for the days to come, whenever the test runs


@pytest.fixture
def course(patient: Patient) -> Course:
    return a_course(patient, "methotrexate", START)


def stopped(course: Course, on: date, by: Staff) -> dict[str, Any]:
    return {
        "stop_on": on,
        "stop_reason": StopReason.PLANNED.value,
        "stop_recorded_at": timezone.now(),
        "stop_recorded_by": by,
    }


class TestOverlap:
    def test_of_a_catalogue_drug(self, patient: Patient, course: Course, doctor: Staff) -> None:
        with database_refuses("regimens_course_no_overlap"):
            a_course(patient, "methotrexate", AFTER)
        with action_says("has not stopped", "drug"):
            start_course(by=doctor, patient_id=patient.pk, drug="methotrexate", on=AFTER)

    def test_that_ends_on_the_day_the_next_starts_is_none(self, patient: Patient, doctor: Staff) -> None:
        a_course(patient, "azathioprine", START, stop_on=AFTER)
        with database_refuses("regimens_course_no_overlap"):
            a_course(patient, "azathioprine", date(2026, 3, 1))
        with action_says("stopped on 02-Mar-2026", "drug"):
            start_course(by=doctor, patient_id=patient.pk, drug="azathioprine", on=date(2026, 3, 1))
        start_course(by=doctor, patient_id=patient.pk, drug="azathioprine", on=AFTER)

    def test_with_a_later_course(self, patient: Patient, course: Course, doctor: Staff) -> None:
        with database_refuses("regimens_course_no_overlap"):
            a_course(patient, "methotrexate", BEFORE)
        with action_says("has not stopped", "drug"):
            start_course(by=doctor, patient_id=patient.pk, drug="methotrexate", on=BEFORE)

    def test_of_a_drug_in_words_however_it_is_written(self, patient: Patient, doctor: Staff) -> None:
        outside = CourseRole.OUTSIDE_PATHWAY.value
        a_course(patient, "", START, drug_text="Tofacitinib", role=outside)
        with database_refuses("regimens_course_no_overlap"):
            a_course(patient, "", AFTER, drug_text="tofacitinib", role=outside)
        with action_says("already a course", "drug_text"):
            start_course(by=doctor, patient_id=patient.pk, drug_text="TOFACITINIB", on=AFTER)

    def test_counts_neither_what_was_never_given_nor_what_was_withdrawn(self, patient: Patient, doctor: Staff) -> None:
        a_course(patient, "ciclosporin", START, never_given=True)
        a_course(
            patient, "ciclosporin", START, superseded_at=timezone.now(), superseded_by=doctor, superseded_reason="x"
        )
        start_course(by=doctor, patient_id=patient.pk, drug="ciclosporin", on=START)

    def test_of_other_drugs_and_other_patients_is_free(self, patient: Patient, course: Course, doctor: Staff) -> None:
        start_course(by=doctor, patient_id=patient.pk, drug="azathioprine", on=START)
        start_course(by=doctor, patient_id=a_patient(doctor).pk, drug="methotrexate", on=START)


def test_a_stop_before_the_start(course: Course, doctor: Staff) -> None:
    with database_refuses("regimens_course_stop_not_before_start"):
        Course.objects.filter(pk=course.pk).update(**stopped(course, BEFORE, doctor))
    with action_says("cannot stop before it started", "on"):
        stop_course(by=doctor, course_id=course.pk, on=BEFORE, reason=StopReason.PLANNED, version=1)
    stop_course(by=doctor, course_id=course.pk, on=START, reason=StopReason.PLANNED, version=1)


@pytest.mark.parametrize("missing", ["stop_on", "stop_reason", "stop_recorded_at", "stop_recorded_by"])
def test_a_stop_without_its_who_when_or_why(course: Course, doctor: Staff, missing: str) -> None:
    values = stopped(course, AFTER, doctor) | {missing: "" if missing == "stop_reason" else None}
    with database_refuses("regimens_course_stop_who_when_why"):
        Course.objects.filter(pk=course.pk).update(**values)


def test_a_course_without_any_drug_or_with_two(patient: Patient, doctor: Staff) -> None:
    outside = CourseRole.OUTSIDE_PATHWAY.value
    for drug, text in (("", ""), ("azathioprine", "azathioprine")):
        with database_refuses("regimens_course_drug_or_text"):
            a_course(patient, drug, START, drug_text=text, role=outside)
        with action_says("one of the two", "drug"):
            start_course(by=doctor, patient_id=patient.pk, drug=drug, drug_text=text, on=START)


def test_a_drug_in_words_with_a_role_of_the_pathway(patient: Patient) -> None:
    with database_refuses("regimens_course_text_outside_pathway"):
        a_course(patient, "", START, drug_text="tofacitinib", role=CourseRole.IMMUNOSUPPRESSANT.value)


class TestDose:
    @pytest.mark.parametrize(
        ("amount", "unit"), [(Decimal(10), ""), (None, "mg"), (Decimal(0), "mg"), (Decimal(-1), "mg")]
    )
    def test_of_half_a_statement(self, course: Course, amount: Decimal | None, unit: str) -> None:
        with database_refuses("regimens_doseperiod_amount_with_unit"):
            course.doses.create(from_on=START, amount=amount, unit=unit, recorded_by=course.recorded_by)

    def test_without_unit_is_refused_in_words(self, course: Course, doctor: Staff) -> None:
        with action_says("needs its unit", "unit"):
            change_dose(by=doctor, course_id=course.pk, on=START, dose=NewDose(amount=Decimal(10)))

    @pytest.mark.parametrize("amount", ["0", "-1"])
    def test_of_nothing_is_refused_in_words(self, course: Course, doctor: Staff, amount: str) -> None:
        dose = NewDose(amount=Decimal(amount), unit=DoseUnit.MILLIGRAM)
        with action_says("more than 0", "amount"):
            change_dose(by=doctor, course_id=course.pk, on=START, dose=dose)

    def test_before_the_course(self, course: Course, doctor: Staff) -> None:
        with database_refuses("regimens_doseperiod_not_before_course"):
            a_dose(course, from_on=BEFORE)
        with action_says("before the course started", "on"):
            change_dose(by=doctor, course_id=course.pk, on=BEFORE, dose=NewDose())
        a_dose(course, from_on=START)

    def test_twice_from_one_day(self, course: Course, doctor: Staff) -> None:
        a_dose(course, from_on=AFTER)
        with database_refuses("regimens_doseperiod_one_a_day"):
            a_dose(course, from_on=AFTER)
        with action_says("already has a dose from that day", "from_on"):
            change_dose(by=doctor, course_id=course.pk, on=AFTER, dose=NewDose())


class TestNeverGiven:
    @pytest.fixture
    def never(self, patient: Patient) -> Course:
        return a_course(patient, "ciclosporin", START, never_given=True)

    def test_has_no_dose(self, never: Course, doctor: Staff) -> None:
        with database_refuses("regimens_doseperiod_not_before_course"):
            a_dose(never)
        with action_says("never given"):
            change_dose(by=doctor, course_id=never.pk, on=START, dose=NewDose())

    def test_has_no_infusion(self, never: Course, doctor: Staff) -> None:
        with database_refuses("regimens_infusion_not_before_course"):
            an_infusion(never)
        with action_says("never given"):
            record_infusion(by=doctor, course_id=never.pk, first_on=START)

    def test_has_no_stop(self, never: Course, doctor: Staff) -> None:
        with database_refuses("regimens_course_never_given_has_no_stop"):
            Course.objects.filter(pk=never.pk).update(**stopped(never, AFTER, doctor))
        with action_says("never given"):
            stop_course(by=doctor, course_id=never.pk, on=AFTER, reason=StopReason.PLANNED, version=1)

    def test_has_its_outcome(self, never: Course) -> None:
        an_outcome(never, OutcomeKind.DECLINED)

    def test_is_contraindicated_or_declined_with_a_reason(self, patient: Patient, doctor: Staff) -> None:
        known = {"by": doctor, "patient_id": patient.pk, "drug": "ciclosporin", "on": START}
        with action_says("either contraindicated or declined", "kind"):
            record_never_given(**known, kind=OutcomeKind.INEFFECTIVE, reason="x")
        with action_says("Say why", "reason"):
            record_never_given(**known, kind=OutcomeKind.DECLINED, reason=" ")
        assert not Course.objects.filter(never_given=True).exists()


class TestOutcome:
    def test_before_the_course(self, course: Course, doctor: Staff) -> None:
        with database_refuses("regimens_outcome_not_before_course"):
            an_outcome(course, on=BEFORE)
        with action_says("cannot be before the course started", "on"):
            record_outcome(by=doctor, course_id=course.pk, on=BEFORE, kind=OutcomeKind.RESPONDED)
        an_outcome(course, on=START)

    def test_with_a_reaction_that_was_no_intolerance(self, course: Course, doctor: Staff) -> None:
        with database_refuses("regimens_outcome_reaction_of_intolerance"):
            an_outcome(course, OutcomeKind.RESPONDED, reaction="nausea")
        with action_says("A reaction belongs", "reaction"):
            record_outcome(by=doctor, course_id=course.pk, on=START, kind=OutcomeKind.RESPONDED, reaction="nausea")

    @pytest.mark.parametrize("kind", list(OutcomeKind))
    def test_against_a_drug_needs_a_reason(self, course: Course, doctor: Staff, kind: OutcomeKind) -> None:
        favourable = {OutcomeKind.RESPONDED, OutcomeKind.REMISSION, OutcomeKind.PARTIAL_RESPONSE, OutcomeKind.COMPLETED}

        def judge(reason: str) -> None:
            record_outcome(by=doctor, course_id=course.pk, on=START, kind=kind, reason=reason)

        if kind in favourable:
            judge("")
        else:
            with action_says("Say why", "reason"):
                judge(" ")
            judge("CK rising")


@pytest.mark.parametrize(
    ("later", "row"),
    [("doses", a_dose), ("outcomes", an_outcome), ("infusions", an_infusion)],
    ids=["dose", "outcome", "infusion"],
)
def test_a_start_moved_behind_its_rows(course: Course, later: str, row: Callable[[Course], Any]) -> None:
    row(course)
    with database_refuses("regimens_course_start_not_after_rows"):
        Course.objects.filter(pk=course.pk).update(start_on=AFTER)
    Course.objects.filter(pk=course.pk).update(start_on=BEFORE)


class TestInfusion:
    def test_before_the_course(self, course: Course, doctor: Staff) -> None:
        with database_refuses("regimens_infusion_not_before_course"):
            an_infusion(course, BEFORE)
        with action_says("before the course started", "first_on"):
            record_infusion(by=doctor, course_id=course.pk, first_on=BEFORE)

    @pytest.mark.parametrize("days", [0, 11])
    def test_of_too_few_or_too_many_days(self, course: Course, doctor: Staff, days: int) -> None:
        with database_refuses("regimens_infusion_days_plausible"):
            an_infusion(course, days=days)
        with action_says("1 to 10", "days"):
            record_infusion(by=doctor, course_id=course.pk, first_on=START, days=days)

    @pytest.mark.parametrize("days", [1, 10])
    def test_of_the_fewest_and_the_most_days(self, course: Course, doctor: Staff, days: int) -> None:
        assert record_infusion(by=doctor, course_id=course.pk, first_on=START, days=days).days == days

    @pytest.mark.parametrize(("total", "unit"), [("10", ""), (None, "g"), ("0", "g")])
    def test_with_half_an_amount(self, course: Course, total: str | None, unit: str) -> None:
        with database_refuses("regimens_infusion_total_with_unit"):
            an_infusion(course, total=total, unit=unit)

    def test_with_half_an_amount_in_words(self, course: Course, doctor: Staff) -> None:
        with action_says("needs its unit", "unit"):
            record_infusion(by=doctor, course_id=course.pk, first_on=START, total=Decimal(10))
        with action_says("more than 0", "total"):
            record_infusion(by=doctor, course_id=course.pk, first_on=START, total=Decimal(0), unit=DoseUnit.GRAM)

    @pytest.mark.parametrize(("weight", "on"), [("70", None), (None, START), ("0", START), ("70", date(2026, 1, 6))])
    def test_with_half_a_dosing_weight_or_a_later_one(
        self, course: Course, doctor: Staff, weight: str | None, on: date | None
    ) -> None:
        with database_refuses("regimens_infusion_weight_with_its_day"):
            an_infusion(course, START, dosing_weight=weight, dosing_weight_on=on)
        with pytest.raises(Refused, match="weight"):
            record_infusion(
                by=doctor,
                course_id=course.pk,
                first_on=START,
                dosing_weight=None if weight is None else Decimal(weight),
                dosing_weight_on=on,
            )
        assert not Infusion.objects.exists()

    def test_twice_on_one_day(self, course: Course, doctor: Staff) -> None:
        an_infusion(course, START)
        with database_refuses("regimens_infusion_one_a_day"):
            an_infusion(course, START)
        with action_says("already recorded", "first_on"):
            record_infusion(by=doctor, course_id=course.pk, first_on=START)


class TestTaper:
    @pytest.fixture
    def steroid(self, patient: Patient) -> Course:
        return a_course(patient, "prednisolone", START)

    def test_has_one_plan_at_a_time(self, steroid: Course, doctor: Staff) -> None:
        a_taper(steroid)
        with database_refuses("regimens_taperplan_one_at_a_time"):
            a_taper(steroid)
        plan_taper(by=doctor, course_id=steroid.pk, steps=[NewTaperStep(on=AHEAD, milligrams_per_day=Decimal(20))])
        assert TaperPlan.objects.filter(superseded_at__isnull=True).count() == 1

    def test_has_one_step_a_day(self, steroid: Course, doctor: Staff) -> None:
        plan = a_taper(steroid, (START, "20"))
        with database_refuses("regimens_taperstep_one_a_day"):
            TaperStep.objects.create(plan=plan, on=START, milligrams_per_day="10")
        steps = [NewTaperStep(on=START, milligrams_per_day=Decimal(dose)) for dose in (20, 10)]
        with action_says("later day", "steps"):
            plan_taper(by=doctor, course_id=steroid.pk, steps=steps)

    def test_never_goes_below_nothing(self, steroid: Course, doctor: Staff) -> None:
        with database_refuses("regimens_taperstep_not_negative"):
            a_taper(steroid, (START, "-1"))
        with action_says("less than 0", "steps"):
            plan_taper(by=doctor, course_id=steroid.pk, steps=[NewTaperStep(on=START, milligrams_per_day=Decimal(-1))])


def test_a_milestone_twice_on_one_day(patient: Patient, doctor: Staff) -> None:
    a_milestone(patient, MilestoneKind.RELAPSE, START)
    with database_refuses("regimens_milestone_once_a_day"):
        a_milestone(patient, MilestoneKind.RELAPSE, START)
    with action_says("already recorded for that day", "kind"):
        record_milestone(by=doctor, patient_id=patient.pk, on=START, kind=MilestoneKind.RELAPSE)


def test_a_correction_without_who_or_why(course: Course, doctor: Staff) -> None:
    for values in (
        {"superseded_at": timezone.now(), "superseded_by": doctor, "superseded_reason": ""},
        {"superseded_at": timezone.now(), "superseded_by": None, "superseded_reason": "typing error"},
        {"superseded_at": None, "superseded_by": doctor, "superseded_reason": "typing error"},
    ):
        with database_refuses("regimens_course_superseded_who_when_why"):
            Course.objects.filter(pk=course.pk).update(**values)


def test_a_race_is_refused_in_words_too(patient: Patient, course: Course, doctor: Staff, monkeypatch: Any) -> None:
    """Two people start the same drug at once: the action's own look sees nothing yet, the database does."""
    monkeypatch.setattr("regimens.actions.courses._no_overlap", lambda *args: None)
    monkeypatch.setattr(Course, "full_clean", lambda self: None)
    with action_says("already has a course of this drug"):
        start_course(by=doctor, patient_id=patient.pk, drug="methotrexate", on=AFTER)
    assert Course.objects.count() == 1
