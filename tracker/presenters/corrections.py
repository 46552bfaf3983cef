"""What stood before a corrected result, in words."""

from zoneinfo import ZoneInfo

from monitoring.selectors import Correction
from tracker import display


def correction_words(step: Correction, zone: str) -> str:
    """`corrected from 52 U/L, sampled 05-Apr-2026, on 07-Apr-2026 at 09:30 by Ann Ashe, because: decimal point`."""
    old, at = step.old, step.at.astimezone(ZoneInfo(zone))
    value = display.result_value(old.comparator, old.value, old.unit, old.text)
    return (
        f"corrected from {value}, sampled {display.day(old.sampled_on)}, on {display.day(at.date())} at {at:%H:%M} "
        f"by {step.by}, because: {step.reason}"
    )
