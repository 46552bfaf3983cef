"""Whether a result asks for action: the bands of the protocol, read strictly, with what else may explain the value.

A value on a strict limit is no alert. A result reported as a bound (`<5`) stands for every value it allows: it is
inside a band, outside it, or cannot be told. What cannot be told is shown, never passed over; as it may be less than
the band says, it counts one grade lower.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import LITTLE, Analyte, ComparedWith, MonitoringProtocol, Threshold
from monitoring.rules import wording, wording_results
from monitoring.rules.findings import ThresholdFinding
from monitoring.rules.record import Result
from monitoring.rules.spans import LARGEST, Span, band_of, inside, span_of, usable
from monitoring.rules.units import factor
from monitoring.rules.vocabulary import AlertGrade
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Reason, Truth

_YEAR_DAYS = 365
_PLUSES = re.compile(r"^\s*(?:(?P<count>[0-4])\s*\+|(?P<signs>\+{1,4}))\s*$")
_NO_PLUS = {"negative", "neg", "nil", "none", "normal", "trace", "-"}
_POSITIVE = {"positive", "pos", "reactive", "detected", "+"}
_LACKING: dict[str, Decimal] = {
    **dict.fromkeys(("normal", "high", "wild type"), Decimal(0)),
    **dict.fromkeys(("intermediate", "heterozygous", "carrier"), Decimal(1)),
    **dict.fromkeys(("low", "very low", "poor", "absent", "deficient", "homozygous"), LITTLE),
}
_NEGATIVE = {"negative", "neg", "non-reactive", "nonreactive", "not reactive", "not detected", "-"}


def flag(
    result: Result,
    protocol: MonitoringProtocol,
    *,
    others: Iterable[Result] = (),
    drugs: Collection[str] = (),
    stopped: Mapping[str, int] | None = None,
) -> tuple[ThresholdFinding, ...]:
    """The bands that a result lies in, or may lie in, in the order of the protocol.

    `others` are the patient's other results: creatinine is read against those of the 12 months before, a liver enzyme
    beside the CK taken around the same day. Those sampled after the result count only as that CK. `drugs` are the drugs
    taken on the day of the sample: a band for one drug alone is read only then, and after its stop for as long as the
    protocol says. `stopped` says by drug how many days before the sample that was.
    """
    analyte = protocol.analytes.get(result.analyte)
    if analyte is None:
        return ()
    rows = [row for row in others if row.id != result.id]
    found = []
    for threshold in protocol.thresholds.get(result.analyte, ()):
        if not _holds(threshold, protocol, drugs, stopped or {}):
            continue
        finding = _finding(result, analyte, threshold, rows, protocol)
        if finding is not None:
            after = _stop_caveats(threshold, protocol, drugs, stopped or {})
            found.append(replace(finding, caveats=(*finding.caveats, *after)))
    return tuple(found)


def limited(
    result: Result,
    protocol: MonitoringProtocol,
    *,
    others: Iterable[Result] = (),
    drugs: Collection[str] = (),
    stopped: Mapping[str, int] | None = None,
) -> bool:
    """Whether a band of the protocol speaks about this result, so that no finding means that it asks for nothing.

    Arguments as for `flag`. A trend is no limit: it says nothing about how low or how high a value is.
    """
    analyte = protocol.analytes.get(result.analyte)
    if analyte is None:
        return False
    rows = [row for row in others if row.id != result.id]
    return any(
        _holds(threshold, protocol, drugs, stopped or {}) and _measured(result, analyte, threshold, rows) is not None
        for threshold in protocol.thresholds.get(result.analyte, ())
    )


def always_limited(protocol: MonitoringProtocol) -> frozenset[str]:
    """The analytes of which every result is measured by a band, whatever is taken and whatever was there before."""
    return frozenset(
        analyte
        for analyte, bands in protocol.thresholds.items()
        if any(not band.drugs and band.compared_with is not ComparedWith.LOWEST_IN_12_MONTHS for band in bands)
    )


def _holds(
    threshold: Threshold, protocol: MonitoringProtocol, drugs: Collection[str], stopped: Mapping[str, int]
) -> bool:
    taken = not threshold.drugs or bool(set(threshold.drugs) & set(drugs))
    return taken or bool(_held_after_stop(threshold, protocol, stopped))


def _held_after_stop(threshold: Threshold, protocol: MonitoringProtocol, stopped: Mapping[str, int]) -> list[str]:
    """The drugs of the band that were stopped so few days before the sample that it still holds."""
    held = []
    for drug in threshold.drugs:
        own = (threshold.after_stop_days, protocol.drugs[drug].limits_after_stop_days)
        most = next((days for days in own if days is not None), protocol.raising.limits_after_stop_days)
        if drug in stopped and stopped[drug] <= most:
            held.append(drug)
    return held


def _stop_caveats(
    threshold: Threshold, protocol: MonitoringProtocol, drugs: Collection[str], stopped: Mapping[str, int]
) -> tuple[Reason, ...]:
    """That a band still holds although its drugs had been stopped by the day of the sample."""
    if set(threshold.drugs) & set(drugs):
        return ()
    rule = protocol.raising
    texts = [
        wording_results.limit_after_stop(protocol.drugs[drug].name, stopped[drug])
        for drug in _held_after_stop(threshold, protocol, stopped)
    ]
    return tuple(
        Reason(rule.id, text, rule.kind, rule.source, protocol.version, (Predicate(text, Truth.TRUE),))
        for text in texts
    )


def _finding(
    result: Result, analyte: Analyte, threshold: Threshold, rows: list[Result], protocol: MonitoringProtocol
) -> ThresholdFinding | None:
    shown = wording.value_shown(result.value, result.comparator, result.unit, result.text)
    limit = _limit_in_words(threshold)
    measured = _measured(result, analyte, threshold, rows)
    if measured is None:
        return None
    span, note = measured
    truth = Truth.UNKNOWN if span is None else inside(span, band_of(threshold))
    if truth is Truth.FALSE:
        return None
    grade = threshold.grade
    if truth is Truth.TRUE:
        if threshold.fall_percent is not None and span is not None:
            grade, note = _fallen(result, analyte, threshold, threshold.fall_percent, rows)
        text = wording_results.flagged(analyte.name, shown, limit)
        text = f"{text} ({note})" if note else text
    else:
        grade = one_grade_lower(grade)
        text = wording_results.cannot_tell(analyte.name, shown, limit, note or wording_results.comparator_open())
    fact = result_reference(result, analyte)
    reason = Reason(
        threshold.id, text, threshold.kind, threshold.source, protocol.version, (Predicate(text, truth, (fact,)),)
    )
    caveats = muscle_caveats(result, rows, protocol)
    return ThresholdFinding(threshold.id, result.analyte, fact, truth, text, threshold.action, grade, reason, caveats)


def result_reference(result: Result, analyte: Analyte) -> FactReference:
    """The result as a fact that a reason points to."""
    shown = wording.value_shown(result.value, result.comparator, result.unit, result.text)
    return FactReference("result", result.id, wording.last_done_label(f"{analyte.name} {shown}", result.sampled_on))


def one_grade_lower(grade: AlertGrade) -> AlertGrade:
    """How soon something needs a person that may be as bad as this grade says, or may not."""
    return AlertGrade.ACTION if grade is AlertGrade.URGENT else AlertGrade.LOOK


def own_value(result: Result, analyte: Analyte) -> Decimal | None:
    """The number in the analyte's own unit; None when there is none that can be compared."""
    multiple = factor(analyte, result.unit)
    if multiple is None or result.value is None or not usable(result.value) or result.value < 0:
        return None
    return None if _impossible(result, analyte, multiple) else result.value * multiple


