"""Items that a member of staff recorded as not needed: which demands that covers, and until when."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from monitoring.rules import wording
from monitoring.rules.demands import Chart, Demand
from monitoring.rules.findings import WaivedFinding
from monitoring.rules.intervals import not_needed_until
from monitoring.rules.record import Waiver
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth

_HOUSE = "How this software reads the record"


class NotNeeded(NamedTuple):
    """One demand with the waiver that covers it, until a day (None: for as long as nothing new asks)."""

    demand: Demand
    waiver: Waiver
    until: date | None


def still_asked(chart: Chart, group: list[Demand]) -> tuple[list[Demand], list[NotNeeded]]:
    """The demands for one item that are still asked, and those that are not.

    A waiver covers what asked on the day it was made. It is spent for a demand to which something new came since: a new
    course, a dose increase, a further infusion. While it holds, the demand is left out; afterwards it is due on the day
    on which the waiver ended, since the looks before that were decided against and not missed.
    """
    kept, left_out = [], []
    for demand in group:
        covered = _covered(chart, demand)
        if covered is None:
            kept.append(demand)
        elif covered.until is None or chart.as_of < covered.until:
            left_out.append(covered)
        else:
            kept.append(_due_again(covered, covered.until))
    return kept, left_out


def waived_finding(chart: Chart, left_out: list[NotNeeded]) -> WaivedFinding:
    """What a reader is told of an item that would be asked for."""
    first = min(
        left_out, key=lambda one: (one.demand.driver.due_on, one.demand.driver.rule_id, entry_order(one.waiver.id))
    )
    back = min(left_out, key=lambda one: (one.until is None, one.until or date.max))
    one_interval = back.until is not None and back.waiver.until is None
    text = wording.not_needed(back.waiver.reason, back.until, one_interval)
    predicate = Predicate(wording.not_needed_label(back.waiver.made_on), Truth.TRUE, (_fact(back.waiver),))
    demand = first.demand
    return WaivedFinding(
        item=demand.item,
        occasion=demand.occasion,
        name=chart.protocol.items[demand.item].name,
        due_on=demand.driver.due_on,
        until=back.until,
        reason=Reason(
            "monitoring.not_needed", text, RuleKind.LOCAL_READING, _HOUSE, chart.protocol.version, (predicate,)
        ),
    )


def _covered(chart: Chart, demand: Demand) -> NotNeeded | None:
    """The demand with the waiver that holds longest; None when no waiver reaches its due date."""
    found = []
    for waiver in chart.record.waivers:
        if waiver.item != demand.item or waiver.occasion != demand.occasion:
            continue
        if not demand.asked_since <= waiver.made_on <= chart.as_of:
            continue
        until = not_needed_until(waiver.made_on, waiver.until, demand.driver.interval_days)
        if until is None or demand.driver.due_on < until:
            found.append(NotNeeded(demand, waiver, until))
    return max(
        found, key=lambda one: (one.until is None, one.until or date.min, entry_order(one.waiver.id)), default=None
    )


def _due_again(covered: NotNeeded, until: date) -> Demand:
    demand, waiver = covered.demand, covered.waiver
    reason = demand.driver.reason
    text = wording.not_needed_before(reason.text, waiver.made_on, until)
    predicate = Predicate(wording.not_needed_label(waiver.made_on), Truth.TRUE, (_fact(waiver),))
    driver = replace(
        demand.driver,
        due_on=until,
        reason=replace(reason, text=text, predicates=(*reason.predicates, predicate)),
    )
    return demand._replace(driver=driver, counted_from=until, interval_days=0)


def _fact(waiver: Waiver) -> FactReference:
    return FactReference("not_needed", waiver.id, wording.not_needed_label(waiver.made_on))
