"""Severe or non-severe: up at once, down only at remission or when a clinician confirms it (readings 1 to 8)."""

from dataclasses import dataclass
from datetime import date, timedelta

from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.record import Assessment, Condition, PatientRecord
from patients.rules.strength import is_below
from patients.rules.vocabulary import ConditionKind, MrcGrade, MuscleGroup, SevereFeature
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import Severity, SeverityGroup
from regimens.rules.record import Milestone
from regimens.rules.vocabulary import MilestoneKind

SEVERE_BELOW = MrcGrade.FOUR
SEVERE_CONDITIONS = frozenset(
    {
        ConditionKind.RAPIDLY_PROGRESSIVE_ILD,
        ConditionKind.RESPIRATORY_FAILURE_FROM_ILD,
        ConditionKind.MYOCARDITIS,
        ConditionKind.SEVERE_DYSPHAGIA,
        ConditionKind.OTHER_LIFE_THREATENING,
    }
)


@dataclass(frozen=True, slots=True)
class SeverityStanding:
    """What severity rests on. `severe` holds the evidence since the last time the group was let down."""

    group: SeverityGroup
    severe: tuple[Condition | Assessment, ...]
    confirmed: Assessment | None
    adequate: Assessment | None
    window_from: date | None

    @property
    def working_group(self) -> SeverityGroup:
        return SeverityGroup.SEVERE if self.group is SeverityGroup.SEVERE else SeverityGroup.NON_SEVERE

    @property
    def severe_weakness(self) -> bool:
        return any(
            isinstance(fact, Assessment)
            and (SevereFeature.SEVERE_WEAKNESS in fact.severe_features or weak_where_it_counts(fact))
            for fact in self.severe
        )


def weak_where_it_counts(assessment: Assessment) -> bool:
    """Lowest strength strictly below 4, and not in distal muscles only."""
    grade = assessment.lowest_mrc
    return grade is not None and assessment.lowest_mrc_group is not MuscleGroup.DISTAL and is_below(grade, SEVERE_BELOW)


def is_severe(assessment: Assessment) -> bool:
    """A stated feature always counts; strength counts unless the same clinician confirmed non-severe there."""
    if assessment.severe_features:
        return True
    return not assessment.non_severe_confirmed and weak_where_it_counts(assessment)


def window_start(milestones: tuple[Milestone, ...], as_of: date, days_before_relapse: int) -> date | None:
    """From which day facts count: a remission lets the group down, a relapse after it asks for a new assessment."""
    remission_on: date | None = None
    start: date | None = None
    for milestone in milestones:
        if milestone.on > as_of:
            break
        if milestone.kind is MilestoneKind.RELAPSE:
            if remission_on is not None:
                # A relapse without a remission before it lets nothing down.
                start = max(remission_on, _days_before(milestone.on, days_before_relapse))
                remission_on = None
        else:
            remission_on = start = milestone.on
    return start


def _days_before(day: date, days: int) -> date:
    """Held within the calendar, so that a mistyped year raises nothing."""
    return day - timedelta(days=days) if (day - date.min).days >= days else date.min


def severity_standing(
    patient: PatientRecord, milestones: tuple[Milestone, ...], as_of: date, protocol: PathwayProtocol
) -> SeverityStanding:
    """The group as of the day, from conditions and assessments since the window began."""
    start = window_start(milestones, as_of, protocol.settings.reassessment_days_before_relapse) if milestones else None
    severe: list[Condition | Assessment] = []
    confirmed: Assessment | None = None
    adequate: Assessment | None = None
    for _, _, fact in _events(patient, start, as_of):
        if isinstance(fact, Condition):
            severe.append(fact)
            continue
        if fact.non_severe_confirmed and not fact.severe_features:
            severe.clear()
            confirmed = fact
        elif is_severe(fact):
            severe.append(fact)
        if fact.lowest_mrc is not None and not weak_where_it_counts(fact):
            adequate = fact
    if severe:
        group = SeverityGroup.SEVERE
    elif confirmed is not None or adequate is not None:
        group = SeverityGroup.NON_SEVERE
    else:
        group = SeverityGroup.NOT_ASSESSED
    return SeverityStanding(group, tuple(severe), confirmed, adequate, start)


