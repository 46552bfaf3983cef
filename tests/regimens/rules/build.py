"""Short builders of records for the pathway's tests. Day 0 is the first presentation."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from patients.rules.record import Assessment, Autoantibody, Condition, PatientRecord, Person, Weight
from patients.rules.vocabulary import ConditionKind, MrcGrade, MuscleGroup, Subtype
from regimens.protocol.load import load
from regimens.rules.findings import Option, PathwayFindings
from regimens.rules.pathway import evaluate
from regimens.rules.record import Course, DosePeriod, Milestone, Outcome, TreatmentRecord
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
)

START = date(2024, 1, 1)
ADULT = date(1970, 6, 15)
PROTOCOL = load()


def on(day: int) -> date:
    return START + timedelta(days=day)


def course(
    drug: str,
    start: int = 0,
    stop: int | None = None,
    *,
    outcomes: Iterable[tuple[int, OutcomeKind]] = (),
    doses: Iterable[DosePeriod] = (),
    route: Route = Route.NOT_RECORDED,
    never_given: bool = False,
    role: CourseRole | None = None,
    text: str = "",
) -> Course:
    identity = f"{drug or text}@{start}"
    return Course(
        id=identity,
        drug=drug,
        drug_text=text,
        start_on=on(start),
        role=role or PROTOCOL.drugs[drug].role,
        route=route,
        stop_on=None if stop is None else on(stop),
        never_given=never_given,
        doses=tuple(doses),
        outcomes=tuple(Outcome(f"{identity}:{day}:{kind.value}", on(day), kind) for day, kind in outcomes),
    )


def dose(
    amount: str | None,
    frequency: Frequency = Frequency.ONCE_DAILY,
    *,
    day: int = 0,
    unit: DoseUnit = DoseUnit.MILLIGRAM,
    basis: DoseBasis = DoseBasis.FLAT,
) -> DosePeriod:
    value = None if amount is None else Decimal(amount)
    return DosePeriod(f"dose@{day}", on(day), value, None if value is None else unit, basis, frequency)


def strength(
    grade: MrcGrade, day: int = 0, group: MuscleGroup = MuscleGroup.PROXIMAL, *, confirmed: bool = False
) -> Assessment:
    identity = f"assessment@{day}"
    return Assessment(identity, on(day), lowest_mrc=grade, lowest_mrc_group=group, non_severe_confirmed=confirmed)


def condition(kind: ConditionKind, day: int = 0, end: int | None = None) -> Condition:
    return Condition(f"{kind.value}@{day}", kind, on(day), None if end is None else on(end))


def milestone(kind: MilestoneKind, day: int) -> Milestone:
    return Milestone(f"{kind.value}@{day}", on(day), kind)


def record(
    *courses: Course,
    assessments: Iterable[Assessment] = (),
    conditions: Iterable[Condition] = (),
    milestones: Iterable[Milestone] = (),
    antibodies: Iterable[str] = (),
    weight: str | None = "70",
    born: date | None = ADULT,
    subtype: Subtype = Subtype.DERMATOMYOSITIS,
) -> TreatmentRecord:
    return TreatmentRecord(
        PatientRecord(
            person=Person("p", born=born, subtype=subtype),
            weights=() if weight is None else (Weight("w", START, Decimal(weight)),),
            conditions=tuple(conditions),
            autoantibodies=tuple(Autoantibody(name, name) for name in antibodies),
            assessments=tuple(assessments),
        ),
        courses=tuple(courses),
        milestones=tuple(milestones),
    )


SEVERE = (strength(MrcGrade.THREE),)
NON_SEVERE = (strength(MrcGrade.FOUR),)


def stand(treatment: TreatmentRecord, day: int) -> PathwayFindings:
    return evaluate(treatment, PROTOCOL, on(day))


def offered(options: Iterable[Option]) -> list[tuple[str, ...]]:
    """Drugs of the options that are really offered, in order."""
    return [option.drugs for option in options if not option.blocked]


def option_for(findings: PathwayFindings, *drugs: str) -> Option:
    everywhere = (*findings.options, *findings.alternatives, *findings.adjuncts)
    return next(option for option in everywhere if option.drugs == drugs)
