"""The worklist: one definition of what is open, how late it is and in which order, for page, API and export."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import load
from monitoring.rules.findings import DueStatus, ItemKind
from monitoring.rules.status import SnoozeUntil, Standing, Window, status
from patients.models import Patient, Staff
from patients.selectors import patients_for

ATTENTION = "attention"
EVERYTHING = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistFilters:
    """What narrows the worklist; empty means any.

    `status` is a DueStatus value, ATTENTION (all but not due and snoozed, the default) or EVERYTHING.
    """

    clinic: int | None = None
    patient: int | None = None
    drug: str = ""
    item: str = ""
    status: str = ATTENTION


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One open due item as the list shows it. `standing` comes from the same status rule as the patient record."""

    due_item: DueItem
    patient: Patient
    name: str
    kind: ItemKind | None
    drug_name: str
    standing: Standing


def worklist(staff: Staff, as_of: date, filters: WorklistFilters | None = None) -> QuerySet[DueItem]:
    """Open items of the person's patients, the one due longest first."""
    wanted = filters or WorklistFilters()
    rows = DueItem.objects.filter(patient__in=patients_for(staff), status=DueItemStatus.OPEN)
    if wanted.clinic is not None:
        rows = rows.filter(patient__clinic=wanted.clinic)
    if wanted.patient is not None:
        rows = rows.filter(patient=wanted.patient)
    if wanted.drug:
        rows = rows.filter(drug=wanted.drug)
    if wanted.item:
        rows = rows.filter(item=wanted.item)
    if wanted.status != EVERYTHING:
        rows = rows.filter(_standing_is(wanted.status, as_of, load()))
    return rows.select_related("patient__clinic").order_by("due_on", "patient", "item", "occasion")


def rows_of(items: Iterable[DueItem], as_of: date) -> list[WorklistRow]:
    """The rows of one page of the list."""
    protocol = load()
    found = []
    for row in items:
        item = protocol.items.get(row.item)
        drug = protocol.drugs.get(row.drug)
        found.append(
            WorklistRow(
                due_item=row,
                patient=row.patient,
                name=item.name if item else row.item,
                kind=item.kind if item else None,
                drug_name=drug.name if drug else row.drug,
                standing=standing_of(row, as_of),
            )
        )
    return found


def standing_of(row: DueItem, as_of: date) -> Standing:
    """How an open row stands on a day, by the status rule of the record."""
    snooze = SnoozeUntil(date.min, row.snoozed_until) if row.snoozed_until else None
    return status(row.due_on, 0, _window(load(), row.item), snooze, as_of)


def counts_by_status(staff: Staff, as_of: date, filters: WorklistFilters | None = None) -> dict[DueStatus, int]:
    """How many open items stand where, under the other filters. One query."""
    wanted = filters or WorklistFilters()
    everything = WorklistFilters(
        clinic=wanted.clinic, patient=wanted.patient, drug=wanted.drug, item=wanted.item, status=EVERYTHING
    )
    protocol = load()
    counted = (
        worklist(staff, as_of, everything)
        .order_by()
        .aggregate(**{word.value: Count("pk", filter=_standing_is(word.value, as_of, protocol)) for word in DueStatus})
    )
    return {word: counted[word.value] for word in DueStatus}


def _window(protocol: MonitoringProtocol, item_id: str) -> Window:
    item, defaults = protocol.items.get(item_id), protocol.defaults
    soon = item.soon_days if item is not None else None
    grace = item.grace_days if item is not None else None
    return Window(defaults.soon_days if soon is None else soon, defaults.grace_days if grace is None else grace)


def _standing_is(word: str, as_of: date, protocol: MonitoringProtocol) -> Q:
    """The status rule as a condition on columns; a test holds both to the same answers."""
    by_window: dict[Window, list[str]] = defaultdict(list)
    for item_id in protocol.items:
        by_window[_window(protocol, item_id)].append(item_id)
    default = Window(protocol.defaults.soon_days, protocol.defaults.grace_days)
    found = _in_window(word, as_of, default) & ~Q(item__in=list(protocol.items))
    for window, items in by_window.items():
        found |= _in_window(word, as_of, window) & Q(item__in=items)
    return found


def _in_window(word: str, as_of: date, window: Window) -> Q:
    soon_from = as_of + timedelta(window.soon_days)
    last_in_time = as_of - timedelta(window.grace_days)
    paused = Q(paused_until__gt=as_of)
    running = Q(paused_until__isnull=True) | Q(paused_until__lte=as_of)
    waiting = running & Q(waiting_until__gt=as_of)
    wanted = running & (Q(waiting_until__isnull=True) | Q(waiting_until__lte=as_of))
    snoozed = wanted & Q(snoozed_until__gt=as_of)
    awake = wanted & (Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=as_of))
    conditions = {
        ATTENTION: awake & Q(due_on__lte=soon_from),
        DueStatus.NOT_DUE.value: Q(due_on__gt=soon_from),
        DueStatus.SNOOZED.value: snoozed & Q(due_on__lte=soon_from),
        DueStatus.WAITING.value: waiting & Q(due_on__lte=soon_from),
        DueStatus.PAUSED.value: paused & Q(due_on__lte=soon_from),
        DueStatus.DUE_SOON.value: awake & Q(due_on__gt=as_of, due_on__lte=soon_from),
        DueStatus.DUE.value: awake & Q(due_on__lte=as_of, due_on__gte=last_in_time),
        DueStatus.OVERDUE.value: awake & Q(due_on__lt=last_in_time),
    }
    return conditions[word]
