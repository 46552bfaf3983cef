"""When the infusions of a course are given: the cycles so far, the next one, and those ahead.

A plan is a clinician's decision and comes before the protocol. Counted from the last cycle, the next one lies an
interval after its first day, however late that was; fixed dates stand as they were listed. Days are calendar dates.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from patients.rules.entry_order import entry_order
from regimens.protocol.schema import Drug
from regimens.rules.doses import in_milligrams
from regimens.rules.record import Course, Infusion, InfusionPlan
from regimens.rules.vocabulary import InfusionAnchor, Route

CYCLES_AHEAD = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleShape:
    """How the protocol sees the cycles of one drug by one route.

    Infusions that start within `within_days` of a cycle's first belong to it. `interval_days` None: the sources give
    no interval, only a plan does. `second_after_days`: a course has a second infusion so long after its first.
    `days_from` to `days_to`: on how many consecutive days a cycle is printed to be given. A planned date is answered by
    an infusion that begins at most `answered_within_days` before or after it.
    """

    answered_within_days: int
    within_days: int = 0
    interval_days: int | None = None
    second_after_days: int | None = None
    days_from: int | None = None
    days_to: int | None = None


class Counted(StrEnum):
    """What the day of the next infusion rests on."""

    START = "start"
    """Nothing was given yet: the start of the course."""
    LAST_GIVEN = "last_given"
    REST = "rest"
    """The days of the last cycle that are still to be given, by the plan."""
    SECOND = "second"
    """The second infusion of a course that has two."""
    FIXED_DATE = "fixed_date"
    DATES_USED_UP = "dates_used_up"
    """The plan's dates have passed; with an interval of the protocol it is counted from the last cycle again."""
    NO_INTERVAL = "no_interval"
    """Neither a plan nor the protocol says when."""


@dataclass(frozen=True, slots=True)
class GivenCycle:
    """One cycle that was given, with its infusions in their order."""

    first_on: date
    infusions: tuple[Infusion, ...]


@dataclass(frozen=True, slots=True)
class NextCycle:
    """When the next infusion begins. `on` None: nobody has said. `number` is the cycle's, from 1.

    `counted_from` and `interval_days` give the day: a listed date and 0, or the last cycle and the interval.
    """

    on: date | None
    counted: Counted
    number: int
    last: GivenCycle | None
    counted_from: date | None = None
    interval_days: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedCycle:
    """One infusion ahead: the number of its cycle, and its days. `second`: the later one of a course that has two.

    `rest`: the days that are left of a cycle of which some were given.
    """

    number: int
    days: tuple[date, ...]
    second: bool = False
    rest: bool = False

    @property
    def first_on(self) -> date:
        return self.days[0]

    @property
    def last_on(self) -> date:
        return self.days[-1]


def is_infused(route: Route, drug: Drug | None) -> bool:
    """Whether a course is given into a vein; a route that is not recorded counts for a drug given in cycles."""
    if route is Route.NOT_RECORDED:
        return drug is not None and drug.given_in_cycles and Route.INTRAVENOUS in drug.routes
    return route is Route.INTRAVENOUS


def rounding_slack(plan: InfusionPlan | None) -> Decimal | None:
    """By how many mg rounding to the plan's whole vials can lift a dose: half the smallest vial. None: by nothing."""
    if plan is None or not plan.vial_sizes or plan.unit is None:
        return None
    return in_milligrams(min(plan.vial_sizes) / 2, plan.unit)


def later(day: date, days: int) -> date:
    """The day so many days later, held within the calendar."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min


def cycles_given(infusions: Iterable[Infusion], within_days: int, as_of: date) -> tuple[GivenCycle, ...]:
    """The cycles given by the day, oldest first; infusions close together are one cycle, whatever their order."""
    found: list[list[Infusion]] = []
    for infusion in sorted(infusions, key=lambda infusion: (infusion.first_on, entry_order(infusion.id))):
        if infusion.first_on > as_of:
            break
        if found and (infusion.first_on - found[-1][0].first_on).days <= within_days:
            found[-1].append(infusion)
        else:
            found.append([infusion])
    return tuple(GivenCycle(rows[0].first_on, tuple(rows)) for rows in found)


def day_before(infusion: Infusion, infusions: Iterable[Infusion]) -> Infusion | None:
    """The entry whose days end on the day before this one's: days of one cycle, recorded as they were given."""
    earlier = (one for one in infusions if one.first_on < infusion.first_on)
    return next((one for one in earlier if later(one.first_on, one.days) == infusion.first_on), None)


