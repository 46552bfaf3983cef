"""What there is to say of a value as soon as it is typed: beside the last one, and by the limits that raise alerts.

No limit is defined here. The same readings decide, once the value is saved, whether it raises an alert.
"""

from dataclasses import dataclass
from datetime import date

from monitoring.protocol.definitions import Analyte
from monitoring.rules import wording
from monitoring.rules.alerts import ResultReading
from monitoring.rules.plausibility import ResultQuestion
from monitoring.rules.record import Result
from monitoring.rules.units import conversion_in_words, in_own_unit
from patients.rules.vocabulary import Vocabulary


class Direction(Vocabulary):
    """How a value lies beside the last one."""

    HIGHER = "higher", "higher than before"
    LOWER = "lower", "lower than before"
    SAME = "same", "the same as before"


@dataclass(frozen=True, slots=True)
class EnteredRemarks:
    """Everything to say of one value that is not saved yet.

    `direction` None: there is none before, or the two cannot be compared. `before`: the last one up to the day of the
    sample, which it is compared with, as it is written, and its day `before_on`. `above_limit`: above the upper limit
    typed beside it. `questions` will be asked before it is saved; `reading` says what it asks for. `own`: the value in
    the analyte's own unit, where another was typed.
    """

    direction: Direction | None
    before: str
    before_on: date | None
    above_limit: bool
    questions: tuple[ResultQuestion, ...]
    reading: ResultReading
    own: str


def entered_remarks(
    new: Result, last: Result | None, analyte: Analyte, questions: tuple[ResultQuestion, ...], reading: ResultReading
) -> EnteredRemarks:
    """Puts together what is said of a value; `last` is the patient's newest one up to its day. Raises nothing."""
    return EnteredRemarks(
        direction=None if last is None else direction(new, last, analyte),
        before="" if last is None else wording.value_shown(last.value, last.comparator, last.unit, last.text),
        before_on=None if last is None else last.sampled_on,
        above_limit=above_its_limit(new),
        questions=questions,
        reading=reading,
        own=conversion_in_words(analyte, new.value, new.comparator, new.unit),
    )


def direction(new: Result, last: Result, analyte: Analyte) -> Direction | None:
    """How the value lies beside the last, both in the analyte's own unit.

    None where one has no number, an unknown unit, or is only a bound: `<5` may be higher than 3, or lower.
    """
    if new.value is None or last.value is None or new.comparator or last.comparator:
        return None
    now, before = in_own_unit(analyte, new.value, new.unit), in_own_unit(analyte, last.value, last.unit)
    if now is None or before is None or not (now.is_finite() and before.is_finite()):
        return None
    if now == before:
        return Direction.SAME
    return Direction.HIGHER if now > before else Direction.LOWER


def above_its_limit(result: Result) -> bool:
    """Whether the value surely lies above the upper limit reported with it. `<50` with a limit of 40 is not sure."""
    if result.value is None or result.upper_limit is None or result.comparator in ("<", "<="):
        return False
    if result.comparator == ">":
        return result.value >= result.upper_limit
    return result.value > result.upper_limit
