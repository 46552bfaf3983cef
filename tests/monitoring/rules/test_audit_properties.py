"""What holds for every audit and any record: one outcome for each unit, no order, nothing from after `as_of`."""

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.rules.audit_findings import AlertEvent, AlertHistory, AuditOutcome
from monitoring.rules.record import MonitoringRecord, Pause, RiskAssessment, SharedCare, Waiver
from monitoring.rules.vocabulary import AlertGrade, AlertStepKind, MonitoredBy, RiskTier
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName
from regimens.rules.record import Review
from regimens.rules.vocabulary import CourseRole, PromptCode, ReviewAnswer
from tests.monitoring.rules.audit_builders import judged
from tests.monitoring.rules.builders import after, bloods, course, done, dose, protocol, record

AS_OF = 200
file = protocol().audits
assert file is not None
AUDITS = [one.id for one in file.audit]
few = settings(max_examples=15)  # for each of the audits
every_audit = pytest.mark.parametrize("identity", AUDITS)
day = st.integers(-60, 260)
days = st.lists(day, max_size=5, unique=True)


@st.composite
def records(draw: st.DrawFn) -> MonitoringRecord:
    """Two drugs with doses, tests, decisions, assessments and answers, before and after AS_OF alike."""
    start = draw(st.integers(-60, 100))
    changes = [
        dose(start + gap, draw(st.sampled_from(["5", "7.5", "20", "40", None])))
        for gap in draw(st.sets(st.integers(0, 150), min_size=1, max_size=3))
    ]
    stop = draw(st.none() | st.integers(start + 1, 260))
    drugs = [
        course("prednisolone", *changes, start=start, role=CourseRole.CORTICOSTEROID),
        course("methotrexate", dose(start, "15"), start=start, stop=stop),
    ]
    rows = [
        *bloods(*draw(days)),
        *(
            row
            for item in ("pneumocystis_decision", "bone_plan", "emergency_card")
            for on in draw(days)
            for row in done(item, on)
        ),
    ]
    assessments = tuple(
        Assessment(
            f"a{on}", after(on), physician_global=Decimal(3), patient_global=Decimal(3), mmt=Decimal(140),
            mmt_maximum=150, haq=Decimal(1), extramuscular_global=draw(st.sampled_from([None, Decimal(2)])),
            enzymes=(Enzyme(EnzymeName.CK, Decimal(500)),),
        )
        for on in draw(days)
    )  # fmt: skip
    reviews = tuple(
        Review(str(on), after(on), PromptCode.ADEQUATE_TRIAL, "course:course-methotrexate", "x", ReviewAnswer.REJECTED)
        for on in draw(days)
    )
    found = record(
        *drugs,
        results=rows,
        pauses=tuple(Pause(str(on), after(on), after(on + 20), "infection") for on in draw(days)),
        waivers=tuple(Waiver(str(on), "bone_plan", after(on), "refused") for on in draw(days)),
        risk=tuple(RiskAssessment(str(on), after(on), RiskTier.LOW) for on in draw(days)),
        shared_care=tuple(SharedCare(str(on), after(on), "", MonitoredBy.GP) for on in draw(days)),
    )
    patient = replace(found.treatment.patient, assessments=assessments)
    return replace(found, treatment=replace(found.treatment, patient=patient, reviews=reviews))


@st.composite
def alerts(draw: st.DrawFn) -> tuple[AlertHistory, ...]:
    def events(opened: int) -> tuple[AlertEvent, ...]:
        gaps = sorted(draw(st.lists(st.integers(0, 40), max_size=3)))
        kinds = st.sampled_from([AlertStepKind.ACKNOWLEDGED, AlertStepKind.ACTED, AlertStepKind.CLOSED])
        return tuple(AlertEvent(after(opened + gap), draw(kinds), draw(st.booleans())) for gap in gaps)

    opened = sorted(draw(days))
    return tuple(
        AlertHistory(str(number), "ALT", AlertGrade.URGENT, after(on), events(on)) for number, on in enumerate(opened)
    )


