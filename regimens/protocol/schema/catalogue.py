"""drugs.toml as a whole: all drugs, the classes that they form, and how infusions are worked out."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.rules.reasons import RuleKind
from regimens.protocol.schema.drugs import Drug
from regimens.rules.vocabulary import Route


@dataclass(frozen=True, slots=True)
class DrugClass:
    """Drugs of which two at a time are one treatment given twice. `routes` empty: by any route.

    `corticosteroids_outside`: the catalogue's words for corticosteroids outside it belong to the class too.
    """

    id: str
    name: str
    drugs: tuple[str, ...]
    source: str
    kind: RuleKind
    routes: tuple[Route, ...] = ()
    corticosteroids_outside: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class InfusionSettings:
    """How the dose of an infusion is worked out from a body weight; kg, cm and whole days unless said otherwise.

    The ideal weight is Devine's, from `ideal_from_inches` of height and `ideal_from_age` years on. The adjusted adds
    `adjusted_share` of what the actual weight lies above the ideal, from a BMI of `adjusted_from_body_mass_index` on. A
    weight more than `weight_current_days` old, or one that differs by more than `weight_change_percent` from that of
    the infusion before, is said. A planned date is answered by an infusion at most `date_answered_within_days` away.
    An amount given that differs by more than `amount_differs_percent` from the planned one is asked about; above
    `times_amount` times the planned or the printed one it needs a reason.
    """

    id: str
    ideal_kilograms_female: Decimal
    ideal_kilograms_male: Decimal
    ideal_kilograms_per_inch: Decimal
    ideal_from_inches: Decimal
    ideal_from_age: int
    adjusted_from_body_mass_index: Decimal
    adjusted_share: Decimal
    weight_current_days: int
    weight_change_percent: Decimal
    date_answered_within_days: int
    amount_differs_percent: Decimal
    times_amount: int
    source: str
    kind: RuleKind
    note: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """drugs.toml. `signed_off_by`: who has signed it off clinically ("": nobody yet)."""

    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    source: str
    corticosteroids_outside: tuple[str, ...]
    infusions: InfusionSettings
    drugs: tuple[Drug, ...]
    classes: tuple[DrugClass, ...] = ()
    signed_off_by: str = ""
