"""Puts the demands of all drugs together: the earliest due date for an item wins and says which drug drives it."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from monitoring.protocol.definitions import Item, MonitoringProtocol
from monitoring.rules.demands import Chart, Demand
from monitoring.rules.findings import DueFinding, ItemKind, WaivedFinding
from monitoring.rules.record import SampleTaken, Snooze
from monitoring.rules.samples import Done
from monitoring.rules.status import PauseUntil, SnoozeUntil, Standing, WaitUntil, Window, status
from monitoring.rules.waivers import still_asked, waived_finding
from patients.rules.entry_order import entry_order

_NOT_BY_SAMPLE = (ItemKind.TROUGH, ItemKind.INFUSION)


class Draft(NamedTuple):
    """One item and occasion with the demands for it, the driver's first, before it has its place in a visit."""

    item: Item
    group: list[Demand]
    standing: Standing
    last_done: Done | None
    sample_taken_on: date | None

    @property
    def is_held(self) -> bool:
        """Whether a pause, a sample on its way or a snooze keeps it from wanting a visit."""
        standing = self.standing
        return (standing.paused_until or standing.waiting_until or standing.snoozed_until) is not None


def drafts(chart: Chart, demands: Iterable[Demand]) -> tuple[list[Draft], list[WaivedFinding]]:
    """One draft for each item and occasion, soonest first; apart from them what was recorded as not needed."""
    by_item: dict[tuple[str, str], list[Demand]] = {}
    for demand in demands:
        by_item.setdefault((demand.item, demand.occasion), []).append(demand)
    waived: list[WaivedFinding] = []
    groups: Iterable[list[Demand]] = by_item.values()
    if chart.record.waivers:
        groups = [kept for group in groups if (kept := _without_waived(chart, group, waived))]
    found = [_draft(chart, group) for group in groups]
    found.sort(key=lambda draft: (draft.standing.due_on, draft.group[0].item, draft.group[0].occasion))
    return found, sorted(waived, key=lambda one: (one.due_on, one.item, one.occasion))


def _without_waived(chart: Chart, group: list[Demand], waived: list[WaivedFinding]) -> list[Demand]:
    """The demands that are still asked; where none is left, the finding that says so is added to `waived`."""
    kept, not_needed = still_asked(chart, group)
    if not kept:
        waived.append(waived_finding(chart, not_needed))
    return kept


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
        paused_until=standing.paused_until,
        sample_taken_on=draft.sample_taken_on,
        waiting_until=standing.waiting_until,
    )


def _draft(chart: Chart, group: list[Demand]) -> Draft:
    record = chart.record
    if len(group) > 1:
        group = _one_for_each_course(group)
        if record.pauses:  # what is paused drives only where nothing else asks
            group.sort(key=lambda demand: demand.driver.paused_until is not None)
    first = group[0]
    item = chart.protocol.items[first.item]
    last_done = _last_done(chart, group, item.kind)
    snooze = _snooze(chart, group, last_done) if record.snoozes else None
    sample = _sample(chart, group, last_done) if record.samples_taken else None
    standing = status(
        first.counted_from,
        first.interval_days,
        window_of(chart.protocol, item),
        snooze,
        chart.as_of,
        waiting=None if sample is None else WaitUntil(sample.taken_on, sample.until),
        pause=_pause(group) if record.pauses else None,
    )
    taken_on = sample.taken_on if sample is not None and standing.waiting_until is not None else None
    return Draft(item, group, standing, last_done, taken_on)


def window_of(protocol: MonitoringProtocol, item: Item) -> Window:
    """The item's own window, or the default. It does not depend on the interval, so that an early test never harms."""
    defaults = protocol.defaults
    soon = defaults.soon_days if item.soon_days is None else item.soon_days
    grace = defaults.grace_days if item.grace_days is None else item.grace_days
    return Window(soon, grace)


def _one_for_each_course(group: list[Demand]) -> list[Demand]:
    """Soonest first, and of one course's demands for the item only the soonest; apart from it what is asked at once."""
    group.sort(
        key=lambda demand: (demand.driver.due_on, demand.driver.drug, demand.driver.rule_id, demand.driver.course)
    )
    seen: set[tuple[str, str, bool]] = set()
    kept = []
    for demand in group:
        key = (demand.driver.drug_name, demand.driver.course.id, demand.at_once)
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


def _sample(chart: Chart, group: list[Demand], last_done: Done | None) -> SampleTaken | None:
    """The sample on its way that is expected last."""
    holding = [sample for sample in chart.record.samples_taken if _is_awaited(sample, chart, group, last_done)]
    return max(holding, key=lambda sample: (sample.until, sample.taken_on, entry_order(sample.id)), default=None)


def _is_awaited(sample: SampleTaken, chart: Chart, group: list[Demand], last_done: Done | None) -> bool:
    """Whether its result is still to come, and would answer everything that is due by now.

    A level that came back and is no trough answers nothing, but is no longer on its way.
    """
    first, as_of = group[0], chart.as_of
    if sample.item != first.item or sample.occasion != first.occasion:
        return False
    if not sample.taken_on <= as_of < sample.until:
        return False
    back = max(last_done[0] if last_done else date.min, chart.samples.last_day(first.item) or date.min)
    if back >= sample.taken_on:
        return False
    due_now = (demand for demand in group if demand is first or demand.driver.due_on <= as_of)
    return all(_would_answer(sample.taken_on, demand) for demand in due_now)


def _would_answer(taken_on: date, demand: Demand) -> bool:
    earliest = demand.driver.not_before
    if earliest is None and demand.driver.interval_days is not None:
        earliest = demand.counted_from
    return earliest is None or taken_on >= earliest


def _pause(group: list[Demand]) -> PauseUntil | None:
    """The pause of an item for which only paused drugs ask: until the first of them is looked after again."""
    if group[0].driver.paused_until is None:
        return None
    return PauseUntil(date.min, min(end for demand in group if (end := demand.driver.paused_until) is not None))


def _details(group: list[Demand]) -> str:
    if len(group) == 1:
        return group[0].detail
    return " ".join(dict.fromkeys(demand.detail for demand in group if demand.detail))
