"""The 2016 ACR/EULAR Total Improvement Score between two assessments, adult and juvenile.

Each measure's improvement over the range of its scale gives points; worsening gives none. The sum is 0 to 100 and
puts the patient into a response category. Sources: Aggarwal 2017, Ann Rheum Dis 76:792; Rider 2017, Ann Rheum Dis
76:782. Not validated for inclusion body myositis.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from patients.protocol.activity import ActivityProtocol
from patients.rules.change import Change, compared
from patients.rules.improvement_notes import notes_on
from patients.rules.measures import MILLION, Measured, measured
from patients.rules.quick_init import quick_init
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, Measure, Population, ResponseCategory
from patients.rules.wording import display_date, display_number, rounded_ratio

# In the order in which what is missing is listed; in juvenile disease the second name may stand for the first.
COMPONENTS: tuple[tuple[Measure, ...], ...] = (
    (Measure.PHYSICIAN_GLOBAL,),
    (Measure.PATIENT_GLOBAL,),
    (Measure.MMT, Measure.CMAS),
    (Measure.HAQ,),
    (Measure.ENZYMES,),
    (Measure.EXTRAMUSCULAR_GLOBAL, Measure.DAS),
)
_ALL = len(COMPONENTS)
_CATEGORIES = tuple(ResponseCategory)
_STRENGTH = (Measure.MMT, Measure.CMAS)


@quick_init
@dataclass(frozen=True, slots=True)
class Component:
    """One measure of the score. `baseline` and `follow_up` as recorded, in `unit`, on a scale of `scale`.

    `change_percent` is of the scale, negative when worse, and rounded to two decimals to be shown: no comparison uses
    it. `most_points` are those that a complete recovery from this baseline would give. `enzyme` is the one followed.
    """

    measure: Measure
    name: str
    baseline: Decimal
    follow_up: Decimal
    unit: str
    scale: Decimal
    change_percent: Decimal
    points: Decimal
    most_points: Decimal
    enzyme: EnzymeName | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class ImprovementScore:
    """The score (0 to 100) and its category.

    When `partial`, the measures in `missing` could not be compared and both are lower bounds; nothing is filled in.
    Without `sufficient` (physician global and strength) they are still lower bounds, but no decision should rest on
    them. `ceiling` is the most that the compared measures could have given from this baseline.
    """

    population: Population
    points: Decimal
    category: ResponseCategory
    partial: bool
    sufficient: bool
    missing: tuple[Measure, ...]
    components: tuple[Component, ...]
    ceiling: Decimal
    notes: tuple[str, ...]
    reason: Reason

    @property
    def points_words(self) -> str:
        """`85 of 100`, `at least 45 of 100`."""
        return f"{'at least ' if self.partial else ''}{display_number(self.points)} of 100"

    @property
    def category_words(self) -> str:
        """`major response`, `at least moderate response`; none without physician global and strength."""
        if not self.partial:
            return self.category.label
        if not self.sufficient:
            return "no category: too little was measured"
        if self.category is ResponseCategory.NONE:
            return "below minimal in what was measured, not decided"
        return f"at least {self.category.label}"


@dataclass(frozen=True, slots=True)
class NotComparable:
    """Why two assessments give no score."""

    problems: tuple[str, ...]


def improvement(
    baseline: Assessment, follow_up: Assessment, population: Population, protocol: ActivityProtocol
) -> ImprovementScore | NotComparable:
    """The score of `follow_up` against `baseline` with its components. The days of the two are not looked at.

    Raises ValueError for a form of the manual muscle test that the protocol does not know.
    """
    before, after = measured(baseline, protocol), measured(follow_up, protocol)
    changes, problems = compared(before, after, population, protocol)
    if not changes and not problems:
        problems = ["no measure was recorded at both assessments in a way that can be compared"]
    if problems:
        return NotComparable(tuple(problems))
    points = points_of(changes, population, protocol)
    components = tuple(_component(change, baseline, follow_up, protocol) for change in changes)
    compared_measures = {component.measure for component in components}
    missing = tuple(names[0] for names in COMPONENTS if compared_measures.isdisjoint(names))
    return ImprovementScore(
        population=population,
        points=_from_tenths(points.tenths),
        category=points.category,
        partial=points.partial,
        sufficient=points.sufficient,
        missing=missing,
        components=components,
        ceiling=sum((component.most_points for component in components), Decimal(0)),
        notes=notes_on(before, after, population, compared_measures),
        reason=_reason(baseline, follow_up, components, missing, protocol),
    )


class Points(NamedTuple):
    """The score in tenths of a point with its category; lower bounds of both when `partial`."""

    tenths: int
    category: ResponseCategory
    partial: bool
    sufficient: bool


def points_between(
    before: Measured, after: Measured, population: Population, protocol: ActivityProtocol
) -> Points | None:
    """The score alone, for callers that go through many pairs. None when the two cannot be compared."""
    changes, problems = compared(before, after, population, protocol)
    return points_of(changes, population, protocol) if changes and not problems else None


def points_of(changes: Sequence[Change], population: Population, protocol: ActivityProtocol) -> Points:
    """The sum over components that were compared, with its category."""
    tenths = 0
    for _, improvement, _, steps, _ in changes:
        # Open below, closed above: the number of limits that lie strictly below the improvement.
        tenths += steps.tenths[bisect_left(steps.limits, improvement)]
    category = _CATEGORIES[bisect_right(protocol.cut_offs[population], tenths)]
    partial = len(changes) < _ALL
    return Points(tenths, category, partial, not partial or _is_sufficient(changes))


def _is_sufficient(changes: Sequence[Change]) -> bool:
    """Physician global and strength are the least that a score rests on."""
    measures = {measure for measure, *_ in changes}
    return Measure.PHYSICIAN_GLOBAL in measures and not measures.isdisjoint(_STRENGTH)


def _component(change: Change, baseline: Assessment, follow_up: Assessment, protocol: ActivityProtocol) -> Component:
    measure, gained, most, steps, enzyme = change
    if enzyme is None:
        form = baseline.mmt_maximum if measure is Measure.MMT else None
        scale = protocol.scales[measure if form is None else form]
        name, unit, size = measure.label, scale.unit, Decimal(scale.maximum)
        then, now = getattr(baseline, measure.value), getattr(follow_up, measure.value)
        percent = (100 * gained.numerator, gained.denominator * scale.maximum * MILLION)
    else:
        first, later = _enzyme(baseline, enzyme), _enzyme(follow_up, enzyme)
        limit, later_limit = first.upper_limit or Decimal(1), later.upper_limit or Decimal(1)
        multiplier = protocol.enzymes[enzyme].multiplier
        name, unit, size = enzyme.label, first.unit, multiplier * limit
        then, now = first.value, later.value
        percent = _percent_of_limits((then, limit), (now, later_limit), multiplier)
    return Component(
        measure=measure,
        name=name,
        baseline=then,
        follow_up=now,
        unit=unit,
        scale=size,
        change_percent=rounded_ratio(*percent),
        points=_from_tenths(steps.tenths[bisect_left(steps.limits, gained)]),
        most_points=_from_tenths(steps.tenths[bisect_left(steps.limits, most)]),
        enzyme=enzyme,
    )


def _percent_of_limits(
    before: tuple[Decimal, Decimal], after: tuple[Decimal, Decimal], multiplier: Decimal
) -> tuple[int, int]:
    """How far a value fell, each as a multiple of its own limit, in percent of the range: numerator, denominator.

    In whole numbers throughout, because Fraction looks for a common divisor at every step.
    """
    (value, value_parts), (limit, limit_parts) = before[0].as_integer_ratio(), before[1].as_integer_ratio()
    (later, later_parts), (later_limit, later_limit_parts) = after[0].as_integer_ratio(), after[1].as_integer_ratio()
    factor, factor_parts = multiplier.as_integer_ratio()
    top, bottom = value * limit_parts, value_parts * limit
    later_top, later_bottom = later * later_limit_parts, later_parts * later_limit
    gained = top * later_bottom - later_top * bottom
    return 100 * gained * factor_parts, bottom * later_bottom * factor


def _enzyme(assessment: Assessment, name: EnzymeName) -> Enzyme:
    return next(enzyme for enzyme in assessment.enzymes if enzyme.name is name)


@lru_cache(maxsize=1024)
def _from_tenths(tenths: int) -> Decimal:
    return Decimal(tenths).scaleb(-1)


def _reason(
    baseline: Assessment,
    follow_up: Assessment,
    components: Sequence[Component],
    missing: Sequence[Measure],
    protocol: ActivityProtocol,
) -> Reason:
    facts = tuple(
        FactReference("assessment", each.id, f"assessment, {display_date(each.on, each.precision)}")
        for each in (baseline, follow_up)
    )
    predicates = [
        Predicate(
            f"{each.name}: {_change_words(each.change_percent)}, {display_number(each.points)} points",
            Truth.TRUE if each.points else Truth.FALSE,
            facts,
        )
        for each in components
    ]
    predicates += [Predicate(f"{measure.label}: missing, not counted", Truth.UNKNOWN, facts) for measure in missing]
    return protocol.because("improvement_partial" if missing else "improvement_score", *predicates)


def _change_words(percent: Decimal) -> str:
    if not percent:
        return "no change"
    return f"{'better' if percent > 0 else 'worse'} by {display_number(abs(percent))} % of its range"
