"""Service audits: how well a clinic keeps to its schedule and standards, judged unit by unit from the record.

Each audit of monitoring/protocol/audits.toml names the function here that judges it. What is due, overdue, paused or
not needed, which dose was reached, and which question is open is decided by the rules that decide it everywhere.
"""

from collections.abc import Callable, Iterable

from monitoring.protocol.audits import AuditDefinition, AuditMeasure
from monitoring.rules import (
    audit_activity,
    audit_answers,
    audit_exposure,
    audit_intervals,
    audit_questions,
    audit_starts,
    audit_tests,
)
from monitoring.rules.audit_case import AuditCase
from monitoring.rules.audit_findings import Judgement

_JUDGES: dict[AuditMeasure, Callable[[AuditDefinition, AuditCase], Iterable[Judgement]]] = {
    AuditMeasure.BASELINE: audit_starts.baseline,
    AuditMeasure.ITEM_IN_DATE: audit_starts.item_in_date,
    AuditMeasure.SHARED_CARE: audit_starts.shared_care,
    AuditMeasure.TESTS_IN_DATE: audit_tests.tests_in_date,
    AuditMeasure.INTERVALS: audit_intervals.intervals,
    AuditMeasure.PATIENTS_INTERVALS: audit_tests.patients_intervals,
    AuditMeasure.ALERTS: audit_answers.alerts,
    AuditMeasure.QUESTIONS: audit_questions.question_answers,
    AuditMeasure.EXPOSURE: audit_exposure.exposures,
    AuditMeasure.SIX_MEASURES: audit_activity.six_measures,
    AuditMeasure.SIX_MEASURES_REPEATED: audit_activity.six_measures_repeated,
}


def judge(audit: AuditDefinition, case: AuditCase) -> tuple[Judgement, ...]:
    """Every unit of one patient, each with exactly one outcome; none where the audit has nothing to look at.

    Nothing that happened after `as_of` matters, nor does the order of the rows. Raises nothing on odd records.
    """
    if case.period.end < case.period.from_on:
        return ()
    return tuple(_JUDGES[audit.measure](audit, case))