def _measured(
    result: Result, analyte: Analyte, threshold: Threshold, rows: list[Result]
) -> tuple[Span | None, str] | None:
    """What is compared with the band, and a note on it. A span of None cannot be told; None is nothing to compare."""
    read = _READ.get(threshold.compared_with)
    if read is not None:
        said = read(result)
        return (None, wording_results.words_unknown()) if said is None else (Span(said, True, said, True), "")
    if result.value is None or not usable(result.value):
        return None, wording_results.no_number()
    if result.value < 0:
        return None, wording_results.below_zero()
    if threshold.compared_with is ComparedWith.UPPER_LIMIT:
        if result.upper_limit is None or not usable(result.upper_limit) or result.upper_limit <= 0:
            return None, wording_results.no_upper_limit()
        return span_of(result.comparator, result.value / result.upper_limit), ""
    multiple = factor(analyte, result.unit)
    if multiple is None:
        return None, wording_results.unit_unknown(result.unit)
    impossible = _impossible(result, analyte, multiple)
    if impossible:
        return None, impossible
    if threshold.compared_with is ComparedWith.LOWEST_IN_12_MONTHS:
        return _rise(result, analyte, multiple, rows)
    return span_of(result.comparator, result.value * multiple), ""


def _rise(result: Result, analyte: Analyte, multiple: Decimal, rows: list[Result]) -> tuple[Span | None, str] | None:
    """Percent above the lowest of the 12 months before, the test itself left out. Without one there is no rise."""
    earlier = _year_before(result, analyte, rows)
    if not earlier or result.value is None:
        return None
    lowest, on = min(earlier)
    percent = (result.value * multiple - lowest) * 100 / lowest
    shown = percent.quantize(Decimal("0.1")) if percent < LARGEST else percent
    return span_of(result.comparator, percent), wording_results.rise(shown, lowest, on)


def _fallen(
    result: Result, analyte: Analyte, threshold: Threshold, fall_percent: Decimal, rows: list[Result]
) -> tuple[AlertGrade, str]:
    """The grade of a value inside a band that asks for a fall as well, and a note on it. Without one before it fell."""
    earlier = _year_before(result, analyte, rows)
    value = own_value(result, analyte)
    if not earlier or value is None:
        return threshold.grade, wording_results.nothing_before()
    highest, on = max(earlier)
    was_outside = inside(span_of("", highest), band_of(threshold)) is Truth.FALSE
    fell = value < highest and (was_outside or (highest - value) * 100 >= fall_percent * highest)
    if fell:
        return threshold.grade, wording_results.fall(highest, on)
    return AlertGrade.LOOK, wording_results.no_fall(highest, on)


