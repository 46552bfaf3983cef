"""What must hold for any record at all."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import load
from monitoring.rules.findings import DueFinding, DueStatus, MonitoringFindings
from monitoring.rules.missed import missed_visits
from monitoring.rules.record import (
    IntervalOverride,
    MissedVisit,
    MonitoringRecord,
    Pause,
    Result,
    RiskAssessment,
    SampleTaken,
    SharedCare,
    Snooze,
    SymptomsTold,
    Waiver,
)
from monitoring.rules.schedule import evaluate
from monitoring.rules.status import Standing, bucket
from monitoring.rules.vocabulary import Bucket, MonitoredBy, RiskTier, Symptom
from patients.rules.record import Condition, PatientRecord, Person, Weight
from patients.rules.vocabulary import ConditionKind, PatientStatus, Sex
from regimens.rules.record import Course, DosePeriod, Infusion, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, Route
from tests.monitoring.rules.builders import after, protocol

AS_OF = 200
PROTOCOL = protocol()
SCHEDULES = (PROTOCOL, load(schedule="risk_adaptive"))
days = st.integers(-100, 300).map(after)
amounts = st.none() | st.sampled_from(["0", "4.9", "5", "7.5", "20", "60"]).map(Decimal)
values = st.none() | st.sampled_from(["0.4", "1", "3.5", "12", "60", "140"]).map(Decimal)
ids = st.integers(0, 10**6).map(str)

doses = st.builds(
    DosePeriod,
    ids,
    days,
    amounts,
    st.sampled_from([DoseUnit.MILLIGRAM, DoseUnit.GRAM]),
    st.sampled_from([DoseBasis.FLAT, DoseBasis.PER_KILOGRAM]),
    st.sampled_from(list(Frequency)),
)
courses = st.builds(
    Course,
    id=ids,
    drug=st.sampled_from([*PROTOCOL.drugs, ""]),
    start_on=days,
    role=st.just(CourseRole.IMMUNOSUPPRESSANT),
    route=st.sampled_from(list(Route)),
    stop_on=st.none() | days,
    never_given=st.booleans(),
    doses=st.lists(doses, max_size=3, unique_by=lambda dose: dose.id).map(tuple),
    infusions=st.lists(st.builds(Infusion, ids, days), max_size=3, unique_by=lambda one: one.id).map(tuple),
    taper=st.lists(st.builds(TaperStep, ids, days, st.just(Decimal(5))), max_size=2, unique_by=lambda s: s.id).map(
        tuple
    ),
)
results = st.builds(
    Result,
    id=ids,
    analyte=st.sampled_from(list(PROTOCOL.analytes)),
    sampled_on=days,
    value=values,
    text=st.sampled_from(["", "done"]),
    hours_after_dose=st.none() | st.sampled_from([Decimal(3), Decimal(12), Decimal(24)]),
)
weights = st.builds(Weight, ids, days, st.just(Decimal(70)))
conditions = st.builds(Condition, ids, st.just(ConditionKind.CHRONIC_KIDNEY_DISEASE), days, st.none() | days)
snoozes = st.builds(Snooze, st.sampled_from(list(PROTOCOL.items)), days, days, st.just("away"))
people = st.builds(Person, st.just("p"), st.none() | days, st.sampled_from(list(Sex)))


@st.composite
def records(draw: st.DrawFn) -> MonitoringRecord:
    patient = PatientRecord(
        draw(people),
        weights=tuple(draw(st.lists(weights, max_size=2, unique_by=lambda one: one.id))),
        conditions=tuple(draw(st.lists(conditions, max_size=1))),
    )
    taken = tuple(draw(st.lists(courses, min_size=1, max_size=4, unique_by=lambda one: one.id)))
    seen = tuple(draw(st.lists(results, max_size=12, unique_by=lambda one: one.id)))
    return MonitoringRecord(TreatmentRecord(patient, taken), seen, tuple(draw(st.lists(snoozes, max_size=2))))


drugs = st.sampled_from(["", *PROTOCOL.drugs])
items = st.sampled_from(list(PROTOCOL.items))
later = st.integers(1, 200)


def rows_of(row: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(row, max_size=most, unique_by=lambda one: one.id).map(tuple)


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    begun, length = draw(days), draw(later)
    ended = draw(st.none() | st.integers(0, length))
    until, ended_on = begun + timedelta(length), None if ended is None else begun + timedelta(ended)
    return Pause(draw(ids), begun, until, "away", draw(drugs), ended_on)


@st.composite
def overrides(draw: st.DrawFn) -> IntervalOverride:
    begun, interval = draw(days), draw(st.integers(1, 364))
    until, item = begun + timedelta(draw(later)), draw(st.just("") | items)
    return IntervalOverride(draw(ids), begun, until, interval, "stable", draw(drugs), item, "Dr A")


@st.composite
def waivers(draw: st.DrawFn) -> Waiver:
    made = draw(days)
    until = draw(st.none() | later.map(lambda length: made + timedelta(length)))
    return Waiver(draw(ids), draw(items), made, "done elsewhere", until=until)


@st.composite
def samples_taken(draw: st.DrawFn) -> SampleTaken:
    taken = draw(days)
    return SampleTaken(draw(ids), draw(items), taken, taken + timedelta(draw(later)))


@st.composite
def planned_records(draw: st.DrawFn) -> MonitoringRecord:
    """Records with everything that may be decided about the monitoring."""
    return replace(
        draw(records()),
        risk=draw(rows_of(st.builds(RiskAssessment, ids, days, st.sampled_from(list(RiskTier))))),
        overrides=draw(rows_of(overrides())),
        shared_care=draw(rows_of(st.builds(SharedCare, ids, days, drugs, st.sampled_from(list(MonitoredBy))))),
        pauses=draw(rows_of(pauses())),
        waivers=draw(rows_of(waivers(), 3)),
        samples_taken=draw(rows_of(samples_taken(), 3)),
        missed_visits=draw(rows_of(st.builds(MissedVisit, ids, days), 4)),
        symptoms_told=draw(rows_of(st.builds(SymptomsTold, ids, days, st.just((Symptom.FEVER, Symptom.INFECTION))))),
    )


PLAN = ("risk", "overrides", "shared_care", "pauses", "waivers", "samples_taken", "missed_visits", "symptoms_told")


def find(record: MonitoringRecord, schedule: MonitoringProtocol = PROTOCOL) -> MonitoringFindings:
    return evaluate(record, schedule, after(AS_OF))


@settings(max_examples=150, deadline=None)
@given(planned_records(), st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_meaning(record: MonitoringRecord, random: Random) -> None:
    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(rows, len(rows)))

    def mixed(course: Course) -> Course:
        return replace(
            course, doses=shuffled(course.doses), infusions=shuffled(course.infusions), taper=shuffled(course.taper)
        )

    patient = replace(record.treatment.patient, weights=shuffled(record.treatment.patient.weights))
    treatment = replace(
        record.treatment, patient=patient, courses=shuffled(tuple(mixed(one) for one in record.treatment.courses))
    )
    other = replace(
        record, treatment=treatment, **{name: shuffled(getattr(record, name)) for name in ("results", "snoozes", *PLAN)}
    )
    assert find(other) == find(record)
    assert missed_visits(other, PROTOCOL, after(AS_OF)) == missed_visits(record, PROTOCOL, after(AS_OF))


@settings(max_examples=150, deadline=None)
@given(planned_records())
def test_nothing_after_the_day_changes_what_is_due(record: MonitoringRecord) -> None:
    as_of = after(AS_OF)

    def known(course: Course) -> Course:
        # A stop recorded ahead is a plan, as taper steps are: it stays, and the next test says what it may change.
        return replace(
            course,
            doses=tuple(dose for dose in course.doses if dose.from_on <= as_of),
            infusions=tuple(one for one in course.infusions if one.first_on <= as_of),
        )

    patient = record.treatment.patient
    treatment = TreatmentRecord(
        replace(
            patient,
            weights=tuple(one for one in patient.weights if one.on <= as_of),
            conditions=tuple(
                replace(one, to_on=one.to_on if one.to_on is not None and one.to_on <= as_of else None)
                for one in patient.conditions
                if one.from_on <= as_of
            ),
        ),
        tuple(known(one) for one in record.treatment.courses if one.start_on <= as_of),
    )
    until = MonitoringRecord(
        treatment,
        tuple(one for one in record.results if one.sampled_on <= as_of),
        tuple(one for one in record.snoozes if one.made_on <= as_of),
        risk=tuple(one for one in record.risk if one.on <= as_of),
        overrides=tuple(one for one in record.overrides if one.from_on <= as_of),
        shared_care=tuple(one for one in record.shared_care if one.from_on <= as_of),
        pauses=tuple(one for one in record.pauses if one.from_on <= as_of),
        waivers=tuple(one for one in record.waivers if one.made_on <= as_of),
        samples_taken=tuple(one for one in record.samples_taken if one.taken_on <= as_of),
        symptoms_told=tuple(one for one in record.symptoms_told if one.on <= as_of),
    )
    for schedule in SCHEDULES:
        found, known_then = find(record, schedule), find(until, schedule)
        assert (known_then.due, known_then.visits, known_then.waived) == (found.due, found.visits, found.waived)


@settings(max_examples=150, deadline=None)
@given(planned_records())
def test_a_stop_recorded_ahead_takes_out_only_what_belongs_to_later_infusions(record: MonitoringRecord) -> None:
    """Every other due item stays as it is; only the visit that it is put on may be another."""
    as_of = after(AS_OF)
    courses = record.treatment.courses
    open_ended = tuple(
        one if one.stop_on is None or one.stop_on <= as_of else replace(one, stop_on=None) for one in courses
    )
    endless = replace(record, treatment=replace(record.treatment, courses=open_ended))
    for schedule in SCHEDULES:
        of_infusions = {rule.id for drug in schedule.drugs.values() for rule in (*drug.infusion, *drug.before_infusion)}
        found = {(one.item, one.occasion): one for one in find(record, schedule).due}
        for one in find(endless, schedule).due:
            drivers = (one.driver, *one.other_drivers)
            if not any(driver.rule_id in of_infusions for driver in drivers):
                kept = found[one.item, one.occasion]
                assert replace(kept, visit_on=one.visit_on) == one


def standing_of(due: DueFinding) -> Standing:
    return Standing(due.due_on, due.status, due.days_overdue, due.snoozed_until, due.waiting_until, due.paused_until)


@settings(max_examples=100, deadline=None)
@given(planned_records())
def test_what_is_put_off_paused_or_awaited_is_as_late_as_ever(record: MonitoringRecord) -> None:
    bare = replace(record, snoozes=(), samples_taken=())
    plain = {(one.item, one.occasion): one for one in find(bare).due}
    found = {(one.item, one.occasion): one for one in find(record).due}
    assert found.keys() == plain.keys()
    for key, one in found.items():
        assert (one.due_on, one.days_overdue) == (plain[key].due_on, plain[key].days_overdue)


@settings(max_examples=100, deadline=None)
@given(planned_records())
def test_a_pause_takes_nothing_off_the_list_and_makes_nothing_sooner(record: MonitoringRecord) -> None:
    record = replace(record, waivers=())
    running = {(one.item, one.occasion): one for one in find(replace(record, pauses=())).due}
    paused = {(one.item, one.occasion): one for one in find(record).due}
    assert paused.keys() == running.keys()
    assert all(one.due_on >= running[key].due_on for key, one in paused.items())


@settings(max_examples=100, deadline=None)
@given(planned_records())
def test_every_missed_visit_counted_lies_after_the_last_look(record: MonitoringRecord) -> None:
    found = missed_visits(record, PROTOCOL, after(AS_OF))
    assert found.count == len(found.visits) <= len(record.missed_visits)
    assert (found.reason is None) == (found.count == 0)
    assert not found.not_safe_to_continue or found.count > PROTOCOL.missed_visits.most


ORDER = [DueStatus.NOT_DUE, DueStatus.DUE_SOON, DueStatus.DUE, DueStatus.OVERDUE]


@settings(max_examples=300, deadline=None)
@given(records(), st.sampled_from(list(PROTOCOL.analytes)), st.integers(0, 60), st.integers(0, 24))
def test_a_later_normal_result_makes_nothing_more_overdue(
    record: MonitoringRecord, analyte: str, days_before: int, hours: int
) -> None:
    record = replace(record, snoozes=())
    as_of = after(AS_OF)
    latest = max((one.sampled_on for one in record.results if one.sampled_on <= as_of), default=after(-100))
    sampled = max(latest, as_of - timedelta(days_before))
    new = Result("new", analyte, sampled, Decimal(100), text="normal", hours_after_dose=Decimal(hours))
    before = {(one.item, one.occasion): one for one in find(record).due}
    for one in find(replace(record, results=(*record.results, new))).due:
        was = before[one.item, one.occasion]  # nothing new is asked for
        assert one.days_overdue <= was.days_overdue
        assert ORDER.index(one.status) <= ORDER.index(was.status)
        assert one.due_on >= was.due_on


@settings(max_examples=150, deadline=None)
@given(planned_records(), st.sampled_from(SCHEDULES))
def test_every_finding_is_whole(record: MonitoringRecord, schedule: MonitoringProtocol) -> None:
    found = find(record, schedule)
    keys = [(one.item, one.occasion) for one in found.due]
    assert len(keys) == len(set(keys))
    assert [one.due_on for one in found.due] == sorted(one.due_on for one in found.due)
    for one in found.due:
        assert one.item in PROTOCOL.items
        assert one.due_on == one.driver.due_on
        unpaused = [other for other in one.other_drivers if other.paused_until is None]
        assert all(other.due_on >= one.due_on for other in unpaused)
        assert one.driver.paused_until is None or not unpaused
        assert (one.status is DueStatus.PAUSED) == (one.paused_until is not None)
        assert (one.sample_taken_on is None) == (one.waiting_until is None)
        assert isinstance(bucket(standing_of(one), found.as_of), Bucket)
        assert one.visit_on <= max(one.due_on, found.as_of)
        assert one.visit_on >= found.as_of
        pulled = (max(one.due_on, found.as_of) - one.visit_on).days
        assert pulled <= PROTOCOL.defaults.pull_forward_days or one.driver.taken_with
        assert one.driver.not_before is None or one.visit_on >= min(one.driver.not_before, max(one.due_on, found.as_of))
        assert one.reasons
        assert all(reason.text and reason.source and reason.protocol_version for reason in one.reasons)
        assert one.last_done_on is None or one.last_done_on <= found.as_of
    assert {item for visit in found.visits for item in visit.items} == {one.item for one in found.due}
    assert not set(keys) & {(one.item, one.occasion) for one in found.waived}
    assert all(one.until is None or one.until > found.as_of for one in found.waived)


@settings(max_examples=50, deadline=None)
@given(records(), st.sampled_from([status for status in PatientStatus if status is not PatientStatus.ACTIVE]))
def test_who_has_left_has_nothing_due(record: MonitoringRecord, status: PatientStatus) -> None:
    patient = record.treatment.patient
    gone = replace(patient, person=replace(patient.person, status=status, status_on=after(AS_OF)))
    found = find(replace(record, treatment=replace(record.treatment, patient=gone)))
    assert (found.due, found.visits, len(found.quiet_reasons)) == ((), (), 1)
