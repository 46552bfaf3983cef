"""Checks of what the dose guard reads in pathway.toml and drugs.toml, when they are loaded."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from patients.protocol.tables import ProtocolError
from regimens.protocol.schema import Catalogue, DoseRule, Drug, DrugClass, GuardCaution, GuardSettings, UsualUpper


def check_settings(guard: GuardSettings, where: str) -> None:
    """Every number is above its least sensible value. Raises ProtocolError."""
    for name in ("times_usual", "times_in_use", "times_present"):
        if getattr(guard, name) < 2:
            raise ProtocolError(f"{where}, [guard]: {name} must be 2 or more, found {getattr(guard, name)}")
    above_nothing: dict[str, Decimal | int] = {
        "assumed_kilograms": guard.assumed_kilograms,
        "assumed_square_metres": guard.assumed_square_metres,
        "weight_current_days": guard.weight_current_days,
        "start_ahead_days": guard.start_ahead_days,
    }
    for name, number in above_nothing.items():
        if number <= 0:
            raise ProtocolError(f"{where}, [guard]: {name} must be above 0, found {number}")


def check_dose_stop(drug: Drug, where: str) -> None:
    """A drug's own factor of the stop is 2 or more, as the guard's is. Raises ProtocolError."""
    stop = drug.dose_stop
    if stop is not None and stop.times_usual < 2:
        raise ProtocolError(f"{where}, dose_stop {stop.id!r}: times_usual must be 2 or more, found {stop.times_usual}")


def check_cautions(cautions: Iterable[GuardCaution], drugs: Mapping[str, Drug], where: str) -> None:
    """A caution names drugs of the catalogue and at least one condition. Raises ProtocolError."""
    for caution in cautions:
        _known(caution.drugs, drugs, f"{where}, id {caution.id!r}")
        if not caution.conditions:
            raise ProtocolError(f"{where}, id {caution.id!r}: names no condition")


def check_classes(catalogue: Catalogue, drugs: Mapping[str, Drug], where: str) -> None:
    """A class names drugs of the catalogue, and two things that can be given together. Raises ProtocolError."""
    for drug_class in catalogue.classes:
        place = f"{where}, id {drug_class.id!r}"
        _known(drug_class.drugs, drugs, place)
        if len(set(drug_class.drugs)) != len(drug_class.drugs):
            raise ProtocolError(f"{place}: a drug is named twice")
        if len(drug_class.drugs) < 2 and not drug_class.corticosteroids_outside:
            raise ProtocolError(f"{place}: a class of duplicates needs two drugs")


def check_cycle(dose: DoseRule, where: str) -> None:
    """Days and interval of a course given in cycles ascend; the undivided dose lies within the maximum."""
    days = (dose.days_minimum, dose.days_maximum)
    if (days[0] is None) is not (days[1] is None):
        raise ProtocolError(f"{where}: days_minimum and days_maximum belong together")
    ascending = [
        (name, number)
        for name, number in zip(
            ("days_minimum", "days_maximum", "interval_days"), (*days, dose.interval_days), strict=True
        )
        if number is not None
    ]
    for name, number in ascending:
        if number < 1:
            raise ProtocolError(f"{where}: {name} must be 1 or more, found {number}")
    for (lower, low), (upper, high) in zip(ascending, ascending[1:], strict=False):
        if low > high:
            raise ProtocolError(f"{where}: {lower} {low} crosses {upper} {high}")
    undivided = dose.undivided_maximum
    if undivided is not None and (dose.maximum is None or not 0 < undivided <= dose.maximum):
        raise ProtocolError(f"{where}: undivided_maximum {undivided} must lie above 0 and within the maximum")


def check_usual_uppers(drug: Drug, where: str) -> None:
    """Only a drug without a printed maximum has them; each gives an amount above 0 and one for each route."""
    if drug.usual_uppers and any(dose.maximum or dose.maximum_per_kilogram for dose in drug.doses):
        raise ProtocolError(f"{where}: a maximum is printed, so no usual_uppers may stand beside it")
    routes: list[str] = []
    for upper in drug.usual_uppers:
        place = f"{where}, usual_uppers {upper.id!r}"
        amounts = [amount for amount in _amounts(upper) if amount is not None]
        if not amounts or min(amounts) <= 0:
            raise ProtocolError(f"{place}: give at least one amount, each above 0")
        routes += [route.value for route in upper.routes] or ["any"]
    if len(set(routes)) != len(routes) or ("any" in routes and len(routes) > 1):
        raise ProtocolError(f"{where}: two usual_uppers hold for one route")


def upper_words() -> str:
    """What a finding above a drug's highest dose in use says."""
    return "the published algorithm prints no dose: consult a specialist; this source gives the highest in use"


def class_words(drug_class: DrugClass) -> str:
    """What a finding under the class says."""
    return f"two {drug_class.name} at a time"


def _amounts(upper: UsualUpper) -> tuple[Decimal | None, ...]:
    return (upper.amount, upper.per_kilogram, upper.per_square_metre)


def _known(named: Iterable[str], drugs: Mapping[str, Drug], where: str) -> None:
    for drug in named:
        if drug not in drugs:
            raise ProtocolError(f"{where}: the drug {drug!r} is not in drugs.toml")