def _year_before(result: Result, analyte: Analyte, rows: list[Result]) -> list[tuple[Decimal, date]]:
    """The values above 0 of the 12 months before the test, in the analyte's own unit, and their days."""
    earlier = []
    for row in rows:
        if row.analyte != result.analyte or not _in_year_before(row.sampled_on, result.sampled_on):
            continue
        multiple = factor(analyte, row.unit)
        if multiple is None or row.comparator or row.value is None or not usable(row.value) or row.value <= 0:
            continue
        earlier.append((row.value * multiple, row.sampled_on))
    return earlier


def _in_year_before(on: date, test_on: date) -> bool:
    return on < test_on and (test_on - on).days <= _YEAR_DAYS


def _impossible(result: Result, analyte: Analyte, multiple: Decimal) -> str:
    value = (result.value or Decimal(0)) * multiple
    low, high = analyte.lowest, analyte.highest
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    return wording_results.outside_possible(*("-" if bound is None else wording.number(bound) for bound in (low, high)))


def _pluses(result: Result) -> Decimal | None:
    """Pluses on a dipstick: 2+ and ++ are two; negative and trace are none."""
    words = result.text.strip().lower()
    if words in _NO_PLUS:
        return Decimal(0)
    match = _PLUSES.match(words)
    if match is None:
        return None
    return Decimal(match["count"]) if match["count"] else Decimal(len(match["signs"]))


def _positive(result: Result) -> Decimal | None:
    """1 for a positive finding, 0 for a negative one, None for words that are neither."""
    words = " ".join(result.text.strip().lower().split())
    if words in _POSITIVE:
        return Decimal(1)
    return Decimal(0) if words in _NEGATIVE else None


def _lacking(result: Result) -> Decimal | None:
    """Of an enzyme: 2 when little or none is there, 1 for intermediate, 0 for normal, None for other words."""
    words = " ".join(result.text.strip().lower().split())
    return _LACKING.get(words.removesuffix(" activity").removesuffix(" metaboliser").removesuffix(" metabolizer"))


_READ = {
    ComparedWith.PLUSES: _pluses,
    ComparedWith.POSITIVE: _positive,
    ComparedWith.DEFICIENCY: _lacking,
}


def muscle_caveats(result: Result, rows: Iterable[Result], protocol: MonitoringProtocol) -> tuple[Reason, ...]:
    """Whether a raised liver enzyme may come from muscle: the CK nearest in time that has its own upper limit.

    Nothing for any other test.
    """
    muscle = protocol.muscle
    if result.analyte not in muscle.analytes:
        return ()
    near = [
        row
        for row in rows
        if row.analyte == muscle.muscle_analyte
        and row.upper_limit is not None
        and usable(row.value)
        and usable(row.upper_limit)
        and abs((row.sampled_on - result.sampled_on).days) <= muscle.within_days
    ]
    if not near:
        return (_caveat(wording_results.muscle_unknown(muscle.within_days), Truth.UNKNOWN, (), protocol),)
    ck = min(
        near, key=lambda row: (abs((row.sampled_on - result.sampled_on).days), row.sampled_on, entry_order(row.id))
    )
    shown = wording.value_shown(ck.value, ck.comparator, ck.unit, ck.text)
    fact = FactReference("result", ck.id, wording.last_done_label(f"CK {shown}", ck.sampled_on))
    truth = inside(span_of(ck.comparator, ck.value or Decimal(0)), Span(ck.upper_limit, False, None, False))
    if truth is Truth.TRUE:
        text = wording_results.may_be_muscle(shown, ck.sampled_on)
    elif truth is Truth.FALSE:
        text = wording_results.muscle_unlikely(shown, ck.sampled_on)
    else:
        text = wording_results.muscle_unknown(muscle.within_days)
    return (_caveat(text, truth, (fact,), protocol),)


def _caveat(text: str, truth: Truth, facts: tuple[FactReference, ...], protocol: MonitoringProtocol) -> Reason:
    muscle = protocol.muscle
    predicate = Predicate(text, truth, facts)
    return Reason("thresholds.muscle", text, muscle.kind, muscle.source, protocol.version, (predicate,))


def _limit_in_words(threshold: Threshold) -> str:
    if threshold.compared_with is ComparedWith.POSITIVE:
        return wording_results.positive()
    if threshold.compared_with is ComparedWith.DEFICIENCY:
        return wording_results.deficient(little=threshold.at_least == LITTLE)
    band = band_of(threshold)
    measure = {
        ComparedWith.VALUE: wording.unit(threshold.unit),
        ComparedWith.UPPER_LIMIT: "times the upper limit",
        ComparedWith.LOWEST_IN_12_MONTHS: "% up in 12 months",
        ComparedWith.PLUSES: "plus",
    }[threshold.compared_with]
    return wording_results.band(band.low, band.low_included, band.high, band.high_included, measure)
