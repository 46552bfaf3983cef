"""How much corticosteroid was taken: mg of prednisolone on a day, and in all between two days.

Daily corticosteroids count in prednisolone equivalents; their doses are read as `doses.daily_milligrams` reads them.
What is given by vein or in cycles (pulses) has no daily dose: it is counted apart, as prednisolone as well, from the
infusions given. A dose, frequency or equivalence that is not known is never 0: the amount then says "at least".
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter

from patients.rules.as_of import latest
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference
from patients.rules.record import Weight
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.record import TreatmentRecord
from regimens.rules.steroid_changes import Change, daily_changes, in_pulses, pulses_of, was_taken

_NONE = Decimal(0)
_HUNDREDTH = Decimal("0.01")
_by_day = itemgetter(0)


@dataclass(frozen=True, slots=True)
class DailyPrednisolone:
    """The daily corticosteroids of one day, all together, as mg of prednisolone.

    `milligrams` is None when the dose of one of them is not known; 0 when none is taken.
    """

    on: date
    milligrams: Decimal | None
    weight: FactReference | None = None
    per_kilogram: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CumulativePrednisolone:
    """Prednisolone from `from_on` up to, and without, the day `before`: that day is not over yet.

    `milligrams` is what daily corticosteroids add up to and `pulses` what was given in pulses, both in mg of
    prednisolone and each the known part only. `unknown_days` are days on a daily corticosteroid with a dose that is
    not known, `unknown_pulses` pulses whose amount is not. `kilograms` is the body weight for amounts per kg.
    """

    from_on: date
    before: date
    milligrams: Decimal
    pulses: Decimal = _NONE
    unknown_days: int = 0
    unknown_pulses: int = 0
    kilograms: Decimal | None = None
    weight: FactReference | None = None

    @property
    def exact(self) -> bool:
        """Whether nothing is unknown; otherwise the amounts are the least that they can be."""
        return not self.unknown_days and not self.unknown_pulses

    @property
    def total(self) -> Decimal:
        return self.milligrams + self.pulses

    @property
    def per_kilogram(self) -> Decimal | None:
        """The total in mg per kg, to two decimals; None without a dated weight."""
        return _per_kilogram(self.total, self.kilograms)

    @property
    def words(self) -> str:
        """`at least 9450 mg, and 3750 mg in pulses; not known for 12 days`."""
        text = f"{'' if self.exact else 'at least '}{display_number(self.milligrams)} mg"
        if self.pulses:
            text += f", and {display_number(self.pulses)} mg in pulses"
        missing = []
        if self.unknown_days:
            missing.append(f"{self.unknown_days} {'day' if self.unknown_days == 1 else 'days'}")
        if self.unknown_pulses:
            missing.append(f"{self.unknown_pulses} {'pulse' if self.unknown_pulses == 1 else 'pulses'}")
        return f"{text}; not known for {' and '.join(missing)}" if missing else text


class SteroidHistory:
    """All corticosteroids of one patient up to a day, laid out once for any number of questions.

    `days` are the days on which the daily amount changed; from `days[i]` on it is `levels[i]` mg, of which
    `unknown[i]` courses are not known, and `_sums[i]` mg and `_gaps[i]` days not known lie before that day.
    """

    __slots__ = ("_gaps", "_references", "_sums", "as_of", "days", "levels", "pulses", "unknown", "weights")

    def __init__(self, record: TreatmentRecord, protocol: PathwayProtocol, as_of: date) -> None:
        self.as_of = as_of
        self.weights = record.patient.weights
        self.pulses: list[Change] = []
        self.days: list[date] = []
        self.levels: list[Decimal] = []
        self.unknown: list[int] = []
        self._sums: list[Decimal] | None = None
        self._gaps: list[int] = []
        self._references: dict[str, FactReference] = {}
        daily: list[list[Change]] = []
        for course in record.courses:
            if not was_taken(course, as_of):
                continue
            drug = protocol.drugs.get(course.drug)
            factor = drug.prednisolone_equivalence if drug is not None else None
            if in_pulses(course, protocol):
                self.pulses += pulses_of(course, factor, as_of, self.weights)
            else:
                daily.append(daily_changes(course, factor, as_of, self.weights))
        if len(daily) == 1:
            self.days = [day for day, _ in daily[0]]
            self.levels = [_NONE if amount is None else amount for _, amount in daily[0]]
            self.unknown = [1 if amount is None else 0 for _, amount in daily[0]]
        elif daily:
            self._merge(daily)

    def _merge(self, daily: list[list[Change]]) -> None:
        """On each day on which one of several courses changed, the sum of what each gives then."""
        changes = sorted(
            ((day, course, amount) for course, found in enumerate(daily) for day, amount in found), key=_by_day
        )
        now: dict[int, Decimal | None] = {}
        for place, (day, course, amount) in enumerate(changes):
            now[course] = amount
            if place + 1 == len(changes) or changes[place + 1][0] != day:
                self.days.append(day)
                self.levels.append(sum([each for each in now.values() if each is not None], _NONE))
                self.unknown.append(sum(each is None for each in now.values()))

    def reference(self, weight: Weight) -> FactReference:
        """The weight as a fact, worded once."""
        found = self._references.get(weight.id)
        if found is None:
            found = self._references[weight.id] = weight_reference(weight)
        return found

    def on(self, day: date) -> Decimal | None:
        """mg of prednisolone taken daily on the day; None when not known. `day` is not after `as_of`."""
        place = bisect_right(self.days, day) - 1
        if place < 0:
            return _NONE
        return None if self.unknown[place] else self.levels[place]

    def between(self, from_on: date, before: date) -> tuple[Decimal, int]:
        """(known mg, days not known) of daily corticosteroids from one day up to, and without, the other."""
        if before <= from_on or not self.days:
            return _NONE, 0
        low, gaps_before = self._up_to(from_on)
        high, gaps = self._up_to(before)
        return high - low, gaps - gaps_before

    def _up_to(self, day: date) -> tuple[Decimal, int]:
        """What was taken before the day, since the beginning."""
        if self._sums is None:
            self._add_up()
        sums = self._sums or []
        place = bisect_right(self.days, day) - 1
        if place < 0:
            return _NONE, 0
        length = (day - self.days[place]).days
        level = self.levels[place]
        taken = sums[place] + level * length if level else sums[place]
        return taken, self._gaps[place] + (length if self.unknown[place] else 0)

    def _add_up(self) -> None:
        total, missing = _NONE, 0
        sums, gaps = [total], [missing]
        before = self.days[0]
        for place in range(1, len(self.days)):
            day = self.days[place]
            length = (day - before).days
            total += self.levels[place - 1] * length
            if self.unknown[place - 1]:
                missing += length
            sums.append(total)
            gaps.append(missing)
            before = day
        self._sums, self._gaps = sums, gaps

    def given_between(self, from_on: date, before: date) -> tuple[Decimal, int]:
        """(known mg of prednisolone, pulses of unknown amount) of the pulses begun in the span."""
        known, unknown = _NONE, 0
        for day, amount in self.pulses:
            if from_on <= day < before:
                if amount is None:
                    unknown += 1
                else:
                    known += amount
        return known, unknown


def prednisolone_on(history: SteroidHistory, day: date) -> DailyPrednisolone:
    """The daily corticosteroids of a day that is not after the history's own; per kg with the latest weight by then."""
    milligrams = history.on(day)
    weight = latest(history.weights, day)
    if weight is None or not weight.kilograms:
        return DailyPrednisolone(day, milligrams)
    per_kilogram = None if milligrams is None else _per_kilogram(milligrams, weight.kilograms)
    return DailyPrednisolone(day, milligrams, history.reference(weight), per_kilogram)


