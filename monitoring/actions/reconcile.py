"""Keeps due items in step with the schedule rules. Safe to run twice, late, or on several workers at once."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date

from django.db import transaction
from django.utils import timezone

from monitoring.facts import monitoring_records
from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.load import load
from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.samples import Samples
from monitoring.rules.schedule import evaluate
from patients.clock import today_in
from patients.facts import grouped
from patients.models import Patient

_MOVABLE = ("due_on", "visit_on", "last_done_on", "snoozed_until", "drug", "rule_id", "protocol_version", "detail")


@dataclass(slots=True)
class ReconcileReport:
    """How many due items a run opened, moved, closed as done and cancelled."""

    opened: int = 0
    moved: int = 0
    done: int = 0
    cancelled: int = 0

    def __add__(self, other: "ReconcileReport") -> "ReconcileReport":
        return ReconcileReport(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def changed(self) -> bool:
        return any(getattr(self, f.name) for f in fields(self))


@transaction.atomic
def reconcile(*, patient_ids: Collection[int], as_of: date | None = None) -> ReconcileReport:
    """Opens, moves, closes and cancels the due items of these patients so that they match the rules.

    `as_of` None means today where each patient's clinic is. The patients are locked in the order of their ids, so two
    runs over the same patients wait for each other; the second then finds nothing to change.
    """
    patients = list(
        Patient.objects.filter(pk__in=patient_ids)
        .select_related("clinic")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    records = monitoring_records([patient.pk for patient in patients])
    open_items = grouped(
        DueItem.objects.filter(patient__in=records, status=DueItemStatus.OPEN).order_by("pk"), "patient_id"
    )
    protocol = load()
    changes = _Changes()
    for patient in patients:
        record, day = records[patient.pk], as_of or today_in(patient.clinic)
        findings = evaluate(record, protocol, day)
        samples = Samples(record, protocol, day)
        changes.add(patient.pk, findings, open_items[patient.pk], samples)
    return changes.write()


class _Changes:
    """What has to be written, gathered over many patients and written in four statements at most."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.opened: list[DueItem] = []
        self.moved: list[DueItem] = []
        self.done: list[DueItem] = []
        self.cancelled: list[DueItem] = []

    def add(self, patient_id: int, findings: MonitoringFindings, open_items: list[DueItem], samples: Samples) -> None:
        """Compares what is open with what the rules ask for.

        An item that was done since the row was written is closed as done, and the next one is a row of its own.
        """
        wanted = {(due.item, due.occasion): due for due in findings.due}
        for row in open_items:
            due = wanted.get((row.item, row.occasion))
            done_on = due.last_done_on if due is not None else _done_on(row, samples)
            if done_on is not None and (row.last_done_on is None or done_on > row.last_done_on):
                self._close(row, done_on)
            elif due is None:
                self._cancel(row, findings)
            else:
                del wanted[row.item, row.occasion]
                self._move(row, patient_id, due, findings)
        self.opened += [self._row(patient_id, due, findings) for due in wanted.values()]

    def write(self) -> ReconcileReport:
        closing = ["status", "done_on", "closed_at", "close_reason", "changed_at"]
        # Close before opening: only one open row per item may exist at any moment.
        DueItem.objects.bulk_update(self.done + self.cancelled, closing, batch_size=500)
        DueItem.objects.bulk_update(self.moved, [*_MOVABLE, "changed_at"], batch_size=500)
        DueItem.objects.bulk_create(self.opened, batch_size=500)
        return ReconcileReport(len(self.opened), len(self.moved), len(self.done), len(self.cancelled))

    def _close(self, row: DueItem, done_on: date) -> None:
        row.status, row.done_on = DueItemStatus.DONE, done_on
        row.closed_at = row.changed_at = self.now
        self.done.append(row)

    def _cancel(self, row: DueItem, findings: MonitoringFindings) -> None:
        why = findings.quiet_reasons[0].text if findings.quiet_reasons else "The schedule no longer asks for it."
        row.status, row.close_reason = DueItemStatus.CANCELLED, why[:300]
        row.closed_at = row.changed_at = self.now
        self.cancelled.append(row)

    def _move(self, row: DueItem, patient_id: int, due: DueFinding, findings: MonitoringFindings) -> None:
        fresh = self._row(patient_id, due, findings)
        if all(getattr(row, name) == getattr(fresh, name) for name in _MOVABLE):
            return
        for name in _MOVABLE:
            setattr(row, name, getattr(fresh, name))
        row.changed_at = self.now
        self.moved.append(row)

    def _row(self, patient_id: int, due: DueFinding, findings: MonitoringFindings) -> DueItem:
        return DueItem(
            patient_id=patient_id,
            item=due.item,
            occasion=due.occasion,
            due_on=due.due_on,
            # What is late wants a visit at once; a day that moves on every night would be written every night.
            visit_on=min(due.visit_on, due.due_on),
            last_done_on=due.last_done_on,
            snoozed_until=due.snoozed_until,
            drug=due.driver.drug,
            rule_id=due.driver.rule_id,
            protocol_version=findings.protocol_version,
            detail=due.detail[:300],
            created_at=self.now,
            changed_at=self.now,
        )


def _done_on(row: DueItem, samples: Samples) -> date | None:
    """When an item that the rules no longer ask for was last done; None for one that left the protocol."""
    return samples.last_day(row.item) if row.item in load().items else None
