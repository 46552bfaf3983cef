"""Puts the demands of all drugs together: the earliest due date for an item wins and says which drug drives it."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from monitoring.protocol.definitions import Item, MonitoringProtocol
from monitoring.rules.demands import Chart, Demand
from monitoring.rules.findings import DueFinding, ItemKind
from monitoring.rules.record import Snooze
from monitoring.rules.samples import Done
from monitoring.rules.status import SnoozeUntil, Standing, Window, status

_NOT_BY_SAMPLE = (ItemKind.TROUGH, ItemKind.INFUSION)


class Draft(NamedTuple):
    """One item and occasion with the demands for it, the driver's first, before it has its place in a visit."""

    item: Item
    group: list[Demand]
    standing: Standing
    last_done: Done | None


def drafts(chart: Chart, demands: Iterable[Demand]) -> list[Draft]:
    """One draft for each item and occasion, soonest first."""
    by_item: dict[tuple[str, str], list[Demand]] = {}
    for demand in demands:
        by_item.setdefault((demand.item, demand.occasion), []).append(demand)
    found = [_draft(chart, group) for group in by_item.values()]
    found.sort(key=lambda draft: (draft.standing.due_on, draft.group[0].item, draft.group[0].occasion))
    return found


def finding(draft: Draft, visit_on: date) -> DueFinding:
    """The finding that screens read."""
    first, standing, last_done = draft.group[0], draft.standing, draft.last_done
    others = tuple(demand.driver for demand in draft.group[1:])
    return DueFinding(
        item=first.item,
        occasion=first.occasion,
        name=draft.item.name,
        kind=draft.item.kind,
        due_on=standing.due_on,
        visit_on=visit_on,
        status=standing.status,
        days_overdue=standing.days_overdue,
        last_done_on=last_done[0] if last_done else None,
        last_done_by=last_done[1] if last_done else None,
        snoozed_until=standing.snoozed_until,
        driver=first.driver,
        other_drivers=others,
        detail=_details(draft.group),
        reasons=(first.driver.reason, *(other.reason for other in others)),
    )


def _draft(chart: Chart, group: list[Demand]) -> Draft:
    if len(group) > 1:
        group = _one_for_each_course(group)
    first = group[0]
    item = chart.protocol.items[first.item]
    last_done = _last_done(chart, group, item.kind)
    window = window_of(chart.protocol, item)
    snooze = _snooze(chart, group, last_done)
    return Draft(item, group, status(first.counted_from, first.interval_days, window, snooze, chart.as_of), last_done)


def window_of(protocol: MonitoringProtocol, item: Item) -> Window:
    """The item's own window, or the default. It does not depend on the interval, so that an early test never harms."""
    defaults = protocol.defaults
    soon = defaults.soon_days if item.soon_days is None else item.soon_days
    grace = defaults.grace_days if item.grace_days is None else item.grace_days
    return Window(soon, grace)


def _one_for_each_course(group: list[Demand]) -> list[Demand]:
    """Soonest first, and of one course's demands for the item only the soonest."""
    group.sort(
        key=lambda demand: (demand.driver.due_on, demand.driver.drug, demand.driver.rule_id, demand.driver.course)
    )
    seen: set[tuple[str, str]] = set()
    kept = []
    for demand in group:
        key = (demand.driver.drug_name, demand.driver.course.id)
        if key not in seen:
            seen.add(key)
            kept.append(demand)
    return kept


def _last_done(chart: Chart, group: list[Demand], kind: ItemKind) -> Done | None:
    if kind not in _NOT_BY_SAMPLE:
        return chart.samples.latest(group[0].item)
    return max((demand.last_done for demand in group if demand.last_done is not None), default=None)


def _snooze(chart: Chart, group: list[Demand], last_done: Done | None) -> SnoozeUntil | None:
    """The snooze that holds longest.

    One is spent that was made before the item was last done, or before something new began to ask for it: another
    drug, a dose increase, a further infusion.
    """
    if not chart.record.snoozes:
        return None
    holding = [snooze for snooze in chart.record.snoozes if _holds(snooze, chart, group, last_done)]
    longest = max(holding, key=lambda snooze: (snooze.until, snooze.made_on), default=None)
    return None if longest is None else SnoozeUntil(longest.made_on, longest.until)


def _holds(snooze: Snooze, chart: Chart, group: list[Demand], last_done: Done | None) -> bool:
    return (
        snooze.item == group[0].item
        and snooze.occasion == group[0].occasion
        and snooze.made_on <= chart.as_of < snooze.until
        and (last_done is None or last_done[0] <= snooze.made_on)
        and all(demand.asked_since <= snooze.made_on for demand in group)
    )


def _details(group: list[Demand]) -> str:
    if len(group) == 1:
        return group[0].detail
    return " ".join(dict.fromkeys(demand.detail for demand in group if demand.detail))