def cumulative_prednisolone(
    history: SteroidHistory, from_on: date, before: date, weight: Weight | None = None
) -> CumulativePrednisolone:
    """Prednisolone from a day up to, and without, another that is not after the day after the history's own.

    `weight` is what amounts per kg rest on: see `weight_at_start`.
    """
    milligrams, unknown_days = history.between(from_on, before)
    pulses, unknown_pulses = history.given_between(from_on, before) if history.pulses else (_NONE, 0)
    if weight is None or not weight.kilograms:
        return CumulativePrednisolone(from_on, before, milligrams, pulses, unknown_days, unknown_pulses)
    return CumulativePrednisolone(
        from_on,
        before,
        milligrams,
        pulses,
        unknown_days,
        unknown_pulses,
        weight.kilograms,
        history.reference(weight),
    )


def weight_at_start(weights: Iterable[Weight], from_on: date, as_of: date) -> Weight | None:
    """The body weight that a cumulative dose is divided by: the latest by the first day, else the first one after it.

    The weight at the start, because corticosteroids add weight: a later one would make the same amount look smaller.
    """
    before: Weight | None = None
    after: Weight | None = None
    for row in weights:
        if row.on <= from_on:
            if before is None or _when(row) > _when(before):
                before = row
        elif row.on <= as_of and (after is None or _when(row) < _when(after)):
            after = row
    return before or after


def _when(weight: Weight) -> tuple[date, tuple[int, str]]:
    return (weight.on, entry_order(weight.id))


def weight_reference(weight: Weight) -> FactReference:
    return FactReference("weight", weight.id, f"{display_number(weight.kilograms)} kg, {display_date(weight.on)}")


def _per_kilogram(milligrams: Decimal, kilograms: Decimal | None) -> Decimal | None:
    if not kilograms:
        return None
    exact = milligrams / kilograms
    return exact.quantize(_HUNDREDTH) if abs(exact) < Decimal("1e20") else exact
