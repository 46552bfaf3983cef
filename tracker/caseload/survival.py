"""Kaplan-Meier estimates with confidence bands, by scipy. Nothing else of the project loads scipy, and only when asked.

The band is Greenwood's variance on the complementary log-log scale: it stays between 0 and 1 and holds with few people.
"""

import math
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

METHOD = "log-log"
_ONE, _NONE = Decimal(1), Decimal(0)
_PLACES = Decimal("0.0001")
_HALF = 0.5
_NEAR = 1e-9
"""A product of floats that should be one half may miss it by this."""


@dataclass(frozen=True, slots=True)
class Step:
    """One day on which somebody's watching ended. `at_risk`: how many were watched up to that day.

    `remaining` is the share still on it after the day; `low` and `high` its band, None where the formula has none (as
    long as everybody remains, and when nobody does).
    """

    days: int
    at_risk: int
    events: int
    censored: int
    remaining: Decimal
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Median:
    """The day by which half had reached the end, with the interval; None stands for not reached."""

    days: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A curve of `people`, of whom `events` reached the end."""

    people: int
    events: int
    steps: tuple[Step, ...]
    median: Median

    @property
    def last_day(self) -> int:
        return self.steps[-1].days if self.steps else 0

    def at_risk(self, day: int) -> int:
        """How many were still watched on the day."""
        return next((step.at_risk for step in self.steps if step.days >= day), 0)


def kaplan_meier(watched: Sequence[tuple[int, bool]], confidence_percent: int = 95) -> Estimate:
    """The estimate from pairs of days (0 or more) and whether it ended then in what is counted. Order has no meaning.

    Raises ValueError for nobody.
    """
    if not watched:
        raise ValueError("a curve needs somebody")
    from scipy.stats import CensoredData, ecdf  # type: ignore[import-untyped]  # slow to load, and few pages need it

    ordered = sorted(watched)
    days = [float(day) for day, _ in ordered]
    found = ecdf(CensoredData.right_censored(days, [not ended for _, ended in ordered])).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # that there is no band where all or nobody remain
        band = found.confidence_interval(confidence_percent / 100, method=METHOD)
    numbers = list(
        zip(found.quantiles, found.probabilities, band.low.probabilities, band.high.probabilities, strict=True)
    )
    everybody, events = Counter(day for day, _ in ordered), Counter(day for day, ended in ordered if ended)
    steps, at_risk = [], len(ordered)
    for at, share, low, high in numbers:
        band_then = _band(float(share), float(low), float(high))
        day = int(at)
        steps.append(Step(day, at_risk, events[day], everybody[day] - events[day], _rounded(float(share)), *band_then))
        at_risk -= everybody[day]
    median = Median(
        _first([(int(at), float(share)) for at, share, _, _ in numbers]),
        _first([(int(at), float(low)) for at, _, low, _ in numbers]),
        _first([(int(at), float(high)) for at, _, _, high in numbers]),
    )
    return Estimate(len(ordered), sum(ended for _, ended in ordered), tuple(steps), median)


def _band(share: float, low: float, high: float) -> tuple[Decimal | None, Decimal | None]:
    """Both limits as far as the formula has them."""
    known = not math.isnan(low) and not math.isnan(high) and _NONE < _rounded(share) < _ONE
    return (_rounded(low), _rounded(high)) if known else (None, None)


def _first(shares: list[tuple[int, float]]) -> int | None:
    """The first day on which a share is a half or less. Where there is no number nothing is known of it."""
    return next((day for day, share in shares if not math.isnan(share) and share <= _HALF + _NEAR), None)


def _rounded(share: float) -> Decimal:
    return min(max(Decimal(repr(share)).quantize(_PLACES), _NONE), _ONE)
