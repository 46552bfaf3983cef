"""A corticosteroid taper day by day: what the plan said, what was recorded as taken, and where the two part.

The plan of a day is the one that was in force on that day. What was taken is what is recorded as doses of the course; a
planned step that nobody recorded is not counted as taken here, and the difference says so. Doses are mg of the course's
own drug a day; beside them stand all daily corticosteroids together, as prednisolone. A dose that is not known is None,
never 0.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from patients.rules.entry_order import entry_order
from patients.rules.record import Weight
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.exposure import CumulativePrednisolone, SteroidHistory, cumulative_prednisolone, weight_at_start
from regimens.rules.record import Course, TaperStep, TreatmentRecord
from regimens.rules.steroid_changes import Change, daily_changes, in_pulses

_ONE = Decimal(1)
_NONE = Decimal(0)
_DAY = timedelta(days=1)
A_YEAR = 365  # days


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One taper plan of a course: in force from the day it was made to before `until`, when another took its place.

    `until` None: in force now. The oldest plan holds from its first step, also where it was entered later.
    """

    id: str
    made_on: date
    steps: tuple[TaperStep, ...]
    until: date | None = None


class Side(StrEnum):
    """How what was taken stands to what was planned."""

    AS_PLANNED = "as_planned"
    BEHIND = "behind"
    AHEAD = "ahead"
    NOT_KNOWN = "not_known"
    NO_PLAN = "no_plan"


@dataclass(frozen=True, slots=True)
class TaperSpan:
    """Days on which nothing changed, from `from_on` to before `before`.

    `planned` None: no plan was in force. `taken` None: not known. `prednisolone`: all daily corticosteroids together.
    """

    from_on: date
    before: date
    planned: Decimal | None
    taken: Decimal | None
    prednisolone: Decimal | None

    @property
    def days(self) -> int:
        return (self.before - self.from_on).days

    @property
    def side(self) -> Side:
        if self.planned is None:
            return Side.NO_PLAN
        if self.taken is None:
            return Side.NOT_KNOWN
        if self.taken == self.planned:
            return Side.AS_PLANNED
        return Side.BEHIND if self.taken > self.planned else Side.AHEAD


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of days on one side of the plan. `planned` and `taken` are those of its last day; `now`: still so."""

    side: Side
    from_on: date
    before: date
    planned: Decimal
    taken: Decimal | None
    step_on: date
    now: bool

    @property
    def days(self) -> int:
        return (self.before - self.from_on).days

    @property
    def words(self) -> str:
        """`plan 15 mg from 05-Apr-2026, recorded 20 mg: 9 days behind the plan`."""
        goal = "stop" if self.planned == _NONE else f"{display_number(self.planned)} mg"
        plan = f"plan {goal} from {display_date(self.step_on)}"
        counted = f"{self.days} {'day' if self.days == 1 else 'days'}"
        if self.taken is None:
            return f"{plan}, dose not recorded: not known for {counted}"
        side = "behind" if self.side is Side.BEHIND else "ahead of"
        return f"{plan}, recorded {display_number(self.taken)} mg: {counted} {side} the plan"


@dataclass(frozen=True, slots=True)
class CumulativeDose:
    """Prednisolone over a span as recorded doses alone give it, and with planned steps counted as taken.

    The record counts a step of the plan as taken from its day until a dose is recorded, as everywhere else; where that
    makes a difference, both are said.
    """

    recorded: CumulativePrednisolone
    with_planned_steps: CumulativePrednisolone

    @property
    def differ(self) -> bool:
        return self.recorded != self.with_planned_steps


@dataclass(frozen=True, slots=True)
class TaperStanding:
    """One course's taper as of a day."""

    course: Course
    as_of: date
    spans: tuple[TaperSpan, ...]
    differences: tuple[Difference, ...]
    ahead: tuple[TaperStep, ...]
    since_start: CumulativeDose
    last_year: CumulativeDose

    @property
    def now(self) -> Difference | None:
        """How it stands to the plan on the day; None when it is as planned, or no plan is in force."""
        return next((difference for difference in self.differences if difference.now), None)

    @property
    def today(self) -> TaperSpan | None:
        """The span that holds the day; None once the course has stopped."""
        return next((span for span in self.spans if span.from_on <= self.as_of < span.before), None)


