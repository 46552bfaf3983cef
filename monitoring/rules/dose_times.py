"""Hours from a dose to a sample by the clocks of the place, also in the nights when these are changed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from patients.rules.vocabulary import Vocabulary

_HOUR = Decimal(3600)  # seconds
_HUNDREDTH = Decimal("0.01")


class TimeProblem(Vocabulary):
    """Why two clock readings give no number of hours."""

    NO_SUCH_TIME = (
        "no_such_time",
        "the clocks went forward that night and never showed this time. Check the day and the time.",
    )
    SHOWN_TWICE = (
        "shown_twice",
        "the clocks went back that night and showed this time twice. Enter the hours after the dose instead.",
    )
    SAMPLE_FIRST = "sample_first", "the sample was taken before the dose. Check both days and times."


def hours_after_dose(dosed: datetime, sampled: datetime, zone: ZoneInfo) -> Decimal | TimeProblem:
    """Hours passed between two clock readings (without a zone of their own), to a hundredth of an hour.

    A reading that the clocks showed twice is not guessed at: unless both meanings give the same hours, it is a problem.
    """
    first, last = _moments(dosed, zone), _moments(sampled, zone)
    if not first or not last:
        return TimeProblem.NO_SUCH_TIME
    passed = {later - earlier for earlier in first for later in last}
    if max(passed) < timedelta(0):
        return TimeProblem.SAMPLE_FIRST
    if len(passed) > 1:
        return TimeProblem.SHOWN_TWICE
    return (Decimal(int(passed.pop().total_seconds())) / _HOUR).quantize(_HUNDREDTH)


def _moments(reading: datetime, zone: ZoneInfo) -> set[datetime]:
    """The moments at which the clocks showed this: one as a rule, none or two in the nights of a change."""
    both = {reading.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return {moment for moment in both if moment.astimezone(zone).replace(tzinfo=None, fold=0) == reading}
