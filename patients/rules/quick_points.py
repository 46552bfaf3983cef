"""Scores of many follow-ups against one baseline, for callers that go through whole histories.

The same numbers as `improvement`, which shows the components. What is not plain (another form, unit, enzyme or upper
limit, a juvenile stand-in) is left to the full comparison. Differences are taken as Decimal, which is exact up to 28
digits; records keep fewer than ten.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from patients.protocol.activity import ActivityProtocol, Steps
from patients.rules.change import compared
from patients.rules.improvement import COMPONENTS, Points, points_of
from patients.rules.measures import Measured, measured
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, Measure, Population, ResponseCategory

_ALL = len(COMPONENTS)
_CATEGORIES = tuple(ResponseCategory)
_JUVENILE = Population.JUVENILE
_MOST_TENTHS = 1000
# Physician global and strength.
_NEEDED = 2


class _Bands(NamedTuple):
    """The limits of one measure in its own unit, and the tenths of a point between them: one more of these."""

    limits: tuple[Decimal, ...]
    tenths: tuple[int, ...]


class _Scales(NamedTuple):
    """The bands of the measures of the adult score; strength by the maximum of its form."""

    physician_global: _Bands
    patient_global: _Bands
    strength: Mapping[int, _Bands]
    haq: _Bands
    extramuscular_global: _Bands
    enzymes: Mapping[EnzymeName, _Bands]


_Ready = tuple[Decimal, tuple[Decimal, ...], tuple[int, ...]] | None
"""One measure of the baseline: its value, and the limits and points of its bands. None: not recorded."""


class Baseline:
    """One assessment made ready to be compared with any number of later ones. Not to be kept beyond one evaluation."""

    __slots__ = (
        "_enzyme",
        "_enzyme_bands",
        "_extramuscular",
        "_haq",
        "_juvenile",
        "_measured",
        "_patient",
        "_physician",
        "_plain",
        "_points",
        "_strength",
        "assessment",
        "population",
        "protocol",
    )

    def __init__(self, assessment: Assessment, population: Population, protocol: ActivityProtocol) -> None:
        self.assessment = assessment
        self.population = population
        self.protocol = protocol
        scales = _scales(protocol)
        form = assessment.mmt_maximum
        strength = None if form is None else scales.strength.get(form)
        self._physician = _ready(assessment.physician_global, scales.physician_global)
        self._patient = _ready(assessment.patient_global, scales.patient_global)
        self._strength = _ready(assessment.mmt, strength)
        self._haq = _ready(assessment.haq, scales.haq)
        self._extramuscular = _ready(assessment.extramuscular_global, scales.extramuscular_global)
        self._juvenile = population is _JUVENILE
        self._points = _points_by_tenths(protocol, population)
        self._measured: Measured | None = None
        self._enzyme: Enzyme | None = None
        self._enzyme_bands: _Bands | None = None
        self._plain = (assessment.mmt is None) is (strength is None)
        if self._plain and assessment.enzymes:
            self._plain = self._follow_enzyme(scales)

    def _follow_enzyme(self, scales: _Scales) -> bool:
        """Fixes the enzyme with the highest multiple of its limit; False when several share that place."""
        followed: Enzyme | None = None
        most: Decimal | None = None
        for each in self.assessment.enzymes:
            limit = each.upper_limit
            if limit is None:
                continue
            if limit <= 0:
                return False
            if followed is not None and most is not None:
                # The multiples compared crosswise, because most of them do not end as decimal numbers.
                this, other = each.value * most, followed.value * limit
                if this == other or each.name is followed.name:
                    return False
                if this < other:
                    continue
            followed, most = each, limit
        if followed is not None and most is not None:
            bands = scales.enzymes[followed.name]
            self._enzyme = followed
            self._enzyme_bands = _Bands(tuple([each * most for each in bands.limits]), bands.tenths)
        return True

    def compare(self, later: Assessment) -> Points | tuple[str, ...]:
        """The score of a later assessment, or why there is none (in no words when they have no measure in common).

        The days are not looked at. Never raises.
        """
        points = self._quick(later) if self._plain else None
        return self._in_full(later) if points is None else points

    def _quick(self, later: Assessment) -> Points | None:
        """The score in the plain way; None when the full comparison has to decide."""
        count = tenths = 0
        sufficient = 0
        ready, now = self._physician, later.physician_global
        if ready is not None and now is not None:
            then, limits, points = ready
            tenths += points[bisect_left(limits, then - now)]
            count, sufficient = 1, 1
        ready, now = self._strength, later.mmt
        if ready is not None and now is not None:
            if later.mmt_maximum != self.assessment.mmt_maximum:
                return None
            then, limits, points = ready
            tenths += points[bisect_left(limits, now - then)]
            count += 1
            sufficient += 1
        elif self._juvenile:
            return None
        ready, now = self._extramuscular, later.extramuscular_global
        if ready is not None and now is not None:
            then, limits, points = ready
            tenths += points[bisect_left(limits, then - now)]
            count += 1
        elif self._juvenile:
            return None
        for ready, now in ((self._patient, later.patient_global), (self._haq, later.haq)):
            if ready is not None and now is not None:
                then, limits, points = ready
                tenths += points[bisect_left(limits, then - now)]
                count += 1
        if self._enzyme is not None and later.enzymes:
            found = self._enzyme_tenths(self._enzyme, later)
            if found is None:
                return None
            tenths += found
            count += 1
        return self._points[tenths][(count == _ALL) + (sufficient == _NEEDED)] if count else None

    def _enzyme_tenths(self, before: Enzyme, later: Assessment) -> int | None:
        bands = self._enzyme_bands
        for each in later.enzymes:
            if each.name is before.name:
                if bands is None or each.unit != before.unit or each.upper_limit != before.upper_limit:
                    return None
                return bands.tenths[bisect_left(bands.limits, before.value - each.value)]
        return None

    def _in_full(self, later: Assessment) -> Points | tuple[str, ...]:
        try:
            if self._measured is None:
                self._measured = measured(self.assessment, self.protocol)
            after = measured(later, self.protocol)
        except ValueError as error:
            return (str(error),)
        changes, problems = compared(self._measured, after, self.population, self.protocol)
        if problems or not changes:
            return tuple(problems)
        return points_of(changes, self.population, self.protocol)


def _ready(value: Decimal | None, bands: _Bands | None) -> _Ready:
    return None if value is None or bands is None else (value, bands.limits, bands.tenths)


@lru_cache(maxsize=16)
def _points_by_tenths(protocol: ActivityProtocol, population: Population) -> tuple[tuple[Points, Points, Points], ...]:
    """Every score there can be with its category: on too little, partial, and complete."""
    found = []
    for tenths in range(_MOST_TENTHS + 1):
        category = _CATEGORIES[bisect_right(protocol.cut_offs[population], tenths)]
        complete = Points(tenths, category, partial=False, sufficient=True)
        partial = Points(tenths, category, partial=True, sufficient=True)
        found.append((partial._replace(sufficient=False), partial, complete))
    return tuple(found)


@lru_cache(maxsize=16)
def _scales(protocol: ActivityProtocol) -> _Scales:
    steps = protocol.steps
    return _Scales(
        physician_global=_bands(steps[Measure.PHYSICIAN_GLOBAL]),
        patient_global=_bands(steps[Measure.PATIENT_GLOBAL]),
        strength={form: _bands(each) for form, each in steps.items() if isinstance(form, int)},
        haq=_bands(steps[Measure.HAQ]),
        extramuscular_global=_bands(steps[Measure.EXTRAMUSCULAR_GLOBAL]),
        enzymes={name: _bands(each) for name, each in protocol.enzyme_steps.items()},
    )


def _bands(steps: Steps) -> _Bands:
    return _Bands(tuple([Decimal(limit).scaleb(-6) for limit in steps.limits]), steps.tenths)
