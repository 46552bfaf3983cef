"""How often a demand repeats for one patient: the profile, the risk tier, and what was decided otherwise."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from monitoring.protocol.definitions import Pair, Profile, RepeatRule, TroughRule
from monitoring.rules import wording
from monitoring.rules.demands import Running
from monitoring.rules.doses import Change
from monitoring.rules.intervals import Risk
from monitoring.rules.phases import Decided, Next, decided_otherwise, next_due
from monitoring.rules.record import IntervalOverride
from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth

_CHANGE_WORDS = {
    Change.INCREASE: wording.dose_increase(),
    Change.DECREASE: wording.dose_decrease(),
    Change.UNKNOWN: wording.dose_change_unknown(),
    Change.TIMES: wording.dose_times_changed(),
    Change.BRAND: wording.brand_changed(),
}


class Pace(NamedTuple):
    """When a repeated demand is next due, and what decided it.

    `risk`: the tier that set the interval. `decision`: the other interval recorded for the patient; `override` points
    to it where it set the interval.
    """

    due: Next
    risk: Risk | None
    decision: IntervalOverride | None
    override: FactReference | None
    restarted_on: date | None

    def reason(self, one: Running, rule: RepeatRule | TroughRule | Pair, since: tuple[Predicate, ...]) -> Reason:
        """Why it is due then. What was decided for the patient rests on that decision, not on the guideline."""
        due, decision = self.due, self.decision
        if due.restart is not None:
            changed = _CHANGE_WORDS[due.restart.change]
            text = wording.after_restart(one.name, due.restart.on, changed, due.interval_days)
        else:
            text = wording.repeats(one.name, due.phase.name, due.interval_days)
        if self.risk is not None:
            found = one.reason(rule, f"{text} ({self.risk.predicate.text})", (*since, self.risk.predicate))
            if due.interval_days != due.phase.interval_days:
                tier = self.risk.rule
                found = replace(found, kind=tier.kind, source=f"{rule.source}; {tier.source}")
            return found
        if decision is None:
            return one.reason(rule, text, since)
        fact = FactReference(
            "interval_override",
            decision.id,
            wording.interval_decided_label(decision.interval_days, decision.from_on),
        )
        if self.override is None:
            words = wording.decided_before(decision.interval_days, decision.from_on)
            return one.reason(rule, text, (*since, Predicate(words, Truth.FALSE, (fact,))))
        text = wording.interval_decided(one.name, decision.interval_days, decision.by, decision.until, decision.reason)
        found = one.reason(rule, text, (*since, Predicate(fact.label, Truth.TRUE, (fact,))))
        return replace(found, kind=RuleKind.LOCAL_READING, source=f"Decision for this patient; otherwise {rule.source}")


def of(
    one: Running, rule: RepeatRule | TroughRule | Pair, last: date | None, decision: IntervalOverride | None
) -> Pace:
    """The pace of one item of the rule, last done (since the start) on `last`."""
    profile = one.chart.protocol.profiles[rule.profile]
    restarts = one.restarts(profile.restarted_by)
    restarted_on = restarts[-1].on if restarts else None
    risk = one.chart.risk
    tier_days = None if risk is None else risk.interval(profile.id)
    due = next_due(profile, one.start, restarts, last, tier_days)
    in_tier = risk if tier_days is not None and _in_last_phase(due, profile) else None
    if decision is None:
        return Pace(due, in_tier, None, None, restarted_on)
    decided = Decided(decision.from_on, decision.interval_days)
    found = decided_otherwise(due, profile, one.start, restarts, last, decided)
    if found is due:
        return Pace(due, in_tier, decision, None, restarted_on)
    fact = FactReference(
        "interval_override", decision.id, wording.interval_decided_label(decision.interval_days, decision.from_on)
    )
    return Pace(found, None, decision, fact, restarted_on)


def _in_last_phase(due: Next, profile: Profile) -> bool:
    return due.restart is None and due.phase is profile.phases[-1]
