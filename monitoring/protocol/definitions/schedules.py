"""How often: phases, groups of patients, risk tiers, pairs of drugs, and the defaults of one schedule."""

from dataclasses import dataclass

from monitoring.protocol.definitions.origins import FileHeader, Rule
from monitoring.rules.vocabulary import RiskTier
from patients.rules.reasons import RuleKind
from patients.rules.vocabulary import Sex, Vocabulary


class RestartedBy(Vocabulary):
    """Which dose change sends a schedule back to its first phase."""

    NEVER = "never", "no dose change"
    INCREASE = "increase", "a dose increase"
    ANY_CHANGE = "any_change", "any dose change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Days [from_day, to_day) after the start; no `to_day` means for ever. `not_before_days`: sooner is too early.

    `taken_with` names items or item sets at whose visit it is taken, from `not_before_days` after the last one on: it
    is never due later for it, only planned sooner.
    """

    name: str
    from_day: int
    interval_days: int
    to_day: int | None = None
    not_before_days: int = 0
    taken_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A schedule: phases after the start of a course, and what sends it back to the first phase for how long."""

    id: str
    name: str
    source: str
    kind: RuleKind
    phases: tuple[Phase, ...]
    restarted_by: RestartedBy = RestartedBy.NEVER
    restart_days: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientGroup:
    """Whom a rule applies to, by sex and age in years (both ends included). Age not recorded counts as inside."""

    id: str
    name: str
    sexes: tuple[Sex, ...]
    age_from: int
    age_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Rule):
    """A stricter schedule while all of `drugs` are taken; it starts with the last of them."""

    name: str
    drugs: tuple[str, ...]
    items: tuple[str, ...]
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """Days before and after a due date that its status is judged by, and how items share a visit.

    `soon_days`: due soon from so many days before. `grace_days`: due, not yet overdue, up to so many days after.
    `pull_forward_days`: an item may join a visit at most so many days before its own due date.
    """

    soon_days: int
    grace_days: int
    pull_forward_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedVisitsRule(Rule):
    """More than `most` booked visits missed in a row: not safe to continue without the specialist."""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileInterval:
    """The interval of a profile's last phase for one risk tier."""

    profile: str
    interval_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTierRule(Rule):
    """How often a patient of this tier is looked at in the last phase of each profile named; other profiles stand."""

    tier: RiskTier
    intervals: tuple[ProfileInterval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFile(FileHeader):
    """One schedule. With risk tiers, an assessment counts for `assessment_holds_days` days after its own."""

    id: str
    name: str
    defaults: Defaults
    profile: tuple[Profile, ...]
    missed_visits: MissedVisitsRule
    patient_group: tuple[PatientGroup, ...] = ()
    assessment_holds_days: int | None = None
    risk_tier: tuple[RiskTierRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsFile(FileHeader):
    pair: tuple[Pair, ...] = ()
