"""Two people, two tabs or two workers on one record in the same moment, on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Event, Timer
from typing import Any

import pytest
from django.db import connection, transaction

from monitoring.actions import (
    NewResult,
    acknowledge_alert,
    act_on_alert,
    climb_alerts,
    close_alert,
    raise_alerts,
    reconcile,
    record_results,
)
from monitoring.models import Alert, AlertStep, DueItem, Result
from monitoring.rules.vocabulary import AlertAction
from patients.actions import NewAssessment, end_condition, record_assessment, record_weight
from patients.clock import today_in
from patients.errors import InTheWay, NotFound, Refused, StaleVersion
from patients.models import Assessment, Condition, Patient, Staff, Weight
from regimens.actions import (
    NewDose,
    NewOutcome,
    StaleQuestion,
    answer_prompt,
    change_dose,
    record_never_given,
    record_outcome,
    reopen_course,
    start_course,
    stop_course,
    withdraw_course,
)
from regimens.models import Course, DosePeriod, Outcome, Review
from regimens.rules.vocabulary import OutcomeKind, ReviewAnswer, StopReason
from regimens.selectors import questions_of
from tests.factories import rows

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 2)
AT_ONCE = 4


def together(act: Callable[[], Any]) -> list[Any]:
    """What each of several threads got that did this in the same moment: an answer, or the error that stopped it."""
    ready = Barrier(AT_ONCE)

    def one(_: int) -> Any:
        try:
            ready.wait(timeout=10)
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


def withdraw(doctor: Staff, course: Course) -> None:
    withdraw_course(by=doctor, entry_id=course.pk, reason="entered for another patient")


def reopen(doctor: Staff, course: Course) -> None:
    reopen_course(by=doctor, course_id=course.pk, reason="it was another drug", version=course.version)


def refusals(answers: list[Any]) -> list[type]:
    return sorted((type(answer) for answer in answers if isinstance(answer, Exception)), key=str)


@pytest.fixture
def doctor() -> Staff:
    return rows.a_member(password=None)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    return rows.a_patient(doctor)


def test_one_drug_is_started_once(doctor: Staff, patient: Patient) -> None:
    answers = together(
        lambda: start_course(by=doctor, patient_id=patient.pk, on=DAY, drug="azathioprine", dose=NewDose())
    )
    assert refusals(answers) == [InTheWay] * (AT_ONCE - 1)
    assert Course.objects.get().doses.count() == 1


def test_of_two_dose_changes_from_one_page_one_is_kept(doctor: Staff, patient: Patient) -> None:
    course = rows.a_course(patient, "azathioprine", DAY, "50")
    days = iter([DAY + timedelta(days=number) for number in range(1, AT_ONCE + 1)])
    answers = together(lambda: change_dose(by=doctor, course_id=course.pk, on=next(days), dose=NewDose(), version=1))
    assert refusals(answers) == [StaleVersion] * (AT_ONCE - 1)
    assert course.doses.count() == 2


def test_one_course_is_stopped_once(doctor: Staff, patient: Patient) -> None:
    course = rows.a_course(patient, "azathioprine", DAY, "50")
    stop = {"by": doctor, "course_id": course.pk, "on": DAY, "reason": StopReason.PLANNED, "version": course.version}
    answers = together(lambda: stop_course(**stop))
    assert set(refusals(answers)) <= {Refused, StaleVersion}
    assert len(refusals(answers)) == AT_ONCE - 1
    course.refresh_from_db()
    assert (course.stop_on, course.version) == (DAY, 2)


def test_a_condition_ends_once(doctor: Staff, patient: Patient) -> None:
    row = rows.a_condition(patient, from_on=DAY)
    answers = together(lambda: end_condition(by=doctor, condition_id=row.pk, to_on=DAY))
    assert len(refusals(answers)) == AT_ONCE - 1
    assert Condition.objects.all().current().count() == 1


def test_what_is_sent_twice_is_recorded_once(doctor: Staff, patient: Patient) -> None:
    course = rows.a_course(patient, "azathioprine", DAY, "50")
    of_patient = {"by": doctor, "patient_id": patient.pk}
    result = NewResult(analyte="alt", value=Decimal(30), unit="U/L")
    sent: list[tuple[Callable[[], Any], Any]] = [
        (lambda: record_weight(**of_patient, on=DAY, kilograms=Decimal("64.5")), Weight),
        (lambda: record_assessment(**of_patient, values=NewAssessment(on=DAY, haq=Decimal(1))), Assessment),
        (lambda: record_results(**of_patient, sampled_on=DAY, values=[result]), Result),
        (lambda: record_outcome(by=doctor, course_id=course.pk, on=DAY, kind=OutcomeKind.RESPONDED), Outcome),
    ]
    for act, model in sent:
        assert refusals(together(act)) == [Refused] * (AT_ONCE - 1), model
        assert model.objects.count() == 1


def test_a_drug_is_recorded_as_never_given_once(doctor: Staff, patient: Patient) -> None:
    never = {"on": DAY, "drug": "ciclosporin", "kind": OutcomeKind.DECLINED, "reason": "prefers not"}
    answers = together(lambda: record_never_given(by=doctor, patient_id=patient.pk, **never))
    assert refusals(answers) == [Refused] * (AT_ONCE - 1)
    assert Course.objects.count() == Outcome.objects.count() == 1


def test_workers_on_the_same_patients_open_each_item_once(doctor: Staff) -> None:
    patients = [rows.a_patient(doctor) for _ in range(3)]
    for each in patients:
        rows.a_course(each, "methotrexate", DAY, "10")
    ids = [each.pk for each in patients]
    orders = iter([ids, ids[::-1], ids, ids[::-1]])

    reports = together(lambda: reconcile(patient_ids=next(orders), as_of=DAY))

    assert refusals(reports) == []
    assert sum(report.changed for report in reports) == 1
    assert DueItem.objects.count() == sum(report.opened for report in reports) > 0


def low_platelets(patient: Patient) -> None:
    rows.a_result(patient, "platelets", "45", today_in(patient.clinic), unit="10*9/L")


def test_workers_on_the_same_patients_raise_each_alert_once(doctor: Staff) -> None:
    patients = [rows.a_patient(doctor) for _ in range(3)]
    for each in patients:
        low_platelets(each)
    ids = [each.pk for each in patients]
    orders = iter([ids, ids[::-1], ids, ids[::-1]])

    reports = together(lambda: raise_alerts(next(orders)))

    assert refusals(reports) == []
    assert sum(report.opened for report in reports) == Alert.objects.count() == AlertStep.objects.count() == 3


def test_workers_that_climb_in_the_same_moment_climb_once(patient: Patient) -> None:
    low_platelets(patient)
    raise_alerts([patient.pk])
    later = Alert.objects.get().opened_at + timedelta(hours=5)

    climbed = together(lambda: climb_alerts(later))

    assert refusals(climbed) == []
    assert sum(climbed) == 1
    assert list(AlertStep.objects.values_list("level", flat=True)) == ["nurse", "doctor", "lead"]


def test_of_two_people_who_act_on_one_alert_one_does(doctor: Staff, patient: Patient) -> None:
    low_platelets(patient)
    raise_alerts([patient.pk])
    step = {"by": doctor, "alert_id": Alert.objects.get().pk, "version": 1}
    acts = iter(
        [
            lambda: acknowledge_alert(**step),
            lambda: act_on_alert(**step, action=AlertAction.STOP, note="bleeding"),
            lambda: close_alert(**step, reason="known for years"),
            lambda: act_on_alert(**step, action=AlertAction.CONTINUE),
        ]
    )

    answers = together(lambda: next(acts)())

    assert len(refusals(answers)) == AT_ONCE - 1
    assert set(refusals(answers)) <= {StaleVersion, Refused}
    assert AlertStep.objects.count() == Alert.objects.get().version == 2


def test_one_question_is_answered_once(doctor: Staff, patient: Patient) -> None:
    rows.a_course(patient, "methotrexate", DAY, "15")
    (question,) = questions_of(doctor, patient, today_in(patient.clinic)).open
    answers = together(
        lambda: answer_prompt(
            by=doctor,
            patient_id=patient.pk,
            prompt=question.prompt.code,
            subject=question.prompt.subject,
            fingerprint=question.fingerprint,
            answer=ReviewAnswer.ACCEPTED,
            reason="CK rising",
            outcome=NewOutcome(kind=OutcomeKind.INEFFECTIVE),
        )
    )
    assert refusals(answers) == [StaleQuestion] * (AT_ONCE - 1)
    assert Review.objects.get().outcome == Outcome.objects.get()


@pytest.mark.parametrize("act", [withdraw, reopen])
def test_nothing_is_entered_under_a_course_that_goes_while_it_waits(
    doctor: Staff, patient: Patient, act: Callable[[Staff, Course], Any]
) -> None:
    course = rows.a_course(patient, "azathioprine", DAY, "50", stop_on=DAY + timedelta(days=60))
    held, said = Event(), Event()

    def goes() -> None:
        try:
            with transaction.atomic():
                act(doctor, course)
                held.set()
                said.wait(timeout=2)  # the other one has read the course by then, and waits for it
        finally:
            connection.close()

    def enters() -> Any:
        held.wait(timeout=10)
        Timer(0.5, said.set).start()
        try:
            return change_dose(by=doctor, course_id=course.pk, on=DAY + timedelta(days=28), dose=NewDose())
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        going, entering = threads.submit(goes), threads.submit(enters)
        going.result()
        assert isinstance(entering.result(), NotFound)
    assert not DosePeriod.objects.filter(from_on=DAY + timedelta(days=28)).exists()
