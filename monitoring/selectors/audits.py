"""Service audits of one clinic: each unit with its outcome, streamed, and the figures counted from the same rows.

A row carries the hospital number and no name, and of the record only what decided: whoever runs an audit need not see
more (docs/adr/0032).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from monitoring.facts import alert_histories, monitoring_records, schedule_records
from monitoring.protocol.audits import AuditDefinition, AuditMeasure, AuditsFile
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.audit_case import AuditCase
from monitoring.rules.audit_findings import AlertHistory, AuditOutcome, Judgement, Period, median_days, percentage
from monitoring.rules.audits import judge
from monitoring.rules.record import MonitoringRecord
from monitoring.schedules import protocol_of
from patients.clock import day_in, today_in
from patients.errors import NotFound, Refused
from patients.models import Clinic, Patient, PatientTransfer, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import PatientStatus, TransferStatus
from patients.rules.wording import display_date
from patients.seen import seen
from patients.selectors import clinic_for
from regimens.protocol.load import load as load_pathway

BATCH = 200
"""Patients read and judged together: what bounds the memory of an audit, whatever the size of the clinic."""

_WHOLE_RECORD = {AuditMeasure.SIX_MEASURES, AuditMeasure.SIX_MEASURES_REPEATED, AuditMeasure.QUESTIONS}


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One unit of an audit. `why` groups what was excluded or could not be judged; `reason` is the whole sentence."""

    audit_id: str
    patient_id: int
    hospital_number: str
    key: str
    unit: str
    outcome: AuditOutcome
    why: str
    reason: str
    decided_on: date | None
    days: int | None
    protocol_version: str


@dataclass(frozen=True, slots=True)
class AuditSummary:
    """The figures of one audit. `denominator` is what was met and not met; the rest is counted apart, by reason.

    `percentage` is to one decimal with half rounded up, 100 only where all met; None of nothing. `median_days`
    only where the audit asks for it, over everything that was decided, late or not.
    """

    definition: AuditDefinition
    numerator: int
    denominator: int
    excluded: tuple[tuple[str, int], ...]
    unjudged: tuple[tuple[str, int], ...]
    percentage: Decimal | None
    median_days: Decimal | None

    @property
    def excluded_count(self) -> int:
        return sum(count for _, count in self.excluded)

    @property
    def unjudged_count(self) -> int:
        return sum(count for _, count in self.unjudged)

    @property
    def rows(self) -> int:
        """How many units there are in all: the length of the list behind the figures."""
        return self.denominator + self.excluded_count + self.unjudged_count


@dataclass(slots=True)
class Tally:
    """Counts rows one by one, in a few numbers whatever their number (and each day count, where a median is asked)."""

    definition: AuditDefinition
    outcomes: Counter[AuditOutcome] = field(default_factory=Counter)
    whys: Counter[tuple[AuditOutcome, str]] = field(default_factory=Counter)
    days: Counter[int] = field(default_factory=Counter)

    def add(self, outcome: AuditOutcome, why: str, days: int | None) -> None:
        self.outcomes[outcome] += 1
        if why:
            self.whys[outcome, why] += 1
        if days is not None:
            self.days[days] += 1

    def summary(self) -> AuditSummary:
        met = self.outcomes[AuditOutcome.MET]
        denominator = met + self.outcomes[AuditOutcome.NOT_MET]
        return AuditSummary(
            definition=self.definition,
            numerator=met,
            denominator=denominator,
            excluded=self._by_reason(AuditOutcome.EXCLUDED),
            unjudged=self._by_reason(AuditOutcome.UNJUDGED),
            percentage=percentage(met, denominator),
            median_days=median_days(sorted(self.days.elements())) if self.definition.asks_days else None,
        )

    def _by_reason(self, outcome: AuditOutcome) -> tuple[tuple[str, int], ...]:
        counted = [(why, count) for (of, why), count in self.whys.items() if of is outcome]
        return tuple(sorted(counted, key=lambda one: (-one[1], one[0])))


def audits(protocol: MonitoringProtocol) -> tuple[AuditDefinition, ...]:
    """Every audit that the protocol defines, in the order of its file; none where it has no such file."""
    return () if protocol.audits is None else protocol.audits.audit


def audits_of(staff: Staff, clinic_id: int) -> tuple[Clinic, AuditsFile | None]:
    """One clinic and the audits of its protocol, for who may run them there. Raises NotFound, NotAllowed."""
    clinic = clinic_for(staff, clinic_id, Permission.RUN_AUDITS)
    return clinic, protocol_of(clinic).audits


def audit_of(protocol: MonitoringProtocol, audit_id: str) -> AuditDefinition:
    """The audit of that id. Raises NotFound."""
    found = next((audit for audit in audits(protocol) if audit.id == audit_id), None)
    if found is None:
        raise NotFound("There is no such audit in the protocol in force.", "audit")
    return found


