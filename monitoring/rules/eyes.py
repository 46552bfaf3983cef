"""Retinal screening for hydroxychloroquine: yearly after 5 years, after 1 year at higher risk."""

from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import EyeScreeningRule
from monitoring.rules import wording, wording_doses
from monitoring.rules.demands import Demand, Running
from monitoring.rules.doses import DAYS_COMPARED, dose_on, milligrams_in_28_days, weight_on
from monitoring.rules.status import days_after
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.vocabulary import ConditionKind


def demand(one: Running, rule: EyeScreeningRule) -> Demand:
    """When the eyes are next due. A risk that is not known counts as present: one more screen does no harm."""
    risks = (_dose_risk(one, rule), _kidney_risk(one, rule))
    early = any(risk.truth is not Truth.FALSE for risk in risks)
    from_days = rule.early_from_days if early else rule.from_days
    last = one.last_since_start(rule.item)
    last_done, since = one.since_last(rule.item, last)
    counted_from, interval = one.start, from_days
    if last is not None and days_after(last, rule.interval_days) > days_after(one.start, from_days):
        counted_from, interval = last, rule.interval_days
    return one.demand(
        rule,
        rule.item,
        text=wording_doses.eye_screening(one.name, one.start, from_days, rule.interval_days, early),
        phase="higher risk" if early else "usual risk",
        counted_from=counted_from,
        interval_days=interval,
        repeats=True,
        predicates=(*risks, *since),
        last_done=last_done,
    )


def _dose_risk(one: Running, rule: EyeScreeningRule) -> Predicate:
    limit = rule.over_milligrams_per_kilogram
    as_of = one.chart.as_of
    weight = weight_on(one.chart.patient.weights, as_of)
    dose = dose_on(one.course, as_of)
    milligrams = milligrams_in_28_days(dose, one.chart.patient.weights)
    text = wording_doses.dose_above_per_kilogram(limit)
    if dose is None or milligrams is None or weight is None:
        missing = "weight" if weight is None else "dose"
        return Predicate(wording_doses.counted_to_be_safe(text, missing), Truth.UNKNOWN)
    facts = (
        FactReference("dose", dose.id, wording.from_day_label("dose", dose.from_on)),
        FactReference(
            "weight", weight.id, wording.last_done_label(f"{wording.number(weight.kilograms)} kg", weight.on)
        ),
    )
    above = milligrams > limit * DAYS_COMPARED * weight.kilograms
    return Predicate(text, Truth.TRUE if above else Truth.FALSE, facts)


def _kidney_risk(one: Running, rule: EyeScreeningRule) -> Predicate:
    text = wording_doses.kidney_risk(rule.egfr_below)
    as_of = one.chart.as_of
    for condition in sorted(
        one.chart.patient.conditions, key=lambda condition: (condition.from_on, entry_order(condition.id))
    ):
        if condition.kind == ConditionKind.CHRONIC_KIDNEY_DISEASE and _present(
            condition.from_on, condition.to_on, as_of
        ):
            label = wording.from_day_label(condition.kind.label, condition.from_on, condition.precision)
            return Predicate(text, Truth.TRUE, (FactReference("condition", condition.id, label),))
    rows = one.chart.samples.rows("egfr")
    if not rows:
        return Predicate(wording_doses.counted_to_be_safe(text, "eGFR"), Truth.UNKNOWN)
    row = rows[-1]
    label = wording.last_done_label(
        f"eGFR {wording.value_shown(row.value, row.comparator, row.unit, row.text)}", row.sampled_on
    )
    fact = (FactReference("result", row.id, label),)
    return Predicate(text, _below(row.value, row.comparator, rule.egfr_below), fact)


def _present(from_on: date, to_on: date | None, as_of: date) -> bool:
    return from_on <= as_of and (to_on is None or as_of <= to_on)


def _below(value: Decimal | None, comparator: str, limit: Decimal) -> Truth:
    """Whether a reported value lies below the limit: `<60` does, `>=60` does not, `>50` cannot be told."""
    if value is None or not value.is_finite():
        return Truth.UNKNOWN
    if comparator in (">", ">="):
        return Truth.FALSE if value >= limit else Truth.UNKNOWN
    if comparator == "<":
        return Truth.TRUE if value <= limit else Truth.UNKNOWN
    if comparator == "<=":
        return Truth.TRUE if value < limit else Truth.UNKNOWN
    return Truth.TRUE if value < limit else Truth.FALSE