def is_unfinished(plan: InfusionPlan | None, given: Iterable[Infusion]) -> bool:
    """Whether the plan wants further days of a cycle of which these were given: neither its days nor its amount is.

    An amount that cannot be told, or compared, does not make a cycle whole.
    """
    rows = list(given)
    if plan is None or sum(row.days for row in rows) >= plan.days_per_cycle:
        return False
    wanted = plan.amount
    weights = [row.dosing_weight for row in rows if row.dosing_weight is not None]
    if plan.amount_per_kilogram is not None and weights:
        wanted = plan.amount_per_kilogram * weights[-1]
    total = sum((row.total for row in rows if row.total is not None and row.unit is plan.unit), Decimal(0))
    if wanted is None or plan.unit is None:
        return True
    return total < wanted - min(plan.vial_sizes, default=Decimal(0)) / 2


def rest_of_cycle(course: Course, shape: CycleShape, as_of: date) -> tuple[date, ...]:
    """The days still to be given of the last cycle, by the plan; they follow the last that was given.

    As long as a further infusion would belong to the cycle. None without a plan, and of a cycle that is whole.
    """
    given = cycles_given(course.infusions, shape.within_days, as_of)
    plan = course.infusion_plan
    if plan is None or not given or not is_unfinished(plan, given[-1].infusions):
        return ()
    first_on, last = given[-1].first_on, given[-1].infusions[-1]
    left = plan.days_per_cycle - sum(row.days for row in given[-1].infusions)
    days = consecutive_days(later(last.first_on, last.days), left)
    return days if max(days[-1], as_of) <= later(first_on, shape.within_days) else ()


def answered_dates(
    dates: Iterable[date], infusions: Iterable[Infusion], within_days: int, as_of: date
) -> dict[date, Infusion]:
    """Which infusion answers which planned date. Each answers the nearest one that is still open, and only that.

    A later day of a cycle, recorded by itself, answers none: its first day did.
    """
    found: dict[date, Infusion] = {}
    planned = sorted(set(dates))
    rows = sorted(infusions, key=lambda infusion: (infusion.first_on, entry_order(infusion.id)))
    for infusion in rows:
        if infusion.first_on > as_of:
            break
        if day_before(infusion, rows) is not None:
            continue
        near = [(abs((day - infusion.first_on).days), day) for day in planned if day not in found]
        distance, day = min(near, default=(within_days + 1, date.min))
        if distance <= within_days:
            found[day] = infusion
    return found


def next_cycle(course: Course, shape: CycleShape, as_of: date) -> NextCycle:
    """When the next infusion of the course begins, as of the day. Its stop is for the caller to heed.

    A cycle of which some days were given goes on first. A planned date before the last infusion given is passed over:
    what was given later took its place.
    """
    rest = rest_of_cycle(course, shape, as_of)
    if not rest:
        return _next_whole(course, shape, as_of)
    given = cycles_given(course.infusions, shape.within_days, as_of)
    last = given[-1]
    return NextCycle(rest[0], Counted.REST, len(given), last, last.first_on, (rest[0] - last.first_on).days)


