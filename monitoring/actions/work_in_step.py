"""Keeps a patient's open items right at once after work on them was recorded or taken back.

Only what needs no schedule: who owns an item, until when it is put off or waits, and that it is not needed. `reconcile`
works out the rest, and finds these columns as it would have written them.
"""

from datetime import date
from typing import TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from monitoring.actions.reconcile import owner_of, owners_of
from monitoring.models import DueItem, NotNeeded, SampleTaken, Snooze
from monitoring.models.due_item import DueItemStatus
from patients.entries import store, supersede
from patients.models import Patient, Staff
from patients.models.entry import Entry

E = TypeVar("E", bound=Entry)
_COPIED = ("owner_id", "snoozed_until", "sample_taken_on", "waiting_until")


def take_place_of(earlier: QuerySet[E], row: E, *, by: Staff, reason: str) -> E:
    """Stores a row in the place of the current ones that said the same thing before. Raises Refused.

    It replaces the latest of them, which an undo puts back.
    """
    replaced = list(earlier.filter(superseded_at__isnull=True).order_by("-recorded_at", "-pk"))
    for old in replaced:
        supersede(old, by=by, reason=reason, at=row.recorded_at)
    row.replaces = replaced[0] if replaced else None
    return store(row)


def bring_in_step(patient: Patient, today: date, not_needed: NotNeeded | None = None) -> None:
    """Writes what is recorded about a patient's open items into their rows. The caller holds the patient's lock."""
    if not_needed is not None:
        _close(not_needed)
    rows = list(DueItem.objects.filter(patient=patient, status=DueItemStatus.OPEN).order_by("pk"))
    snoozes = _latest(Snooze.objects.filter(patient=patient, until__gt=today).order_by("until", "pk"))
    samples = _latest(SampleTaken.objects.filter(patient=patient, until__gt=today).order_by("taken_on", "pk"))
    owners = owners_of([patient.pk]).get(patient.pk, {})
    changed = []
    for row in rows:
        before = [getattr(row, name) for name in _COPIED]
        snooze, sample = snoozes.get((row.item, row.occasion)), samples.get((row.item, row.occasion))
        if sample is not None and row.last_done_on is not None and sample.taken_on <= row.last_done_on:
            sample = None  # its result is there
        row.owner_id = owner_of(owners, row.item, row.occasion)
        row.snoozed_until = snooze.until if snooze is not None else None
        row.sample_taken_on = sample.taken_on if sample is not None else None
        row.waiting_until = sample.until if sample is not None else None
        if before != [getattr(row, name) for name in _COPIED]:
            row.changed_at = timezone.now()
            changed.append(row)
    DueItem.objects.bulk_update(changed, [*_COPIED, "changed_at"])


def _latest(rows: QuerySet[E]) -> dict[tuple[str, str], E]:
    """The last row for each item and occasion."""
    return {(row.item, row.occasion): row for row in rows.filter(superseded_at__isnull=True)}  # type: ignore[attr-defined]  # E is of an item


def _close(row: NotNeeded) -> None:
    now = timezone.now()
    DueItem.objects.filter(
        patient=row.patient_id, item=row.item, occasion=row.occasion, status=DueItemStatus.OPEN
    ).update(
        status=DueItemStatus.CANCELLED,
        close_reason=f"Not needed: {row.reason}"[:300],
        closed_at=now,
        changed_at=now,
    )