def shuffled(found: MonitoringRecord, random: Random) -> MonitoringRecord:
    def mixed(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(rows, len(rows)))

    treatment = found.treatment
    courses = mixed(tuple(replace(one, doses=mixed(one.doses)) for one in treatment.courses))
    patient = replace(treatment.patient, assessments=mixed(treatment.patient.assessments))
    treatment = replace(treatment, courses=courses, patient=patient, reviews=mixed(treatment.reviews))
    names = ("results", "pauses", "waivers", "risk", "shared_care")
    return replace(found, treatment=treatment, **{name: mixed(getattr(found, name)) for name in names})


def as_of(found: MonitoringRecord, last: int) -> MonitoringRecord:
    """The record without anything that happened after the day; a stop that came later had not come."""
    end, treatment = after(last), found.treatment
    courses = tuple(
        replace(
            one,
            doses=tuple(row for row in one.doses if row.from_on <= end),
            stop_on=one.stop_on if one.stop_on is not None and one.stop_on <= end else None,
        )
        for one in treatment.courses
    )
    patient = replace(
        treatment.patient, assessments=tuple(row for row in treatment.patient.assessments if row.on <= end)
    )
    return replace(
        found,
        treatment=replace(
            treatment,
            courses=courses,
            patient=patient,
            reviews=tuple(row for row in treatment.reviews if row.on <= end),
        ),
        results=tuple(row for row in found.results if row.sampled_on <= end),
        pauses=tuple(row for row in found.pauses if row.from_on <= end),
        waivers=tuple(row for row in found.waivers if row.made_on <= end),
        risk=tuple(row for row in found.risk if row.on <= end),
        shared_care=tuple(row for row in found.shared_care if row.from_on <= end),
    )


@every_audit
@few
@given(records(), alerts(), st.integers(0, 250))
def test_each_unit_has_one_outcome_and_says_why(
    identity: str, found: MonitoringRecord, known: tuple[AlertHistory, ...], until: int
) -> None:
    judgements = judged(identity, found, until, as_of=AS_OF, alerts=known)
    assert len({one.key for one in judgements}) == len(judgements)
    for one in judgements:
        assert one.reason.text
        assert bool(one.why) == (one.outcome in (AuditOutcome.EXCLUDED, AuditOutcome.UNJUDGED))
        assert one.days is None or one.days >= 0
        assert one.reason.rule_id == identity


@every_audit
@few
@given(records(), alerts(), st.randoms(use_true_random=False))
def test_the_order_of_facts_has_no_meaning(
    identity: str, found: MonitoringRecord, known: tuple[AlertHistory, ...], random: Random
) -> None:
    mixed = tuple(random.sample(known, len(known)))
    assert judged(identity, found, AS_OF, alerts=known) == judged(
        identity, shuffled(found, random), AS_OF, alerts=mixed
    )


@every_audit
@few
@given(records(), alerts(), st.integers(0, 250))
def test_nothing_after_as_of_matters(
    identity: str, found: MonitoringRecord, known: tuple[AlertHistory, ...], until: int
) -> None:
    whole = judged(identity, found, until, as_of=AS_OF, alerts=known)
    earlier = tuple(
        replace(one, events=tuple(event for event in one.events if event.on <= after(AS_OF)))
        for one in known
        if one.opened_on <= after(AS_OF)
    )
    assert judged(identity, as_of(found, AS_OF), until, as_of=AS_OF, alerts=earlier) == whole


@given(records())
def test_a_patient_is_met_only_where_every_interval_is(found: MonitoringRecord) -> None:
    each = {one.outcome for one in judged("intervals_kept", found, AS_OF)}
    (patient,) = judged("patients_with_intervals_kept", found, AS_OF)
    assert (patient.outcome is AuditOutcome.NOT_MET) == (AuditOutcome.NOT_MET in each)
    if patient.outcome is AuditOutcome.MET:
        assert AuditOutcome.UNJUDGED not in each
