"""Audits of the six core set measures: all at each assessment, and often enough."""

from collections.abc import Iterator

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_case import AuditCase, excluded, judged
from monitoring.rules.audit_findings import AuditOutcome, Judgement
from monitoring.rules.audit_starts import LEFT
from monitoring.rules.wording import amount_of_time
from patients.rules.core_set import missing_measures
from patients.rules.entry_order import entry_order
from patients.rules.population import criteria_for
from patients.rules.reasons import FactReference
from patients.rules.record import Assessment
from patients.rules.vocabulary import Measure
from patients.rules.wording import display_date, joined


def six_measures(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """Each assessment in the period: all six measures recorded, or which are missing."""
    for assessment in sorted(case.record.treatment.patient.assessments, key=lambda one: (one.on, entry_order(one.id))):
        if not case.period.holds(assessment.on):
            continue
        absent = missing(assessment, case)
        unit = f"assessment of {display_date(assessment.on, assessment.precision)}"
        text = f"missing: {joined(tuple(one.label for one in absent), 'and')}" if absent else "all six recorded"
        yield judged(
            audit,
            case,
            AuditOutcome.NOT_MET if absent else AuditOutcome.MET,
            text,
            key=f"assessment:{assessment.id}",
            unit=unit,
            facts=(FactReference("assessment", assessment.id, unit),),
            decided_on=assessment.on,
        )


def six_measures_repeated(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """The patient: the longest time without all six measures that reaches into the period, against the time allowed."""
    end, allowed = case.period.end, audit.within_days or 0
    started = [one.start_on for one in case.record.treatment.courses if not one.never_given and one.start_on <= end]
    if case.left_by(end):
        yield excluded(audit, case, LEFT)
        return
    if not case.taken:
        yield excluded(audit, case, "no drug is taken on the last day")
        return
    if (end - min(started)).days < allowed:
        yield excluded(audit, case, f"begun less than {amount_of_time(allowed)} before")
        return
    complete = [
        one
        for one in case.record.treatment.patient.assessments
        if min(started) <= one.on <= end and not missing(one, case)
    ]
    days = sorted({min(started), *(one.on for one in complete), end})
    gaps = [(first, then) for first, then in zip(days, days[1:], strict=False) if then >= case.period.from_on]
    first, then = max(gaps, key=lambda gap: ((gap[1] - gap[0]).days, gap), default=(end, end))
    longest = (then - first).days
    text = f"longest time without all six: {longest} days, {display_date(first)} to {display_date(then)}"
    outcome = AuditOutcome.MET if longest <= allowed else AuditOutcome.NOT_MET
    facts = tuple(
        FactReference("assessment", one.id, f"assessment of {display_date(one.on)}")
        for one in sorted(complete, key=lambda one: (one.on, entry_order(one.id)))
        if one.on in (first, then)
    )
    yield judged(audit, case, outcome, text, facts=facts, decided_on=then)


def missing(assessment: Assessment, case: AuditCase) -> tuple[Measure, ...]:
    """The core set measures that an assessment does not record, by the criteria of the patient on its day."""
    population = criteria_for(case.record.treatment.patient.person, assessment.on)
    return missing_measures(assessment, case.activity, population)