def _next_whole(course: Course, shape: CycleShape, as_of: date) -> NextCycle:
    """When the next cycle of the course begins."""
    given = cycles_given(course.infusions, shape.within_days, as_of)
    last = given[-1] if given else None
    number = len(given) + 1
    plan = course.infusion_plan
    interval = shape.interval_days
    if plan is not None and plan.anchor is InfusionAnchor.FIXED_DATES:
        open_dates = _open_dates(plan, course.infusions, shape, as_of)
        if open_dates:
            return NextCycle(open_dates[0], Counted.FIXED_DATE, number, last, open_dates[0], 0)
        if last is None or interval is None:
            return NextCycle(None, Counted.DATES_USED_UP, number, last)
        return NextCycle(later(last.first_on, interval), Counted.DATES_USED_UP, number, last, last.first_on, interval)
    if plan is not None:
        interval = plan.interval_days
    if last is None:
        if interval is None:
            return NextCycle(None, Counted.NO_INTERVAL, number, None)
        return NextCycle(course.start_on, Counted.START, number, None, course.start_on, 0)
    if _second_is_open(last, shape, as_of) and shape.second_after_days is not None:
        second = later(last.first_on, shape.second_after_days)
        return NextCycle(second, Counted.SECOND, number - 1, last, last.first_on, shape.second_after_days)
    if interval is None:
        return NextCycle(None, Counted.NO_INTERVAL, number, last)
    return NextCycle(later(last.first_on, interval), Counted.LAST_GIVEN, number, last, last.first_on, interval)


def cycles_ahead(course: Course, shape: CycleShape, as_of: date, count: int = CYCLES_AHEAD) -> tuple[PlannedCycle, ...]:
    """The next infusions with each of their days, at most `count`, none from the course's stop on.

    What is overdue stands on the day on which it was due; those after it are counted from today at the earliest, as
    none can be given before.
    """
    length = course.infusion_plan.days_per_cycle if course.infusion_plan else 1
    found: list[PlannedCycle] = []
    rest = rest_of_cycle(course, shape, as_of)
    if rest and (course.stop_on is None or rest[0] < course.stop_on):
        found.append(PlannedCycle(next_cycle(course, shape, as_of).number, rest, rest=True))
    for number, first_on, second in _first_days(course, shape, as_of):
        if len(found) == count or (course.stop_on is not None and first_on >= course.stop_on):
            break
        found.append(PlannedCycle(number, consecutive_days(first_on, length), second))
    return tuple(found)


def consecutive_days(first_on: date, days: int) -> tuple[date, ...]:
    """The days of one cycle."""
    return tuple(later(first_on, offset) for offset in range(days))


def _first_days(course: Course, shape: CycleShape, as_of: date) -> Iterator[tuple[int, date, bool]]:
    """Number of the cycle, first day, and whether it is the second infusion of its course; without an end."""
    coming = _next_whole(course, shape, as_of)
    if coming.on is None:
        return
    plan = course.infusion_plan
    if plan is not None and coming.counted is Counted.FIXED_DATE:
        for offset, day in enumerate(_open_dates(plan, course.infusions, shape, as_of)):
            yield coming.number + offset, day, False
        return
    interval = plan.interval_days if plan is not None and plan.interval_days is not None else shape.interval_days
    number, first_on = coming.number, coming.on
    if coming.counted is Counted.SECOND and coming.last is not None:
        yield number, first_on, True
        if interval is None:
            return
        number, first_on = number + 1, later(coming.last.first_on, interval)
    while True:
        yield number, first_on, False
        base = max(first_on, as_of)
        if shape.second_after_days is not None:
            yield number, later(base, shape.second_after_days), True
        if interval is None or base == date.max:
            return
        number, first_on = number + 1, later(base, interval)


def _open_dates(plan: InfusionPlan, infusions: Sequence[Infusion], shape: CycleShape, as_of: date) -> list[date]:
    answered = answered_dates(plan.dates, infusions, shape.answered_within_days, as_of)
    last_on = max((row.first_on for row in infusions if row.first_on <= as_of), default=date.min)
    return [day for day in sorted(set(plan.dates)) if day not in answered and day > last_on]


def _second_is_open(last: GivenCycle, shape: CycleShape, as_of: date) -> bool:
    """While an infusion would still belong to the course, its second one is asked for."""
    return len(last.infusions) == 1 and as_of <= later(last.first_on, shape.within_days)
