"""Severe or non-severe: up at once, down only at remission or when a clinician confirms it (readings 1 to 8)."""

from dataclasses import dataclass
from datetime import date, timedelta

from patients.rules.entry_order import entry_order
from patients.rules.quick_init import quick_init
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
STRENGTH_UNKNOWN = Predicate("lowest strength in a proximal or axial group", Truth.UNKNOWN)
_WEAK = frozenset(grade for grade in MrcGrade if is_below(grade, SEVERE_BELOW))
SEVERE_CONDITIONS = frozenset(
    {
        ConditionKind.RAPIDLY_PROGRESSIVE_ILD,
        ConditionKind.RESPIRATORY_FAILURE_FROM_ILD,
        ConditionKind.MYOCARDITIS,
        ConditionKind.SEVERE_DYSPHAGIA,
        ConditionKind.OTHER_LIFE_THREATENING,
    }
)


# Day, rank on that day, id, and what makes the disease severe.
_Evidence = tuple[date, int, str, Condition | Assessment]


@quick_init
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
    return assessment.lowest_mrc in _WEAK and assessment.lowest_mrc_group is not MuscleGroup.DISTAL


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
    confirmed: Assessment | None = None
    adequate: Assessment | None = None
    severe = _severe_conditions(patient, start, as_of) if patient.conditions else []
    # Rows mostly come oldest first; from the other end the latest is found at once. Any order gives the same answer.
    for assessment in reversed(patient.assessments):
        on = assessment.on
        if on > as_of or (start is not None and on < start):
            continue
        weak = weak_where_it_counts(assessment)
        # A stated feature always counts; strength counts unless the same clinician confirmed non-severe there.
        if assessment.severe_features or (weak and not assessment.non_severe_confirmed):
            severe.append((on, 1, assessment.id, assessment))
            continue
        if assessment.non_severe_confirmed and _is_later(assessment, confirmed):
            confirmed = assessment
        if assessment.lowest_mrc is not None and not weak and _is_later(assessment, adequate):
            adequate = assessment
    if confirmed is not None:
        # On one day a confirmation comes before what is severe.
        severe = [evidence for evidence in severe if evidence[0] >= confirmed.on]
    if len(severe) > 1:
        severe.sort(key=_by_day)
    if severe:
        group = SeverityGroup.SEVERE
    elif confirmed is not None or adequate is not None:
        group = SeverityGroup.NON_SEVERE
    else:
        group = SeverityGroup.NOT_ASSESSED
    return SeverityStanding(group, tuple([evidence[3] for evidence in severe]), confirmed, adequate, start)


def _severe_conditions(patient: PatientRecord, start: date | None, as_of: date) -> list[_Evidence]:
    """Severe conditions that began by the day and were present at some time since the window began."""
    found: list[_Evidence] = []
    for condition in patient.conditions:
        if condition.kind not in SEVERE_CONDITIONS or condition.from_on > as_of:
            continue
        if start is None or condition.to_on is None or condition.to_on >= start:
            on = condition.from_on if start is None else max(condition.from_on, start)
            found.append((on, 2, condition.id, condition))
    return found


def _is_later(assessment: Assessment, other: Assessment | None) -> bool:
    if other is None or assessment.on > other.on:
        return True
    return assessment.on == other.on and entry_order(assessment.id) > entry_order(other.id)


def _by_day(evidence: _Evidence) -> tuple[date, int, tuple[int, str]]:
    on, rank, identity, _ = evidence
    return on, rank, entry_order(identity)


def severity_finding(standing: SeverityStanding, protocol: PathwayProtocol, *, in_remission: bool) -> Severity:
    """The finding with the facts that decided it. In remission, until something new is found, severity is any."""
    if in_remission and standing.group is SeverityGroup.NOT_ASSESSED:
        reasons = (protocol.because("severity.any_in_remission"),)
        return Severity(SeverityGroup.ANY, standing.working_group, standing.window_from, (), reasons)
    if standing.group is SeverityGroup.NOT_ASSESSED:
        reasons = (protocol.because("severity.not_assessed", STRENGTH_UNKNOWN),)
        return Severity(standing.group, standing.working_group, None, (), reasons)
    if standing.group is SeverityGroup.SEVERE:
        return _severe(standing, protocol)
    known = [fact for fact in (standing.confirmed, standing.adequate) if fact is not None]
    decisive = max(known, key=lambda fact: (fact.on, fact.non_severe_confirmed))
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
