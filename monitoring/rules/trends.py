"""Two in a row the same way: three samples of one test, each step at least a stated part of the value before it.

Only values in known units are read. One reported as a bound (`<5`) stands for every value it allows, and a step counts
only when it holds for all of them. Of several samples on an earlier day the one nearest to the later value counts, so
that a trend is never made of two samples of one day.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import Analyte, Direction, MonitoringProtocol, Trend
from monitoring.rules import wording, wording_results
from monitoring.rules.findings import ThresholdFinding
from monitoring.rules.record import Result
from monitoring.rules.spans import Span, inside, span_of
from monitoring.rules.thresholds import muscle_caveats, own_value, result_reference
from patients.rules.entry_order import entry_order
from patients.rules.reasons import Predicate, Reason, Truth

_SAMPLES = 3


def trends(
    result: Result, protocol: MonitoringProtocol, *, others: Iterable[Result] = ()
) -> tuple[ThresholdFinding, ...]:
    """The trends of the protocol that end in this result. Those sampled after it are not looked at."""
    analyte, rules = protocol.analytes.get(result.analyte), protocol.trends.get(result.analyte, ())
    if analyte is None or not rules:
        return ()
    rows = [row for row in others if row.id != result.id]
    found = (_finding(result, analyte, rule, rows, protocol) for rule in rules)
    return tuple(finding for finding in found if finding is not None)


def is_back(
    repeat: Result, last: Result, rule: Trend, protocol: MonitoringProtocol, *, others: Iterable[Result]
) -> bool:
    """Whether a repeat is as good as, or better than, the first value of the trend of the rule that ended in `last`.

    A bound counts only when it is so for every value it allows. False when the samples of the trend are no longer here.
    """
    analyte = protocol.analytes[rule.analyte]
    samples = _last_samples(last, analyte, rule, [row for row in others if row.id != last.id])
    if samples is None or own_value(repeat, analyte) is None:
        return False
    first, again = _span(samples[0], analyte), _span(repeat, analyte)
    if rule.direction is Direction.FALLING:
        return again.low is not None and first.high is not None and again.low >= first.high
    return again.high is not None and first.low is not None and again.high <= first.low


def _finding(
    result: Result, analyte: Analyte, rule: Trend, rows: list[Result], protocol: MonitoringProtocol
) -> ThresholdFinding | None:
    samples = _last_samples(result, analyte, rule, rows)
    if samples is None or not _goes_on(samples, analyte, rule):
        return None
    shown = [wording.value_shown(row.value, row.comparator, row.unit, row.text) for row in samples]
    steps = [(words, row.sampled_on) for words, row in zip(shown, samples, strict=True)]
    text = wording_results.trend(analyte.name, rule.direction.label, steps, rule.step_percent)
    facts = tuple(result_reference(row, analyte) for row in samples)
    reason = Reason(rule.id, text, rule.kind, rule.source, protocol.version, (Predicate(text, Truth.TRUE, facts),))
    caveats = muscle_caveats(result, rows, protocol)
    return ThresholdFinding(rule.id, analyte.id, facts[-1], Truth.TRUE, text, rule.action, rule.grade, reason, caveats)


def _last_samples(result: Result, analyte: Analyte, rule: Trend, rows: list[Result]) -> list[Result] | None:
    """The result and the last two days before it with a value, oldest first; None when there are no three in time."""
    if own_value(result, analyte) is None:
        return None
    by_day: dict[date, list[Result]] = {}
    for row in rows:
        within = 0 < (result.sampled_on - row.sampled_on).days <= rule.within_days
        if row.analyte == result.analyte and within and own_value(row, analyte) is not None:
            by_day.setdefault(row.sampled_on, []).append(row)
    days = sorted(by_day)[1 - _SAMPLES :]
    if len(days) < _SAMPLES - 1:
        return None
    nearest = min if rule.direction is Direction.FALLING else max
    return [
        *(nearest(by_day[day], key=lambda row: (own_value(row, analyte), entry_order(row.id))) for day in days),
        result,
    ]


def _goes_on(samples: list[Result], analyte: Analyte, rule: Trend) -> bool:
    spans = [_span(row, analyte) for row in samples]
    if not all(_step(before, after, rule) for before, after in zip(spans, spans[1:], strict=False)):
        return False
    if rule.once_below is not None and inside(spans[-1], Span(None, False, rule.once_below, False)) is not Truth.TRUE:
        return False
    return rule.once_above is None or inside(spans[-1], Span(rule.once_above, False, None, False)) is Truth.TRUE


def _step(before: Span, after: Span, rule: Trend) -> bool:
    """Whether the step is large enough for every value that the two may stand for."""
    part = rule.step_percent
    if rule.direction is Direction.FALLING:
        if before.low is None or after.high is None:
            return False
        return after.high * 100 <= before.low * (100 - part) and after.high < before.low
    if before.high is None or after.low is None:
        return False
    return after.low * 100 >= before.high * (100 + part) and after.low > before.high


def _span(row: Result, analyte: Analyte) -> Span:
    return span_of(row.comparator, own_value(row, analyte) or Decimal(0))
