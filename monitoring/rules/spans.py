"""The values that a reported result or a band stands for: `<5` is every value below 5, never 5."""

from dataclasses import dataclass
from decimal import Decimal

from monitoring.protocol.definitions import Threshold
from patients.rules.reasons import Truth

LARGEST = Decimal(10**12)


@dataclass(frozen=True, slots=True)
class Span:
    """The values that a result or a band stands for; None is no bound on that side."""

    low: Decimal | None
    low_included: bool
    high: Decimal | None
    high_included: bool


def usable(value: Decimal | None) -> bool:
    """Whether it is a number that can be reckoned with at all."""
    return value is not None and value.is_finite() and abs(value) < LARGEST


def span_of(comparator: str, value: Decimal) -> Span:
    """Every value that a reported one may stand for."""
    if comparator in ("<", "<="):
        return Span(None, False, value, comparator == "<=")
    if comparator in (">", ">="):
        return Span(value, comparator == ">=", None, False)
    return Span(value, True, value, True)


def band_of(threshold: Threshold) -> Span:
    """Every value that lies in the band."""
    low = threshold.above if threshold.above is not None else threshold.at_least
    high = threshold.below if threshold.below is not None else threshold.at_most
    return Span(low, threshold.at_least is not None, high, threshold.at_most is not None)


def inside(span: Span, band: Span) -> Truth:
    """Whether all, none or some of the values of `span` lie in `band`."""
    if _ends_before(span, band) or _ends_before(band, span):
        return Truth.FALSE
    low_held = band.low is None or (
        span.low is not None
        and (span.low > band.low or (span.low == band.low and (band.low_included or not span.low_included)))
    )
    high_held = band.high is None or (
        span.high is not None
        and (span.high < band.high or (span.high == band.high and (band.high_included or not span.high_included)))
    )
    return Truth.TRUE if low_held and high_held else Truth.UNKNOWN


def _ends_before(first: Span, second: Span) -> bool:
    if first.high is None or second.low is None:
        return False
    return first.high < second.low or (first.high == second.low and not (first.high_included and second.low_included))
