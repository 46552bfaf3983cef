"""The service audits in the words and shapes that their pages need."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_findings import AuditOutcome
from monitoring.selectors.audits import AuditSummary
from monitoring.selectors.kept_audits import AuditBoard
from patients.clock import end_of_day
from patients.models import Clinic
from patients.rules.wording import display_date, display_number

TAGS = {
    AuditOutcome.MET: "good",
    AuditOutcome.NOT_MET: "caution",
    AuditOutcome.EXCLUDED: "plain",
    AuditOutcome.UNJUDGED: "info",
}


@dataclass(frozen=True, slots=True)
class AuditShown:
    """One audit, with its figures once they are worked out."""

    definition: AuditDefinition
    summary: AuditSummary | None

    @property
    def percent(self) -> str:
        return percent_words(self.summary.percentage) if self.summary is not None else ""

    @property
    def median(self) -> str:
        return "" if self.summary is None else median_words(self.summary)


@dataclass(frozen=True, slots=True)
class KnownShown:
    """The moment whose knowledge was asked for: in words, and as it is typed to be asked for again."""

    words: str
    typed: str


def in_protocol_order(board: AuditBoard) -> list[AuditShown]:
    """Each audit that the protocol defines, in the order of its file."""
    found = {one.definition.id: one for one in board.summaries or ()}
    return [AuditShown(audit, found.get(audit.id)) for audit in board.definitions]


def percent_words(percentage: Decimal | None) -> str:
    """`87.5 %`; of nothing there is no percentage, and that is said."""
    return "no percentage of none" if percentage is None else f"{display_number(percentage)}\u00a0%"


def median_words(summary: AuditSummary) -> str:
    """`median 2.5 days`; "" where the audit counts no days or nothing was decided."""
    if summary.median_days is None:
        return ""
    days = display_number(summary.median_days)
    return f"median {days}\u00a0{'day' if days == '1' else 'days'}"


def moment_words(board: AuditBoard) -> str:
    """When the figures were worked out, by the clinic's clocks."""
    if board.at is None:
        return ""
    local = board.at.astimezone(ZoneInfo(board.clinic.time_zone))
    return f"{display_date(local.date())} at {local:%H:%M}"


def known_shown(known_at: datetime, clinic: Clinic) -> KnownShown:
    """The moment by the clinic's clocks: the end of a day where it is one."""
    local = known_at.astimezone(ZoneInfo(clinic.time_zone))
    day = display_date(local.date())
    if known_at == end_of_day(local.date(), clinic):
        return KnownShown(gettext("the end of %(day)s") % {"day": day}, day)
    return KnownShown(gettext("%(day)s at %(time)s") % {"day": day, "time": f"{local:%H:%M:%S}"}, local.isoformat())


def paragraphs(definition: AuditDefinition) -> Iterator[tuple[str, str]]:
    """How an audit is defined, as pairs of a name and its words."""
    yield "Standard", definition.standard
    if definition.target_percent is not None:
        yield "Target", f"{display_number(definition.target_percent)}\u00a0%"
    yield "Counted", definition.unit.label
    yield "Numerator", definition.numerator
    yield "Denominator", definition.denominator
    yield "Source", f"{definition.source} ({definition.kind.label})"
    if definition.note:
        yield "Note", definition.note
