"""Planning infusions and recording them: what is kept, what is refused, what is superseded."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from patients.errors import GuardStopped, NotAllowed, NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from regimens.actions import (
    NewInfusionPlan,
    plan_infusions,
    record_infusion,
    reopen_course,
    withdraw_course,
    withdraw_infusion_plan,
)
from regimens.facts import treatment_records
from regimens.models import Course, Infusion, InfusionPlan
from regimens.rules.guard_findings import GuardCode
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, ReactionGrade, Route, WeightBasis
from tests.factories.rows import a_course, a_member, a_patient, a_weight, an_infusion, clinic_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
START = date(2026, 3, 2)


@pytest.fixture
def nurse() -> Staff:
    return a_member(Role.NURSE, password=None)


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return a_patient(nurse)


@pytest.fixture
def course(patient: Patient) -> Course:
    return a_course(patient, "normal_immunoglobulin", START, route=Route.INTRAVENOUS.value)


def wanted(**changed: Any) -> NewInfusionPlan:
    """2 g/kg every 4 weeks over 5 days."""
    usual: dict[str, Any] = {
        "anchor": InfusionAnchor.LAST_GIVEN,
        "interval_days": 28,
        "days_per_cycle": 5,
        "amount_per_kilogram": Decimal(2),
        "unit": DoseUnit.GRAM,
        "vial_sizes": (Decimal(10), Decimal(5)),
    }
    return NewInfusionPlan(**{**usual, **changed})


def on_dates(*dates: date, **changed: Any) -> NewInfusionPlan:
    return wanted(anchor=InfusionAnchor.FIXED_DATES, interval_days=None, dates=dates, **changed)


def ahead(*days: int) -> tuple[date, ...]:
    return tuple(TODAY + timedelta(days=day) for day in days)


def test_a_plan_is_kept_and_read_by_the_rules(course: Course, nurse: Staff) -> None:
    row = plan_infusions(
        by=nurse, course_id=course.pk, plan=wanted(weight_basis=WeightBasis.ADJUSTED, review_after_cycles=6, note=" x ")
    )
    row.refresh_from_db()
    assert (row.anchor, row.interval_days, row.days_per_cycle) == ("last_given", 28, 5)
    assert (row.amount, row.amount_per_kilogram, row.unit, row.weight_basis) == (None, Decimal(2), "g", "adjusted")
    assert (row.vial_sizes, row.review_after_cycles, row.note) == ([Decimal(5), Decimal(10)], 6, "x")
    assert row.protocol_version
    (known,) = treatment_records([course.patient_id])[course.patient_id].courses
    assert known.infusion_plan is not None
    assert known.infusion_plan.vial_sizes == (Decimal(5), Decimal(10))


def test_fixed_dates_are_kept(course: Course, nurse: Staff) -> None:
    plan_infusions(by=nurse, course_id=course.pk, plan=on_dates(*ahead(0, 5, 40)))
    (known,) = treatment_records([course.patient_id])[course.patient_id].courses
    assert known.infusion_plan is not None
    assert known.infusion_plan.dates == ahead(0, 5, 40)


def test_a_new_plan_takes_the_place_of_the_old_one(course: Course, nurse: Staff) -> None:
    first = plan_infusions(by=nurse, course_id=course.pk, plan=wanted())
    second = plan_infusions(by=nurse, course_id=course.pk, plan=wanted(interval_days=42))
    first.refresh_from_db()
    assert first.superseded_at == second.recorded_at
    assert second.replaces == first
    assert InfusionPlan.objects.filter(superseded_at__isnull=True).get() == second


@pytest.mark.parametrize(
    ("plan", "field", "words"),
    [
        (wanted(amount_per_kilogram=None, unit=None), "amount", "Enter the dose"),
        (wanted(amount=Decimal(100)), "amount_per_kilogram", "one of the two"),
        (wanted(amount_per_kilogram=Decimal(0)), "amount_per_kilogram", "more than 0"),
        (wanted(amount_per_kilogram=None, amount=Decimal(-1)), "amount", "more than 0"),
        (wanted(unit=None), "unit", "needs its unit"),
        (
            wanted(amount_per_kilogram=None, amount=Decimal(100), weight_basis=WeightBasis.IDEAL),
            "weight_basis",
            "only for an amount per kg",
        ),
        (wanted(vial_sizes=(Decimal(0),)), "vial_sizes", "more than 0"),
        (wanted(vial_sizes=(Decimal(5), Decimal("5.0"))), "vial_sizes", "named twice"),
        (wanted(vial_sizes=tuple(map(Decimal, range(1, 8)))), "vial_sizes", "at most 6"),
        (wanted(interval_days=None), "interval_days", "after how many days"),
        (wanted(interval_days=4), "interval_days", "between the days of one cycle"),
        (wanted(interval_days=729), "interval_days", "728 days"),
        (wanted(dates=ahead(3)), "dates", "Dates belong to"),
        (wanted(days_per_cycle=0), "days_per_cycle", "1 to 10"),
        (wanted(days_per_cycle=11), "days_per_cycle", "1 to 10"),
        (wanted(review_after_cycles=2), "review_after_cycles", "3 to 6"),
        (wanted(review_after_cycles=7), "review_after_cycles", "3 to 6"),
        (on_dates(), "dates", "at least one"),
        (on_dates(*ahead(-1, 28)), "dates", "is past"),
        (on_dates(*ahead(28, 3)), "dates", "in the order"),
        (on_dates(*ahead(3, 7)), "dates", "in the order"),
        (on_dates(*ahead(3, 729)), "dates", "at most 728 days"),
        (on_dates(*ahead(*range(0, 135, 5))), "dates", "at most 26"),
        (wanted(anchor=InfusionAnchor.FIXED_DATES, dates=ahead(3)), "interval_days", "has no interval"),
    ],
)
def test_what_cannot_be_planned(course: Course, nurse: Staff, plan: NewInfusionPlan, field: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        plan_infusions(by=nurse, course_id=course.pk, plan=plan)
    assert list(refused.value.errors) == [field]
    assert not InfusionPlan.objects.exists()


@pytest.mark.parametrize(
    "plan",
    [
        wanted(interval_days=5),
        wanted(interval_days=728),
        wanted(days_per_cycle=10),
        wanted(review_after_cycles=3),
        on_dates(*ahead(0)),
        on_dates(*ahead(3, 8)),
        on_dates(*ahead(728)),
        on_dates(*ahead(*range(0, 130, 5))),
    ],
)
def test_the_edges_of_these_can(course: Course, nurse: Staff, plan: NewInfusionPlan) -> None:
    assert plan_infusions(by=nurse, course_id=course.pk, plan=plan).pk


@pytest.mark.parametrize(
    ("drug", "fields", "words"),
    [
        ("methotrexate", {"route": "subcutaneous"}, "given into a vein"),
        ("abatacept", {"route": "not_recorded"}, "given into a vein"),
        ("normal_immunoglobulin", {"route": "subcutaneous"}, "given into a vein"),
        ("normal_immunoglobulin", {"route": "intravenous", "never_given": True}, "never given"),
        ("normal_immunoglobulin", {"route": "intravenous", "stop_on": TODAY}, "stopped"),
    ],
)
def test_only_a_running_infused_course_is_planned(
    patient: Patient, nurse: Staff, drug: str, fields: dict[str, Any], words: str
) -> None:
    other = a_course(patient, drug, START, **fields)
    with pytest.raises(Refused, match=words):
        plan_infusions(by=nurse, course_id=other.pk, plan=wanted())


def test_a_drug_without_a_review_by_cycles_takes_none(patient: Patient, nurse: Staff) -> None:
    other = a_course(patient, "rituximab", START, route=Route.INTRAVENOUS.value)
    with pytest.raises(Refused, match="no review by the number"):
        plan_infusions(by=nurse, course_id=other.pk, plan=wanted(review_after_cycles=3))
    assert plan_infusions(by=nurse, course_id=other.pk, plan=wanted(amount_per_kilogram=None, amount=Decimal(1))).pk


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"days_per_cycle": 1}, {GuardCode.CYCLE_DAYS}),
        ({"days_per_cycle": 6}, {GuardCode.CYCLE_DAYS}),
        ({"interval_days": 27}, {GuardCode.CYCLE_INTERVAL}),
        ({"amount_per_kilogram": Decimal("2.01")}, {GuardCode.ABOVE_RANGE}),
        ({}, set()),
    ],
)
def test_outside_the_printed_is_said_once_and_may_be(
    course: Course, nurse: Staff, changed: dict[str, Any], codes: set[GuardCode]
) -> None:
    if not codes:
        assert plan_infusions(by=nurse, course_id=course.pk, plan=wanted(**changed), seen=()).pk
        return
    with pytest.raises(GuardStopped) as stopped:
        plan_infusions(by=nurse, course_id=course.pk, plan=wanted(**changed), seen=())
    found: Any = stopped.value.findings
    assert {finding.code for finding in found} == codes
    assert not stopped.value.needs_reason
    assert not InfusionPlan.objects.exists()
    seen = {finding.fingerprint for finding in found}
    assert plan_infusions(by=nurse, course_id=course.pk, plan=wanted(**changed), seen=seen).pk


def test_another_clinic_and_an_administrator_plan_nothing(course: Course, nurse: Staff) -> None:
    with pytest.raises(NotFound):
        plan_infusions(by=a_member(Role.DOCTOR, password=None), course_id=course.pk, plan=wanted())
    admin = a_member(Role.ADMIN, clinic_of(nurse), password=None)
    with pytest.raises(NotAllowed):
        plan_infusions(by=admin, course_id=course.pk, plan=wanted())


def test_a_plan_is_withdrawn_and_the_one_before_stays_away(course: Course, nurse: Staff) -> None:
    plan_infusions(by=nurse, course_id=course.pk, plan=wanted())
    row = plan_infusions(by=nurse, course_id=course.pk, plan=wanted(interval_days=42))
    with pytest.raises(NotFound):
        withdraw_infusion_plan(by=a_member(Role.DOCTOR, password=None), entry_id=row.pk, reason="wrong patient")
    withdraw_infusion_plan(by=nurse, entry_id=row.pk, reason="wrong patient")
    assert not InfusionPlan.objects.filter(superseded_at__isnull=True).exists()
    with pytest.raises(NotFound):
        withdraw_infusion_plan(by=nurse, entry_id=row.pk, reason="wrong patient")


def test_a_plan_goes_with_its_course_and_comes_back_with_it(course: Course, nurse: Staff) -> None:
    plan_infusions(by=nurse, course_id=course.pk, plan=on_dates(*ahead(3, 31)))
    Course.objects.filter(pk=course.pk).update(
        stop_on=TODAY, stop_reason="planned", stop_recorded_at=course.recorded_at, stop_recorded_by=nurse
    )
    new = reopen_course(by=nurse, course_id=course.pk, reason="not stopped", version=1)
    (known,) = treatment_records([course.patient_id])[course.patient_id].courses
    assert known.id == str(new.pk)
    assert known.infusion_plan is not None
    assert known.infusion_plan.dates == ahead(3, 31)
    withdraw_course(by=nurse, entry_id=new.pk, reason="wrong patient")
    assert not InfusionPlan.objects.filter(superseded_at__isnull=True).exists()


def given(course: Course, nurse: Staff, **changed: Any) -> Infusion:
    return record_infusion(**{"by": nurse, "course_id": course.pk, "first_on": TODAY, **changed})


def test_product_batch_and_reaction_are_kept(course: Course, nurse: Staff) -> None:
    row = given(
        course,
        nurse,
        product=" Example 10 % ",
        batch_numbers="A1, A2",
        reaction=ReactionGrade.MODERATE,
        reaction_note="rigors; slowed",
    )
    row.refresh_from_db()
    assert (row.product, row.batch_numbers) == ("Example 10 %", "A1, A2")
    assert (row.reaction, row.reaction_note) == ("moderate", "rigors; slowed")
    (known,) = treatment_records([course.patient_id])[course.patient_id].courses
    assert known.infusions[0].infusion_reaction is ReactionGrade.MODERATE


@pytest.mark.parametrize("grade", [ReactionGrade.MILD, ReactionGrade.MODERATE, ReactionGrade.SEVERE])
def test_a_reaction_says_what_happened(course: Course, nurse: Staff, grade: ReactionGrade) -> None:
    with pytest.raises(Refused, match="what happened") as refused:
        given(course, nurse, reaction=grade, reaction_note=" ")
    assert list(refused.value.errors) == ["reaction_note"]


@pytest.mark.parametrize("grade", [ReactionGrade.NONE, ReactionGrade.NOT_RECORDED])
def test_words_about_a_reaction_need_its_grade(course: Course, nurse: Staff, grade: ReactionGrade) -> None:
    with pytest.raises(Refused, match="how grave"):
        given(course, nurse, reaction=grade, reaction_note="rash")
    assert given(course, nurse, reaction=grade).pk


@pytest.mark.parametrize(("days", "refused"), [(1, False), (2, True)])
def test_only_days_that_have_come_were_given(course: Course, nurse: Staff, days: int, refused: bool) -> None:
    if refused:
        with pytest.raises(Refused, match="in the future"):
            given(course, nurse, days=days)
    else:
        assert given(course, nurse, days=days).pk


@pytest.mark.parametrize(
    ("first", "days", "refused"),
    [(-14, 5, True), (-15, 4, False), (-15, 5, True), (-10, 1, True), (-7, 1, True), (-6, 1, False), (-6, 3, False)],
)
def test_cycles_do_not_overlap(course: Course, nurse: Staff, first: int, days: int, refused: bool) -> None:
    """A cycle of 5 days is there, from 11 to 7 days ago."""
    an_infusion(course, TODAY - timedelta(days=11), days=5)
    first_on = TODAY + timedelta(days=first)
    if refused:
        with pytest.raises(Refused, match="overlap"):
            given(course, nurse, first_on=first_on, days=days)
    else:
        assert given(course, nurse, first_on=first_on, days=days).pk


def test_rounding_to_the_plans_vials_holds_nobody_up(course: Course, nurse: Staff, patient: Patient) -> None:
    a_weight(patient, "69.7", TODAY)
    plan_infusions(by=nurse, course_id=course.pk, plan=wanted(vial_sizes=(Decimal(10),), days_per_cycle=2))
    usual: dict[str, Any] = {
        "first_on": TODAY - timedelta(days=1),
        "days": 2,
        "unit": DoseUnit.GRAM,
        "dosing_weight": Decimal("69.7"),
        "dosing_weight_on": START,
    }
    with pytest.raises(GuardStopped):
        given(course, nurse, **usual, total=Decimal(145), seen=())
    assert given(course, nurse, **usual, total=Decimal(140), seen=()).pk