def audit_rows(
    staff: Staff,
    clinic_id: int,
    audit_id: str,
    *,
    period_from: date,
    period_until: date,
    as_of: date,
    known_at: datetime | None = None,
) -> Iterator[AuditRow]:
    """Every unit of one audit, by hospital number, read in batches at constant memory.

    What happened after `as_of` counts for nothing, nor does what was entered or corrected after `known_at` (None: all
    that is known now counts). Who may see them is decided as things stand now. Raises NotFound for another clinic or an
    unknown audit, NotAllowed without the right to run audits there, Refused for days out of order, an `as_of` or
    `known_at` that has not come, or an `as_of` after the day of `known_at`; all at once, before the first row is asked
    for.
    """
    clinic = clinic_for(staff, clinic_id, Permission.RUN_AUDITS)
    period = period_of(clinic, period_from, period_until, as_of, known_at)
    audit = audit_of(protocol_of(clinic), audit_id)
    return _seen(rows_of_clinic(clinic, (audit,), period, known_at))


def audit_summary(
    staff: Staff, clinic_id: int, audit_id: str, *, period_from: date, period_until: date, as_of: date
) -> AuditSummary:
    """The figures of one audit, counted from its rows, of which none is shown. Raises as `audit_rows` does."""
    clinic = clinic_for(staff, clinic_id, Permission.RUN_AUDITS)
    period = period_of(clinic, period_from, period_until, as_of)
    tally = Tally(audit_of(protocol_of(clinic), audit_id))
    for batch in rows_of_clinic(clinic, (tally.definition,), period):
        for row in batch:
            tally.add(row.outcome, row.why, row.days)
    return tally.summary()


def period_of(
    clinic: Clinic, period_from: date, period_until: date, as_of: date, known_at: datetime | None = None
) -> Period:
    """The period, checked, as of a day that had come by `known_at` (None: now). Raises Refused naming the field."""
    if period_until < period_from:
        raise Refused("The period ends before it begins.", "period_until")
    if as_of > today_in(clinic):
        raise Refused(f"{display_date(as_of)} has not come yet. Enter today or an earlier day.", "as_of")
    if as_of < period_from:
        raise Refused("As of that day the period had not begun.", "as_of")
    if known_at is not None:
        known_on = day_in(clinic, known_at)
        if known_at > timezone.now():
            raise Refused("The moment whose knowledge is asked for has not come yet. Enter an earlier one.", "known_at")
        if as_of > known_on:
            raise Refused(
                f"What was known on {display_date(known_on)} says nothing of {display_date(as_of)}. "
                "Enter the same day or an earlier one.",
                "as_of",
            )
    return Period(period_from, period_until, as_of)


def rows_of_clinic(
    clinic: Clinic, wanted: Sequence[AuditDefinition], period: Period, known_at: datetime | None = None
) -> Iterator[list[AuditRow]]:
    """The rows of these audits in batches of patients, by hospital number; with `known_at` as known at that moment.

    Whoever calls decides who may see them. What several audits need of a patient is read and worked out once.
    """
    patients = list(_patients(clinic, known_at).order_by("hospital_number", "pk").values_list("pk", "hospital_number"))
    protocol, pathway = protocol_of(clinic), load_pathway()
    names = {analyte.id: analyte.name for analyte in protocol.analytes.values()}
    for start in range(0, len(patients), BATCH):
        batch = patients[start : start + BATCH]
        ids = [pk for pk, _ in batch]
        records = _records(ids, wanted, known_at)
        histories: Mapping[int, tuple[AlertHistory, ...]] = {}
        if any(audit.measure is AuditMeasure.ALERTS for audit in wanted):
            histories = alert_histories(ids, clinic, names, known_at)
        found: list[AuditRow] = []
        for pk, hospital_number in batch:
            if pk not in records:  # registered later than `known_at`
                continue
            case = AuditCase(records[pk], protocol, pathway, period, histories.get(pk, ()))
            for audit in wanted:
                found.extend(_row(audit, pk, hospital_number, one) for one in judge(audit, case))
        yield found


def _patients(clinic: Clinic, known_at: datetime | None) -> QuerySet[Patient]:
    """The patients of the clinic now who were its patients at `known_at` too: none whom it took over since."""
    rows = Patient.objects.filter(clinic=clinic).exclude(status=PatientStatus.MERGED)
    if known_at is None:
        return rows
    since = PatientTransfer.objects.filter(
        patient=OuterRef("pk"), status=TransferStatus.ACCEPTED, decided_at__gt=known_at
    )
    first = since.order_by("decided_at", "pk").values("from_clinic")[:1]
    return rows.annotate(clinic_then=Subquery(first)).filter(Q(clinic_then__isnull=True) | Q(clinic_then=clinic.pk))


def _records(
    ids: list[int], wanted: Sequence[AuditDefinition], known_at: datetime | None
) -> dict[int, MonitoringRecord]:
    whole = any(audit.measure in _WHOLE_RECORD for audit in wanted)
    return (monitoring_records if whole else schedule_records)(ids, known_at)


def _row(audit: AuditDefinition, patient_id: int, hospital_number: str, one: Judgement) -> AuditRow:
    return AuditRow(
        audit_id=audit.id,
        patient_id=patient_id,
        hospital_number=hospital_number,
        key=one.key,
        unit=one.unit,
        outcome=one.outcome,
        why=one.why,
        reason=one.reason.text,
        decided_on=one.decided_on,
        days=one.days,
        protocol_version=one.reason.protocol_version,
    )


def _seen(batches: Iterable[list[AuditRow]]) -> Iterator[AuditRow]:
    for batch in batches:
        seen(row.patient_id for row in batch)
        yield from batch
