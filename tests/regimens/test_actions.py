"""Writes about treatment: who may, what is kept of it, what is refused and what a stale page does."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from patients.errors import NotAllowed, NotFound, Refused, StaleVersion
from patients.models import Patient, Staff
from patients.rules.vocabulary import DatePrecision, Role
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
from regimens.models import Course, Milestone, Outcome, TaperPlan
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
    Weekday,
)
from tests.factories.rows import a_course, a_dose, a_member, a_patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

START, TODAY, TOMORROW = date(2026, 1, 5), date(2026, 11, 20), date(2026, 11, 21)
WEEKLY = NewDose(amount=Decimal(15), unit=DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY)
STEP = NewTaperStep(on=TODAY, milligrams_per_day=Decimal(20))
Write = Callable[[Staff, Course], Any]

RECORDING: dict[str, Write] = {
    "start": lambda by, course: start_course(by=by, patient_id=course.patient_id, on=TODAY, drug="azathioprine"),
    "change": lambda by, course: change_dose(by=by, course_id=course.pk, on=TODAY, dose=NewDose()),
    "stop": lambda by, course: stop_course(
        by=by, course_id=course.pk, on=TODAY, reason=StopReason.PLANNED, version=course.version
    ),
    "infuse": lambda by, course: record_infusion(by=by, course_id=course.pk, first_on=TODAY),
}
JUDGING: dict[str, Write] = {
    "judge": lambda by, course: record_outcome(by=by, course_id=course.pk, on=TODAY, kind=OutcomeKind.RESPONDED),
    "never": lambda by, course: record_never_given(
        by=by, patient_id=course.patient_id, on=TODAY, drug="ciclosporin", kind=OutcomeKind.DECLINED, reason="x"
    ),
    "milestone": lambda by, course: record_milestone(
        by=by, patient_id=course.patient_id, on=TODAY, kind=MilestoneKind.REMISSION
    ),
    "taper": lambda by, course: plan_taper(by=by, course_id=course.pk, steps=[STEP]),
}


@pytest.fixture
def course(patient: Patient) -> Course:
    return a_course(patient, "prednisolone", START)


class TestWhoMay:
    @pytest.mark.parametrize("write", [*RECORDING.values(), *JUDGING.values()], ids=[*RECORDING, *JUDGING])
    @pytest.mark.parametrize("role", list(Role))
    def test_by_role(self, course: Course, role: Role, write: Write) -> None:
        staff = a_member(role, course.patient.clinic, password=None)
        if role is Role.DOCTOR or (role is Role.NURSE and write in RECORDING.values()):
            write(staff, course)
        else:
            with pytest.raises(NotAllowed):
                write(staff, course)

    @pytest.mark.parametrize("write", [*RECORDING.values(), *JUDGING.values()], ids=[*RECORDING, *JUDGING])
    def test_another_clinic_finds_nothing(self, course: Course, write: Write) -> None:
        with pytest.raises(NotFound):
            write(a_member(password=None), course)

    @pytest.mark.parametrize("name", ["change", "stop", "infuse"])
    def test_a_withdrawn_course_is_not_found(self, course: Course, doctor: Staff, name: str) -> None:
        Course.objects.filter(pk=course.pk).update(
            superseded_at="2026-11-20T12:00Z", superseded_by=doctor, superseded_reason="entered twice"
        )
        with pytest.raises(NotFound):
            RECORDING[name](doctor, course)


class TestStarting:
    def test_keeps_everything_that_was_said(self, patient: Patient, doctor: Staff) -> None:
        started = start_course(
            by=doctor,
            patient_id=patient.pk,
            on=date(2026, 4, 15),
            precision=DatePrecision.MONTH,
            drug="methotrexate",
            route=Route.SUBCUTANEOUS,
            dose=WEEKLY,
            note=" by letter ",
        )
        started.refresh_from_db()
        assert (started.start_on, started.start_precision, started.route) == (
            date(2026, 4, 15),
            "month",
            "subcutaneous",
        )
        assert (started.role, started.note, started.version) == ("immunosuppressant", "by letter", 1)
        dose = started.doses.get()
        assert (dose.amount, dose.unit, dose.basis) == (Decimal(15), "mg", "flat")
        assert (dose.frequency, dose.weekday, dose.from_on) == ("once_weekly", "monday", started.start_on)

    def test_without_a_dose_says_that_it_is_not_recorded(self, patient: Patient, doctor: Staff) -> None:
        dose = start_course(by=doctor, patient_id=patient.pk, on=TODAY, drug="azathioprine").doses.get()
        assert (dose.amount, dose.unit, dose.frequency) == (None, "", "not_recorded")

    def test_takes_the_role_of_the_catalogue(self, patient: Patient, doctor: Staff) -> None:
        roles = {"folic_acid": CourseRole.SUPPORTIVE, "hydroxychloroquine": CourseRole.OUTSIDE_PATHWAY}
        for drug, role in roles.items():
            assert start_course(by=doctor, patient_id=patient.pk, on=TODAY, drug=drug).role == role

    def test_in_words_is_always_outside_the_pathway(self, patient: Patient, doctor: Staff) -> None:
        started = start_course(
            by=doctor, patient_id=patient.pk, on=TODAY, drug_text=" tofacitinib ", role=CourseRole.IMMUNOSUPPRESSANT
        )
        assert (started.drug, started.drug_text, started.role) == ("", "tofacitinib", "outside_pathway")

    def test_of_an_unknown_drug_is_refused(self, patient: Patient, doctor: Staff) -> None:
        with pytest.raises(Refused, match="not in the catalogue"):
            start_course(by=doctor, patient_id=patient.pk, on=TODAY, drug="aspirin")

    def test_far_ahead_is_refused(self, patient: Patient, doctor: Staff) -> None:
        with pytest.raises(Refused, match="60 days ahead"):
            start_course(by=doctor, patient_id=patient.pk, on=date(2027, 1, 20), drug="azathioprine")
        start_course(by=doctor, patient_id=patient.pk, on=date(2027, 1, 19), drug="azathioprine")

    def test_before_birth_is_refused(self, patient: Patient, doctor: Staff) -> None:
        assert patient.born is not None
        with pytest.raises(Refused, match="before the patient was born"):
            start_course(by=doctor, patient_id=patient.pk, on=date(patient.born.year - 1, 1, 1), drug="azathioprine")

    def test_with_a_dose_that_is_refused_leaves_no_course(self, patient: Patient, doctor: Staff) -> None:
        with pytest.raises(Refused, match="needs its unit"):
            start_course(
                by=doctor, patient_id=patient.pk, on=TODAY, drug="azathioprine", dose=NewDose(amount=Decimal(1))
            )
        assert not Course.objects.filter(drug="azathioprine").exists()

    def test_an_amount_too_large_to_be_meant_is_refused_in_words(self, patient: Patient, doctor: Staff) -> None:
        dose = NewDose(amount=Decimal("12345678"), unit=DoseUnit.MILLIGRAM)
        with pytest.raises(Refused) as refused:
            start_course(by=doctor, patient_id=patient.pk, on=TODAY, drug="azathioprine", dose=dose)
        assert refused.value.field == "amount"


class TestChangingTheDose:
    def test_adds_a_period_and_edits_none(self, course: Course, doctor: Staff) -> None:
        first = a_dose(course, "60")
        dose = NewDose(
            amount=Decimal("0.5"),
            unit=DoseUnit.MILLIGRAM,
            basis=DoseBasis.PER_KILOGRAM,
            frequency=Frequency.AS_TEXT,
            frequency_text=" mornings ",
        )
        change_dose(by=doctor, course_id=course.pk, on=TODAY, dose=dose, note=" by phone ")
        first.refresh_from_db()
        second = course.doses.get(from_on=TODAY)
        assert (first.amount, first.superseded_at) == (Decimal(60), None)
        assert (second.basis, second.frequency_text, second.note) == ("per_kg", "mornings", "by phone")

    def test_moves_the_version_on(self, course: Course, doctor: Staff) -> None:
        change_dose(by=doctor, course_id=course.pk, on=TODAY, dose=NewDose())
        with pytest.raises(StaleVersion) as stale:
            stop_course(by=doctor, course_id=course.pk, on=TODAY, reason=StopReason.PLANNED, version=1)
        assert stale.value.current_version == 2
        course.refresh_from_db()
        assert course.stop_on is None

    def test_of_a_stopped_course_may_still_be_entered_late(self, course: Course, doctor: Staff) -> None:
        stop_course(by=doctor, course_id=course.pk, on=date(2026, 3, 2), reason=StopReason.PLANNED, version=1)
        with pytest.raises(Refused, match="already stopped"):
            change_dose(by=doctor, course_id=course.pk, on=date(2026, 3, 2), dose=NewDose())
        change_dose(by=doctor, course_id=course.pk, on=date(2026, 3, 1), dose=NewDose())


class TestStopping:
    def test_keeps_who_when_and_why(self, course: Course, doctor: Staff) -> None:
        stop_course(
            by=doctor,
            course_id=course.pk,
            on=date(2026, 3, 15),
            precision=DatePrecision.MONTH,
            reason=StopReason.INFECTION,
            note=" zoster ",
            version=1,
        )
        course.refresh_from_db()
        assert (course.stop_on, course.stop_precision, course.stop_reason) == (date(2026, 3, 15), "month", "infection")
        assert (course.stop_note, course.stop_recorded_by, course.version) == ("zoster", doctor, 2)

    def test_happens_once(self, course: Course, doctor: Staff) -> None:
        stop_course(by=doctor, course_id=course.pk, on=TODAY, reason=StopReason.PLANNED, version=1)
        with pytest.raises(Refused, match="already stopped"):
            stop_course(by=doctor, course_id=course.pk, on=TODAY, reason=StopReason.PLANNED, version=2)

    def test_judges_nothing(self, course: Course, doctor: Staff) -> None:
        stop_course(by=doctor, course_id=course.pk, on=TODAY, reason=StopReason.INEFFECTIVE, version=1)
        assert not Outcome.objects.exists()


class TestJudging:
    def test_keeps_reason_reaction_and_precision(self, course: Course, doctor: Staff) -> None:
        record_outcome(
            by=doctor,
            course_id=course.pk,
            on=date(2026, 4, 15),
            precision=DatePrecision.MONTH,
            kind=OutcomeKind.INTOLERANT,
            reaction=" nausea ",
        )
        row = Outcome.objects.get()
        assert (row.kind, row.reaction, row.reason, row.precision) == ("intolerant", "nausea", "", "month")

    def test_after_the_stop_is_allowed(self, course: Course, doctor: Staff) -> None:
        """Late effects are judged late."""
        stop_course(by=doctor, course_id=course.pk, on=date(2026, 3, 2), reason=StopReason.PLANNED, version=1)
        record_outcome(by=doctor, course_id=course.pk, on=TODAY, kind=OutcomeKind.INEFFECTIVE, reason="relapse")

    @pytest.mark.parametrize("write", JUDGING.values(), ids=JUDGING)
    def test_is_not_for_days_to_come(self, course: Course, doctor: Staff, write: Write) -> None:
        with time_machine.travel("2026-11-19 12:00:00+00:00", tick=False):
            if write is JUDGING["taper"]:
                write(doctor, course)  # a plan is for days to come
            else:
                with pytest.raises(Refused, match="in the future"):
                    write(doctor, course)


class TestPlanningATaper:
    def test_supersedes_the_plan_before(self, course: Course, doctor: Staff) -> None:
        old = plan_taper(by=doctor, course_id=course.pk, steps=[STEP], note=" slow ")
        new = plan_taper(by=doctor, course_id=course.pk, steps=[STEP])
        old.refresh_from_db()
        assert (old.note, old.superseded_by, old.superseded_reason) == ("slow", doctor, "a new plan was made")
        assert new.replaces == old
        assert TaperPlan.objects.filter(superseded_at__isnull=True).get() == new

    def test_that_is_refused_leaves_the_old_plan(self, course: Course, doctor: Staff) -> None:
        old = plan_taper(by=doctor, course_id=course.pk, steps=[STEP])
        for steps in ([], [NewTaperStep(on=date(2026, 1, 4), milligrams_per_day=Decimal(5))], [STEP, STEP]):
            with pytest.raises(Refused) as refused:
                plan_taper(by=doctor, course_id=course.pk, steps=steps)
            assert refused.value.field == "steps"
        assert TaperPlan.objects.get(superseded_at__isnull=True) == old

    def test_of_a_stopped_course_is_refused(self, course: Course, doctor: Staff) -> None:
        stop_course(by=doctor, course_id=course.pk, on=TODAY, reason=StopReason.PLANNED, version=1)
        with pytest.raises(Refused, match="is stopped"):
            plan_taper(by=doctor, course_id=course.pk, steps=[STEP])

    @pytest.mark.parametrize("days", [(-1,), (-28, -1), (-28, -1, 28)])
    def test_that_was_over_before_it_was_entered_is_refused(
        self, course: Course, doctor: Staff, days: tuple[int, ...]
    ) -> None:
        steps = [
            NewTaperStep(on=TODAY + timedelta(days=day), milligrams_per_day=Decimal(20 - place))
            for place, day in enumerate(days)
        ]
        with pytest.raises(Refused, match="Only the first step may lie in the past") as refused:
            plan_taper(by=doctor, course_id=course.pk, steps=steps)
        assert refused.value.field == "steps"

    @pytest.mark.parametrize("days", [(0,), (-1, 0), (-28, 28)])
    def test_may_start_from_the_step_that_holds(self, course: Course, doctor: Staff, days: tuple[int, ...]) -> None:
        steps = [
            NewTaperStep(on=TODAY + timedelta(days=day), milligrams_per_day=Decimal(20 - place))
            for place, day in enumerate(days)
        ]
        assert plan_taper(by=doctor, course_id=course.pk, steps=steps).steps.count() == len(days)

    def test_is_for_corticosteroids(self, patient: Patient, doctor: Staff) -> None:
        other = a_course(patient, "methotrexate", START)
        with pytest.raises(Refused, match="Only a corticosteroid"):
            plan_taper(by=doctor, course_id=other.pk, steps=[STEP])


class TestInfusing:
    def test_keeps_amount_and_weight(self, patient: Patient, doctor: Staff) -> None:
        course = a_course(patient, "normal_immunoglobulin", START)
        row = record_infusion(
            by=doctor,
            course_id=course.pk,
            first_on=TODAY - timedelta(days=4),
            days=5,
            total=Decimal(140),
            unit=DoseUnit.GRAM,
            dosing_weight=Decimal(70),
            dosing_weight_on=START,
        )
        row.refresh_from_db()
        assert (row.days, row.total, row.unit) == (5, Decimal(140), "g")
        assert (row.dosing_weight, row.dosing_weight_on) == (Decimal(70), START)

    def test_tomorrow_is_not_yet_given(self, course: Course, doctor: Staff) -> None:
        with pytest.raises(Refused, match="in the future"):
            record_infusion(by=doctor, course_id=course.pk, first_on=TOMORROW)

    def test_after_the_stop_is_refused(self, course: Course, doctor: Staff) -> None:
        stop_course(by=doctor, course_id=course.pk, on=date(2026, 3, 2), reason=StopReason.PLANNED, version=1)
        with pytest.raises(Refused, match="already stopped"):
            record_infusion(by=doctor, course_id=course.pk, first_on=date(2026, 3, 2))
        record_infusion(by=doctor, course_id=course.pk, first_on=date(2026, 3, 1))


def test_never_given_and_given_later_stand_side_by_side(patient: Patient, doctor: Staff) -> None:
    known = {"by": doctor, "patient_id": patient.pk, "drug": "ciclosporin"}
    never = record_never_given(**known, on=START, kind=OutcomeKind.CONTRAINDICATED, reason=" renal failure ")
    assert (never.never_given, never.outcomes.get().reason, never.doses.count()) == (True, "renal failure", 0)
    assert not start_course(**known, on=TODAY).never_given


@pytest.mark.parametrize(("stop_on", "taken"), [(None, True), (TOMORROW, True), (TODAY, False)])
def test_a_drug_that_is_taken_on_that_day_was_not_never_given(
    patient: Patient, doctor: Staff, stop_on: date | None, taken: bool
) -> None:
    a_course(patient, "ciclosporin", START, stop_on=stop_on)
    said = {"by": doctor, "patient_id": patient.pk, "on": TODAY, "drug": "ciclosporin", "reason": "renal failure"}
    if taken:
        with pytest.raises(Refused, match="Record the judgement on that course") as refused:
            record_never_given(**said, kind=OutcomeKind.CONTRAINDICATED)
        assert refused.value.field == "drug"
    else:
        assert record_never_given(**said, kind=OutcomeKind.CONTRAINDICATED).never_given


@pytest.mark.parametrize(
    ("stop_on", "words"),
    [
        (None, "and has not stopped. Stop it first"),
        (TODAY, "stopped on 20-Nov-2026, the first day without it. Start the new course on that day or later"),
    ],
)
def test_an_overlap_says_what_to_do(patient: Patient, doctor: Staff, stop_on: date | None, words: str) -> None:
    a_course(patient, "ciclosporin", START, stop_on=stop_on)
    with pytest.raises(Refused, match=words):
        start_course(by=doctor, patient_id=patient.pk, on=TODAY - timedelta(days=1), drug="ciclosporin")


def test_a_milestone_is_kept_with_its_precision(patient: Patient, doctor: Staff) -> None:
    record_milestone(
        by=doctor,
        patient_id=patient.pk,
        on=date(2026, 7, 1),
        precision=DatePrecision.YEAR,
        kind=MilestoneKind.RELAPSE,
        note=" rash ",
    )
    row = Milestone.objects.get()
    assert (row.kind, row.precision, row.note, row.recorded_by) == ("relapse", "year", "rash", doctor)


@pytest.mark.parametrize(
    ("drug", "stop_on", "fields", "refused"),
    [
        ("methotrexate", None, {}, True),
        ("prednisolone", date(2026, 3, 2), {}, True),
        ("prednisolone", date(2026, 3, 1), {}, False),
        ("normal_immunoglobulin", None, {}, True),
        ("folic_acid", None, {}, False),
        ("hydroxychloroquine", None, {}, False),
        ("prednisolone", None, {"route": Route.TOPICAL.value}, False),
    ],
)
def test_remission_off_treatment_is_refused_while_a_drug_for_the_myositis_is_taken(
    drug: str, stop_on: date | None, fields: dict[str, object], refused: bool
) -> None:
    member = a_member()
    patient = a_patient(member)
    stop = {"stop_on": stop_on, "stop_reason": StopReason.PLANNED.value} if stop_on else {}
    a_course(patient, drug, date(2026, 1, 5), **stop, **fields)

    def declare(kind: MilestoneKind) -> Milestone:
        return record_milestone(by=member, patient_id=patient.pk, on=date(2026, 3, 1), kind=kind)

    if refused:
        with pytest.raises(Refused, match="Still taken on that day: "):
            declare(MilestoneKind.DRUG_FREE_REMISSION)
    else:
        assert declare(MilestoneKind.DRUG_FREE_REMISSION).pk
    assert declare(MilestoneKind.REMISSION).pk, "remission on treatment says nothing of the drugs"
