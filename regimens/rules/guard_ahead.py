"""A start that lies far ahead, asked about once: a month or a year is easily typed wrongly."""

from datetime import date

from patients.rules.reasons import Predicate, Truth
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.proposals import StartDrug


def ahead_findings(protocol: PathwayProtocol, start: StartDrug, today: date) -> tuple[GuardFinding, ...]:
    """For a start more than the protocol's `start_ahead_days` days after `today`."""
    days = (start.on - today).days
    if days <= protocol.file.guard.start_ahead_days:
        return ()
    words = f"the start on {display_date(start.on, start.precision)} is {days} days ahead"
    reason = protocol.because("guard.start_ahead", Predicate(words, Truth.TRUE))
    return (GuardFinding(GuardCode.START_AHEAD, GuardLevel.WARN, f"{words}: check the day and the month", (), reason),)