def _events(
    patient: PatientRecord, start: date | None, as_of: date
) -> list[tuple[date, tuple[int, str], Condition | Assessment]]:
    """What bears on severity, oldest first. On one day a confirmation comes before what is severe."""
    events: list[tuple[date, tuple[int, str], Condition | Assessment]] = []
    for condition in patient.conditions:
        if condition.kind not in SEVERE_CONDITIONS or condition.from_on > as_of:
            continue
        if start is None or condition.to_on is None or condition.to_on >= start:
            on = condition.from_on if start is None else max(condition.from_on, start)
            events.append((on, (2, condition.id), condition))
    for assessment in patient.assessments:
        if assessment.on <= as_of and (start is None or assessment.on >= start):
            events.append((assessment.on, (1 if is_severe(assessment) else 0, assessment.id), assessment))
    events.sort(key=lambda event: event[:2])
    return events


def severity_finding(standing: SeverityStanding, protocol: PathwayProtocol, *, in_remission: bool) -> Severity:
    """The finding with the facts that decided it. In remission, until something new is found, severity is any."""
    if in_remission and standing.group is SeverityGroup.NOT_ASSESSED:
        reasons = (protocol.because("severity.any_in_remission"),)
        return Severity(SeverityGroup.ANY, standing.working_group, standing.window_from, (), reasons)
    if standing.group is SeverityGroup.NOT_ASSESSED:
        unknown = Predicate("lowest strength in a proximal or axial group", Truth.UNKNOWN)
        reasons = (protocol.because("severity.not_assessed", unknown),)
        return Severity(standing.group, standing.working_group, None, (), reasons)
    if standing.group is SeverityGroup.SEVERE:
        return _severe(standing, protocol)
    decisive = max(
        (fact for fact in (standing.confirmed, standing.adequate) if fact is not None),
        key=lambda fact: (fact.on, fact.non_severe_confirmed),
    )
    rule = "severity.confirmed" if decisive.non_severe_confirmed else "severity.non_severe"
    fact = _reference(decisive)
    reason = protocol.because(rule, Predicate(fact.label, Truth.TRUE, (fact,)))
    return Severity(standing.group, standing.working_group, decisive.on, (fact,), (reason,))


def _severe(standing: SeverityStanding, protocol: PathwayProtocol) -> Severity:
    facts = tuple([_reference(fact) for fact in standing.severe])
    reasons = []
    for fact, reference in zip(standing.severe, facts, strict=True):
        rule = "severity.condition"
        if isinstance(fact, Assessment):
            rule = "severity.feature" if fact.severe_features else "severity.strength"
        reasons.append(protocol.because(rule, Predicate(reference.label, Truth.TRUE, (reference,))))
    first = standing.severe[0]
    decided_on = first.on if isinstance(first, Assessment) else first.from_on
    if standing.window_from is not None and decided_on < standing.window_from:
        decided_on = standing.window_from
    reasons.append(protocol.because("severity.latched"))
    return Severity(standing.group, standing.working_group, decided_on, facts, tuple(reasons))


def _reference(fact: Condition | Assessment) -> FactReference:
    if isinstance(fact, Condition):
        label = f"{fact.kind.label} from {display_date(fact.from_on, fact.precision)}"
        return FactReference("condition", fact.id, label)
    if fact.severe_features:
        words = ", ".join(sorted(feature.label for feature in fact.severe_features))
        return FactReference("assessment", fact.id, f"{words}, {display_date(fact.on, fact.precision)}")
    if fact.lowest_mrc is None:
        return FactReference("assessment", fact.id, f"confirmed non-severe, {display_date(fact.on, fact.precision)}")
    where = fact.lowest_mrc_group.label
    label = f"lowest strength {fact.lowest_mrc.label} ({where}), {display_date(fact.on, fact.precision)}"
    return FactReference("assessment", fact.id, label)
