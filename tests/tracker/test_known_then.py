"""The answer as known at a moment is the answer that was made at that moment, byte for byte, whatever came after."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from rest_framework.renderers import JSONRenderer

from monitoring.facts import monitoring_records
from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from monitoring.serializers import MonitoringFindingsSerializer
from patients.clock import end_of_day, today_in
from patients.models import Patient
from patients.rules.vocabulary import Role
from regimens.protocol.load import load as load_pathway
from regimens.rules.pathway import evaluate as evaluate_pathway
from regimens.rules.reviews import questions
from regimens.serializers import PathwayFindingsSerializer
from tests.factories import rows
from tests.tracker.acts import NAMES, Act, Chart
from tracker.selectors import standings_of

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
EARLIER = timedelta(days=60)
# Each works its fields out once; thousands of answers are written here.
PATHWAY, MONITORING = PathwayFindingsSerializer(), MonitoringFindingsSerializer()


@dataclass(frozen=True)
class Answer:
    """What was answered at a moment, for that day and for an earlier one."""

    at: datetime
    today: date
    said: tuple[bytes, ...]


def said_at(patient: Patient, today: date, known_at: datetime | None = None) -> tuple[bytes, ...]:
    """The record, where the patient stands, what is due and what is asked: as the API writes it, or in full."""
    record = monitoring_records([patient.pk], known_at)[patient.pk]
    render: Callable[[object], bytes] = JSONRenderer().render
    found = [repr(record).encode()]
    for day in (today, today - EARLIER):
        pathway = evaluate_pathway(record.treatment, load_pathway(), day)
        monitoring = evaluate_monitoring(record, load_monitoring(), day)
        found.append(render(PATHWAY.to_representation(pathway)))
        found.append(render(MONITORING.to_representation(monitoring)))
        found.append(repr(questions(record.treatment, pathway)).encode())
    return tuple(found)


def live(chart: Chart, acts: Sequence[tuple[Act, timedelta]]) -> Iterator[datetime]:
    """Performs the acts one after the other. Gives the moment before the first, and after each its own."""
    moment = BEGIN
    yield moment
    for act, later in acts:
        moment += later
        with time_machine.travel(moment, tick=False):
            chart.perform(act)
        yield moment


def _answer(chart: Chart, moment: datetime) -> Answer:
    with time_machine.travel(moment, tick=False):
        today = today_in(chart.patient.clinic)
        return Answer(moment, today, said_at(chart.patient, today))


@contextmanager
def a_chart() -> Iterator[Chart]:
    """A new patient of a new clinic, taken back afterwards: each example starts from nothing."""
    with transaction.atomic():
        with time_machine.travel(BEGIN, tick=False):
            doctor = rows.a_member(Role.DOCTOR, password=None)
            chart = Chart(rows.a_patient(doctor), doctor)
        yield chart
        transaction.set_rollback(True)


ACTS = st.tuples(
    st.builds(
        Act,
        name=st.sampled_from(NAMES),
        which=st.integers(0, 30),
        size=st.integers(1, 12),
        days_ago=st.sampled_from((0, 0, 0, 1, 7, 30, 120)),
    ),
    st.timedeltas(timedelta(minutes=1), timedelta(days=40)),
)


@settings(max_examples=40)
@given(st.lists(ACTS, min_size=4, max_size=25))
def test_as_known_at_a_moment_is_what_was_answered_then(acts: list[tuple[Act, timedelta]]) -> None:
    with a_chart() as chart:
        for answer in [_answer(chart, moment) for moment in live(chart, acts)]:
            assert said_at(chart.patient, answer.today, answer.at) == answer.said


def steps(*acts: Act) -> list[tuple[Act, timedelta]]:
    """A day and some hours apart."""
    return [(act, timedelta(hours=30)) for act in acts]


# Enough to withdraw, stop, judge and ask about.
BEFORE = steps(
    Act("weight", size=30, days_ago=1),
    Act("height", size=10, days_ago=1),
    Act("assessment", which=1, size=9, days_ago=3),
    Act("condition", days_ago=3),
    Act("antibody", days_ago=3),
    Act("start", which=0, size=10, days_ago=3),
    Act("start", which=1, size=3, days_ago=3),
    Act("start", which=3, size=3, days_ago=3),
    Act("start", which=2, size=10, days_ago=3),
    Act("infusion", days_ago=1),
    Act("change dose", which=1, size=4),
    Act("result", which=0, size=9, days_ago=1),
    Act("outcome", which=1, size=3),
    Act("never given"),
    Act("milestone"),
    Act("stop", which=3, size=0),
    Act("taper", size=4),
    Act("snooze", size=9),
)


@pytest.fixture(scope="module")
def entered(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Chart, Answer]]:
    """A patient after the acts of BEFORE, and what was answered then: made once for each late entry."""
    with django_db_blocker.unblock(), a_chart() as chart:
        (*_, moment) = live(chart, BEFORE)
        assert chart.done == [act.name for act, _ in BEFORE]
        yield chart, _answer(chart, moment)


@pytest.mark.parametrize(
    "last",
    [
        Act("weight", size=2, days_ago=6),
        Act("height", size=2, days_ago=6),
        Act("correct weight", size=5),
        Act("correct height", size=5),
        Act("condition", which=1, days_ago=5),
        Act("end condition", days_ago=1),
        Act("antibody", which=1, days_ago=5),
        Act("assessment", which=0, size=12, days_ago=9),
        Act("start", which=2, size=10, days_ago=1),
        Act("change dose", which=0, size=2, days_ago=2),
        Act("stop", which=1, days_ago=1),
        Act("reopen"),
        Act("outcome", which=0, size=1, days_ago=1),
        Act("infusion", days_ago=2, which=0),
        Act("taper", size=6),
        Act("milestone", which=1, days_ago=1),
        Act("result", which=1, size=1, days_ago=8),
        Act("snooze", which=0, size=20),
        Act("status", which=0, days_ago=2),
        Act("status", which=2, days_ago=2),
        Act("identity", which=0),
        # Every entry but the first dose of a course (10 to 13) and why a drug was never given (16): these go with it.
        *(Act("withdraw", which=number) for number in (*range(10), 14, 15, 17, 18, 19)),
    ],
    ids=lambda act: f"{act.name} {act.which}",
)
def test_each_kind_of_late_entry_changes_what_is_known_now_and_not_what_was_known(
    entered: tuple[Chart, Answer], db: None, last: Act
) -> None:
    before = entered[1]
    chart = replace(entered[0], patient=Patient.objects.get(pk=entered[0].patient.pk), done=[])
    with time_machine.travel(before.at + timedelta(days=3), tick=False):
        chart.perform(last)
        assert chart.done == [last.name]
        assert said_at(chart.patient, before.today, before.at) == before.said
        assert said_at(chart.patient, before.today) != before.said


def test_a_day_ends_with_the_clinics_clocks() -> None:
    """In British summer time the day of the clinic ends an hour before that of Greenwich."""
    with a_chart() as chart:
        for moment in (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), datetime(2026, 7, 1, 23, 1, tzinfo=UTC)):
            with time_machine.travel(moment, tick=False):
                chart.perform(Act("weight", size=moment.minute))
        with time_machine.travel(datetime(2026, 7, 5, tzinfo=UTC), tick=False):
            (known,) = standings_of(chart.by, [chart.patient], known_on=date(2026, 7, 1))
        assert [weight.kilograms for weight in known.record.treatment.patient.weights] == [99]
        assert known.as_of == date(2026, 7, 1)


def test_the_last_moment_of_a_day_is_one_microsecond_before_the_next() -> None:
    clinic = rows.a_clinic()
    assert end_of_day(date(2026, 7, 1), clinic) == datetime(2026, 7, 1, 22, 59, 59, 999999, tzinfo=UTC)
    assert end_of_day(date(2026, 1, 5), clinic) == datetime(2026, 1, 5, 23, 59, 59, 999999, tzinfo=UTC)
    # The clocks go back in the night to 25 October: that day lasts 25 hours.
    assert end_of_day(date(2026, 10, 25), clinic) - end_of_day(date(2026, 10, 24), clinic) == timedelta(hours=25)


def test_a_patient_registered_later_was_not_known() -> None:
    doctor = rows.a_member(Role.DOCTOR, password=None)
    early = rows.a_patient(doctor, recorded_at=BEGIN)
    late = rows.a_patient(doctor, recorded_at=BEGIN + timedelta(days=2))
    assert set(monitoring_records([early.pk, late.pk], BEGIN)) == {early.pk}
    assert [found.patient for found in standings_of(doctor, [early, late], known_on=BEGIN.date())] == [early]


def test_queries_do_not_grow_with_patients_or_history(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    doctor = rows.a_member(Role.DOCTOR, password=None)
    patients = []
    for _ in range(3):
        with time_machine.travel(BEGIN, tick=False):
            chart = Chart(rows.a_patient(doctor), doctor)
        assert list(live(chart, BEFORE))
        patients.append(chart.patient)
    for several in (patients[:1], patients):
        with django_assert_num_queries(28):
            monitoring_records([patient.pk for patient in several], BEGIN + timedelta(days=5))
