"""The numbers that are this project's own choice: of the pathway, the dose guard and tapers."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from patients.rules.reasons import RuleKind
from patients.rules.vocabulary import ConditionKind


class Comparison(StrEnum):
    """Whether a target counts as reached only below its number, or at the number too."""

    BELOW = "below"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class GuardCaution:
    """Said by the dose guard alone: an adverse effect named of these drugs meets a condition of the same organ."""

    id: str
    text: str
    drugs: tuple[str, ...]
    conditions: tuple[ConditionKind, ...]
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The numbers of the dose guard. Whoever uses other ones says so in `source` and `note`.

    A dose above `times_usual` times the usual needs a reason, unless the drug has a DoseStop of its own; where nothing
    is printed, above `times_in_use` times the highest dose in use. A dose that no printed maximum holds is asked about
    above `times_present` times the present one.
    `assumed_kilograms` and `assumed_square_metres` stand for a body weight or surface that is not recorded, in that
    check only. A weight measured more than `weight_current_days` days before the dose is said to be old. A start more
    than `start_ahead_days` days ahead is asked about.
    """

    id: str
    times_usual: int
    times_in_use: int
    times_present: int
    assumed_kilograms: Decimal
    assumed_square_metres: Decimal
    weight_current_days: int
    start_ahead_days: int
    source: str
    kind: RuleKind
    note: str


@dataclass(frozen=True, slots=True)
class TaperSettings:
    """The numbers around a corticosteroid taper. Days are counts, doses mg of prednisolone a day.

    A planned step may be decided on from `decided_days_ahead` days before it. A stop after more than
    `sudden_stop_after_days` days without a break is sudden from a last dose of `sudden_stop_from` or more.
    """

    id: str
    decided_days_ahead: int
    sudden_stop_after_days: int
    sudden_stop_from: Decimal
    source: str
    kind: RuleKind
    note: str


@dataclass(frozen=True, slots=True)
class ExpectedTaper:
    """A published example of a taper, drawn beside the patient's own for comparison; never a prescription.

    `milligrams_per_kilogram` up to `ceiling` mg a day for `first_days` days; then `cut` mg less every `cut_days` days,
    until `down_to` mg a day.
    """

    id: str
    title: str
    milligrams_per_kilogram: Decimal
    ceiling: Decimal
    first_days: int
    cut: Decimal
    cut_days: int
    down_to: Decimal
    source: str
    kind: RuleKind
    note: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers that are this project's own choice. Days and weeks are counts, doses mg of prednisolone a day."""

    adequate_trial_weeks: int
    remission_steroid_below: Decimal
    reassessment_days_before_relapse: int
    adult_age: int
    response_baseline_days_before: int
    response_baseline_days_after: int
    response_days_after_stop: int
    response_days_after_stop_in_cycles: int
    remission_held_weeks: int
    steroid_target: Decimal
    steroid_target_comparison: Comparison
    steroid_target_weeks: int
    steroid_settled_weeks: int
    steroid_dependence_from: Decimal
    steroid_dependence_weeks: int
    steroid_dependence_weeks_unlowered: int
    steroid_raise_explained_days: int
    longest_deferral_days: int
