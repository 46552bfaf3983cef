"""Which part of a timeline is looked at: the span of days, and the spans one step away from it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.timeline.scale import TimeScale

SHORTEST = 14  # days of the narrowest axis
USUAL_YEARS = 3
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 12, 31)
_AHEAD_SHARE = 6  # of the days looked back on, one sixth is shown ahead
_LEAST_AHEAD = 28
_AIR = timedelta(days=7)  # after the last planned day


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day of the axis."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days


def spanned(first: date, last: date) -> Span:
    """The span, at least SHORTEST days long and inside the calendar that forms accept."""
    first, last = min(max(first, _EARLIEST), _LATEST), min(max(last, _EARLIEST), _LATEST)
    if (last - first).days >= SHORTEST:
        return Span(first, last)
    first = min(first, _LATEST - timedelta(days=SHORTEST))
    return Span(first, first + timedelta(days=SHORTEST))


def back_from(as_of: date, days: int, whole: TimeScale) -> Span:
    """So many days back from the day, with some of what is planned; never beyond what there is to show."""
    ahead = max(days // _AHEAD_SHARE, _LEAST_AHEAD)
    last = min(as_of + timedelta(days=ahead), max(whole.last, as_of + timedelta(days=_LEAST_AHEAD)))
    return spanned(as_of - timedelta(days=days), last)


def usual(as_of: date, whole: TimeScale, planned: Collection[date] = ()) -> Span:
    """The last years, or everything where that is shorter: the newest end, with today and `planned` days in sight."""
    days = (as_of - whole.first).days
    if days > USUAL_YEARS * 365:
        span = back_from(as_of, USUAL_YEARS * 365, whole)
    else:
        ahead = timedelta(days=max(days // _AHEAD_SHARE, _LEAST_AHEAD))
        span = spanned(whole.first, min(whole.last, as_of + ahead))
    return spanned(span.first, max([span.last, *(day + _AIR for day in planned)]))


def moved(span: Span, steps: int) -> Span:
    """By half its length earlier (-1) or later (1)."""
    shift = timedelta(days=span.days // 2 * steps)
    if (steps < 0 and span.first - _EARLIEST < -shift) or (steps > 0 and _LATEST - span.last < shift):
        return span
    return Span(span.first + shift, span.last + shift)


def zoomed_in(span: Span, as_of: date) -> Span:
    """Half as long: around today where that is in sight, else around the middle."""
    return _scaled(span, as_of, 1, 2)


def zoomed_out(span: Span, as_of: date) -> Span:
    """Twice as long, with what was in the middle in the middle."""
    return _scaled(span, as_of, 2, 1)


def _scaled(span: Span, as_of: date, times: int, over: int) -> Span:
    """The day that stays in its place is today, or the middle where today is not in sight."""
    held = as_of if span.first <= as_of <= span.last else span.first + timedelta(days=span.days // 2)
    before, after = (held - span.first).days * times // over, (span.last - held).days * times // over
    first = _EARLIEST if (held - _EARLIEST).days < before else held - timedelta(days=before)
    last = _LATEST if (_LATEST - held).days < after else held + timedelta(days=after)
    return spanned(first, last)


def closer(first: date, last: date) -> tuple[date, date]:
    """The span that shows the days of a mark that stands for several, with air on both sides."""
    air = timedelta(days=max((last - first).days // 4, 3))
    first = _EARLIEST if first - _EARLIEST < air else first - air
    span = spanned(first, _LATEST if _LATEST - last < air else last + air)
    return span.first, span.last
