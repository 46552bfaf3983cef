"""Drug levels: which sample is a trough, and how it stands to the range that the patient's level should lie in.

Only a valid trough is compared, and only with the patient's own range. Levels of different brands are never compared.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import Analyte, MonitoringProtocol, TroughRule, TroughWindow
from monitoring.rules import wording, wording_results
from monitoring.rules.doses import dose_on
from monitoring.rules.findings import ThresholdFinding
from monitoring.rules.record import MonitoringRecord, Result, TargetRange
from monitoring.rules.spans import Span, inside, span_of
from monitoring.rules.status import days_after
from monitoring.rules.thresholds import one_grade_lower, own_value, result_reference
from monitoring.rules.units import in_own_unit
from patients.rules.entry_order import entry_order
from patients.rules.reasons import Predicate, Reason, RuleKind, Truth
from regimens.rules.record import Course, DosePeriod


def trough_windows(rule: TroughRule, course: Course, on: date) -> list[TroughWindow]:
    """The window of the dose of that day; on the day of a change the sample may still follow the dose before."""
    dose = dose_on(course, on)
    windows = [_trough_window(rule, dose)]
    if dose is not None and dose.from_on == on and on > course.start_on:
        windows.append(_trough_window(rule, dose_on(course, days_after(on, -1))))
    return windows


def is_trough(result: Result, window: TroughWindow) -> bool:
    """Whether the sample was taken within the window of hours after the dose."""
    hours: Decimal | None = result.hours_after_dose
    return (
        result.value is not None
        and hours is not None
        and hours.is_finite()
        and window.hours_from <= hours <= window.hours_to
    )


def level_analytes(protocol: MonitoringProtocol) -> frozenset[str]:
    """The analytes that are drug levels before the next dose."""
    items = {rule.item for drug in protocol.drugs.values() for rule in drug.trough}
    return frozenset(
        analyte for item in items for alternative in protocol.items[item].satisfied_by for analyte in alternative
    )


def why_no_trough(result: Result, record: MonitoringRecord, protocol: MonitoringProtocol) -> str:
    """Why a level counts for nothing; "" for a valid trough of a drug taken on the day of the sample."""
    asking = [
        (course, rule)
        for course in taken_on(record.treatment.courses, result.sampled_on)
        if course.drug in protocol.drugs
        for rule in protocol.drugs[course.drug].trough
        if any(result.analyte in alternative for alternative in protocol.items[rule.item].satisfied_by)
    ]
    windows = [window for course, rule in asking for window in trough_windows(rule, course, result.sampled_on)]
    if not windows:
        return wording_results.level_without_course(protocol.analytes[result.analyte].name, result.sampled_on)
    if any(is_trough(result, window) for window in windows):
        return ""
    first = windows[0]
    return wording_results.not_a_trough(result.sampled_on, result.hours_after_dose, first.hours_from, first.hours_to)


def against_target(
    result: Result, record: MonitoringRecord, protocol: MonitoringProtocol
) -> tuple[ThresholdFinding, ...]:
    """What a valid trough outside the patient's range asks for. Nothing without a range or for an invalid trough."""
    analyte = protocol.analytes.get(result.analyte)
    target = target_on(record.target_ranges, result.analyte, result.sampled_on)
    if analyte is None or target is None or why_no_trough(result, record, protocol):
        return ()
    rule = protocol.target_range
    low, high = (in_own_unit(analyte, bound, target.unit) for bound in (target.low, target.high))
    shown = wording.value_shown(result.value, result.comparator, result.unit, result.text)
    range_shown = wording_results.target_range(target.low, target.high, target.unit, target.from_on)
    value = own_value(result, analyte)
    truth, grade, action = Truth.UNKNOWN, one_grade_lower(rule.grade_above), rule.action_above
    if value is not None and low is not None and high is not None:
        span = span_of(result.comparator, value)
        above, below = inside(span, Span(high, False, None, False)), inside(span, Span(None, False, low, False))
        if above is Truth.FALSE and below is Truth.FALSE:
            return ()
        if above is Truth.TRUE:
            truth, grade = Truth.TRUE, rule.grade_above
        elif below is Truth.TRUE:
            truth, grade, action = Truth.TRUE, rule.grade_below, rule.action_below
        elif above is Truth.FALSE:
            grade, action = one_grade_lower(rule.grade_below), rule.action_below
    text = wording_results.outside_target(analyte.name, shown, range_shown, known=truth is Truth.TRUE)
    fact = result_reference(result, analyte)
    predicate = Predicate(text, truth, (fact,))
    reason = Reason(rule.id, text, rule.kind, rule.source, protocol.version, (predicate,))
    caveats = _brand_caveats(result, analyte, record, protocol)
    return (ThresholdFinding(rule.id, analyte.id, fact, truth, text, action, grade, reason, caveats),)


def taken_on(courses: Iterable[Course], on: date) -> list[Course]:
    """The courses that were running on the day; the day of the stop is the first day without the drug."""
    return [
        course
        for course in courses
        if not course.never_given and course.start_on <= on and (course.stop_on is None or course.stop_on > on)
    ]


def days_since_stop(courses: Iterable[Course], on: date) -> dict[str, int]:
    """By drug that had been given and was stopped by the day, the days since its last stop (0: stopped on the day)."""
    days: dict[str, int] = {}
    for course in courses:
        stop = course.stop_on
        if not course.never_given and course.start_on <= on and stop is not None and stop <= on:
            days[course.drug] = min((on - stop).days, days.get(course.drug, (on - stop).days))
    return days


def target_on(ranges: Iterable[TargetRange], analyte: str, on: date) -> TargetRange | None:
    """The patient's range for the level that holds on the day; None when none was set by then."""
    held = [each for each in ranges if each.analyte == analyte and each.from_on <= on]
    return max(held, key=lambda each: (each.from_on, entry_order(each.id)), default=None)


def _brand_caveats(
    result: Result, analyte: Analyte, record: MonitoringRecord, protocol: MonitoringProtocol
) -> tuple[Reason, ...]:
    """That the level before was of another brand, so that the two say nothing about each other."""
    before = [row for row in record.results if row.analyte == analyte.id and row.sampled_on < result.sampled_on]
    last = max(before, key=lambda row: (row.sampled_on, entry_order(row.id)), default=None)
    if last is None or last.brand.casefold() == result.brand.casefold():
        return ()
    text = wording_results.other_brand(result.brand, last.brand, last.sampled_on)
    predicate = Predicate(text, Truth.TRUE, (result_reference(last, analyte),))
    rule = protocol.target_range
    return (Reason(rule.id, text, RuleKind.LOCAL_READING, rule.source, protocol.version, (predicate,)),)


def _trough_window(rule: TroughRule, dose: DosePeriod | None) -> TroughWindow:
    rest = rule.windows[0]
    for window in rule.windows:
        if dose is not None and dose.frequency in window.frequencies:
            return window
        if not window.frequencies:
            rest = window
    return rest
