"""How late a due item is: overdue at all, by more than a week, or by more than one whole interval of its schedule."""

from patients.rules.vocabulary import Vocabulary

A_WEEK = 7  # days


class Lateness(Vocabulary):
    """Steps of lateness. Each holds the ones after it: what is late by an interval is late."""

    ANY = "any", "overdue"
    OVER_A_WEEK = "over_a_week", "overdue by more than 7 days"
    OVER_AN_INTERVAL = "over_an_interval", "more than one full interval late"


def is_late(days_overdue: int, interval_days: int | None, lateness: Lateness) -> bool:
    """Whether an item that is so many days overdue is late to that step; never over an interval that it has not.

    Days late count against the interval that the item is on (`interval_days`), not against one fixed for all.
    """
    if lateness is Lateness.ANY:
        return days_overdue > 0
    if lateness is Lateness.OVER_A_WEEK:
        return days_overdue > A_WEEK
    return interval_days is not None and days_overdue > interval_days
