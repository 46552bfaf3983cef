"""One rule in a few words: what it asks for and when. Used by the written-out protocol."""

from collections.abc import Iterator

from monitoring.protocol.definitions import (
    LITTLE,
    RULE_LISTS,
    AfterInfusionRule,
    BeforeInfusionRule,
    ComparedWith,
    CycleReviewRule,
    DrugMonitoring,
    ExposureRule,
    EyeScreeningRule,
    InfusionRule,
    MonitoringProtocol,
    OnceRule,
    ReviewRule,
    Rule,
    TaperRule,
    Threshold,
    TroughRule,
)
from monitoring.rules.wording import amount_of_time, number, span, unit
from monitoring.rules.wording_results import band, deficient
from patients.rules.wording import display_date as day


def describe(drug: DrugMonitoring) -> Iterator[Rule]:
    """The drug's rules in the order in which they are shown."""
    for name in RULE_LISTS:
        yield from getattr(drug, name)


def items_of(rule: Rule) -> tuple[str, ...]:
    """The ids of what the rule asks for."""
    items: tuple[str, ...] = getattr(rule, "items", ()) or (getattr(rule, "item", ""),)
    return items


def what(rule: Rule, protocol: MonitoringProtocol) -> str:
    """The names of the rule's items."""
    return ", ".join(protocol.items[item].name for item in items_of(rule))


def when(rule: Rule, protocol: MonitoringProtocol) -> str:
    """When the rule asks, in words."""
    routes = getattr(rule, "routes", ())
    suffix = f" ({' or '.join(route.label for route in routes)})" if routes else ""
    return f"{_when(rule, protocol)}{suffix}"


def limit(threshold: Threshold) -> str:
    """The band in which a result asks for action, with what it is measured in."""
    if threshold.compared_with is ComparedWith.POSITIVE:
        return "positive"
    if threshold.compared_with is ComparedWith.DEFICIENCY:
        return deficient(little=threshold.at_least == LITTLE)
    low = threshold.above if threshold.above is not None else threshold.at_least
    high = threshold.below if threshold.below is not None else threshold.at_most
    measure = unit(threshold.unit) or threshold.compared_with.label
    words = band(low, threshold.at_least is not None, high, threshold.at_most is not None, measure)
    days = threshold.after_stop_days
    return words if days is None else f"{words}, also for {amount_of_time(days)} after the stop"


def _when(rule: Rule, protocol: MonitoringProtocol) -> str:
    if isinstance(rule, OnceRule):
        return _once(rule, protocol)
    if isinstance(rule, TroughRule):
        windows = "; ".join(
            f"{number(window.hours_from)} to {number(window.hours_to)} h after the dose"
            + (f" when taken {', '.join(word.label for word in window.frequencies)}" if window.frequencies else "")
            for window in rule.windows
        )
        return f"{protocol.profiles[rule.profile].name}; {windows}"
    if isinstance(rule, InfusionRule):
        return _infusion(rule)
    if isinstance(rule, BeforeInfusionRule):
        return _before_infusion(rule)
    if isinstance(rule, AfterInfusionRule):
        text = f"{amount_of_time(rule.days)} after each cycle (from {amount_of_time(rule.early_days)} before)"
        if rule.after_stop_days:
            text = f"{text}; also once stopped, for {amount_of_time(rule.after_stop_days)} after a cycle"
        return text
    if isinstance(rule, CycleReviewRule):
        return f"after {rule.after_cycles} to {rule.latest_cycle} cycles"
    if isinstance(rule, ExposureRule):
        return _exposure(rule)
    if isinstance(rule, TaperRule):
        return (
            f"at each planned step; without a plan every {span(rule.interval_days)} from "
            f"{amount_of_time(rule.first_days)} on, every {span(rule.maintenance_interval_days)} below "
            f"{number(rule.maintenance_below_milligrams)} mg a day"
        )
    if isinstance(rule, EyeScreeningRule):
        return (
            f"every {span(rule.interval_days)} from {amount_of_time(rule.from_days)} after the start; from "
            f"{amount_of_time(rule.early_from_days)} above {number(rule.over_milligrams_per_kilogram)} mg/kg a day or "
            f"with eGFR below {number(rule.egfr_below)}"
        )
    if isinstance(rule, ReviewRule):
        return (
            f"every {span(rule.interval_days)}, the first {amount_of_time(rule.first_days)} after the start "
            f"(after {day(rule.asked_from)} for a drug begun before)"
        )
    return protocol.profiles[getattr(rule, "profile", "")].name


def _once(rule: OnceRule, protocol: MonitoringProtocol) -> str:
    text = "before the first dose" if rule.due_days == 0 else f"once, {amount_of_time(rule.due_days)} after the start"
    if rule.times > 1:
        text = f"{text}, {rule.times} times at least {amount_of_time(rule.apart_days)} apart"
    counted = "ever" if rule.ever else f"from {amount_of_time(rule.counts_days_before)} before"
    group = f"; {protocol.groups[rule.group].name}" if rule.group else ""
    return f"{text} (a result counts {counted}){group}"


def _infusion(rule: InfusionRule) -> str:
    if rule.interval_days is None:
        text = "when the clinician's plan says"
    else:
        text = f"every {span(rule.interval_days)} from the first day of the last cycle"
    if rule.second_after_days is not None:
        text = f"{text}; a second infusion {amount_of_time(rule.second_after_days)} after the first of a course"
    if rule.grams_per_kilogram is not None:
        text = f"{text}; {number(rule.grams_per_kilogram)} g/kg a cycle"
    if rule.days_from is not None and rule.days_to is not None:
        text = f"{text} over {rule.days_from} to {rule.days_to} consecutive days"
    return f"{text}. {rule.instructions}".rstrip()


def _before_infusion(rule: BeforeInfusionRule) -> str:
    if rule.ever:
        return "once before the first infusion, at any time"
    within = "on the day" if rule.within_days == 0 else f"within {amount_of_time(rule.within_days)} before it"
    return f"before each infusion, {within}"


def _exposure(rule: ExposureRule) -> str:
    text = f"once {number(rule.milligrams_per_day)} mg or more of prednisolone equivalent a day has been taken for "
    text = f"{text}{rule.for_days} days"
    if rule.while_exposed:
        text = f"{text} and still is"
    if rule.gap_days:
        text = f"{text} (up to {rule.gap_days} days in a row below it do not begin the count anew)"
    if rule.interval_days is not None:
        text = f"{text}; again every {span(rule.interval_days)}"
    return text
