"""A published example of a taper for this patient's weight: drawn to compare with, never a prescription."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from patients.rules.reasons import FactReference
from patients.rules.record import Weight
from patients.rules.wording import display_number
from regimens.protocol.schema import ExpectedTaper
from regimens.rules.exposure import weight_at_start, weight_reference

LABEL = "example, not a prescription"


@dataclass(frozen=True, slots=True)
class ExpectedCurve:
    """mg a day from each day on. `steps` is empty when it cannot be drawn, and `why_not` says why."""

    example: ExpectedTaper
    steps: tuple[tuple[date, Decimal], ...]
    weight: FactReference | None = None
    why_not: str = ""

    @property
    def ends_on(self) -> date | None:
        """The day up to which it says anything: its last dose for as long as each of its steps. Then by response."""
        return self.steps[-1][0] + timedelta(days=self.example.cut_days) if self.steps else None

    @property
    def label(self) -> str:
        return f"{self.example.title}: {LABEL}"


def expected_curve(example: ExpectedTaper, weights: tuple[Weight, ...], start_on: date, as_of: date) -> ExpectedCurve:
    """The example from the start of a course, for the weight at the start; a weight of after `as_of` is not seen."""
    weight = weight_at_start(weights, start_on, as_of)
    if weight is None or not weight.kilograms.is_finite() or weight.kilograms <= 0:
        return ExpectedCurve(example, (), None, "not drawn: it needs a body weight, and none is recorded")
    dose = min(weight.kilograms * example.milligrams_per_kilogram, example.ceiling)
    if dose <= example.down_to:
        words = f"not drawn: it would begin at {display_number(dose)} mg, below where the example ends"
        return ExpectedCurve(example, (), weight_reference(weight), words)
    steps = [(start_on, dose)]
    on = start_on + timedelta(days=example.first_days)
    while dose > example.down_to:
        dose = max(dose - example.cut, example.down_to)
        steps.append((on, dose))
        on += timedelta(days=example.cut_days)
    return ExpectedCurve(example, tuple(steps), weight_reference(weight))


def cumulative_of(curve: ExpectedCurve, before: date) -> Decimal:
    """mg that the example adds up to, up to and without a day, or where it ends if that is earlier."""
    before = min(before, curve.ends_on or before)
    total = Decimal(0)
    for place, (on, dose) in enumerate(curve.steps):
        end = curve.steps[place + 1][0] if place + 1 < len(curve.steps) else before
        total += dose * max((min(end, before) - on).days, 0)
    return total
