"""Audits of what long corticosteroid treatment asks for once: a decision, a plan, a card."""

from collections.abc import Iterator
from datetime import date

from monitoring.protocol.audits import AuditDefinition, exposure_rule
from monitoring.protocol.definitions import ExposureRule
from monitoring.rules import wording
from monitoring.rules.audit_case import AuditCase, excluded, judged, unjudged
from monitoring.rules.audit_findings import AuditOutcome, Judgement
from monitoring.rules.audit_starts import LEFT
from monitoring.rules.demands import Chart
from monitoring.rules.merge import window_of
from monitoring.rules.samples import Done, Samples
from monitoring.rules.status import days_after
from monitoring.rules.steroid import Run, exposure, runs
from patients.rules.wording import display_date


def exposures(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """Each time that the dose had been taken so long in the period: what is asked for then, done before overdue or not.

    Dose, length, gaps and how long before it something still counts are those of the schedule's rule.
    """
    rule = exposure_rule(case.monitoring, audit.exposure_rule)
    as_of = case.period.as_of
    samples = Samples(case.record, case.monitoring, as_of)
    for run in runs(exposure(Chart(case.record, case.monitoring, as_of, samples)), rule):
        reached_on = run.reached_on(rule.for_days)
        if reached_on is not None and case.period.holds(reached_on):
            yield _exposure(audit, case, rule, samples, run, reached_on)


def _exposure(
    audit: AuditDefinition, case: AuditCase, rule: ExposureRule, samples: Samples, run: Run, reached_on: date
) -> Judgement:
    as_of = case.period.as_of
    amount = f"{wording.number(rule.milligrams_per_day)} mg or more of prednisolone equivalent a day"
    key, unit = f"run:{run.from_on.isoformat()}", f"{amount} from {display_date(run.from_on)}"
    if case.left_by(reached_on):
        return excluded(audit, case, LEFT, key=key, unit=unit)
    if run.unknown_from is not None and run.unknown_from < reached_on:
        text = f"the dose from {display_date(run.unknown_from)} is not recorded"
        return unjudged(audit, case, "a dose on the way there is not recorded", text, key=key, unit=unit)
    earliest = date.min if rule.ever else days_after(run.from_on, -rule.counts_days_before)
    done = [_first(samples, item, earliest) for item in rule.items]
    asked = f"asked for from {display_date(reached_on)}"
    grace = max(window_of(case.monitoring, case.monitoring.items[item]).grace_days for item in rule.items)
    last_day = days_after(reached_on, grace)
    if None not in done:
        found = max(one for one in done if one is not None)
        in_time = found[0] <= last_day
        outcome = AuditOutcome.MET if in_time else AuditOutcome.NOT_MET
        late = "" if in_time else f", {(found[0] - reached_on).days} days after"
        text = f"{asked}, recorded on {display_date(found[0])}{late}"
        return judged(audit, case, outcome, text, key=key, unit=unit, facts=(found[1],), decided_on=found[0])
    if any(
        waiver.item in rule.items and run.from_on <= waiver.made_on <= min(last_day, as_of)
        for waiver in case.record.waivers
    ):
        return excluded(audit, case, "recorded as not needed", key=key, unit=unit)
    if case.left_by(min(last_day, as_of)):
        return excluded(audit, case, LEFT, key=key, unit=unit)
    if as_of <= last_day:
        return excluded(audit, case, "not overdue yet", f"{asked}, not overdue yet", key=key, unit=unit)
    text = f"{asked}, not recorded by {display_date(as_of)}"
    return judged(audit, case, AuditOutcome.NOT_MET, text, key=key, unit=unit, decided_on=reached_on)


def _first(samples: Samples, item: str, earliest: date) -> Done | None:
    """The first day from `earliest` on that the item was done, with its row."""
    days = samples.days_from(item, earliest)
    return (days[0], samples.reference(item, days[0])) if days else None
