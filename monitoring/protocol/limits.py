"""What the limits of the monitoring protocol must satisfy: bands, trends, symptoms, and what still raises an alert."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from monitoring.protocol.definitions import (
    ComparedWith,
    MonitoringProtocol,
    ResultType,
    Rule,
    Threshold,
    ThresholdsFile,
    Trend,
)
from monitoring.rules.vocabulary import AlertGrade
from patients.protocol.tables import ProtocolError

STRICTEST_FIRST = tuple(AlertGrade)
_IN_WORDS = (ComparedWith.PLUSES, ComparedWith.POSITIVE, ComparedWith.DEFICIENCY)


def limit_rules(limits: ThresholdsFile) -> tuple[Rule, ...]:
    """Every rule of the file that has an id of its own."""
    return (*limits.threshold, *limits.trend, limits.target_range, *limits.symptoms, limits.raising)


def check_limits(protocol: MonitoringProtocol) -> None:
    """Raises ProtocolError on the first fault found, naming the rule and the reason."""
    known((*protocol.muscle.analytes, protocol.muscle.muscle_analyte), protocol.analytes, "thresholds.toml", "analyte")
    by_scope: dict[tuple[tuple[str, ...], ComparedWith, str], list[Threshold]] = defaultdict(list)
    for threshold in (band for bands in protocol.thresholds.values() for band in bands):
        where = f"threshold {threshold.id!r}"
        known((threshold.analyte,), protocol.analytes, where, "analyte")
        known(threshold.drugs, protocol.drugs, where, "drug")
        _check_band(threshold, protocol, where)
        _check_rule(threshold, threshold.action, where)
        by_scope[threshold.drugs, threshold.compared_with, threshold.analyte].append(threshold)
    for bands in by_scope.values():
        _check_apart(bands)
    for trend in (trend for trends in protocol.trends.values() for trend in trends):
        _check_trend(trend, protocol, f"trend {trend.id!r}")
    _check_others(protocol)


def bounds(threshold: Threshold) -> tuple[Decimal | None, Decimal | None]:
    """The lower and the upper limit, strict or not."""
    lower = threshold.above if threshold.above is not None else threshold.at_least
    upper = threshold.below if threshold.below is not None else threshold.at_most
    return lower, upper


def known(names: Iterable[str], there: Mapping[str, object], where: str, what: str) -> None:
    """Raises ProtocolError for the first name that is not there."""
    for name in names:
        if name not in there:
            raise ProtocolError(f"{where}: there is no {what} {name!r}")


def _check_rule(rule: Rule, action: str, where: str) -> None:
    if not rule.source.strip():
        raise ProtocolError(f"{where}: the source is empty")
    if not action.strip():
        raise ProtocolError(f"{where}: the action is empty")


def _check_band(threshold: Threshold, protocol: MonitoringProtocol, where: str) -> None:
    lower, upper = bounds(threshold)
    if lower is None and upper is None:
        raise ProtocolError(f"{where}: a band needs a limit")
    if (threshold.above is not None and threshold.at_least is not None) or (
        threshold.below is not None and threshold.at_most is not None
    ):
        raise ProtocolError(f"{where}: one lower and one upper limit at most")
    if lower is not None and upper is not None and lower >= upper:
        raise ProtocolError(f"{where}: the limits cross")
    analyte = protocol.analytes[threshold.analyte]
    is_words = threshold.compared_with in _IN_WORDS
    if is_words != (analyte.result_type is ResultType.TEXT):
        raise ProtocolError(f"{where}: pluses, positive and deficiency are for words, all else is for numbers")
    if threshold.compared_with is ComparedWith.POSITIVE and (threshold.at_least, upper) != (Decimal(1), None):
        raise ProtocolError(f"{where}: a positive finding is written at_least = 1")
    if threshold.compared_with is ComparedWith.DEFICIENCY and (threshold.at_least not in (1, 2) or upper is not None):
        raise ProtocolError(f"{where}: a deficiency is written at_least = 1 or at_least = 2")
    if threshold.after_stop_days is not None and (threshold.after_stop_days < 0 or not threshold.drugs):
        raise ProtocolError(f"{where}: after_stop_days is for the band of a drug, and is not below 0")
    needs_unit = threshold.compared_with is ComparedWith.VALUE
    if needs_unit and (not analyte.units or threshold.unit != analyte.units[0]):
        raise ProtocolError(f"{where}: the unit must be {analyte.name}'s own, not {threshold.unit!r}")
    if not needs_unit and threshold.unit:
        raise ProtocolError(f"{where}: this comparison has no unit")
    fall = threshold.fall_percent
    if fall is not None and (not needs_unit or upper is None or lower is not None or not 0 < fall < 100):
        raise ProtocolError(f"{where}: fall_percent (above 0, below 100) is for a band of values below a limit")


def _check_apart(bands: list[Threshold]) -> None:
    """For the same drugs the bands of one analyte must not share a value, nor leave a single value between two out.

    But for one: a stricter grade may lie inside a milder one that is open at the same end.
    """
    ordered = sorted(bands, key=lambda band: (bounds(band)[0] is not None, bounds(band)[0] or Decimal(0)))
    for number, first in enumerate(ordered):
        for second in ordered[number + 1 :]:
            if not _nested(first, second):
                _check_two(first, second)


def _nested(first: Threshold, second: Threshold) -> bool:
    """Whether one of two bands open at the same end lies inside the other and is the stricter one."""
    (low_1, high_1), (low_2, high_2) = bounds(first), bounds(second)
    rank_1, rank_2 = STRICTEST_FIRST.index(first.grade), STRICTEST_FIRST.index(second.grade)
    if low_1 is None and low_2 is None and high_1 is not None and high_2 is not None:
        return high_1 != high_2 and (high_1 < high_2) == (rank_1 < rank_2) and rank_1 != rank_2
    if high_1 is None and high_2 is None and low_1 is not None and low_2 is not None:
        return low_1 != low_2 and (low_1 > low_2) == (rank_1 < rank_2) and rank_1 != rank_2
    return False


def _check_two(first: Threshold, second: Threshold) -> None:
    upper, lower = bounds(first)[1], bounds(second)[0]
    if upper is None or lower is None or lower < upper:
        raise ProtocolError(f"threshold {second.id!r}: its band crosses that of {first.id!r}")
    if lower > upper:
        return
    first_holds, second_holds = first.at_most is not None, second.at_least is not None
    if first_holds and second_holds:
        raise ProtocolError(f"threshold {second.id!r}: its band touches that of {first.id!r}: both hold {lower}")
    if not first_holds and not second_holds:
        raise ProtocolError(f"threshold {second.id!r}: neither its band nor that of {first.id!r} holds {lower}")


def _check_trend(trend: Trend, protocol: MonitoringProtocol, where: str) -> None:
    known((trend.analyte,), protocol.analytes, where, "analyte")
    _check_rule(trend, trend.action, where)
    if protocol.analytes[trend.analyte].result_type is not ResultType.NUMERIC:
        raise ProtocolError(f"{where}: a trend is for numbers")
    if not 0 < trend.step_percent < 100:
        raise ProtocolError(f"{where}: step_percent lies above 0 and below 100, so that noise is no trend")
    if trend.within_days < 2:
        raise ProtocolError(f"{where}: three samples need at least 2 days")
    if trend.grade is not AlertGrade.LOOK:
        raise ProtocolError(f"{where}: a trend alone is only looked at; a limit asks for more")


def _check_others(protocol: MonitoringProtocol) -> None:
    target, raising = protocol.target_range, protocol.raising
    _check_rule(target, target.action_above and target.action_below, f"target_range {target.id!r}")
    for symptoms in protocol.symptoms:
        where = f"symptoms {symptoms.id!r}"
        _check_rule(symptoms, symptoms.action, where)
        known(symptoms.drugs, protocol.drugs, where, "drug")
        known((symptoms.item,) if symptoms.item else (), protocol.items, where, "item")
        if not symptoms.symptoms:
            raise ProtocolError(f"{where}: no symptom is named")
        if (symptoms.after_stop_days is None) != (symptoms.item == "") or (symptoms.after_stop_days or 0) < 0:
            raise ProtocolError(f"{where}: after_stop_days belongs to an item that they make due, and is not below 0")
    for name, days in (
        (f"raising {raising.id!r}", raising.limits_after_stop_days),
        *((f"{drug.id}.toml", drug.limits_after_stop_days) for drug in protocol.drugs.values()),
    ):
        if days is not None and days < 0:
            raise ProtocolError(f"{name}: limits_after_stop_days is not below 0")
    if not 0 < raising.late_after_days <= raising.entered_within_days:
        raise ProtocolError(
            f"raising {raising.id!r}: late_after_days lies above 0 and not above entered_within_days, both in days"
        )
