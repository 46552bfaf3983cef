"""What is decided about one patient's monitoring, as the schedule reads it: risk, intervals, pauses, who looks."""

from datetime import date
from typing import NamedTuple

from monitoring.protocol.definitions import Item, MonitoringProtocol, RiskTierRule
from monitoring.rules import wording
from monitoring.rules.findings import ItemKind
from monitoring.rules.record import IntervalOverride, MonitoringRecord, Pause, RiskAssessment, SharedCare
from monitoring.rules.status import days_after
from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Truth


class Risk(NamedTuple):
    """The tier that a patient is looked at by on a day, and why."""

    rule: RiskTierRule
    predicate: Predicate

    def interval(self, profile: str) -> int | None:
        """Days between looks in the profile's last phase; None when the tiers say nothing of the profile."""
        return next((one.interval_days for one in self.rule.intervals if one.profile == profile), None)


def risk_on(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> Risk | None:
    """The tier on the day; None under a schedule without tiers.

    The last assessment counts until it is older than the schedule lets it hold. After that, and without one, the
    standard tier stands in, and the predicate says that the risk is not known.
    """
    if not protocol.risk_tiers or protocol.assessment_holds_days is None:
        return None
    last = latest_assessment(record, as_of)
    if last is None:
        return Risk(protocol.risk_tiers[RiskTier.STANDARD], Predicate(wording.risk_not_assessed(), Truth.UNKNOWN))
    fact = FactReference("risk_assessment", last.id, wording.risk_assessed(last.tier.label, last.on))
    if (as_of - last.on).days > protocol.assessment_holds_days:
        text = wording.risk_outdated(last.on, protocol.assessment_holds_days)
        return Risk(protocol.risk_tiers[RiskTier.STANDARD], Predicate(text, Truth.UNKNOWN, (fact,)))
    return Risk(protocol.risk_tiers[last.tier], Predicate(fact.label, Truth.TRUE, (fact,)))


def latest_assessment(record: MonitoringRecord, as_of: date) -> RiskAssessment | None:
    """The last risk assessment on or before the day."""
    if not record.risk:
        return None
    return max(
        (one for one in record.risk if one.on <= as_of), key=lambda one: (one.on, entry_order(one.id)), default=None
    )


def override_for(record: MonitoringRecord, drug: str, item: Item, as_of: date) -> IntervalOverride | None:
    """The other interval that holds on the day for a drug's demand for an item.

    The most specific wins: drug and item, then drug, then item, then all; of equally specific ones the shorter. A level
    and an item with an interval of its own (a vaccine, an eye check) follow only a decision that names them.
    """
    by_name = only_by_name(item)
    found = [
        one
        for one in record.overrides
        if one.from_on <= as_of < one.until
        and one.drug in ("", drug)
        and (one.item == item.id or (one.item == "" and not by_name))
    ]
    return min(
        found,
        key=lambda one: (one.drug == "", one.item == "", one.interval_days, one.from_on, entry_order(one.id)),
        default=None,
    )


def only_by_name(item: Item) -> bool:
    """Whether another interval holds for the item only when the decision names it."""
    return item.own_interval or item.kind is ItemKind.TROUGH


def paused_until(record: MonitoringRecord, drug: str, asked_since: date, as_of: date) -> date | None:
    """Until when what the drug has asked for since a day is paused; None when it is not. The longest pause counts.

    A pause covers what was known on the day it began: a start, an increase or an infusion after that day is not put off
    by it.
    """
    ends = [
        pause_end(pause)
        for pause in record.pauses
        if pause.drug in ("", drug) and asked_since <= pause.from_on <= as_of < pause_end(pause)
    ]
    return max(ends, default=None)


def pause_end(pause: Pause) -> date:
    """The first day after the pause: the day it was meant to end, or the day it was resumed before that."""
    return pause.until if pause.ended_on is None else min(pause.until, pause.ended_on)


def monitored_by(record: MonitoringRecord, drug: str, as_of: date) -> MonitoredBy:
    """Who looks after the drug's tests: this clinic unless another was named."""
    last = shared_care_on(record, drug, as_of)
    return MonitoredBy.US if last is None else last.monitored_by


def shared_care_on(record: MonitoringRecord, drug: str, as_of: date) -> SharedCare | None:
    """What was last said of who looks after the drug, else of who looks after every drug; None when nothing was."""
    begun = [one for one in record.shared_care if one.drug in ("", drug) and one.from_on <= as_of]
    return max(begun, key=lambda one: (one.drug != "", one.from_on, entry_order(one.id)), default=None)


def not_needed_until(made_on: date, until: date | None, interval_days: int | None) -> date | None:
    """Until when a waiver holds. Without a day: for good for what is done once (None), else for one interval."""
    if until is not None or interval_days is None:
        return until
    return days_after(made_on, interval_days)
