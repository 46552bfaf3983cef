"""What one cycle of an infusion plan comes to: the dosing weight, the dose, the vials, each step in words.

The dose is worked out from a dated weight. What is not recorded is said, and then there is no amount: never a guess.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from patients.rules.age import age_on
from patients.rules.as_of import latest
from patients.rules.record import PatientRecord, Weight
from patients.rules.vocabulary import Sex
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import InfusionSettings
from regimens.rules.infusion_vials import InVials, Vials, in_whole_vials
from regimens.rules.record import Infusion, InfusionPlan
from regimens.rules.vocabulary import DoseUnit, WeightBasis

CENTIMETRES_PER_INCH = Decimal("2.54")
_TENTH = Decimal("0.1")
_LARGEST = Decimal(10**6)
NO_BREAK = "\u00a0"


class Missing(StrEnum):
    """Why a dose cannot be worked out."""

    NO_DOSE = "The plan gives no dose."
    NO_WEIGHT = "No dated weight is recorded, so no amount is given."
    NO_HEIGHT = "No height is recorded, so this weight cannot be worked out and no amount is given."
    NO_SEX = "Sex is not recorded as female or male, so the ideal weight cannot be worked out and no amount is given."
    NO_AGE = "Age is not recorded: the ideal weight is for adults, so no amount is given."
    MINOR = "The ideal weight is for adults, so no amount is given."
    SHORT = "The ideal weight begins at a height of {}, so it cannot be worked out and no amount is given."


@dataclass(frozen=True, slots=True)
class DosingWeight:
    """The weight in kg that a dose is worked out from, and the measured one behind it."""

    kilograms: Decimal
    measured: Weight
    age_days: int

    @property
    def on(self) -> date:
        return self.measured.on


@dataclass(frozen=True, slots=True)
class WorkedDose:
    """One cycle's dose. `amount` is what is to be given: in whole vials where the plan names their sizes.

    `wanted` is the dose before rounding; both are None when `missing` says why. `steps` is the calculation in words.
    """

    unit: DoseUnit | None
    wanted: Decimal | None = None
    weight: DosingWeight | None = None
    rounded: InVials | None = None
    days: tuple[Decimal, ...] = ()
    steps: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: str = ""

    @property
    def amount(self) -> Decimal | None:
        return self.rounded.total if self.rounded else self.wanted

    @property
    def summary(self) -> str:
        """One or two sentences: what is to be given, from which weight, and what to know about it."""
        if self.missing or self.amount is None or self.unit is None:
            return " ".join((f"Planned dose: {self.missing[:1].lower()}{self.missing[1:]}", *self.warnings))
        text = f"Planned dose {_amount(self.amount, self.unit)}"
        if self.rounded:
            text = f"{text} = {vial_words(self.rounded.vials, self.unit)}"
        if len(self.days) > 1:
            text = f"{text}, over {len(self.days)} consecutive days"
        if self.weight is not None:
            weighed = f"weighed {display_date(self.weight.on)}, {days_ago(self.weight.age_days)}"
            text = f"{text}, from {_amount(self.weight.kilograms, 'kg')} ({weighed})"
        return " ".join((f"{text}.", *self.warnings))


class _Unknown(Exception):
    """Something that the dose needs is not recorded."""


def worked_dose(
    plan: InfusionPlan, patient: PatientRecord, as_of: date, settings: InfusionSettings, last: Infusion | None = None
) -> WorkedDose:
    """The dose of the plan's next cycle, from what was recorded by the day. `last` is the infusion given before it.

    Weights in kg, heights in cm, amounts in the plan's unit. Raises nothing: what is not known is said in `missing`.
    """
    steps: list[str] = []
    warnings: list[str] = []
    weight: DosingWeight | None = None
    try:
        if plan.unit is None or not (_sound(plan.amount) or _sound(plan.amount_per_kilogram)):
            raise _Unknown(Missing.NO_DOSE)
        if plan.amount_per_kilogram is None:
            wanted = plan.amount or Decimal(0)
            steps.append(f"Dose of one cycle: {_amount(wanted, plan.unit)}.")
        else:
            weight = _dosing_weight(plan, patient, as_of, settings, steps, warnings)
            wanted = plan.amount_per_kilogram * weight.kilograms
            per = f"{_amount(plan.amount_per_kilogram, plan.unit)}/kg"
            kilograms = _amount(weight.kilograms, "kg")
            steps.append(f"{per} × {kilograms} = {_amount(wanted, plan.unit)}.")
            warnings += _weight_warnings(weight, settings, last)
    except _Unknown as unknown:
        return WorkedDose(plan.unit, steps=tuple(steps), warnings=tuple(warnings), missing=str(unknown))
    in_vials, days = _shared_out(plan, plan.unit, wanted, weight, steps, warnings)
    return WorkedDose(plan.unit, wanted, weight, in_vials, days, tuple(steps), tuple(warnings))


def vial_words(vials: tuple[Vials, ...], unit: DoseUnit) -> str:
    """`3 × 20 g + 1 × 10 g`."""
    return " + ".join(f"{one.count} × {_amount(one.size, unit)}" for one in vials)


def difference_percent(total: Decimal, wanted: Decimal) -> Decimal:
    """How far the rounded dose lies from the wanted one, in percent to one decimal; above 0 is more."""
    return ((total - wanted) * 100 / wanted).quantize(_TENTH, ROUND_HALF_UP)


def _dosing_weight(
    plan: InfusionPlan,
    patient: PatientRecord,
    as_of: date,
    settings: InfusionSettings,
    steps: list[str],
    warnings: list[str],
) -> DosingWeight:
    measured = latest((weight for weight in patient.weights if _sound(weight.kilograms)), as_of)
    if measured is None:
        raise _Unknown(Missing.NO_WEIGHT)
    age = (as_of - measured.on).days
    steps.append(f"Weight {_amount(measured.kilograms, 'kg')}, measured {display_date(measured.on)} ({days_ago(age)}).")
    height = latest((height for height in patient.heights if _sound(height.centimetres)), as_of)
    index = None if height is None else _body_mass_index(measured.kilograms, height.centimetres)
    high = index is not None and index >= settings.adjusted_from_body_mass_index
    if plan.weight_basis is WeightBasis.ACTUAL:
        if high and index is not None:
            warnings.append(
                f"BMI {_number(index)}: from a BMI of {_number(settings.adjusted_from_body_mass_index)} on, an ideal "
                "or adjusted weight is in use; this plan uses the actual one."
            )
        return DosingWeight(measured.kilograms, measured, age)
    if height is None or index is None:
        raise _Unknown(Missing.NO_HEIGHT)
    steps.append(f"Height {_amount(height.centimetres, 'cm')}, {display_date(height.on)}; BMI {_number(index)}.")
    if plan.weight_basis is WeightBasis.ADJUSTED and not high:
        limit = _number(settings.adjusted_from_body_mass_index)
        steps.append(f"BMI below {limit}: the actual weight is used.")
        return DosingWeight(measured.kilograms, measured, age)
    kilograms = _ideal(patient, height.centimetres, as_of, settings, steps)
    if plan.weight_basis is WeightBasis.ADJUSTED:
        kilograms = _adjusted(kilograms, measured.kilograms, settings, steps)
    if kilograms > measured.kilograms:
        steps.append("It lies above the actual weight: the actual weight is used.")
        kilograms = measured.kilograms
    return DosingWeight(kilograms, measured, age)


def _ideal(
    patient: PatientRecord, centimetres: Decimal, as_of: date, settings: InfusionSettings, steps: list[str]
) -> Decimal:
    """Devine's ideal weight in kg, to one decimal."""
    age = age_on(patient.person.born, as_of)
    if age is None:
        raise _Unknown(Missing.NO_AGE)
    if age < settings.ideal_from_age:
        raise _Unknown(Missing.MINOR)
    bases = {Sex.FEMALE: settings.ideal_kilograms_female, Sex.MALE: settings.ideal_kilograms_male}
    base = bases.get(patient.person.sex)
    if base is None:
        raise _Unknown(Missing.NO_SEX)
    inches = centimetres / CENTIMETRES_PER_INCH - settings.ideal_from_inches
    if inches < 0:
        shortest = _amount(settings.ideal_from_inches * CENTIMETRES_PER_INCH, "cm")
        raise _Unknown(Missing.SHORT.format(shortest))
    ideal = (base + settings.ideal_kilograms_per_inch * inches).quantize(_TENTH, ROUND_HALF_UP)
    base_words, per_inch = _amount(base, "kg"), _amount(settings.ideal_kilograms_per_inch, "kg")
    above = _number(inches.quantize(_TENTH, ROUND_HALF_UP))
    steps.append(
        f"Ideal weight (Devine, {patient.person.sex.label}): {base_words} + {per_inch} × {above} inches above "
        f"{_number(settings.ideal_from_inches)} = {_amount(ideal, 'kg')}."
    )
    return ideal


