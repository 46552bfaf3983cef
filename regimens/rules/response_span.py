"""How far the disease improved over one span of days: which assessment it starts from, and what came after."""

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from patients.protocol.activity import ActivityProtocol
from patients.rules.improvement import Points
from patients.rules.population import criteria_for
from patients.rules.quick_points import Baseline
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.record import Assessment
from patients.rules.vocabulary import ResponseCategory
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.baselines import baseline_for, has_core_measure, is_enough
from regimens.rules.exposure import SteroidHistory, cumulative_prednisolone, weight_at_start
from regimens.rules.record import TreatmentRecord
from regimens.rules.response_findings import LeftOut, LeftOutWhy, Reached, Response, ResponseState, Score

# What a category brings with it: a major response is a minimal and a moderate one too.
_REACHED = {category: tuple(ResponseCategory)[1 : rank + 1] for rank, category in enumerate(ResponseCategory)}
_POINTS = tuple(Decimal(tenths).scaleb(-1) for tenths in range(1001))
_SCORED, _NO_BASELINE, _NO_FOLLOW_UP = ResponseState.SCORED, ResponseState.NO_BASELINE, ResponseState.NO_FOLLOW_UP
_NOT_COMPARABLE, _TOO_LITTLE = LeftOutWhy.NOT_COMPARABLE, LeftOutWhy.TOO_LITTLE


class Span(NamedTuple):
    """From the start to the end of treatment, both days included, and how long assessments still count after it."""

    start_on: date
    ended_on: date
    counted_until: date
    in_cycles: bool
    """Whether the end is that of a drug given in cycles, which acts on for longer."""
    cut_short: bool = False
    """Whether a higher line was begun meanwhile: what came after is the response to that one."""


