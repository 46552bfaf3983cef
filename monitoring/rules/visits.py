"""Which items one visit can serve. An item is never moved past its due date, only pulled forward a few days."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class Wanted(NamedTuple):
    """One item that wants a visit: due when, and the first day that would answer it.

    `taken_with`: items whose visit it joins from `not_before` on, however long before its own due date. `held`: paused,
    put off or waiting for its result, so that nobody comes for it alone.
    """

    due_on: date
    not_before: date | None
    item: str = ""
    taken_with: tuple[str, ...] = ()
    held: bool = False


def visit_days(wanted: Iterable[Wanted], as_of: date, pull_forward_days: int) -> list[date]:
    """The visit day for each item, in their order.

    The items come soonest first. What is due already wants a visit on `as_of`. An item joins a visit at most
    `pull_forward_days` before its own due date, and none before the first day that would answer it (the day of a nadir
    count, of a trough, of the next infusion). A level joins the last visit before its due date at which its bloods are
    taken.
    """
    visits: dict[date, set[str]] = {}
    days = []
    for one in wanted:
        own = max(one.due_on, as_of)
        open_to_it = [on for on in visits if on <= own and (one.not_before is None or one.not_before <= on)]
        joined = [on for on in open_to_it if one.taken_with and not visits[on].isdisjoint(one.taken_with)]
        near = next((on for on in open_to_it if (own - on).days <= pull_forward_days), own)
        day = max(joined, default=near)
        if day in visits:
            visits[day].add(one.item)
        elif not one.held:
            visits[day] = {one.item}
        days.append(day)
    return days