def _adjusted(ideal: Decimal, actual: Decimal, settings: InfusionSettings, steps: list[str]) -> Decimal:
    share = settings.adjusted_share
    adjusted = (ideal + share * (actual - ideal)).quantize(_TENTH, ROUND_HALF_UP)
    steps.append(
        f"Adjusted weight: {_amount(ideal, 'kg')} + {_number(share)} × ({_amount(actual, 'kg')} − "
        f"{_amount(ideal, 'kg')}) = {_amount(adjusted, 'kg')}."
    )
    return adjusted


def _body_mass_index(kilograms: Decimal, centimetres: Decimal) -> Decimal:
    """kg/m², rounded down to one decimal, so that nothing counts as 30 that is not."""
    index = kilograms * 10000 / (centimetres * centimetres)
    return Decimal(int(index * 10)) / 10


def _weight_warnings(weight: DosingWeight, settings: InfusionSettings, last: Infusion | None) -> list[str]:
    found = []
    if weight.age_days > settings.weight_current_days:
        found.append(
            f"The weight is {weight.age_days} days old, more than {settings.weight_current_days}: weigh again before "
            "the dose is made up."
        )
    used = last.dosing_weight if last is not None else None
    if last is not None and used is not None and _sound(used):
        change = abs(weight.kilograms - used) * 100 / used
        if change > settings.weight_change_percent:
            found.append(
                f"This weight differs by {_number(change.quantize(_TENTH, ROUND_HALF_UP))}{NO_BREAK}% from the "
                f"{_amount(used, 'kg')} that the infusion of {display_date(last.first_on)} was worked out from."
            )
    return found


