"""Writes the service audits out as Markdown, for people to read and sign off. Generated, never edited."""

from collections.abc import Iterator

from monitoring.protocol.audits import AuditDefinition, AuditsFile
from monitoring.rules.wording import number
from patients.rules.wording import display_date as day


def render_audits(file: AuditsFile | None) -> str:
    """Every audit with its standard, numerator, denominator, exclusions and source; then what cannot be answered."""
    return "\n".join(_lines(file)).rstrip() + "\n"


def _lines(file: AuditsFile | None) -> Iterator[str]:
    yield "# Service audits"
    yield ""
    yield "Generated from `monitoring/protocol/audits.toml`. No audit changes any advice."
    yield ""
    if file is None:
        yield "The protocol defines no audits."
        return
    signed = f"signed off by {file.signed_off_by}" if file.signed_off_by else "not signed off yet"
    yield f"Version {file.version}; reviewed {day(file.reviewed_on)}, next review {day(file.next_review)}, {signed}."
    yield "Percentages are to one decimal, half rounded up; 100 only where all met, 0 only where none did. What is"
    yield "excluded and what cannot be judged is in neither numerator nor denominator, and is counted and listed apart."
    yield ""
    for audit in file.audit:
        yield from _audit(audit)
    yield "## Standards that cannot be answered"
    yield ""
    yield "| Standard | Why not | Source |"
    yield "|---|---|---|"
    for one in file.not_answered:
        yield f"| {one.standard} | {one.why} | {one.source} |"


def _audit(audit: AuditDefinition) -> Iterator[str]:
    yield f"## {audit.title} (`{audit.id}`)"
    yield ""
    yield audit.standard
    yield ""
    yield f"- Counted: {audit.unit.label}, by {audit.measure.label}"
    yield f"- Numerator: {audit.numerator}"
    yield f"- Denominator: {audit.denominator}"
    if audit.target_percent is not None:
        yield f"- Target: {number(audit.target_percent)} %"
    for text in audit.exclusions:
        yield f"- Excluded: {text}"
    for text in audit.not_judged:
        yield f"- Cannot be judged: {text}"
    if audit.exposure_rule:
        yield f"- Dose and length: rule `{audit.exposure_rule}`"
    yield f"- Source: {audit.source} ({audit.kind.label})"
    if audit.note:
        yield f"- Note: {audit.note}"
    yield ""