class _Follow(NamedTuple):
    """What the assessments of one span came to."""

    state: ResponseState
    best: Score | None = None
    latest: Score | None = None
    reached: tuple[Reached, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class History:
    """One patient's assessments and corticosteroids laid out once; what several spans share is worked out once."""

    __slots__ = (
        "_baselines",
        "_compared",
        "_days",
        "_enough",
        "_facts",
        "_responses",
        "_rows",
        "activity",
        "as_of",
        "protocol",
        "record",
        "steroid",
    )

    def __init__(
        self, record: TreatmentRecord, protocol: PathwayProtocol, activity: ActivityProtocol, as_of: date
    ) -> None:
        self.record = record
        self.protocol = protocol
        self.activity = activity
        self.as_of = as_of
        self.steroid = SteroidHistory(record, protocol, as_of)
        self._rows = [row for row in record.patient.assessments if row.on <= as_of and has_core_measure(row)]
        self._rows.sort(key=_by_day)
        self._days = [row.on for row in self._rows]
        self._enough = [is_enough(row) for row in self._rows]
        self._baselines: dict[date, Assessment | None] = {}
        self._compared: dict[str, tuple[Baseline, list[Points | LeftOut | None]]] = {}
        self._facts: dict[str, FactReference] = {}
        self._responses: dict[Span, Response] = {}

    def response(self, span: Span) -> Response:
        found = self._responses.get(span)
        if found is None:
            found = self._responses[span] = self._work_out(span)
        return found

    def _work_out(self, span: Span) -> Response:
        start_on = span.start_on
        baseline = self._baseline(start_on)
        if baseline is None:
            follow, rule = _Follow(_NO_BASELINE), "response.no_baseline"
        else:
            follow = self._follow(baseline, start_on, span.counted_until)
            rule = "response.baseline_before" if baseline.on <= start_on else "response.baseline_after"
        weights = self.record.patient.weights
        weight = weight_at_start(weights, start_on, self.as_of) if weights else None
        return Response(
            start_on,
            span.ended_on,
            span.counted_until,
            follow.state,
            None if baseline is None else self._fact(baseline),
            None if baseline is None else baseline.on,
            follow.best,
            follow.latest,
            follow.reached,
            follow.left_out,
            self.steroid.on(start_on),
            self.steroid.on(span.ended_on),
            cumulative_prednisolone(self.steroid, start_on, span.ended_on, weight),
            _reasons(self.protocol, self.activity, rule, span.in_cycles, span.cut_short),
        )

    def _baseline(self, start_on: date) -> Assessment | None:
        if start_on not in self._baselines:
            self._baselines[start_on] = baseline_for(self._rows, start_on, self.protocol.settings)
        return self._baselines[start_on]

    def _follow(self, baseline: Assessment, start_on: date, until: date) -> _Follow:
        """Every later assessment of the span against the baseline, oldest first."""
        first = bisect_right(self._days, start_on if start_on > baseline.on else baseline.on)
        last = bisect_right(self._days, until)
        if first >= last:
            return _Follow(_NO_FOLLOW_UP)
        ready, compared = self._against(baseline)
        enough = is_enough(baseline)
        rows = self._rows
        left_out: list[LeftOut] = []
        reached: list[Reached] = []
        best_place = latest_place = -1
        best: Points | None = None
        latest: Points | None = None
        for place in range(first, last):
            entry = compared[place]
            if entry is None:
                entry = compared[place] = self._compare(ready, rows[place], enough and self._enough[place])
            if isinstance(entry, LeftOut):
                left_out.append(entry)
                continue
            latest, latest_place = entry, place
            if best is None or entry.tenths > best.tenths:
                best, best_place = entry, place
                for category in _REACHED[entry.category][len(reached) :]:
                    row = rows[place]
                    reached.append(Reached(category, self._fact(row), row.on, (row.on - start_on).days))
        if best is None or latest is None:
            return _Follow(_state_without_score(left_out), left_out=tuple(left_out))
        shown = self._score(best_place, best, start_on)
        now = shown if latest_place == best_place else self._score(latest_place, latest, start_on)
        return _Follow(_SCORED, shown, now, tuple(reached), tuple(left_out))

    def _against(self, baseline: Assessment) -> tuple[Baseline, list[Points | LeftOut | None]]:
        """The baseline made ready, and what each assessment came to against it, as far as that was asked."""
        found = self._compared.get(baseline.id)
        if found is None:
            population = criteria_for(self.record.patient.person, baseline.on)
            entries: list[Points | LeftOut | None] = [None] * len(self._rows)
            found = self._compared[baseline.id] = (Baseline(baseline, population, self.activity), entries)
        return found

    def _compare(self, baseline: Baseline, row: Assessment, enough: bool) -> Points | LeftOut:
        points = baseline.compare(row) if enough else None
        if isinstance(points, tuple) and not isinstance(points, Points):
            return LeftOut(self._fact(row), row.on, _NOT_COMPARABLE, points)
        if points is None or not points.sufficient:
            return LeftOut(self._fact(row), row.on, _TOO_LITTLE, ())
        return points

    def _score(self, place: int, points: Points, start_on: date) -> Score:
        row = self._rows[place]
        days = (row.on - start_on).days
        return Score(self._fact(row), row.on, days, _POINTS[points.tenths], points.category, points.partial)

    def _fact(self, row: Assessment) -> FactReference:
        found = self._facts.get(row.id)
        if found is None:
            label = f"assessment, {display_date(row.on, row.precision)}"
            found = self._facts[row.id] = FactReference("assessment", row.id, label)
        return found


def _by_day(row: Assessment) -> tuple[date, str]:
    return row.on, row.id


def _state_without_score(left_out: list[LeftOut]) -> ResponseState:
    if all(each.why is LeftOutWhy.NOT_COMPARABLE for each in left_out):
        return ResponseState.NOT_COMPARABLE
    return ResponseState.TOO_LITTLE


@lru_cache(maxsize=64)
def _reasons(
    protocol: PathwayProtocol, activity: ActivityProtocol, baseline_rule: str, in_cycles: bool, cut_short: bool
) -> tuple[Reason, ...]:
    """The rules behind a response with the spans that they use: the same values for every patient."""
    settings = protocol.settings
    before, after = settings.response_baseline_days_before, settings.response_baseline_days_after
    near = Predicate(
        f"an assessment from {before} days before the start to {after} days after it",
        Truth.FALSE if baseline_rule == "response.no_baseline" else Truth.TRUE,
    )
    days = settings.response_days_after_stop_in_cycles if in_cycles else settings.response_days_after_stop
    counted = "response.counted_in_cycles" if in_cycles else "response.counted"
    until = (
        protocol.because("response.until_next_line")
        if cut_short
        else protocol.because(counted, Predicate(f"up to {days} days after a stop", Truth.TRUE))
    )
    return (
        protocol.because(baseline_rule, near),
        until,
        protocol.because("response.enough"),
        activity.because("improvement_score"),
        protocol.because("exposure.prednisolone"),
        protocol.because("exposure.pulses"),
    )
