"""Whether a value can have been meant: the bounds of its analyte, and the patient's own last one.

What lies outside the bounds is refused. What lies far from the last one is asked about once; a person decides.
"""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from monitoring.protocol.definitions import Analyte, FarFromLast, MonitoringProtocol
from monitoring.rules import wording, wording_results
from monitoring.rules.record import Result
from monitoring.rules.units import in_own_unit, rounded
from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from regimens.rules.guard_findings import GuardLevel

_PART_OF_WHOLE, _HOUSE = "results.part_of_whole", "How this software reads the record"
_BELOW, _ABOVE = ("<", "<="), (">", ">=")


@dataclass(frozen=True, slots=True)
class ResultQuestion:
    """A value that a person must look at once more before it is saved.

    `corrects`: the id of the result that it may be meant to put right; "" where there is none.
    """

    analyte: str
    text: str
    reason: Reason
    corrects: str = ""

    @property
    def level(self) -> GuardLevel:
        """It asks, it never stops."""
        return GuardLevel.WARN

    @property
    def fingerprint(self) -> str:
        """Stands for the question as it was shown: another value, or another last one, is another question."""
        return sha256(f"{self.reason.rule_id}\n{self.text}".encode()).hexdigest()[:16]


def within_bounds(analyte: Analyte, value: Decimal, unit: str) -> bool:
    """Whether the value, in whatever known unit, lies in what the analyte can be. True where nothing can be told."""
    own = in_own_unit(analyte, value, unit)
    if own is None:
        return True
    return (analyte.lowest is None or own >= analyte.lowest) and (analyte.highest is None or own <= analyte.highest)


def far_from_last(new: Result, last: Result, protocol: MonitoringProtocol) -> ResultQuestion | None:
    """A question about a value that is surely more than so many times larger or smaller than the last; else None.

    `<5` stands for everything below 5. Nothing is said beside a last value of zero, without a number, or in a unit that
    is not known.
    """
    rule, analyte = protocol.far_from_last, protocol.analytes.get(new.analyte)
    if rule is None or analyte is None:
        return None
    entered, before = _range(new, analyte), _range(last, analyte)
    if entered is None or before is None:
        return None
    upwards, downwards = _times(entered[0], before[1]), _times(before[0], entered[1])
    times = max(upwards, downwards)
    if times <= rule.times:
        return None
    shown = wording.value_shown(new.value, new.comparator, new.unit, new.text)
    last_shown = wording.value_shown(last.value, last.comparator, last.unit, last.text)
    text = wording_results.far_from_last(
        analyte.name, shown, last_shown, last.sampled_on, rounded(times), higher=upwards > downwards
    )
    return ResultQuestion(new.analyte, text, _reason(rule, text, last, last_shown, analyte, protocol))


def more_than_its_whole(part: Result, whole: Result, protocol: MonitoringProtocol) -> ResultQuestion | None:
    """A question about a count that is surely above the one that it is a part of, in one sample; else None.

    Nothing is said where one of them has no number, or a unit that is not known.
    """
    analyte, of = protocol.analytes[part.analyte], protocol.analytes[whole.analyte]
    least, most = _range(part, analyte), _range(whole, of)
    if least is None or most is None or most[1] is None or least[0] <= most[1]:
        return None
    shown, whole_shown = (wording.value_shown(row.value, row.comparator, row.unit, row.text) for row in (part, whole))
    text = wording_results.more_than_its_whole(analyte.name, shown, of.name, whole_shown, whole.sampled_on)
    facts = (FactReference("result", whole.id, wording.last_done_label(f"{of.name} {whole_shown}", whole.sampled_on)),)
    predicate = Predicate(f"{analyte.name} are counted among {of.name}", Truth.TRUE, facts)
    reason = Reason(_PART_OF_WHOLE, text, RuleKind.LOCAL_READING, _HOUSE, protocol.version, (predicate,))
    return ResultQuestion(part.analyte, text, reason)


def _reason(
    rule: FarFromLast, text: str, last: Result, last_shown: str, analyte: Analyte, protocol: MonitoringProtocol
) -> Reason:
    label = wording.last_done_label(f"{analyte.name} {last_shown}", last.sampled_on)
    predicate = Predicate(
        wording_results.more_than_times_the_last(rule.times), Truth.TRUE, (FactReference("result", last.id, label),)
    )
    return Reason(rule.id, text, rule.kind, rule.source, protocol.version, (predicate,))


def _range(result: Result, analyte: Analyte) -> tuple[Decimal, Decimal | None] | None:
    """The least and the greatest value, in the analyte's own unit, that a reported one may stand for."""
    if result.value is None or not result.value.is_finite():
        return None
    own = in_own_unit(analyte, result.value, result.unit)
    if own is None or own < 0:
        return None
    if result.comparator in _BELOW:
        return Decimal(0), own
    return own, None if result.comparator in _ABOVE else own


def _times(larger: Decimal, smaller: Decimal | None) -> Decimal:
    """How many times as large the one surely is; 0 where that cannot be told."""
    return larger / smaller if smaller else Decimal(0)
