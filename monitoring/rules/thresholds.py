"""Whether a result asks for action: the bands of the protocol, read strictly, with what else may explain the value.

A value on a strict limit is no alert. A result reported as a bound (`<5`) stands for every value it allows: it is
inside a band, outside it, or cannot be told. What cannot be told is shown, never passed over.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import Analyte, ComparedWith, MonitoringProtocol, Threshold
from monitoring.rules import wording
from monitoring.rules.findings import ThresholdFinding
from monitoring.rules.record import Result
from patients.rules.reasons import FactReference, Predicate, Reason, Truth

_YEAR_DAYS = 365
_PLUSES = re.compile(r"^\s*(?:(?P<count>[0-4])\s*\+|(?P<signs>\+{1,4}))\s*$")
_NO_PLUS = {"negative", "neg", "nil", "none", "normal", "trace", "-"}
_LARGEST = Decimal(10**12)


@dataclass(frozen=True, slots=True)
class Span:
    """The values that a result or a band stands for; None is no bound on that side."""

    low: Decimal | None
    low_included: bool
    high: Decimal | None
    high_included: bool


def flag(
    result: Result,
    protocol: MonitoringProtocol,
    *,
    others: Iterable[Result] = (),
    drugs: Collection[str] = (),
) -> tuple[ThresholdFinding, ...]:
    """The bands that a result lies in, or may lie in, in the order of the protocol.

    `others` are the patient's other results: creatinine is read against those of the 12 months before, a liver enzyme
    beside the CK taken around the same day. Those sampled after the result count only as that CK. `drugs` are the drugs
    taken on the day of the sample: a band for one drug alone is read only then.
    """
    analyte = protocol.analytes.get(result.analyte)
    if analyte is None:
        return ()
    rows = [row for row in others if row.id != result.id]
    found = []
    for threshold in protocol.thresholds.get(result.analyte, ()):
        if threshold.drugs and not set(threshold.drugs) & set(drugs):
            continue
        finding = _finding(result, analyte, threshold, rows, protocol)
        if finding is not None:
            found.append(finding)
    return tuple(found)


def _finding(
    result: Result, analyte: Analyte, threshold: Threshold, rows: list[Result], protocol: MonitoringProtocol
) -> ThresholdFinding | None:
    shown = wording.value_shown(result.value, result.comparator, result.unit, result.text)
    limit = _limit_in_words(threshold)
    measured = _measured(result, analyte, threshold, rows)
    if measured is None:
        return None
    span, note = measured
    truth = Truth.UNKNOWN if span is None else _inside(span, _band(threshold))
    if truth is Truth.FALSE:
        return None
    if truth is Truth.TRUE:
        text = wording.flagged(analyte.name, shown, limit)
        text = f"{text} ({note})" if note else text
    else:
        text = wording.cannot_tell(analyte.name, shown, limit, note or wording.comparator_open())
    fact = FactReference("result", result.id, wording.last_done_label(f"{analyte.name} {shown}", result.sampled_on))
    caveats = _muscle(result, rows, protocol) if result.analyte in protocol.muscle.analytes else ()
    reason = Reason(
        threshold.id, text, threshold.kind, threshold.source, protocol.version, (Predicate(text, truth, (fact,)),)
    )
    return ThresholdFinding(threshold.id, result.analyte, fact, truth, text, threshold.action, reason, caveats)


def _measured(
    result: Result, analyte: Analyte, threshold: Threshold, rows: list[Result]
) -> tuple[Span | None, str] | None:
    """What is compared with the band, and a note on it. A span of None cannot be told; None is nothing to compare."""
    if threshold.compared_with is ComparedWith.PLUSES:
        pluses = _pluses(result)
        return (None, wording.no_number()) if pluses is None else (Span(pluses, True, pluses, True), "")
    if result.value is None or not _usable(result.value):
        return None, wording.no_number()
    if result.value < 0:
        return None, wording.below_zero()
    if threshold.compared_with is ComparedWith.UPPER_LIMIT:
        if result.upper_limit is None or not _usable(result.upper_limit) or result.upper_limit <= 0:
            return None, wording.no_upper_limit()
        return _span(result.comparator, result.value / result.upper_limit), ""
    factor = _factor(analyte, result.unit)
    if factor is None:
        return None, wording.unit_unknown(result.unit)
    impossible = _impossible(result, analyte, factor)
    if impossible:
        return None, impossible
    if threshold.compared_with is ComparedWith.LOWEST_IN_12_MONTHS:
        return _rise(result, analyte, factor, rows)
    return _span(result.comparator, result.value * factor), ""


def _rise(result: Result, analyte: Analyte, factor: Decimal, rows: list[Result]) -> tuple[Span | None, str] | None:
    """Percent above the lowest of the 12 months before, the test itself left out. Without one there is no rise."""
    earlier = []
    for row in rows:
        if row.analyte != result.analyte or not _in_year_before(row.sampled_on, result.sampled_on):
            continue
        row_factor = _factor(analyte, row.unit)
        if row_factor is None or row.comparator or row.value is None or not _usable(row.value) or row.value <= 0:
            continue
        earlier.append((row.value * row_factor, row.sampled_on))
    if not earlier or result.value is None:
        return None
    lowest, on = min(earlier)
    percent = (result.value * factor - lowest) * 100 / lowest
    shown = percent.quantize(Decimal("0.1")) if percent < _LARGEST else percent
    return _span(result.comparator, percent), wording.rise(shown, lowest, on)


def _in_year_before(on: date, test_on: date) -> bool:
    return on < test_on and (test_on - on).days <= _YEAR_DAYS


def _span(comparator: str, value: Decimal) -> Span:
    """Every value that a reported one may stand for."""
    if comparator in ("<", "<="):
        return Span(None, False, value, comparator == "<=")
    if comparator in (">", ">="):
        return Span(value, comparator == ">=", None, False)
    return Span(value, True, value, True)


def _band(threshold: Threshold) -> Span:
    low = threshold.above if threshold.above is not None else threshold.at_least
    high = threshold.below if threshold.below is not None else threshold.at_most
    return Span(low, threshold.at_least is not None, high, threshold.at_most is not None)


def _inside(span: Span, band: Span) -> Truth:
    """Whether all, none or some of the values of `span` lie in `band`."""
    if _ends_before(span, band) or _ends_before(band, span):
        return Truth.FALSE
    low_held = band.low is None or (
        span.low is not None
        and (span.low > band.low or (span.low == band.low and (band.low_included or not span.low_included)))
    )
    high_held = band.high is None or (
        span.high is not None
        and (span.high < band.high or (span.high == band.high and (band.high_included or not span.high_included)))
    )
    return Truth.TRUE if low_held and high_held else Truth.UNKNOWN


def _ends_before(first: Span, second: Span) -> bool:
    if first.high is None or second.low is None:
        return False
    return first.high < second.low or (first.high == second.low and not (first.high_included and second.low_included))


def _usable(value: Decimal | None) -> bool:
    return value is not None and value.is_finite() and abs(value) < _LARGEST


def _factor(analyte: Analyte, unit: str) -> Decimal | None:
    """What to multiply by to get the analyte's own unit; None when the unit is not known for it."""
    if unit in analyte.units:
        return Decimal(1)
    for conversion in analyte.conversions:
        if unit == conversion.unit:
            return conversion.multiply_by
    return None


