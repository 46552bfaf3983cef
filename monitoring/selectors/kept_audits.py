"""The audits of a clinic for its pages: worked out in one pass, and kept for a while so that a list can be paged.

A large clinic takes seconds, and no page may wait so long: it is worked out in the background (monitoring/tasks.py) and
kept in the cache for minutes. Nothing rests on what is kept: it holds what the rows say and no name or hospital number,
may vanish at any time, and is worked out anew when it has (docs/adr/0032).
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.core.cache import cache
from django.utils import timezone
from redis import RedisError

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_findings import AuditOutcome, Period
from monitoring.schedules import protocol_of
from monitoring.selectors.audits import AuditRow, AuditSummary, Tally, audit_of, audits, period_of, rows_of_clinic
from patients.errors import NotFound
from patients.models import Clinic, Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import PatientStatus
from patients.seen import seen
from patients.selectors import clinic_for, patients_for

AT_ONCE = 50
"""Patients of a clinic up to which its audits are worked out while the page waits: a second or less."""
MOST_ROWS = 20_000
"""Rows of one audit that a page can list; a report has them all."""
_KEPT_FOR = 15 * 60  # seconds
_AT_IT_FOR = 11 * 60  # seconds after which a worker that was asked is taken to have been lost


class KeptRow(NamedTuple):
    """A row as it is kept: whose it is stands in the record, by the id."""

    patient_id: int
    unit: str
    outcome: str
    why: str
    reason: str
    decided_on: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class AuditBoard:
    """Every audit of a clinic for a period, from what was known at `known_at` (None: from what is known now).

    `summaries` None: not worked out yet. `at` is when it was.
    """

    clinic: Clinic
    period: Period
    known_at: datetime | None
    definitions: tuple[AuditDefinition, ...]
    summaries: tuple[AuditSummary, ...] | None = None
    at: datetime | None = None

    @property
    def is_there(self) -> bool:
        return self.summaries is not None


@dataclass(frozen=True, slots=True)
class AuditList:
    """One audit with the rows behind its figures, narrowed to an outcome."""

    board: AuditBoard
    summary: AuditSummary
    rows: tuple[KeptRow, ...]
    left_out: int

    def counts(self) -> dict[AuditOutcome, int]:
        """How many units have each outcome, all of them counted, whatever the list is narrowed to."""
        summary = self.summary
        return {
            AuditOutcome.MET: summary.numerator,
            AuditOutcome.NOT_MET: summary.denominator - summary.numerator,
            AuditOutcome.EXCLUDED: summary.excluded_count,
            AuditOutcome.UNJUDGED: summary.unjudged_count,
        }


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row of the page. `hospital_number` "" for a patient who left the clinic meanwhile."""

    row: KeptRow
    hospital_number: str

    @property
    def outcome(self) -> AuditOutcome:
        return AuditOutcome(self.row.outcome)


def audit_board(
    staff: Staff,
    clinic_id: int,
    *,
    period_from: date,
    period_until: date,
    as_of: date,
    known_at: datetime | None = None,
) -> AuditBoard:
    """The figures of every audit, if they are kept; those of a small clinic are worked out at once.

    Raises NotFound, NotAllowed, Refused as `audit_rows` does.
    """
    clinic = clinic_for(staff, clinic_id, Permission.RUN_AUDITS)
    period = period_of(clinic, period_from, period_until, as_of, known_at)
    board = AuditBoard(clinic, period, known_at, audits(protocol_of(clinic)))
    kept = _from_cache(_key(board, "figures"))
    if kept is None and _is_small(clinic):
        kept = work_out(clinic, period, known_at)["figures"]
    return board if kept is None else replace(board, summaries=kept[0], at=kept[1])


def audit_list(
    staff: Staff,
    clinic_id: int,
    audit_id: str,
    *,
    period_from: date,
    period_until: date,
    as_of: date,
    known_at: datetime | None = None,
    outcome: AuditOutcome | None = None,
) -> AuditList | AuditBoard:
    """One audit with its rows; the bare board while it is not worked out. Raises as `audit_board` does."""
    board = audit_board(
        staff, clinic_id, period_from=period_from, period_until=period_until, as_of=as_of, known_at=known_at
    )
    audit = audit_of(protocol_of(board.clinic), audit_id)
    rows = _from_cache(_key(board, audit.id))
    if board.summaries is None or rows is None:
        if not _is_small(board.clinic):
            return replace(board, summaries=None, at=None)
        made = work_out(board.clinic, board.period, known_at)
        rows, (summaries, at) = made[audit.id], made["figures"]
        board = replace(board, summaries=summaries, at=at)
    assert board.summaries is not None
    summary = next(one for one in board.summaries if one.definition.id == audit.id)
    found = tuple(row for row in rows if outcome is None or row.outcome == outcome)
    return AuditList(board, summary, found, summary.rows - len(rows))


