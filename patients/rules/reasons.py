"""How a finding says why: predicates that were true, false or unknown, the facts that decided them, and the rule."""

from dataclasses import dataclass
from enum import StrEnum

from patients.rules.quick_init import quick_init
from patients.rules.vocabulary import Vocabulary


class Truth(StrEnum):
    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class RuleKind(Vocabulary):
    """What a rule rests on. The four kinds are never mixed on a screen without saying which is which."""

    PUBLISHED_ALGORITHM = "published_algorithm", "published algorithm"
    NATIONAL_GUIDELINE = "national_guideline", "national guideline"
    LOCAL_READING = "local_reading", "local reading"
    SAFETY_RULE = "safety_rule", "added safety rule"


@quick_init
@dataclass(frozen=True, slots=True, order=True)
class FactReference:
    """Points to one recorded fact. `kind` and `id` find the row; `label` is what a person reads."""

    kind: str
    id: str
    label: str


@quick_init
@dataclass(frozen=True, slots=True)
class Predicate:
    """One tested statement: its sentence, whether it held, and the facts that decided it."""

    text: str
    truth: Truth
    facts: tuple[FactReference, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class Reason:
    """Why a finding is as it is: the rule, where the rule comes from, and what was tested."""

    rule_id: str
    text: str
    kind: RuleKind
    source: str
    protocol_version: str
    predicates: tuple[Predicate, ...] = ()
