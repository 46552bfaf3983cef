"""How each drug is begun and raised in the synthetic cohort: steps, how far apart, how it is written down."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from regimens.rules.record import DosePeriod, Infusion
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency, Route, Weekday
from tracker.cohort.chart import Chart

MILLIGRAM, GRAM = DoseUnit.MILLIGRAM, DoseUnit.GRAM


@dataclass(frozen=True, slots=True)
class Titration:
    """Amounts from the first to the highest in mg, raised every so many days."""

    amounts: tuple[str, ...]
    every_days: int
    frequency: Frequency
    route: Route = Route.ORAL


_TITRATIONS: dict[str, Titration] = {
    "methotrexate": Titration(("7.5", "10", "12.5", "15", "17.5", "20", "25"), 14, Frequency.ONCE_WEEKLY),
    "azathioprine": Titration(("50", "75", "100", "125", "150"), 14, Frequency.ONCE_DAILY),
    "mycophenolate_mofetil": Titration(("500", "750", "1000", "1250", "1500"), 14, Frequency.TWICE_DAILY),
    "ciclosporin": Titration(("75", "100", "125"), 21, Frequency.TWICE_DAILY),
    "tacrolimus": Titration(("1", "1.5", "2", "2.5"), 21, Frequency.TWICE_DAILY),
    "abatacept": Titration(("125",), 28, Frequency.ONCE_WEEKLY, Route.SUBCUTANEOUS),
    "tocilizumab": Titration(("162",), 28, Frequency.ONCE_WEEKLY, Route.SUBCUTANEOUS),
    "hydroxychloroquine": Titration(("200",), 28, Frequency.TWICE_DAILY),
}
_AZATHIOPRINE_PER_KILOGRAM = 2
_RITUXIMAB_CYCLE_DAYS = 168
_CYCLOPHOSPHAMIDE_PULSES = 6
CYCLOPHOSPHAMIDE_DAYS = 28 * _CYCLOPHOSPHAMIDE_PULSES


def route_of(rng: Random, drug: str) -> Route:
    """How the drug is given; a quarter of the methotrexate is injected, a few routes were never written down."""
    if drug in ("rituximab", "cyclophosphamide", "normal_immunoglobulin"):
        return Route.INTRAVENOUS
    if rng.random() < 0.02:
        return Route.NOT_RECORDED
    if drug == "methotrexate" and rng.random() < 0.25:
        return Route.SUBCUTANEOUS
    return _TITRATIONS[drug].route


def doses_of(chart: Chart, drug: str, start: date, before: date) -> tuple[DosePeriod, ...]:
    """Dose periods of one course from its start up to, not including, `before`."""
    if drug == "rituximab":
        text = "two infusions 14 days apart, repeated after about 6 months"
        return (DosePeriod(chart.new_id(), start, Decimal(1), GRAM, frequency=Frequency.AS_TEXT, frequency_text=text),)
    if drug == "cyclophosphamide":
        per_pulse = (Decimal(600), MILLIGRAM, DoseBasis.PER_SQUARE_METRE, Frequency.EVERY_4_WEEKS)
        return (DosePeriod(chart.new_id(), start, *per_pulse),)
    if drug == "normal_immunoglobulin":
        per_course = (Decimal(2), GRAM, DoseBasis.PER_KILOGRAM, Frequency.EVERY_4_WEEKS)
        return (DosePeriod(chart.new_id(), start, *per_course),)
    return _titrated(chart, drug, start, before)


def _titrated(chart: Chart, drug: str, start: date, before: date) -> tuple[DosePeriod, ...]:
    rng, titration = chart.rng, _TITRATIONS[drug]
    if rng.random() < 0.04:
        return (DosePeriod(chart.new_id(), start, frequency=titration.frequency),)
    if drug == "methotrexate" and chart.profile.methotrexate_slip:
        daily, text = Frequency.ONCE_DAILY, "as the referral letter has it: to be checked"
        return (DosePeriod(chart.new_id(), start, Decimal(10), MILLIGRAM, frequency=daily, frequency_text=text),)
    weekday = rng.choice(tuple(Weekday)) if drug == "methotrexate" and rng.random() > 0.07 else None
    return tuple(
        DosePeriod(chart.new_id(), day, amount, MILLIGRAM, frequency=titration.frequency, weekday=weekday)
        for day, amount in _steps(chart, drug, titration, start)
        if day < before
    )


def _steps(chart: Chart, drug: str, titration: Titration, start: date) -> list[tuple[date, Decimal]]:
    rng = chart.rng
    amounts = [Decimal(amount) for amount in titration.amounts]
    if drug == "azathioprine":
        amounts = [a for a in amounts if a <= _AZATHIOPRINE_PER_KILOGRAM * chart.kilograms] or amounts[:1]
    target = rng.randint(max(len(amounts) - 3, min(2, len(amounts) - 1)), len(amounts) - 1)
    steps = [(start + timedelta(days=titration.every_days * i), amounts[i]) for i in range(target + 1)]
    remission = chart.plan.remission
    if remission is not None and target > 0 and rng.random() < 0.4:
        eased = chart.day(remission + rng.randint(120, 400))
        if eased > steps[-1][0]:
            steps.append((eased, amounts[target - 1]))
    return steps


def infusions_of(chart: Chart, drug: str, start: date, before: date) -> tuple[Infusion, ...]:
    """Infusions given from the start up to, not including, `before`; empty for drugs that are not infused."""
    if drug == "rituximab":
        return _rituximab(chart, start, before)
    if drug == "cyclophosphamide":
        return _cyclophosphamide(chart, start, before)
    if drug == "normal_immunoglobulin":
        return _immunoglobulin(chart, start, before)
    return ()


def _rituximab(chart: Chart, start: date, before: date) -> tuple[Infusion, ...]:
    given = []
    day = start
    while day < before:
        pair = (day, day + timedelta(days=14))
        given += [Infusion(chart.new_id(), on, 1, Decimal(1), GRAM) for on in pair if on < before]
        day += timedelta(days=_RITUXIMAB_CYCLE_DAYS + chart.rng.randint(-3, 18))
    return tuple(given)


def _cyclophosphamide(chart: Chart, start: date, before: date) -> tuple[Infusion, ...]:
    # Mosteller's body surface area, to the nearest 100 mg.
    surface = (chart.kilograms * chart.centimetres / 3600).sqrt()
    total = round(600 * surface, -2).quantize(Decimal(1))
    days = (start + timedelta(days=28 * i) for i in range(_CYCLOPHOSPHAMIDE_PULSES))
    return tuple(Infusion(chart.new_id(), day, 1, total, MILLIGRAM) for day in days if day < before)


def _immunoglobulin(chart: Chart, start: date, before: date) -> tuple[Infusion, ...]:
    """2 g per kg of the last weight, rounded down to whole 5 g vials, over 2 to 5 days about every 4 weeks."""
    rng = chart.rng
    days = rng.choice((2, 2, 3, 5))
    given = []
    day = start
    while day + timedelta(days=days) <= before:
        weight = max((w for w in chart.weights if w.on <= day), key=lambda w: w.on, default=None)
        kilograms = weight.kilograms if weight else chart.kilograms
        total = 2 * kilograms // 5 * 5
        on = weight.on if weight else None
        given.append(Infusion(chart.new_id(), day, days, total, GRAM, weight.kilograms if weight else None, on))
        day += timedelta(days=28 + rng.choice((0, 0, 0, 0, 1, 2, 7)))
    return tuple(given)
