"""A yardstick for times: one lap of a fixed piece of pure Python, so that figures of different machines compare."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

_DAYS = 40_000
_LAPS = 5


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    on: date
    amount: Decimal


def lap() -> Decimal:
    """The fixed work: dates, decimals, small frozen objects and a sort, which is what the rules are made of."""
    first = date(2020, 1, 1)
    entries = [_Entry(first + timedelta(days=number * 7919 % 3650), Decimal(number % 97)) for number in range(_DAYS)]
    return sum((entry.amount for entry in sorted(entries)), Decimal(0))


def seconds_of(work: Callable[[], object]) -> float:
    """Processor time that the work took, in seconds: waiting for other programs does not count."""
    started = time.process_time()
    work()
    return time.process_time() - started


def seconds_a_lap() -> float:
    """The quickest of a few laps."""
    return min(seconds_of(lap) for _ in range(_LAPS))