def _impossible(result: Result, analyte: Analyte, factor: Decimal) -> str:
    value = (result.value or Decimal(0)) * factor
    low, high = analyte.lowest, analyte.highest
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    return wording.outside_possible(*("-" if bound is None else wording.number(bound) for bound in (low, high)))


def _pluses(result: Result) -> Decimal | None:
    """Pluses on a dipstick: 2+ and ++ are two; negative and trace are none."""
    words = result.text.strip().lower()
    if words in _NO_PLUS:
        return Decimal(0)
    match = _PLUSES.match(words)
    if match is None:
        return None
    return Decimal(match["count"]) if match["count"] else Decimal(len(match["signs"]))


def _muscle(result: Result, rows: list[Result], protocol: MonitoringProtocol) -> tuple[Reason, ...]:
    """Whether a raised liver enzyme may come from muscle: the CK nearest in time that has its own upper limit."""
    muscle = protocol.muscle
    near = [
        row
        for row in rows
        if row.analyte == muscle.muscle_analyte
        and row.upper_limit is not None
        and _usable(row.value)
        and _usable(row.upper_limit)
        and abs((row.sampled_on - result.sampled_on).days) <= muscle.within_days
    ]
    if not near:
        return (_caveat(wording.muscle_unknown(muscle.within_days), Truth.UNKNOWN, (), protocol),)
    ck = min(near, key=lambda row: (abs((row.sampled_on - result.sampled_on).days), row.sampled_on, row.id))
    shown = wording.value_shown(ck.value, ck.comparator, ck.unit, ck.text)
    fact = FactReference("result", ck.id, wording.last_done_label(f"CK {shown}", ck.sampled_on))
    truth = _inside(_span(ck.comparator, ck.value or Decimal(0)), Span(ck.upper_limit, False, None, False))
    if truth is Truth.TRUE:
        text = wording.may_be_muscle(shown, ck.sampled_on)
    elif truth is Truth.FALSE:
        text = wording.muscle_unlikely(shown, ck.sampled_on)
    else:
        text = wording.muscle_unknown(muscle.within_days)
    return (_caveat(text, truth, (fact,), protocol),)


def _caveat(text: str, truth: Truth, facts: tuple[FactReference, ...], protocol: MonitoringProtocol) -> Reason:
    muscle = protocol.muscle
    predicate = Predicate(text, truth, facts)
    return Reason("thresholds.muscle", text, muscle.kind, muscle.source, protocol.version, (predicate,))


def _limit_in_words(threshold: Threshold) -> str:
    band = _band(threshold)
    measure = {
        ComparedWith.VALUE: wording.unit(threshold.unit),
        ComparedWith.UPPER_LIMIT: "times the upper limit",
        ComparedWith.LOWEST_IN_12_MONTHS: "% up in 12 months",
        ComparedWith.PLUSES: "plus",
    }[threshold.compared_with]
    return wording.band(band.low, band.low_included, band.high, band.high_included, measure)
