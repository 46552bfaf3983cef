"""The worklist: one definition of what is open, how late it is and in which order, for page, API, export and mail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Min, QuerySet, Value, When, Window

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.load import load
from monitoring.rules.findings import ItemKind
from monitoring.rules.lateness import Lateness, is_late
from monitoring.rules.status import PauseUntil, SnoozeUntil, Standing, WaitUntil, bucket, status
from monitoring.rules.vocabulary import Bucket
from monitoring.selectors.worklist_conditions import bucket_is, lateness_is, status_is, window_of
from monitoring.selectors.worklist_filters import (
    EVERYTHING,
    Sort,
    WorklistFilters,
    narrowed,
)
from patients.models import Patient, Staff
from patients.seen import seen
from patients.selectors import patients_for

_FIRST = (ItemKind.TEST, ItemKind.TROUGH, ItemKind.INFUSION)


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One open due item as the list shows it. `standing` comes from the same status rule as the patient record.

    `over_an_interval`: late by more than one whole interval of its schedule.
    """

    due_item: DueItem
    patient: Patient
    name: str
    kind: ItemKind | None
    drug_name: str
    standing: Standing
    bucket: Bucket
    over_an_interval: bool


def worklist(staff: Staff, as_of: date, filters: WorklistFilters | None = None) -> QuerySet[DueItem]:
    """Open items of the person's patients under the filters, in their order."""
    wanted = filters or WorklistFilters()
    rows = _under(staff, as_of, wanted)
    if wanted.bucket != EVERYTHING:
        rows = rows.filter(bucket_is(wanted.bucket, as_of))
    return rows.select_related("patient__clinic", "owner").order_by(*_order(wanted.sort))


def chosen_items(staff: Staff, ids: Sequence[int]) -> list[DueItem]:
    """These items, open or closed, in the order given; those of other clinics are left out."""
    rows = DueItem.objects.filter(patient__in=patients_for(staff)).select_related("patient__clinic", "owner")
    found = rows.in_bulk(list(ids))
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def counts_by_bucket(staff: Staff, as_of: date, filters: WorklistFilters | None = None) -> dict[Bucket, int]:
    """How many open items lie in each bucket, under the other filters. One query."""
    counted = _under(staff, as_of, filters or WorklistFilters()).aggregate(**_buckets(as_of))
    return {word: counted[word.value] for word in Bucket}


def counts_of_list(staff: Staff, as_of: date, filters: WorklistFilters) -> tuple[dict[Bucket, int], int]:
    """The same, and of how many patients the items of the filters' own bucket are. One query."""
    listed = None if filters.bucket == EVERYTHING else bucket_is(filters.bucket, as_of)
    patients = Count("patient", distinct=True, filter=listed)
    counted = _under(staff, as_of, filters).aggregate(**_buckets(as_of), patients=patients)
    return {word: counted[word.value] for word in Bucket}, counted["patients"]


def _buckets(as_of: date) -> dict[str, Count]:
    return {word.value: Count("pk", filter=bucket_is(word, as_of)) for word in Bucket}


def rows_of(items: Iterable[DueItem], as_of: date) -> list[WorklistRow]:
    """Open items as the list shows them, in the order given. No query beyond those of the items themselves."""
    protocol = load()
    found = []
    for row in items:
        seen([row.patient_id])
        item = protocol.items.get(row.item)
        drug = protocol.drugs.get(row.drug)
        standing = standing_of(row, as_of)
        found.append(
            WorklistRow(
                due_item=row,
                patient=row.patient,
                name=item.name if item else row.item,
                kind=item.kind if item else None,
                drug_name=drug.name if drug else row.drug,
                standing=standing,
                bucket=bucket(standing, as_of),
                over_an_interval=is_late(standing.days_overdue, row.interval_days, Lateness.OVER_AN_INTERVAL),
            )
        )
    return found


def standing_of(row: DueItem, as_of: date) -> Standing:
    """How an open row stands on a day, by the status rule of the record."""
    return status(
        row.due_on,
        0,
        window_of(load(), row.item),
        SnoozeUntil(date.min, row.snoozed_until) if row.snoozed_until else None,
        as_of,
        waiting=WaitUntil(date.min, row.waiting_until) if row.waiting_until else None,
        pause=PauseUntil(date.min, row.paused_until) if row.paused_until else None,
    )


def _under(staff: Staff, as_of: date, filters: WorklistFilters) -> QuerySet[DueItem]:
    """Open items under every filter but the bucket, in no order."""
    rows = narrowed(DueItem.objects.filter(patient__in=patients_for(staff), status=DueItemStatus.OPEN), staff, filters)
    if filters.status:
        rows = rows.filter(status_is(filters.status, as_of))
    if filters.lateness:
        rows = rows.filter(lateness_is(Lateness(filters.lateness), as_of))
    return rows


def _order(sort: str) -> tuple[str | Window | Case, ...]:
    if sort == Sort.TESTS_FIRST:
        first = [item.id for item in load().items.values() if item.kind in _FIRST]
        rest = Case(When(item__in=first, then=Value(0)), default=Value(1))
        return (rest, "due_on", "patient_id", "item", "occasion")
    if sort == Sort.PATIENT:
        return (Window(Min("due_on"), partition_by="patient"), "patient_id", "due_on", "item", "occasion")
    return ("due_on", "patient_id", "item", "occasion")
