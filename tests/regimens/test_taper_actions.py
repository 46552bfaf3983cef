"""Decisions at taper checkpoints: what each does to the dose and the plan, what is refused, and taking one back."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from patients.errors import DomainError, GuardStopped, NotAllowed, NotFound, Refused, StaleVersion
from patients.models import Staff
from patients.rules.vocabulary import Role
from patients.rules.wording import display_number
from regimens.actions import (
    NewTaperStep,
    decide_taper,
    plan_taper,
    reopen_course,
    stop_course,
    withdraw_course,
    withdraw_taper_decision,
)
from regimens.facts import treatment_records
from regimens.models import Course, DosePeriod, TaperDecision, TaperPlan
from regimens.rules import record
from regimens.rules.guard_findings import GuardCode, GuardFinding
from regimens.rules.vocabulary import Route, StopReason, TaperChoice, Trend
from regimens.selectors import guard_messages, plan_versions
from tests.factories import rows

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
CUT, HOLD, RAISE = TaperChoice.CUT, TaperChoice.HOLD, TaperChoice.RAISE


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel("2026-11-20 12:00:00+00:00", tick=True):
        yield


@pytest.fixture
def course(doctor: Staff) -> Course:
    """20 mg, and a plan: 15 mg two days ago, 10 mg in 26 days, 5 mg in 54, stop in 82."""
    course = rows.a_course(rows.a_patient(doctor), "prednisolone", date(2026, 6, 1), dose="20")
    rows.a_taper(course, (day(-2), "15"), (day(26), "10"), (day(54), "5"), (day(82), "0"))
    return course


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


def decide(doctor: Staff, course: Course, choice: TaperChoice, planned: int | None = -2, **more: Any) -> TaperDecision:
    usual: dict[str, Any] = {"on": TODAY, "planned_on": None if planned is None else day(planned)}
    if choice is not CUT:
        usual |= {"reason": "CK rising", "next_check_on": day(14)}
    return decide_taper(by=doctor, course_id=course.pk, choice=choice, **(usual | more))


def plan_now(course: Course) -> list[tuple[int, str]]:
    plan = TaperPlan.objects.filter(course=course).current().first()
    steps = plan.steps.all() if plan else ()
    return [((step.on - TODAY).days, display_number(step.milligrams_per_day)) for step in steps]


def doses(course: Course) -> list[tuple[date, Decimal | None]]:
    found = DosePeriod.objects.filter(course=course).current().order_by("from_on")
    return [(row.from_on, row.amount) for row in found]


def known(course: Course) -> record.Course:
    found = treatment_records([course.patient_id])[course.patient_id]
    return next(each for each in found.courses if each.id == str(course.pk))


OLD_PLAN = [(-2, "15"), (26, "10"), (54, "5"), (82, "0")]


def test_a_cut_whose_day_has_come_records_the_dose_from_that_day(doctor: Staff, course: Course) -> None:
    decision = decide(doctor, course, CUT, strength=Trend.SAME, muscle_enzyme=Trend.BETTER)
    assert doses(course) == [(date(2026, 6, 1), Decimal(20)), (day(-2), Decimal(15))]
    assert (decision.milligrams_per_day, decision.plan) == (Decimal(15), None)
    assert (decision.strength, decision.muscle_enzyme, decision.symptoms) == ("same", "better", "not_assessed")
    assert plan_now(course) == OLD_PLAN


def test_a_cut_whose_day_is_to_come_leaves_the_plan(doctor: Staff, course: Course) -> None:
    decide(doctor, course, CUT)
    with time_machine.travel("2026-12-06 12:00:00+00:00"):
        decision = decide(doctor, course, CUT, 26, on=day(16))
    assert decision.milligrams_per_day == 10
    assert len(doses(course)) == 2
    assert plan_now(course) == OLD_PLAN


@pytest.mark.parametrize(("ahead", "allowed"), [(14, True), (15, False)])
def test_a_step_is_decided_on_at_most_14_days_before(doctor: Staff, course: Course, ahead: int, allowed: bool) -> None:
    decide(doctor, course, CUT)
    plan_taper(by=doctor, course_id=course.pk, steps=[NewTaperStep(on=day(ahead), milligrams_per_day=Decimal(10))])
    if allowed:
        assert decide(doctor, course, CUT, ahead).planned_on == day(ahead)
        return
    with pytest.raises(Refused, match="at most 14 days before"):
        decide(doctor, course, CUT, ahead)


def test_a_dose_recorded_beforehand_is_not_recorded_again(doctor: Staff, course: Course) -> None:
    rows.a_dose(course, "15", day(-2))
    decide(doctor, course, CUT)
    assert len(doses(course)) == 2


def test_another_dose_recorded_since_is_said(doctor: Staff, course: Course) -> None:
    rows.a_dose(course, "17.5", day(-1))
    with pytest.raises(Refused, match="Another dose is recorded from 19-Nov-2026"):
        decide(doctor, course, CUT)


def test_a_hold_moves_this_and_all_later_steps(doctor: Staff, course: Course) -> None:
    old = TaperPlan.objects.get()
    decision = decide(doctor, course, HOLD)
    assert plan_now(course) == [(14, "15"), (42, "10"), (70, "5"), (98, "0")]
    assert decision.plan is not None
    assert decision.plan.replaces == old
    assert (decision.plan.note, decision.milligrams_per_day) == ("CK rising", Decimal(20))
    assert len(doses(course)) == 1
    old.refresh_from_db()
    assert (old.superseded_reason, old.superseded_at) == ("the dose is held", decision.recorded_at)


def test_a_hold_of_a_later_step_leaves_what_had_come(doctor: Staff, course: Course) -> None:
    decision = decide(doctor, course, HOLD, 26, next_check_on=day(40))
    assert plan_now(course) == [(-2, "15"), (40, "10"), (68, "5"), (96, "0")]
    assert decision.milligrams_per_day == 15  # the step counts as taken, as everywhere in the record


def test_a_raise_records_the_dose_and_drops_the_rest(doctor: Staff, course: Course) -> None:
    decision = decide(doctor, course, RAISE, 26, milligrams_per_day=Decimal(40))
    assert doses(course)[-1] == (TODAY, Decimal(40))
    assert plan_now(course) == [(-2, "15")]
    assert decision.plan is not None


def test_a_raise_about_the_only_step_that_came_leaves_no_plan(doctor: Staff, course: Course) -> None:
    decision = decide(doctor, course, RAISE, milligrams_per_day=Decimal(40))
    assert plan_now(course) == []
    assert decision.plan is None
    assert not TaperPlan.objects.filter(course=course).current().exists()


def test_a_raise_passes_the_dose_guard(doctor: Staff, course: Course) -> None:
    with pytest.raises(GuardStopped):
        decide(doctor, course, RAISE, milligrams_per_day=Decimal(900))
    assert not TaperDecision.objects.exists()
    assert plan_now(course) == OLD_PLAN
    decision = decide(doctor, course, RAISE, milligrams_per_day=Decimal(900), override_reason="as the trial asks")
    assert guard_messages(doctor, course.pk, since=decision.recorded_at)


def test_a_warning_not_seen_holds_everything(doctor: Staff, course: Course) -> None:
    with pytest.raises(GuardStopped):
        decide(doctor, course, RAISE, milligrams_per_day=Decimal(90), seen=())
    assert (len(doses(course)), TaperDecision.objects.count(), plan_now(course)) == (1, 0, OLD_PLAN)


def test_a_cut_to_nothing_stops_the_course(doctor: Staff) -> None:
    course = rows.a_course(rows.a_patient(doctor), "prednisolone", date(2026, 6, 1), dose="2.5")
    rows.a_taper(course, (day(-1), "0"))
    decision = decide(doctor, course, CUT, -1)
    course.refresh_from_db()
    assert (course.stop_on, course.stop_reason, decision.milligrams_per_day) == (day(-1), "planned", Decimal(0))
    with pytest.raises(Refused, match="Take back the stop first"):
        withdraw_taper_decision(by=doctor, entry_id=decision.pk, reason="wrong patient")


@pytest.mark.parametrize(
    ("choice", "planned", "more", "words"),
    [
        (CUT, -3, {}, "no step on 17-Nov-2026; it may have changed since you read it. It has: 15 mg a day on 18-Nov"),
        (CUT, None, {}, "Say which planned step it is about; the next one is 15 mg a day on 18-Nov-2026"),
        (CUT, -2, {"milligrams_per_day": Decimal("12.5")}, "The plan says 15 mg a day on 18-Nov-2026"),
        (CUT, -2, {"on": day(1)}, "in the future"),
        (CUT, -2, {"on": date(2026, 5, 31)}, "before the course started"),
        (HOLD, -2, {"reason": " "}, "Say why"),
        (HOLD, -2, {"next_check_on": None}, "Say when to look again"),
        (HOLD, -2, {"milligrams_per_day": Decimal(15)}, "keeps the present dose: 20 mg a day"),
        (HOLD, 26, {"next_check_on": day(26)}, "look again after that day"),
        (RAISE, -2, {"next_check_on": None, "milligrams_per_day": Decimal(40)}, "Say when to look again"),
        (RAISE, -2, {}, "Enter the new dose"),
        (RAISE, -2, {"milligrams_per_day": Decimal(20)}, "must be above the present one: 20 mg a day"),
        (RAISE, -2, {"milligrams_per_day": Decimal(-1)}, "cannot be less than 0"),
        (RAISE, -2, {"milligrams_per_day": Decimal(40), "next_check_on": TODAY}, "after this one"),
    ],
)
def test_what_is_refused_saves_nothing(
    doctor: Staff, course: Course, choice: TaperChoice, planned: int | None, more: dict[str, Any], words: str
) -> None:
    version = Course.objects.get(pk=course.pk).version
    with pytest.raises(DomainError, match=words):
        decide(doctor, course, choice, planned, **more)
    assert (len(doses(course)), TaperDecision.objects.count(), plan_now(course)) == (1, 0, OLD_PLAN)
    assert Course.objects.get(pk=course.pk).version == version


@pytest.mark.parametrize(
    ("choice", "amount", "refused"), [(CUT, "19.9", ""), (CUT, "20", "below"), (RAISE, "20.1", "")]
)
def test_without_a_plan_the_new_dose_is_on_its_side(
    doctor: Staff, choice: TaperChoice, amount: str, refused: str
) -> None:
    course = rows.a_course(rows.a_patient(doctor), "prednisolone", date(2026, 6, 1), dose="20")
    if refused:
        with pytest.raises(Refused, match=refused):
            decide(doctor, course, choice, None, milligrams_per_day=Decimal(amount))
        return
    decide(doctor, course, choice, None, milligrams_per_day=Decimal(amount))
    assert doses(course)[-1] == (TODAY, Decimal(amount))


def test_a_step_is_decided_once(doctor: Staff, course: Course) -> None:
    decide(doctor, course, CUT)
    with pytest.raises(Refused, match="already decided"):
        decide(doctor, course, CUT)


def test_decisions_come_in_their_order(doctor: Staff, course: Course) -> None:
    decide(doctor, course, CUT)
    with pytest.raises(Refused, match="A decision of 20-Nov-2026 is already recorded"):
        decide(doctor, course, HOLD, 26, on=day(-1), next_check_on=day(40))


def test_a_step_that_was_recorded_as_taken_is_not_held(doctor: Staff, course: Course) -> None:
    rows.a_dose(course, "15", day(-2))
    with pytest.raises(Refused, match="A dose is recorded from 18-Nov-2026"):
        decide(doctor, course, HOLD)


def test_a_record_that_changed_since_it_was_read_is_refused(doctor: Staff, course: Course) -> None:
    plan_taper(
        by=doctor,
        course_id=course.pk,
        steps=[NewTaperStep(on=day(7), milligrams_per_day=Decimal(10))],
        version=course.version,
    )
    with pytest.raises(StaleVersion):
        decide(doctor, course, CUT, version=course.version)
    with pytest.raises(Refused, match="It has: 10 mg a day on 27-Nov-2026"):
        decide(doctor, course, CUT)


@pytest.mark.parametrize("role", [Role.NURSE, Role.ADMIN])
def test_only_a_doctor_decides(doctor: Staff, course: Course, role: Role) -> None:
    with pytest.raises(NotAllowed):
        decide(rows.a_member(role, course.patient.clinic, password=None), course, CUT)


def test_another_clinics_course_is_not_there(doctor: Staff, course: Course) -> None:
    stranger = rows.a_member(Role.DOCTOR, password=None)
    with pytest.raises(NotFound):
        decide(stranger, course, CUT)
    decision = decide(doctor, course, CUT)
    with pytest.raises(NotFound):
        withdraw_taper_decision(by=stranger, entry_id=decision.pk, reason="for another patient")


def test_only_a_daily_corticosteroid_that_runs_has_a_taper(doctor: Staff, course: Course) -> None:
    patient = course.patient
    with pytest.raises(Refused, match="Only a corticosteroid"):
        decide(doctor, rows.a_course(patient, "azathioprine", dose="100"), CUT)
    pulses = rows.a_course(patient, "methylprednisolone_sodium_succinate", route=Route.INTRAVENOUS.value)
    with pytest.raises(Refused, match="given in pulses"):
        decide(doctor, pulses, CUT, None, milligrams_per_day=Decimal(500))
    stop_course(by=doctor, course_id=course.pk, on=TODAY, reason=StopReason.OTHER, version=course.version)
    with pytest.raises(Refused, match="is stopped"):
        decide(doctor, course, CUT)


def test_withdrawing_a_cut_takes_its_dose_along(doctor: Staff, course: Course) -> None:
    decision = decide(doctor, course, CUT)
    withdraw_taper_decision(by=doctor, entry_id=decision.pk, reason="for another patient")
    assert (len(doses(course)), plan_now(course), known(course).taper_decisions) == (1, OLD_PLAN, ())


def test_withdrawing_a_cut_leaves_a_dose_that_was_there_before(doctor: Staff, course: Course) -> None:
    rows.a_dose(course, "15", day(-2))
    decision = decide(doctor, course, CUT)
    withdraw_taper_decision(by=doctor, entry_id=decision.pk, reason="for another patient")
    assert len(doses(course)) == 2


@pytest.mark.parametrize(("choice", "planned"), [(HOLD, -2), (HOLD, 26), (RAISE, -2), (RAISE, 26)])
def test_withdrawing_what_moved_the_plan_puts_the_plan_before_in_force_again(
    doctor: Staff, course: Course, choice: TaperChoice, planned: int
) -> None:
    dose = Decimal(40) if choice is RAISE else None
    decision = decide(doctor, course, choice, planned, milligrams_per_day=dose, next_check_on=day(40))
    assert plan_now(course) != OLD_PLAN
    withdraw_taper_decision(by=doctor, entry_id=decision.pk, reason="for another patient")
    assert plan_now(course) == OLD_PLAN
    assert len(doses(course)) == 1
    assert TaperPlan.objects.filter(course=course).current().count() == 1


def test_a_decision_stays_while_something_rests_on_it(doctor: Staff, course: Course) -> None:
    first = decide(doctor, course, HOLD)
    second = decide(doctor, course, CUT, 14)
    with pytest.raises(Refused, match="made after this one"):
        withdraw_taper_decision(by=doctor, entry_id=first.pk, reason="for another patient")
    withdraw_taper_decision(by=doctor, entry_id=second.pk, reason="for another patient")
    plan_taper(by=doctor, course_id=course.pk, steps=[NewTaperStep(on=day(7), milligrams_per_day=Decimal(10))])
    with pytest.raises(Refused, match="Another taper was planned"):
        withdraw_taper_decision(by=doctor, entry_id=first.pk, reason="for another patient")


def test_a_withdrawn_decision_is_gone(doctor: Staff, course: Course) -> None:
    decision = decide(doctor, course, CUT)
    withdraw_taper_decision(by=doctor, entry_id=decision.pk, reason="for another patient")
    with pytest.raises(NotFound):
        withdraw_taper_decision(by=doctor, entry_id=decision.pk, reason="for another patient")


def test_a_reopened_course_keeps_its_decisions_and_their_plan(doctor: Staff, course: Course) -> None:
    decide(doctor, course, HOLD)
    course.refresh_from_db()
    stop_course(by=doctor, course_id=course.pk, on=TODAY, reason=StopReason.OTHER, version=course.version)
    again = reopen_course(by=doctor, course_id=course.pk, reason="another drug", version=course.version + 1)
    decision = TaperDecision.objects.get(course=again, superseded_at=None)
    assert (decision.choice, decision.recorded_by) == ("hold", doctor)
    assert decision.plan is not None
    assert decision.plan.course == again
    withdraw_course(by=doctor, entry_id=again.pk, reason="for another patient")
    assert not TaperDecision.objects.all().current().exists()


def test_a_nurse_does_not_withdraw_a_course_with_a_decision(doctor: Staff) -> None:
    course = rows.a_course(rows.a_patient(doctor), "prednisolone", date(2026, 6, 1), dose="20")
    rows.a_taper_decision(course, TODAY)
    nurse = rows.a_member(Role.NURSE, course.patient.clinic, password=None)
    with pytest.raises(NotAllowed):
        withdraw_course(by=nurse, entry_id=course.pk, reason="for another patient")


def test_every_plan_that_ever_was_is_read_with_its_days(doctor: Staff, course: Course) -> None:
    decide(doctor, course, HOLD)
    first, second = plan_versions(course)
    assert (first.until, second.made_on, second.until) == (TODAY, TODAY, None)
    assert [step.on for step in second.steps] == [day(14), day(42), day(70), day(98)]


def test_a_sudden_stop_is_asked_about_once(doctor: Staff, course: Course) -> None:
    more: dict[str, Any] = {"on": TODAY, "reason": StopReason.OTHER, "version": course.version}
    with pytest.raises(GuardStopped) as stopped:
        stop_course(by=doctor, course_id=course.pk, seen=(), **more)
    (finding,) = stopped.value.findings
    assert isinstance(finding, GuardFinding)
    assert finding.code is GuardCode.SUDDEN_STOP
    assert not stopped.value.needs_reason
    row = stop_course(by=doctor, course_id=course.pk, seen=(finding.fingerprint,), **more)
    kept = guard_messages(doctor, course.pk, since=row.stop_recorded_at)
    assert [message["code"] for message in kept] == ["sudden_stop"]


def test_a_plan_that_ends_from_a_high_dose_is_asked_about_once(doctor: Staff, course: Course) -> None:
    steps = [
        NewTaperStep(on=day(7), milligrams_per_day=Decimal(10)),
        NewTaperStep(on=day(35), milligrams_per_day=Decimal(0)),
    ]
    with pytest.raises(GuardStopped) as stopped:
        plan_taper(by=doctor, course_id=course.pk, steps=steps, seen=())
    seen = [finding.fingerprint for finding in stopped.value.findings if isinstance(finding, GuardFinding)]
    assert plan_taper(by=doctor, course_id=course.pk, steps=steps, seen=seen).steps.count() == 2