def taper_standing(
    record: TreatmentRecord,
    course: Course,
    plans: Sequence[PlanVersion],
    protocol: PathwayProtocol,
    as_of: date,
) -> TaperStanding:
    """Planned against taken dose of one course of a daily corticosteroid, from its start up to and with `as_of`.

    Nothing dated after `as_of` is seen, apart from what is planned. For a course that began later, or is given in
    pulses, there are no spans.
    """
    as_entered = replace(record, courses=tuple(replace(one, taper=()) for one in record.courses))
    recorded, counted = (SteroidHistory(each, protocol, as_of) for each in (as_entered, record))
    spans = _spans(course, plans, recorded, protocol, as_of)
    weight = weight_at_start(record.patient.weights, course.start_on, as_of)
    end = as_of if course.stop_on is None else min(as_of, course.stop_on)

    def summed(from_on: date, before: date) -> CumulativeDose:
        return CumulativeDose(
            cumulative_prednisolone(recorded, from_on, before, weight),
            cumulative_prednisolone(counted, from_on, before, weight),
        )

    return TaperStanding(
        course=course,
        as_of=as_of,
        spans=spans,
        differences=_differences(spans, plans, as_of),
        ahead=tuple(
            sorted((step for step in course.taper if step.on > as_of), key=lambda step: (step.on, entry_order(step.id)))
        ),
        since_start=summed(course.start_on, end),
        last_year=summed(as_of - A_YEAR * _DAY, as_of),
    )


def present_dose(course: Course, on: date, weights: tuple[Weight, ...]) -> Decimal | None:
    """mg a day of the course on a day, a planned step counting from its day until a dose is recorded."""
    return _level(daily_changes(course, _ONE, on, weights), on)


def planned_on(plans: Iterable[PlanVersion], day: date) -> TaperStep | None:
    """The step that held on the day by the plan in force then."""
    versions = sorted(plans, key=_by_making)
    for place, version in enumerate(versions):
        if _holds_from(version, oldest=place == 0) <= day and (version.until is None or day < version.until):
            begun = [step for step in version.steps if step.on <= day]
            return max(begun, key=lambda step: (step.on, entry_order(step.id)), default=None)
    return None


def _by_making(version: PlanVersion) -> tuple[date, date, str]:
    return version.made_on, version.until or date.max, version.id


def _holds_from(version: PlanVersion, *, oldest: bool) -> date:
    first = min((step.on for step in version.steps), default=version.made_on)
    return min(version.made_on, first) if oldest else version.made_on


def _spans(
    course: Course,
    plans: Sequence[PlanVersion],
    history: SteroidHistory,
    protocol: PathwayProtocol,
    as_of: date,
) -> tuple[TaperSpan, ...]:
    end = as_of + _DAY if course.stop_on is None else min(as_of + _DAY, course.stop_on)
    if course.never_given or course.start_on >= end or in_pulses(course, protocol):
        return ()
    changes = daily_changes(replace(course, taper=()), _ONE, as_of, history.weights)
    cuts = {day for day, _ in changes} | set(history.days) | {course.start_on}
    for version in plans:
        cuts |= {version.made_on, *(step.on for step in version.steps)}
        cuts |= {version.until} if version.until else set()
    days = sorted(day for day in cuts if course.start_on <= day < end)
    found: list[TaperSpan] = []
    for from_on, before in zip(days, [*days[1:], end], strict=True):
        step = planned_on(plans, from_on)
        planned = None if step is None else step.milligrams_per_day
        span = TaperSpan(from_on, before, planned, _level(changes, from_on), history.on(from_on))
        if found and _same(found[-1], span):
            found[-1] = replace(found[-1], before=before)
        else:
            found.append(span)
    return tuple(found)


def _same(first: TaperSpan, second: TaperSpan) -> bool:
    return (first.planned, first.taken, first.prednisolone) == (second.planned, second.taken, second.prednisolone)


def _level(changes: Sequence[Change], day: date) -> Decimal | None:
    place = bisect_right([on for on, _ in changes], day) - 1
    return changes[place][1] if place >= 0 else _NONE


def _differences(spans: Sequence[TaperSpan], plans: Sequence[PlanVersion], as_of: date) -> tuple[Difference, ...]:
    """Neighbouring spans on one side of the plan are one stretch."""
    found: list[Difference] = []
    for span in spans:
        if span.side in (Side.AS_PLANNED, Side.NO_PLAN) or span.planned is None:
            continue
        last = span.before - _DAY
        step = planned_on(plans, last)
        assert step is not None
        begun = span.from_on
        if found and found[-1].side is span.side and found[-1].before == span.from_on:
            begun = found.pop().from_on
        now = last == as_of
        found.append(Difference(span.side, begun, span.before, span.planned, span.taken, step.on, now))
    return tuple(found)
