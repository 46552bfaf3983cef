"""When a result, a trend, a level or a symptom asks for action."""

from dataclasses import dataclass
from decimal import Decimal

from monitoring.protocol.definitions.origins import FileHeader, Rule
from monitoring.rules.vocabulary import AlertGrade, Symptom
from patients.rules.reasons import RuleKind
from patients.rules.vocabulary import Vocabulary


class ComparedWith(Vocabulary):
    """What the number in a threshold band is measured against."""

    VALUE = "value", "the value itself"
    UPPER_LIMIT = "upper_limit", "multiples of the laboratory's upper limit"
    LOWEST_IN_12_MONTHS = "lowest_in_12_months", "percent above the lowest value of the 12 months before"
    PLUSES = "pluses", "number of pluses on a dipstick"
    POSITIVE = "positive", "positive (1) or negative (0)"
    DEFICIENCY = "deficiency", "low or deficient (2), intermediate (1) or normal (0)"


LITTLE = Decimal(2)
"""The number that `DEFICIENCY` gives to little or none; 1 is less than normal, 0 normal."""


class Direction(Vocabulary):
    """Which way of a trend asks to be looked at."""

    FALLING = "falling", "falling"
    RISING = "rising", "rising"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Rule):
    """A band in which a result asks for action. `above` and `below` are strict, `at_least` and `at_most` are not.

    `drugs`: only while one of these is taken (empty: always). `unit` is empty for multiples, percents and pluses.
    `grade`: how soon it needs a person. With `fall_percent` the band asks for a fall as well, against the highest value
    of the 12 months before: from outside the band, or by at least so many percent. A value that has lain there all
    along is only looked at; with nothing to compare it counts as fallen. `after_stop_days`: for so many days after the
    stop of the drug too, the day of the stop counted in (None: as the drug says, else as for every drug).
    """

    analyte: str
    action: str
    grade: AlertGrade
    compared_with: ComparedWith = ComparedWith.VALUE
    unit: str = ""
    above: Decimal | None = None
    at_least: Decimal | None = None
    below: Decimal | None = None
    at_most: Decimal | None = None
    drugs: tuple[str, ...] = ()
    fall_percent: Decimal | None = None
    after_stop_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend(Rule):
    """Two in a row the same way: three samples, each step at least `step_percent` of the value before it.

    `within_days`: from the first of the three to the last, at most. `once_below` and `once_above`: only when the last
    value lies strictly beyond this, in the analyte's own unit.
    """

    analyte: str
    direction: Direction
    step_percent: Decimal
    within_days: int
    action: str
    grade: AlertGrade
    once_below: Decimal | None = None
    once_above: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule(Rule):
    """What a trough level outside the patient's own target range asks for. Only a valid trough is compared."""

    grade_above: AlertGrade
    action_above: str
    grade_below: AlertGrade
    action_below: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomRule(Rule):
    """Symptoms told at a contact that ask for action: of whoever takes one of the `drugs` (none: of everybody).

    `item` is due from that day on for whoever takes a drug that asks for it again and again ("": nothing becomes due),
    and for whoever told of them up to `after_stop_days` days after the stop of such a drug (None: without an item).
    """

    symptoms: tuple[Symptom, ...]
    action: str
    grade: AlertGrade
    drugs: tuple[str, ...] = ()
    item: str = ""
    after_stop_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisingRule(Rule):
    """What can still raise an alert: whatever was entered within `entered_within_days`.

    What was entered more than `late_after_days` after its day raises nothing once a newer value of the test is here,
    and if it was told at a contact it is only looked at. A drug's own bands hold for `limits_after_stop_days` days
    after its stop where neither band nor drug says otherwise.
    """

    entered_within_days: int
    late_after_days: int
    limits_after_stop_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Muscle:
    """How a raised liver enzyme is read beside the muscle enzyme: CK sampled within so many days of it."""

    analytes: tuple[str, ...]
    muscle_analyte: str
    within_days: int
    source: str
    kind: RuleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsFile(FileHeader):
    muscle: Muscle
    threshold: tuple[Threshold, ...]
    target_range: TargetRule
    symptoms: tuple[SymptomRule, ...]
    raising: RaisingRule
    trend: tuple[Trend, ...] = ()