def _shared_out(
    plan: InfusionPlan,
    unit: DoseUnit,
    wanted: Decimal,
    weight: DosingWeight | None,
    steps: list[str],
    warnings: list[str],
) -> tuple[InVials | None, tuple[Decimal, ...]]:
    """The dose in whole vials and what each day gets; without vial sizes an even share of the exact dose."""
    if not plan.vial_sizes:
        steps.append("Not rounded: the plan names no vial sizes.")
        return None, ()
    found = in_whole_vials(wanted, plan.vial_sizes, plan.days_per_cycle)
    if found is None:
        sizes = ", ".join(_amount(size, unit) for size in sorted(plan.vial_sizes))
        over = "" if plan.days_per_cycle == 1 else f" over {plan.days_per_cycle} days"
        warnings.append(
            f"In whole vials of {sizes} this dose cannot be given{over}. Check the vial sizes and the days."
        )
        return None, ()
    percent = difference_percent(found.total, wanted)
    sign = "+" if percent > 0 else "−" if percent < 0 else ""
    steps.append(
        f"In whole vials {_amount(found.total, unit)} = {vial_words(found.vials, unit)}, wanted "
        f"{_amount(wanted, unit)}, {sign}{_number(abs(percent))}{NO_BREAK}%{_per_kilogram(found.total, unit, weight)}."
    )
    if plan.days_per_cycle > 1:
        shares = ", ".join(_amount(day, unit) for day in found.days)
        steps.append(f"Over {plan.days_per_cycle} consecutive days: {shares}.")
    return found, found.days


def _per_kilogram(total: Decimal, unit: DoseUnit, weight: DosingWeight | None) -> str:
    """What the rounded dose comes to per kg of the dosing weight, to two decimals."""
    if weight is None:
        return ""
    relative = (total / weight.kilograms).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f", that is {_amount(relative, unit)}/kg"


def days_ago(days: int) -> str:
    """`today`, `1 day ago`, `12 days ago`."""
    return "today" if days == 0 else "1 day ago" if days == 1 else f"{days} days ago"


def _sound(value: Decimal | None) -> bool:
    return value is not None and value.is_finite() and 0 < value < _LARGEST


def _number(value: Decimal) -> str:
    return display_number(value)


def _amount(value: Decimal, unit: DoseUnit | str) -> str:
    return f"{display_number(value)}{NO_BREAK}{unit.label if isinstance(unit, DoseUnit) else unit}"