def listed(staff: Staff, clinic_id: int, rows: Iterable[KeptRow]) -> list[ListedRow]:
    """One page of rows with the hospital numbers, of patients who are still in that clinic. One query."""
    wanted = list(rows)
    ids = {row.patient_id for row in wanted}
    numbers = dict(patients_for(staff).filter(clinic=clinic_id, pk__in=ids).values_list("pk", "hospital_number"))
    seen(numbers)
    return [ListedRow(row, numbers.get(row.patient_id, "")) for row in wanted]


def work_out(clinic: Clinic, period: Period, known_at: datetime | None = None) -> dict[str, Any]:
    """Judges every audit in one pass over the clinic and keeps what was found. Whoever asks decides who may see it.

    Answers with what it kept: `figures`, the summaries with the moment, and the rows of each audit by its id.
    """
    wanted = audits(protocol_of(clinic))
    tallies = {audit.id: Tally(audit) for audit in wanted}
    rows: dict[str, list[KeptRow]] = {audit.id: [] for audit in wanted}
    for batch in rows_of_clinic(clinic, wanted, period, known_at):
        for row in batch:
            tallies[row.audit_id].add(row.outcome, row.why, row.days)
            if len(rows[row.audit_id]) < MOST_ROWS:
                rows[row.audit_id].append(_kept(row))
    found: dict[str, Any] = {audit_id: tuple(kept) for audit_id, kept in rows.items()}
    found["figures"] = (tuple(tally.summary() for tally in tallies.values()), timezone.now())
    board = AuditBoard(clinic, period, known_at, wanted)
    with suppress(RedisError):  # the page works it out again, or says that nothing can be kept
        cache.set_many({_key(board, name): value for name, value in found.items()}, _KEPT_FOR)
        cache.delete(_key(board, "asked"))
    return found


def work_out_for(clinic_id: int, period: Period, known_at: datetime | None = None) -> None:
    """The same for background work, where no member of staff is asking; nothing for a clinic that is gone."""
    clinic = Clinic.objects.filter(pk=clinic_id).first()
    if clinic is not None:
        work_out(clinic, period, known_at)


def ask_once(board: AuditBoard) -> bool:
    """Whether the caller is the one who has to ask for the work: nobody did so in the last minutes.

    Raises RedisError while nothing can be kept.
    """
    return bool(cache.add(_key(board, "asked"), True, _AT_IT_FOR))


def forget_asking(board: AuditBoard) -> None:
    """Lets the next page ask again, when the work could not be handed out."""
    with suppress(RedisError):
        cache.delete(_key(board, "asked"))


def forget(board: AuditBoard) -> None:
    """Throws away what is kept, so that it is worked out anew."""
    with suppress(RedisError):
        cache.delete_many([_key(board, name) for name in ("figures", "asked")])


def definition_of(board: AuditBoard, slug: str) -> AuditDefinition:
    """The audit with that name in addresses. Raises NotFound."""
    found = next((audit for audit in board.definitions if audit.slug == slug), None)
    if found is None:
        raise NotFound("There is no such audit in the protocol in force.", "audit")
    return found


def _kept(row: AuditRow) -> KeptRow:
    return KeptRow(row.patient_id, row.unit, row.outcome.value, row.why, row.reason, row.decided_on, row.days)


def _from_cache(key: str) -> Any:
    try:
        return cache.get(key)
    except RedisError:
        return None


def _is_small(clinic: Clinic) -> bool:
    rows = Patient.objects.filter(clinic=clinic).exclude(status=PatientStatus.MERGED)
    return len(rows.values_list("pk", flat=True)[: AT_ONCE + 1]) <= AT_ONCE


def _key(board: AuditBoard, name: str) -> str:
    protocol = protocol_of(board.clinic)
    version = protocol.audits.version if protocol.audits is not None else ""
    days = ":".join(day.isoformat() for day in (board.period.from_on, board.period.until, board.period.as_of))
    known = "now" if board.known_at is None else board.known_at.astimezone(UTC).isoformat()
    return f"audits:{board.clinic.pk}:{protocol.schedule_id}:{protocol.version}:{version}:{days}:{known}:{name}"
