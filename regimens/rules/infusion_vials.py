"""A dose in whole vials: the amount nearest to what is wanted, shared out over the days of a cycle.

First the whole amount: as near to the wanted one as the vials allow, the lower of two that are equally near. Then the
days: as even as that amount allows, the larger ones first. Then the vials: as few as that takes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import gcd

# Held so that no plan, however odd its vials, makes a page wait: far more than any cycle is given in.
_MOST_STEPS = 400


@dataclass(frozen=True, slots=True)
class Vials:
    """So many vials of one size."""

    size: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class InVials:
    """A cycle in whole vials: what each day gets, and from which vials, the largest first. `total` is their sum."""

    total: Decimal
    days: tuple[Decimal, ...]
    vials_by_day: tuple[tuple[Vials, ...], ...]

    @property
    def vials(self) -> tuple[Vials, ...]:
        """The vials of the whole cycle, the largest first."""
        counts: Counter[Decimal] = Counter()
        for day in self.vials_by_day:
            for vials in day:
                counts[vials.size] += vials.count
        return tuple(Vials(size, counts[size]) for size in sorted(counts, reverse=True))


@lru_cache(maxsize=1024)
def in_whole_vials(wanted: Decimal, sizes: tuple[Decimal, ...], days: int) -> InVials | None:
    """The dose in whole vials of these sizes over so many days; None where it cannot be.

    That is: no size or a size that is no amount, no amount wanted, fewer vials than days, or vials so small beside the
    dose that nobody would give it from them.
    """
    usable = sorted({size for size in sizes if size.is_finite() and size > 0})
    if not usable or len(usable) != len(set(sizes)) or not wanted.is_finite() or wanted <= 0 or days < 1:
        return None
    step = _step(usable)
    steps = [int(size / step) for size in usable]
    most = int(wanted / step) + steps[-1]
    if most > _MOST_STEPS:
        return None
    fewest = _fewest_vials(steps, most)
    # A day with nothing in it is no day of the cycle, so each gets a vial at least.
    by_nearness = sorted((abs(amount * step - wanted), amount) for amount in range(1, most + 1) if fewest[amount])
    nearest = by_nearness[0][1]
    shares = _shares(nearest, days, fewest)
    if shares is None:
        return None
    return InVials(
        total=nearest * step,
        days=tuple(share * step for share in shares),
        vials_by_day=tuple(_vials(share, steps, fewest, step) for share in shares),
    )


def _step(sizes: Sequence[Decimal]) -> Decimal:
    """The largest amount of which every size is a whole multiple."""
    scale = max(0, *(-int(size.normalize().as_tuple().exponent) for size in sizes))
    return Decimal(gcd(*(int(size.scaleb(scale)) for size in sizes))).scaleb(-scale)


def _fewest_vials(steps: Sequence[int], most: int) -> list[int]:
    """For each amount in steps the fewest vials that make it; 0 where none do."""
    fewest = [0] * (most + 1)
    for amount in range(1, most + 1):
        found = [
            fewest[amount - size] + 1 for size in steps if size == amount or (size < amount and fewest[amount - size])
        ]
        fewest[amount] = min(found, default=0)
    return fewest


def _shares(total: int, days: int, fewest: Sequence[int]) -> tuple[int, ...] | None:
    """The amount of each day in steps, the largest first: the least sum of squares, then the fewest vials."""
    amounts = [amount for amount in range(1, total + 1) if fewest[amount]]
    best: dict[int, tuple[int, int, tuple[int, ...]]] = {0: (0, 0, ())}
    for _ in range(days):
        after: dict[int, tuple[int, int, tuple[int, ...]]] = {}
        for done, (squares, vials, shares) in best.items():
            for amount in amounts:
                if done + amount > total:
                    break
                found = (squares + amount * amount, vials + fewest[amount], (*shares, amount))
                if done + amount not in after or found < after[done + amount]:
                    after[done + amount] = found
        best = after
    return tuple(sorted(best[total][2], reverse=True)) if total in best else None


def _vials(amount: int, steps: Sequence[int], fewest: Sequence[int], step: Decimal) -> tuple[Vials, ...]:
    """The vials of one day: as few as can be, the largest that still lead there first."""
    counts: Counter[int] = Counter()
    while amount:
        size = next(
            size
            for size in reversed(steps)
            if size == amount
            or (size < amount and fewest[amount - size] == fewest[amount] - 1 and fewest[amount - size])
        )
        counts[size] += 1
        amount -= size
    return tuple(Vials(size * step, count) for size, count in sorted(counts.items(), reverse=True))
