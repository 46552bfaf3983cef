"""Keeps exactly one live reminder for each open item. Safe to run twice, late, or on several workers at once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from monitoring.models import Reminder
from monitoring.models.due_item import DueItemStatus
from monitoring.rules.vocabulary import ReminderStatus
from monitoring.selectors.telling import open_items

LIVE = ~Q(status=ReminderStatus.ACTED)
_BATCH = 2000  # rows a statement


@dataclass(frozen=True, slots=True)
class ReminderReport:
    """How many reminders a run opened, moved to another day, and closed because their item is closed."""

    opened: int = 0
    moved: int = 0
    acted: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.opened or self.moved or self.acted)


@transaction.atomic
def keep_reminders(patient_ids: Collection[int] | None = None, *, now: datetime | None = None) -> ReminderReport:
    """Gives each open item of these patients (None: of all) its one live reminder, and closes those of closed items.

    A reminder is planned for the day on which its item enters the worklist's attention; it moves with the item until
    somebody was told. Writes no row when nothing changed: three reads, whatever the number of items.
    """
    acted = _close(patient_ids, now or timezone.now())
    return ReminderReport(opened=_open(patient_ids), moved=_move(patient_ids), acted=acted)


def _close(patient_ids: Collection[int] | None, now: datetime) -> int:
    rows = Reminder.objects.filter(LIVE).exclude(due_item__status=DueItemStatus.OPEN)
    if patient_ids is not None:
        rows = rows.filter(due_item__patient__in=patient_ids)
    closed = list(rows.values_list("pk", flat=True))
    if not closed:
        return 0
    return Reminder.objects.filter(LIVE, pk__in=closed).update(status=ReminderStatus.ACTED, acted_at=now)


def _open(patient_ids: Collection[int] | None) -> int:
    live = Reminder.objects.filter(LIVE, due_item=OuterRef("pk"))
    items = open_items().filter(~Exists(live)).order_by("pk")
    if patient_ids is not None:
        items = items.filter(patient__in=patient_ids)
    fresh = (Reminder(due_item_id=pk, planned_on=day) for pk, day in items.values_list("pk", "tell_on").iterator())
    return sum(
        # Another worker may have opened it since it was read: the constraint keeps the first.
        len(Reminder.objects.bulk_create(batch, ignore_conflicts=True))
        for batch in _batches(fresh)
    )


def _move(patient_ids: Collection[int] | None) -> int:
    items = open_items().annotate(
        reminder=F("reminders__pk"), reminder_status=F("reminders__status"), planned_on=F("reminders__planned_on")
    )
    elsewhere = Q(planned_on__lt=F("tell_on")) | Q(planned_on__gt=F("tell_on"))
    items = items.filter(elsewhere, reminder_status=ReminderStatus.PLANNED)
    if patient_ids is not None:
        items = items.filter(patient__in=patient_ids)
    moved = [Reminder(pk=pk, planned_on=day) for pk, day in items.values_list("reminder", "tell_on")]
    return Reminder.objects.bulk_update(moved, ["planned_on"], batch_size=_BATCH) if moved else 0


def _batches(rows: Iterator[Reminder]) -> Iterator[list[Reminder]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
