"""The shape of activity.toml: scales of myositis activity, points of the response score, definitions of change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from patients.rules.reasons import Predicate, Reason, RuleKind
from patients.rules.vocabulary import EnzymeName, Measure, Population

# 1 µkat is 60 U by definition: 1 U is 1 µmol a minute, 1 kat is 1 mol a second.
UNITS_OF_A_MICROKATAL = 60


class Better(StrEnum):
    """The end of the scale at which the patient is well."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Scale:
    """A measure from 0 to `maximum`, in `unit`. The manual muscle test has one scale for each form."""

    id: str
    measure: Measure
    maximum: int
    better: Better
    source: str
    kind: RuleKind
    unit: str = ""
    confirm: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class EnzymeRange:
    """The range of an enzyme: `multiplier` times the laboratory's own upper limit of normal."""

    id: str
    enzyme: EnzymeName
    multiplier: Decimal
    source: str
    kind: RuleKind
    confirm: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class LimitRange:
    """What a laboratory's upper limit of an enzyme can be, in U/L: it catches a slip of unit, and is no clinical limit.

    `enzyme` is an EnzymeName, or an enzyme that only the monitoring knows.
    """

    id: str
    enzyme: str
    lowest: Decimal
    highest: Decimal
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """Points for an improvement by more than `above` percent of the range."""

    above: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class PointsRule:
    """The bands of one component of the score. Each ends where the next begins, its end included."""

    id: str
    measures: tuple[Measure, ...]
    bands: tuple[Band, ...]
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Categories:
    """The least score of each response category in one population."""

    id: str
    population: Population
    minimal: Decimal
    moderate: Decimal
    major: Decimal
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImprovementDefinition:
    """The IMACS definition of improvement. `better_by` and `worse_by` are percent of the earlier value."""

    id: str
    better_by: Decimal
    better_at_least: int
    worse_by: Decimal
    worse_at_most: int
    text: str
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeteriorationDefinition:
    """Confirmed deterioration. Globals in cm; `strength` and `measures_by` are percent of the earlier value."""

    id: str
    physician_global: Decimal
    strength: Decimal
    extramuscular_global: Decimal
    measures_by: Decimal
    measures_at_least: int
    text: str
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """One rule that the code applies, and what it rests on."""

    id: str
    text: str
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActivityFile:
    """activity.toml. `signed_off_by`: who has signed it off clinically ("": nobody yet)."""

    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    source: str
    scales: tuple[Scale, ...]
    enzymes: tuple[EnzymeRange, ...]
    points: tuple[PointsRule, ...]
    categories: tuple[Categories, ...]
    definition_of_improvement: ImprovementDefinition
    confirmed_deterioration: DeteriorationDefinition
    rules: tuple[ActivityRule, ...]
    limits: tuple[LimitRange, ...] = ()
    signed_off_by: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """Bands in whole numbers: an improvement above `limits[i - 1]`, up to and with `limits[i]`, gives `tenths[i]`.

    Limits are millionths of the measure's own unit (of the upper limit of normal for an enzyme); points are tenths.
    """

    limits: tuple[int, ...]
    tenths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DeteriorationLimits:
    """Confirmed deterioration in whole numbers: globals in millionths of a cm, shares in hundredths of a percent."""

    physician_global: int
    strength: int
    extramuscular_global: int
    measures_by: int
    measures_at_least: int


@dataclass(frozen=True, eq=False)
class ActivityProtocol:
    """The checked file with the look-ups that the rules use. Compared by identity.

    `scales` is by measure and, for the manual muscle test, by the maximum of each form; `steps` has the same keys,
    `enzyme_steps` is by enzyme. `cut_offs` are the least tenths of a point of minimal, moderate and major response.
    """

    version: str
    file: ActivityFile
    scales: Mapping[Measure | int, Scale]
    enzymes: Mapping[EnzymeName, EnzymeRange]
    limits: Mapping[str, LimitRange]
    points: Mapping[Measure, PointsRule]
    categories: Mapping[Population, Categories]
    steps: Mapping[Measure | int, Steps]
    enzyme_steps: Mapping[EnzymeName, Steps]
    cut_offs: Mapping[Population, tuple[int, int, int]]
    deterioration_limits: DeteriorationLimits
    plain_reasons: Mapping[str, Reason]

    def because(self, rule_id: str, *predicates: Predicate) -> Reason:
        """The reason for a finding made under a rule; without predicates one shared value."""
        plain = self.plain_reasons[rule_id]
        if not predicates:
            return plain
        return Reason(plain.rule_id, plain.text, plain.kind, plain.source, plain.protocol_version, predicates)
