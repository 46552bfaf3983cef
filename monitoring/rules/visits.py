"""Which items one visit can serve. An item is never moved past its due date, only pulled forward a few days."""

from collections.abc import Iterable
from datetime import date


def visit_days(wanted: Iterable[tuple[date, date | None]], as_of: date, pull_forward_days: int) -> list[date]:
    """The visit day for each item, in their order, given its due date and the first day that would answer it.

    The items come soonest first. What is due already wants a visit on `as_of`. An item joins a visit at most
    `pull_forward_days` before its own due date, and none before the first day that would answer it (the day of a nadir
    count, of a trough, of the next infusion).
    """
    visits: list[date] = []
    days = []
    for due_on, not_before in wanted:
        own = max(due_on, as_of)
        for on in visits:
            if (own - on).days <= pull_forward_days and (not_before is None or not_before <= on):
                days.append(on)
                break
        else:
            visits.append(own)
            days.append(own)
    return days
