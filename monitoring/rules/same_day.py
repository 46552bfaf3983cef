"""A second value of one test on one day: another sample, or a slip? A person is asked once, and nothing is refused.

Two samples whose times are both known and differ are two samples; nobody is asked about them.
"""

from dataclasses import dataclass
from datetime import datetime, time

from monitoring.protocol.definitions import Analyte, MonitoringProtocol
from monitoring.rules import wording
from monitoring.rules.plausibility import ResultQuestion
from monitoring.rules.record import Result
from monitoring.rules.units import in_own_unit
from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from patients.rules.wording import display_date

RULE_ID = "results.same_day"
_HOUSE = "How this software reads the record"


@dataclass(frozen=True, slots=True)
class DayValue:
    """One value of a day with the time of its sample, where that is known, and who entered it and when.

    `entered_at` by the clinic's clocks. None: it stands beside the other in one report.
    """

    result: Result
    sampled_at: time | None = None
    entered_by: str = ""
    entered_at: datetime | None = None


def second_of_the_day(
    new: DayValue, earlier: DayValue, analyte: Analyte, protocol: MonitoringProtocol
) -> ResultQuestion | None:
    """A question about a value beside an earlier one of the same test and day; None for samples of two known times."""
    if new.sampled_at is not None and earlier.sampled_at is not None and new.sampled_at != earlier.sampled_at:
        return None
    text = _text(new.result, earlier, analyte)
    label = wording.last_done_label(f"{analyte.name} {_shown(earlier.result)}", earlier.result.sampled_on)
    fact = FactReference("result", earlier.result.id, label)
    predicate = Predicate("a value of this test and this day is recorded already", Truth.TRUE, (fact,))
    reason = Reason(RULE_ID, text, RuleKind.LOCAL_READING, _HOUSE, protocol.version, (predicate,))
    return ResultQuestion(analyte.id, text, reason, corrects=earlier.result.id)


def is_same(first: Result, second: Result, analyte: Analyte) -> bool:
    """Whether two results say the same: the same words, or the same number in the analyte's own unit."""
    if first.value is None or second.value is None:
        return first.value is second.value and first.text == second.text
    one, other = (in_own_unit(analyte, row.value, row.unit) for row in (first, second) if row.value is not None)
    if one is None or other is None:
        return (first.value, first.unit, first.comparator) == (second.value, second.unit, second.comparator)
    return one == other and first.comparator == second.comparator


def _text(new: Result, earlier: DayValue, analyte: Analyte) -> str:
    day, there = display_date(earlier.result.sampled_on), _entered(earlier)
    if is_same(new, earlier.result, analyte):
        return (
            f"{analyte.name} {_shown(new)}: this value of {day} is recorded already, {there}. Save it again only if it "
            "is of another sample of that day"
        )
    return (
        f"{analyte.name} {_shown(new)}: {_shown(earlier.result)} of {day} is recorded already, {there}. Is this of "
        "another sample of that day, or a correction?"
    )


def _entered(earlier: DayValue) -> str:
    if earlier.entered_at is None:
        return "in the same report"
    on = display_date(earlier.entered_at.date())
    return f"entered by {earlier.entered_by} on {on} at {earlier.entered_at:%H:%M}"


def _shown(result: Result) -> str:
    return wording.value_shown(result.value, result.comparator, result.unit, result.text)
