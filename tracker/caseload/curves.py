"""Survival curves of groups of people: which are drawn, with what beside them, and where their lines run."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regimens.protocol.cohort import load_cohort
from tracker import display
from tracker.caseload.cohort import Cohort
from tracker.caseload.figures_treatment import (
    drug_group,
    drugs_counted,
    group_headings,
    is_event,
    lines_counted,
)
from tracker.caseload.filters import DrugEnd, line_choices
from tracker.caseload.grids import ALL
from tracker.caseload.survival import Estimate, kaplan_meier

_DAYS_A_MONTH = Decimal("30.4375")
_TICKS = (3, 6, 12, 24, 36, 60, 120)  # months between two ticks, the first that gives at most six
_MOST_TICKS = 6
LEFT, TOP, WIDTH, HEIGHT = 44, 12, 420, 190  # pixels: where the plot begins, and how large it is
_RISK_ROOM = 58  # below the plot: the ticks and the numbers at risk


class _Watched(NamedTuple):
    days: int
    ended: bool
    patient_id: int


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str
    at_risk: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on which somebody's watching ended without the end that is counted."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One group: drawn as `path` with its `band` where it is large enough, said in words in any case."""

    code: str
    heading: str
    people: int
    events: int
    estimate: Estimate | None
    path: str = ""
    band: str = ""
    marks: tuple[Mark, ...] = ()
    ticks: tuple[Tick, ...] = ()

    @property
    def median(self) -> str:
        """`14 months (95 % interval 9 to 26)`, `not reached (95 % interval from 12 months)`."""
        if self.estimate is None:
            return ""
        found = self.estimate.median
        low, high = _months(found.low), _months(found.high)
        if found.days is None:
            if not low:
                return _("not reached")
            return _("not reached (%(percent)d %% interval from %(low)s months)") % {"percent": _percent(), "low": low}
        words = {"median": _months(found.days), "percent": _percent(), "low": low, "high": high}
        if not low or not high:
            return _("%(median)s months (%(percent)d %% interval from %(low)s months, its end not reached)") % {
                **words, "low": low or "0",
            }  # fmt: skip
        return _("%(median)s months (%(percent)d %% interval %(low)s to %(high)s)") % words

    @property
    def said(self) -> str:
        """The curve in one sentence, for its title."""
        counted = ngettext("%(count)s counted", "%(count)s counted", self.people) % {"count": f"{self.people:,}"}
        return _("%(group)s: %(counted)s, %(events)s ended. Median %(median)s.") % {
            "group": self.heading, "counted": counted, "events": f"{self.events:,}", "median": self.median,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """A line of the scale at the left."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Curves:
    """The groups in one order, all on the same axes. `too_few`: those of whom no curve is drawn.

    `percent` is that of the bands; `estimated`: of how many the day of the start or the stop is not known exactly.
    """

    drawn: tuple[Curve, ...]
    too_few: tuple[Curve, ...]
    fewest: int
    percent: int
    estimated: int = 0
    levels: tuple[Level, ...] = ()
    left: int = LEFT
    top: int = TOP
    right: int = LEFT + WIDTH
    bottom: int = TOP + HEIGHT
    width: int = LEFT + WIDTH + 16
    height: int = TOP + HEIGHT + _RISK_ROOM

    @property
    def empty(self) -> bool:
        return not self.drawn and not self.too_few

    def table(self) -> list[list[str]]:
        """Every step of every curve that is drawn, for the table beside it and for a CSV file."""
        heads = [
            _("Group"), _("Months"), _("Days"), _("Still watched"), _("Ended then"), _("Censored then"),
            _("Share remaining"), _("Band from"), _("Band to"),
        ]  # fmt: skip
        return [heads, *(row for curve in self.drawn for row in curve_rows(curve))]


def curve_rows(curve: Curve) -> list[list[str]]:
    """The steps of one curve as text."""
    steps = curve.estimate.steps if curve.estimate else ()
    return [
        [
            curve.heading,
            _months(step.days),
            str(step.days),
            str(step.at_risk),
            str(step.events),
            str(step.censored),
            share_words(step.remaining),
            share_words(step.low),
            share_words(step.high),
        ]
        for step in steps
    ]


def drug_curves(cohort: Cohort) -> Curves:
    """How long drugs were kept, by the group that the address asks for, largest groups first; all of them last."""
    watched: dict[str, list[_Watched]] = defaultdict(list)
    estimated = 0
    for member, kept in drugs_counted(cohort):
        pair = _Watched(kept.followed.days, is_event(cohort, kept.followed), member.patient_id)
        watched[drug_group(cohort, member, kept)].append(pair)
        watched[ALL].append(pair)
        estimated += kept.estimated
    return _curves(watched, [*group_headings(cohort), (ALL, _("all together"))], estimated)


def line_curves(cohort: Cohort) -> Curves:
    """How long it was from each line to the next higher one; nothing lies above line 3."""
    watched: dict[str, list[_Watched]] = defaultdict(list)
    estimated = 0
    for member, kept in lines_counted(cohort):
        if kept.line < 3:
            watched[str(kept.line)].append(_Watched(kept.followed.days, kept.followed.event, member.patient_id))
            estimated += kept.estimated
    return _curves(watched, list(line_choices()), estimated)


def end_words(cohort: Cohort) -> str:
    """What counts as an end of a drug here, and what is censored."""
    ends = DrugEnd(cohort.asked.filters.ends)
    if ends is DrugEnd.ANY:
        return load_cohort().rule("cohort.drug_end").text
    return _(
        "Only a drug %(end)s counts as an end. Every other stop, leaving the clinic, death and the day looked at end "
        "the watching without counting (censored)."
    ) % {"end": ends.label}


def share_words(share: Decimal | None) -> str:
    """`83.3 %`; `none` where the formula gives no number."""
    return _("none") if share is None else f"{display.number((share * 100).quantize(Decimal('0.1')))}\u00a0%"


def _curves(watched: dict[str, list[_Watched]], headings: list[tuple[str, str]], estimated: int) -> Curves:
    settings = load_cohort().settings
    fewest = settings.fewest_on_a_curve
    drawn: list[tuple[str, str, Estimate]] = []
    too_few: list[Curve] = []
    for code, heading in headings:
        group = watched.get(code, [])
        pairs = [(one.days, one.ended) for one in group]
        # Somebody with two drugs is two that are counted, and one who may be recognised.
        if len({one.patient_id for one in group}) >= fewest:
            drawn.append((code, heading, kaplan_meier(pairs, settings.confidence_percent)))
        elif group:
            too_few.append(Curve(code, heading, len(group), sum(one.ended for one in group), None))
    drawn.sort(key=lambda one: (one[0] == ALL, -one[2].people, one[1]))
    longest = max((estimate.last_day for _, _, estimate in drawn), default=0)
    axis = _Axis(max(longest, 91))
    shown = tuple(_drawn(code, heading, estimate, axis) for code, heading, estimate in drawn)
    levels = tuple(Level(_y(Decimal(share) / 100), f"{share} %") for share in (0, 25, 50, 75, 100))
    return Curves(shown, tuple(too_few), fewest, settings.confidence_percent, estimated, levels)


class _Axis:
    """Days to pixels, with its ticks at whole months."""

    def __init__(self, last_day: int) -> None:
        months = last_day / float(_DAYS_A_MONTH)
        self.step = next((step for step in _TICKS if months / step <= _MOST_TICKS), _TICKS[-1])
        self.last_day = last_day

    def x(self, day: int) -> float:
        return round(LEFT + day / self.last_day * WIDTH, 1)

    def ticks(self, estimate: Estimate) -> tuple[Tick, ...]:
        found = []
        months = 0
        while (day := round(months * _DAYS_A_MONTH)) <= self.last_day:
            found.append(Tick(self.x(day), str(months), estimate.at_risk(day)))
            months += self.step
        return tuple(found)


def _drawn(code: str, heading: str, estimate: Estimate, axis: _Axis) -> Curve:
    steps = estimate.steps
    path = _staircase(axis, [(step.days, step.remaining) for step in steps])
    with_band = [(step.days, step.low, step.high) for step in steps]
    marks = tuple(
        Mark(
            axis.x(step.days),
            _y(step.remaining),
            _("%(count)d censored after %(months)s months") % {"count": step.censored, "months": _months(step.days)},
        )
        for step in steps
        if step.censored
    )
    return Curve(
        code, heading, estimate.people, estimate.events, estimate, path, _band(axis, with_band), marks,
        axis.ticks(estimate),
    )  # fmt: skip


def _staircase(axis: _Axis, points: list[tuple[int, Decimal]]) -> str:
    path = f"M{axis.x(0)} {_y(Decimal(1))}"
    for day, share in points:
        path += f"H{axis.x(day)}V{_y(share)}"
    return path


def _band(axis: _Axis, steps: list[tuple[int, Decimal | None, Decimal | None]]) -> str:
    """The area between the two limits, up to the last day of which the formula gives them."""
    known = [(day, low, high) for day, low, high in steps if low is not None and high is not None]
    if not known:
        return ""
    last = next((day for day, low, high in steps if low is None and day > known[-1][0]), known[-1][0])
    upper = _staircase(axis, [(day, high) for day, _, high in known]) + f"H{axis.x(last)}"
    back = ""
    for place in range(len(known) - 1, -1, -1):
        day, low, _high = known[place]
        back += f"V{_y(low)}H{axis.x(day)}"
    return f"{upper}{back}V{_y(Decimal(1))}Z"


def _y(share: Decimal) -> float:
    return round(TOP + float(1 - share) * HEIGHT, 1)


def _months(days: int | None) -> str:
    """Days as months to one decimal; "" for none."""
    return "" if days is None else display.number((Decimal(days) / _DAYS_A_MONTH).quantize(Decimal("0.1")))


def _percent() -> int:
    return load_cohort().settings.confidence_percent
