"""Dates and numbers in words: the same everywhere that a person reads them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from patients.rules.vocabulary import DatePrecision

# Not strftime("%b"): that follows the machine's locale.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=8192)
def display_date(day: date, precision: DatePrecision = DatePrecision.DAY) -> str:
    """`05-Apr-2026`; a date known only in part says so: `about Apr-2026`, `about 2026`, `about 05-Apr-2026`."""
    month = f"{MONTHS[day.month - 1]}-{day.year:04d}"
    if precision is DatePrecision.MONTH:
        return f"about {month}"
    if precision is DatePrecision.YEAR:
        return f"about {day.year:04d}"
    return f"about {day.day:02d}-{month}" if precision is DatePrecision.ESTIMATED else f"{day.day:02d}-{month}"


def display_number(value: Decimal) -> str:
    """Plain digits without trailing zeros and with a leading zero: `7.5`, `0.3`, `1000`."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def display_unit(code: str) -> str:
    """The unit of an enzyme as a person writes it: `µkat/L` for `ukat/L`."""
    return "µkat/L" if code == "ukat/L" else code


def rounded(value: Fraction) -> Decimal:
    """To two decimals, half away from zero. For showing only: no rule compares what was rounded."""
    return rounded_ratio(value.numerator, value.denominator)


def rounded_ratio(numerator: int, denominator: int) -> Decimal:
    """A ratio of whole numbers, rounded as `rounded` does. `denominator` is not 0."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    hundredths = (abs(numerator) * 200 + denominator) // (2 * denominator)
    return Decimal(hundredths if numerator >= 0 else -hundredths).scaleb(-2)


def joined(words: tuple[str, ...], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
