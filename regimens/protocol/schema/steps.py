"""The rungs of the published algorithm with their options, and what is said beside them."""

from dataclasses import dataclass
from enum import StrEnum

from patients.rules.reasons import RuleKind
from patients.rules.vocabulary import ConditionKind
from regimens.rules.findings import AnnotationKind, Phase, SeverityGroup, Tier


class Part(StrEnum):
    """The corticosteroid that everybody gets on a rung, or the immunosuppressant chosen beside it."""

    BASE = "base"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class RungOption:
    """One choice printed on a rung: one drug, or drugs meant to be given together."""

    drugs: tuple[str, ...]
    tier: Tier
    part: Part = Part.PARTNER
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """An induction line of one severity group, a maintenance step of any severity, or the adjunct."""

    id: str
    code: str
    title: str
    phase: Phase
    trigger: str
    source: str
    kind: RuleKind
    options: tuple[RungOption, ...]
    group: SeverityGroup | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What to say beside some drugs when a condition or an antibody is present. All named tests must hold.

    `antibodies` and `conditions` hold when one of their entries does; `any_antibody` when any antibody is positive.
    `lifts` puts the drug at the top of its list; `early` says it as a notice before the drug's own line is due.
    """

    id: str
    text: str
    annotation: AnnotationKind
    drugs: tuple[str, ...]
    source: str
    kind: RuleKind
    rungs: tuple[str, ...] = ()
    conditions: tuple[ConditionKind, ...] = ()
    antibodies: tuple[str, ...] = ()
    any_antibody: bool = False
    severe_weakness: bool = False
    phases: tuple[Phase, ...] = ()
    lifts: bool = False
    early: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """A notice for the whole patient while a condition is present."""

    id: str
    text: str
    conditions: tuple[ConditionKind, ...]
    source: str
    kind: RuleKind
    note: str = ""
