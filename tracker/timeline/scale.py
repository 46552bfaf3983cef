"""From calendar dates and values to pixels."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tracker.display import day, month
from tracker.timeline.marks import AxisTick

SHORTEST_SPAN = 90  # days; a first visit still gets an axis that can be read
_STEPS_IN_MONTHS = (1, 3, 6, 12, 24, 60)
_STEPS_IN_DAYS = (1, 2, 7, 14)
_LABEL_ROOM = 74  # pixels that `Apr-2026` needs with air around it
_DAY_ROOM = 96  # pixels that `05-Apr-2026` needs
_MOST_ROOM = 360  # pixels of a month from which on days are counted


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Days to pixels between `first` and `last`, both drawn."""

    first: date
    last: date
    width: float

    def x(self, on: date) -> float:
        """Pixels from the left; days outside the axis are drawn at its end."""
        return self.at(min(max(on, self.first), self.last))

    def at(self, on: date) -> float:
        """Pixels from the left, left of 0 and right of `width` for days outside the axis."""
        return round((on - self.first).days / (self.last - self.first).days * self.width, 1)

    def holds(self, on: date) -> bool:
        """Whether the day lies on the axis."""
        return self.first <= on <= self.last

    def ticks(self) -> tuple[AxisTick, ...]:
        """Firsts of months, as many as can be read. January is a major tick; a short axis counts days."""
        days = self.days_between_ticks
        if days:
            return tuple(self._by_days(days))
        pixels_per_month = self.width / ((self.last - self.first).days / 30.44)
        step = next((step for step in _STEPS_IN_MONTHS if step * pixels_per_month >= _LABEL_ROOM), _STEPS_IN_MONTHS[-1])
        found = []
        number = self.first.year * 12 + self.first.month  # the month after the one that the axis begins in
        while (on := date(number // 12, number % 12 + 1, 1)) <= self.last:
            if number % step == 0:
                label = str(on.year) if step >= 12 else month(on)
                found.append(AxisTick(self.x(on), label, major=on.month == 1))
            number += 1
        return tuple(found)

    @property
    def days_between_ticks(self) -> int:
        """Days from one tick to the next where months would be too far apart to be counted by; else 0."""
        pixels = self.width / (self.last - self.first).days
        step = next((step for step in _STEPS_IN_DAYS if step * pixels >= _DAY_ROOM), 0)
        return step if 30.44 * pixels > _MOST_ROOM else 0

    def _by_days(self, step: int) -> Iterator[AxisTick]:
        on = self.first + timedelta(days=(-self.first.toordinal()) % step + 1) if step > 2 else self.first
        while on <= self.last:
            yield AxisTick(self.x(on), day(on), major=on.day == 1)
            on += timedelta(days=step)


def spanning(days: list[date], as_of: date, width: float) -> TimeScale:
    """An axis that holds all the days and `as_of`, with some air at both ends."""
    first, last = min([*days, as_of]), max([*days, as_of])
    if (last - first).days < SHORTEST_SPAN:
        first = last - timedelta(days=SHORTEST_SPAN)
    air = max(7, (last - first).days // 40)
    return TimeScale(first - timedelta(days=air), last + timedelta(days=air), width)


@dataclass(frozen=True, slots=True)
class ValueScale:
    """Values to pixels between `low` (at the bottom) and `high` (at the top)."""

    low: Decimal
    high: Decimal
    top: float
    bottom: float

    def y(self, value: Decimal) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.bottom - float(share) * (self.bottom - self.top), 1)


@dataclass(frozen=True, slots=True)
class LogScale:
    """Positive values to pixels on a logarithmic axis of whole decades. Pixels only: no rule reads this."""

    low: int
    high: int
    top: float
    bottom: float

    def y(self, value: Decimal) -> float:
        share = (math.log10(max(float(value), 10**self.low)) - self.low) / (self.high - self.low)
        return round(self.bottom - min(share, 1.0) * (self.bottom - self.top), 1)

    def decades(self) -> list[Decimal]:
        return [Decimal(10) ** power for power in range(self.low, self.high + 1)]


def log_scale(values: list[Decimal], top: float, bottom: float) -> LogScale:
    """Whole decades around the values; zero and less are drawn on the lowest line."""
    positive = [float(value) for value in values if value > 0] or [1.0]
    low = math.floor(math.log10(min(positive)))
    high = max(math.ceil(math.log10(max(positive))), low + 1)
    return LogScale(low, high, top, bottom)
