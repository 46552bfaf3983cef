"""Service audits as reports: the list behind each audit as data, its standard and figures in the manifest."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from monitoring.protocol.audits import AuditDefinition
from monitoring.protocol.load import load, schedules
from monitoring.rules.audit_findings import AuditOutcome
from monitoring.schedules import protocol_of
from monitoring.selectors.audits import AuditRow, AuditSummary, Tally, audit_of, audit_rows, audits
from patients.clock import day_in
from patients.models import Staff
from tracker.reports.definitions import Column, ColumnType, Question, Report, Row

PREFIX = "audit-"
READ_AS_TODAY = (
    "Read as they are today, whatever the moment: which patients belong to the clinic (who was handed over since is "
    "not in it, and records merged since are one), hospital numbers, date of birth, sex and subtype, names of staff, "
    "the grade of an alert that was opened again since, the clinic’s settings, the protocol and the software."
)
"""What of an audit cannot be read as it was known at a moment (docs/adr/0053)."""
_OUTCOMES = {outcome.label: outcome for outcome in AuditOutcome}
_COLUMNS = (
    Column("hospital_number", "Patient", "The patient’s hospital number in this clinic."),
    Column("key", "Key", "Tells the rows of one patient apart.", empty="the patient has one row", printed=False),
    Column("unit", "What", "What this row is about: a course, an interval, a result, a patient."),
    Column("outcome", "Outcome", "Whether the standard was met.", allowed=tuple(_OUTCOMES)),
    Column("why", "Group", "What left it out or kept it from being judged, in few words.", empty="it was judged"),
    Column("reason", "Reason", "What decided, in a sentence."),
    Column("decided_on", "Decided", "The day that decided.", ColumnType.DAY, empty="no day decided"),
    Column("days", "Days", "How many days it took.", ColumnType.NUMBER, empty="this audit counts none"),
    Column("protocol_version", "Protocol", "Version of the protocol that it was judged by.", printed=False),
)
_PLACES = {column.key: place for place, column in enumerate(_COLUMNS)}


class AuditTally:
    """Counts the rows of one audit as they go by, so that the figures are those of the very list."""

    def __init__(self, definition: AuditDefinition) -> None:
        self._tally = Tally(definition)

    def add(self, row: Row) -> None:
        values = row.values
        days = values[_PLACES["days"]]
        assert days is None or isinstance(days, int)
        self._tally.add(_OUTCOMES[str(values[_PLACES["outcome"]])], str(values[_PLACES["why"]]), days)

    def said(self) -> Mapping[str, Any]:
        return figures(self._tally.summary())


def figures(found: AuditSummary) -> dict[str, Any]:
    """An audit in words and numbers, as manifest, page and paper say it."""
    definition = found.definition
    return {
        "audit": definition.id,
        "standard": definition.standard,
        "target percent": _number(definition.target_percent),
        "numerator": found.numerator,
        "numerator is": definition.numerator,
        "denominator": found.denominator,
        "denominator is": definition.denominator,
        "percent": _number(found.percentage),
        "median days": _number(found.median_days),
        "excluded": found.excluded_count,
        "excluded because": dict(found.excluded),
        "excluded are": list(definition.exclusions),
        "cannot be judged": found.unjudged_count,
        "not judged because": dict(found.unjudged),
        "not judged are": list(definition.not_judged),
        "source": definition.source,
        "kind of source": definition.kind.label,
    }


def audit_reports() -> tuple[Report, ...]:
    """One for each audit that any schedule of the protocol in force defines, in the order of the files."""
    found: dict[str, AuditDefinition] = {}
    for schedule, _ in schedules():
        for definition in audits(load(schedule=schedule)):
            found.setdefault(definition.id, definition)
    return tuple(map(_report, found.values()))


def _report(definition: AuditDefinition) -> Report:
    def rows(staff: Staff, question: Question) -> Iterator[Row]:
        return map(_row, _asked(staff, question, definition.id))

    def tally(question: Question) -> AuditTally:
        return AuditTally(audit_of(protocol_of(question.clinic), definition.id))

    return Report(
        slug=PREFIX + definition.slug,
        title=f"Audit: {definition.title}",
        answers=definition.standard,
        left_out="Names of patients are not in it, and of the record only what decided. What had been entered by the "
        "moment “known at” counts, as it stood then: the moment at which the report was asked for, or an earlier one "
        f"that was chosen. {READ_AS_TODAY}",
        columns=_COLUMNS,
        rows=rows,
        count=lambda staff, question: sum(1 for _ in rows(staff, question)),
        tally=tally,
        known_then=True,
        version=2,
    )


def _asked(staff: Staff, question: Question, audit_id: str) -> Iterator[AuditRow]:
    return audit_rows(
        staff,
        question.clinic.pk,
        audit_id,
        period_from=question.period_from,
        period_until=question.period_until,
        as_of=day_in(question.clinic, question.known_by),
        known_at=question.known_by,
    )


def _row(found: AuditRow) -> Row:
    return Row(
        (
            found.hospital_number,
            found.key,
            found.unit,
            found.outcome.label,
            found.why,
            found.reason,
            found.decided_on,
            found.days,
            found.protocol_version,
        ),
        found.patient_id,
    )


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
