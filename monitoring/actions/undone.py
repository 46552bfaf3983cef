"""Due items closed as done whose proof has gone: the result was withdrawn, or corrected to another day."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.findings import ItemKind
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples

TAKEN_BACK = "What closed it was withdrawn or corrected: it was not done on {day}."
_LOOK_BACK = timedelta(days=2 * 365)  # older entries that are withdrawn change nothing that is still asked for


def take_back_undone(records: Mapping[int, tuple[MonitoringRecord, MonitoringProtocol, date]]) -> int:
    """Cancels the rows of these patients that say done on a day on which nothing was. Returns how many.

    The caller holds the lock on the patients and has opened what is due instead. `records` are those of today.
    """
    now = timezone.now()
    undone = []
    earliest = min((as_of for _, _, as_of in records.values()), default=now.date()) - _LOOK_BACK
    rows = DueItem.objects.filter(patient__in=list(records), status=DueItemStatus.DONE, done_on__gte=earliest).order_by(
        "patient", "pk"
    )
    read: tuple[int, Samples] | None = None
    for row in rows:
        record, protocol, as_of = records[row.patient_id]
        if row.done_on is None or row.item not in protocol.items:
            continue
        if read is None or read[0] != row.patient_id:
            read = row.patient_id, Samples(record, protocol, as_of)
        if not _was_done(row.item, row.done_on, record, protocol, read[1]):
            row.close_reason = TAKEN_BACK.format(day=row.done_on.strftime("%d-%b-%Y"))
            row.status, row.done_on, row.closed_at, row.changed_at = DueItemStatus.CANCELLED, None, now, now
            undone.append(row)
    DueItem.objects.bulk_update(
        undone, ["status", "done_on", "close_reason", "closed_at", "changed_at"], batch_size=500
    )
    return len(undone)


def _was_done(item: str, on: date, record: MonitoringRecord, protocol: MonitoringProtocol, samples: Samples) -> bool:
    kind = protocol.items[item].kind
    courses = record.treatment.courses
    if kind is ItemKind.INFUSION:
        return any(infusion.first_on == on for course in courses for infusion in course.infusions)
    if kind is ItemKind.CHECKPOINT and any(one.on == on for course in courses for one in course.taper_decisions):
        return True
    return on in samples.days_from(item, on)
