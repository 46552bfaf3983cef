"""Arbitrary treatment records, odd ones included: overlapping, contradictory, judged before they began."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from patients.rules.record import Assessment, Autoantibody, Condition, Enzyme, PatientRecord, Person, Weight
from patients.rules.vocabulary import (
    AntibodyFinding,
    ConditionKind,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    SevereFeature,
    Subtype,
)
from regimens.rules.record import Course, DosePeriod, Infusion, Milestone, Outcome, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
)
from tests.regimens.rules.build import PROTOCOL, on

LAST_DAY = 60
days = st.integers(0, LAST_DAY).map(on)
amounts = st.none() | st.decimals("0.1", "3000", places=1)


def identified(rows: list[Any], prefix: str) -> tuple[Any, ...]:
    """The rows with ids of their own."""
    return tuple(replace(row, id=f"{prefix}{index:02d}") for index, row in enumerate(rows))


def rows_of(strategy: st.SearchStrategy[Any], prefix: str, most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(lambda rows: identified(rows, prefix))


doses = st.builds(
    DosePeriod,
    id=st.just(""),
    from_on=days,
    amount=amounts,
    unit=st.none() | st.sampled_from(DoseUnit),
    basis=st.sampled_from(DoseBasis),
    frequency=st.sampled_from(Frequency),
)
outcomes = st.builds(Outcome, id=st.just(""), on=days, kind=st.sampled_from(OutcomeKind))
infusions = st.builds(
    Infusion,
    id=st.just(""),
    first_on=days,
    days=st.integers(1, 7),
    total=amounts,
    unit=st.none() | st.sampled_from(DoseUnit),
    dosing_weight=st.none() | st.decimals("30", "120", places=1),
)
steps = st.builds(TaperStep, id=st.just(""), on=days, milligrams_per_day=st.decimals("0", "80", places=1))


@st.composite
def courses(draw: st.DrawFn) -> Course:
    drug = draw(st.sampled_from(sorted(PROTOCOL.drugs)) | st.sampled_from(["", "not_in_the_catalogue"]))
    usual = PROTOCOL.drugs[drug].role if drug in PROTOCOL.drugs else CourseRole.OUTSIDE_PATHWAY
    start = draw(st.integers(0, LAST_DAY))
    length = draw(st.none() | st.integers(0, LAST_DAY))
    return Course(
        id="",
        drug=drug,
        drug_text="free text",
        start_on=on(start),
        role=draw(st.just(usual) | st.just(usual) | st.sampled_from(CourseRole)),
        route=draw(st.sampled_from(Route)),
        stop_on=None if length is None else on(start + length),
        never_given=draw(st.sampled_from([False, False, False, True])),
        doses=draw(rows_of(doses, "d", 2)),
        outcomes=draw(rows_of(outcomes, "o", 2)),
        infusions=draw(rows_of(infusions, "i", 1)),
        taper=draw(rows_of(steps, "t", 1)),
        undated_outcome=draw(st.none() | st.sampled_from(OutcomeKind)),
    )


assessments = st.builds(
    Assessment,
    id=st.just(""),
    on=days,
    mmt=st.none() | st.integers(0, 80).map(Decimal),
    mmt_maximum=st.none() | st.just(80),
    enzymes=st.just(())
    | st.builds(
        lambda value, limit: (Enzyme(EnzymeName.CK, Decimal(value), "U/L", limit),),
        st.integers(1, 9000),
        st.none() | st.just(Decimal(200)),
    ),
    lowest_mrc=st.none() | st.sampled_from(MrcGrade),
    lowest_mrc_group=st.sampled_from(MuscleGroup),
    severe_features=st.just(()) | st.sampled_from(SevereFeature).map(lambda feature: (feature,)),
    non_severe_confirmed=st.booleans(),
)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    start = draw(st.integers(0, LAST_DAY))
    length = draw(st.none() | st.integers(0, LAST_DAY))
    end = None if length is None else on(start + length)
    return Condition("", draw(st.sampled_from(ConditionKind)), on(start), end)


antibodies = st.builds(
    Autoantibody,
    id=st.just(""),
    name=st.sampled_from(["anti-MDA5", "anti-Jo-1", "Mi-2", "SRP", "anti-Ro52"]),
    finding=st.sampled_from(AntibodyFinding),
    on=st.none() | days,
)
milestones = st.builds(Milestone, id=st.just(""), on=days, kind=st.sampled_from(MilestoneKind))
people = st.builds(
    Person,
    id=st.just("p"),
    born=st.none() | st.sampled_from([on(-20000), on(-365 * 18), on(-3000)]),
    subtype=st.sampled_from(Subtype),
    status=st.sampled_from(PatientStatus),
    status_on=st.none() | days,
)
weights = st.builds(Weight, id=st.just(""), on=days, kilograms=st.decimals("3", "200", places=1))
records = st.builds(
    TreatmentRecord,
    patient=st.builds(
        PatientRecord,
        person=people,
        weights=rows_of(weights, "w", 2),
        conditions=rows_of(conditions(), "c", 3),
        autoantibodies=rows_of(antibodies, "b", 2),
        assessments=rows_of(assessments, "a", 4),
    ),
    courses=rows_of(courses(), "k", 7),
    milestones=rows_of(milestones, "m", 4),
)
