"""How somebody stood a given time after a start: the response, and the daily corticosteroid.

Pure: nothing dated after `as_of`, and no order of rows, changes the answer. What was not measured is said as such.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.protocol.activity import ActivityProtocol
from patients.rules.entry_order import entry_order
from patients.rules.imacs import improved
from patients.rules.improvement import Points
from patients.rules.population import criteria_for
from patients.rules.quick_points import Baseline
from patients.rules.reasons import Truth
from patients.rules.record import Assessment
from patients.rules.vocabulary import ResponseCategory, Vocabulary
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.baselines import baseline_for, has_core_measure, is_enough
from regimens.rules.durations import Followed, days_around, followed_until, months_after
from regimens.rules.exposure import SteroidHistory
from regimens.rules.record import TreatmentRecord


class ResponseThen(Vocabulary):
    """What is known of the response after a time. All but `OUTSIDE_THE_SHARE` belong to the denominator."""

    MAJOR = "major", "major"
    MODERATE = "moderate", "moderate"
    MINIMAL = "minimal", "minimal"
    NONE = "none", "none"
    UNDECIDED = "undecided", "below minimal in what was measured, not decided"
    ENDED_BEFORE = "ended_before", "stopped, or next line begun, before"
    ENDED_OTHERWISE = "ended_otherwise", "ended for another reason before"
    NOT_MEASURED = "not_measured", "not measured"
    NO_BASELINE = "no_baseline", "no assessment at the start"
    NOT_COMPARABLE = "not_comparable", "measured, but not comparable"
    NOT_COME = "not_come", "day not come yet"


OUTSIDE_THE_SHARE = frozenset({ResponseThen.ENDED_OTHERWISE, ResponseThen.NOT_COME})
"""Says nothing of the drug or the line: what survival curves censor, and what nobody can know yet."""


class SteroidThen(Vocabulary):
    """How the daily corticosteroid stood. All but `NOT_FOLLOWED` belong to the denominator."""

    MET = "met", "at most the dose, or none"
    ABOVE = "above", "above it"
    UNKNOWN = "unknown", "dose not known"
    NOT_FOLLOWED = "not_followed", "not followed so long"


_CATEGORIES = {
    ResponseCategory.MAJOR: ResponseThen.MAJOR,
    ResponseCategory.MODERATE: ResponseThen.MODERATE,
    ResponseCategory.MINIMAL: ResponseThen.MINIMAL,
    ResponseCategory.NONE: ResponseThen.NONE,
}


@dataclass(frozen=True, slots=True)
class ResponseFound:
    """The response so many months after a start. `partial`: at least that; `definition` is the IMACS definition.

    `on` is the day of the assessment that counted.
    """

    months: int
    then: ResponseThen
    on: date | None = None
    partial: bool = False
    definition: Truth = Truth.UNKNOWN


@dataclass(frozen=True, slots=True)
class SteroidFound:
    """The daily corticosteroid so many months after the first one, in mg of prednisolone (None: not known)."""

    months: int
    on: date
    then: SteroidThen
    milligrams: Decimal | None = None


def response_after(
    record: TreatmentRecord,
    followed: Followed,
    months: int,
    window_days: int,
    protocol: PathwayProtocol,
    activity: ActivityProtocol,
    as_of: date,
) -> ResponseFound:
    """The response of what was begun and watched as in `followed`, so many months after its start.

    It is that of the assessment nearest to the day, within `window_days` before and after it, and none after the last
    day on which it was watched: what a later drug or line did is not credited to this one. Before the day has come
    nothing is said of anybody, or those who ended early would be counted without those who did well and go on.
    """
    day = months_after(followed.start_on, months)
    if as_of < day:
        return ResponseFound(months, ResponseThen.NOT_COME)
    if followed.end_on < day:
        return ResponseFound(months, ResponseThen.ENDED_BEFORE if followed.event else ResponseThen.ENDED_OTHERWISE)
    earliest, latest = days_around(day, window_days)
    last = min(latest, followed.end_on, as_of)
    rows = [row for row in record.patient.assessments if row.on <= last and has_core_measure(row)]
    near = [row for row in rows if row.on >= earliest and row.on > followed.start_on]
    if not near:
        return ResponseFound(months, ResponseThen.NOT_MEASURED)
    baseline = baseline_for(rows, followed.start_on, protocol.settings)
    if baseline is None:
        return ResponseFound(months, ResponseThen.NO_BASELINE)
    near = [row for row in near if row.on > baseline.on]
    if not near:
        return ResponseFound(months, ResponseThen.NOT_MEASURED)
    row = _nearest([row for row in near if is_enough(row)] or near, day)
    return _compared(record, baseline, row, months, activity)


def _nearest(rows: list[Assessment], day: date) -> Assessment:
    """The one nearest to the day; of two as near the later one, of one day's rows the highest id."""
    nearest = min(abs((row.on - day).days) for row in rows)
    return max(
        (row for row in rows if abs((row.on - day).days) == nearest), key=lambda row: (row.on, entry_order(row.id))
    )


def _compared(
    record: TreatmentRecord, baseline: Assessment, row: Assessment, months: int, activity: ActivityProtocol
) -> ResponseFound:
    definition = improved(baseline, row, activity).met
    points = None
    if is_enough(baseline) and is_enough(row):
        points = Baseline(baseline, criteria_for(record.patient.person, baseline.on), activity).compare(row)
    if not isinstance(points, Points) or not points.sufficient:
        return ResponseFound(months, ResponseThen.NOT_COMPARABLE, row.on, definition=definition)
    then = _CATEGORIES[points.category]
    if points.partial and then is ResponseThen.NONE:
        then = ResponseThen.UNDECIDED
    return ResponseFound(months, then, row.on, points.partial, definition)


def steroid_after(
    record: TreatmentRecord, months: tuple[int, ...], at_most: Decimal, protocol: PathwayProtocol, as_of: date
) -> tuple[SteroidFound, ...]:
    """The daily corticosteroid so many months after the first one was begun; nothing for whoever never had one."""
    until, _ = followed_until(record.patient.person, as_of)
    history = SteroidHistory(record, protocol, as_of)
    if not history.days or history.days[0] > until:
        return ()
    found = []
    for count in months:
        day = months_after(history.days[0], count)
        if day > until:
            found.append(SteroidFound(count, day, SteroidThen.NOT_FOLLOWED))
            continue
        milligrams = history.on(day)
        found.append(SteroidFound(count, day, steroid_standing(milligrams, at_most), milligrams))
    return tuple(found)


def steroid_standing(milligrams: Decimal | None, at_most: Decimal) -> SteroidThen:
    """How a daily dose stands to the most that is wanted; exactly that much is reached, and so is none."""
    if milligrams is None:
        return SteroidThen.UNKNOWN
    return SteroidThen.MET if milligrams <= at_most else SteroidThen.ABOVE
