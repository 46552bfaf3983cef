"""Keeps due items in step with the schedule rules. Safe to run twice, late, or on several workers at once.

Two passes: the first only reads and finds whose rows are out of step (on most nights nobody's); the second locks these
patients, looks again, and writes. So a night without news writes no row and takes no lock.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from monitoring.actions.reminders import keep_reminders
from monitoring.actions.undone import take_back_undone
from monitoring.facts import schedule_records
from monitoring.models import Assignment, DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from monitoring.rules.schedule import evaluate
from monitoring.schedules import protocol_of
from monitoring.selectors.work import ROLES_THAT_OWN
from patients.clock import today_in
from patients.facts import columns, grouped
from patients.models import Patient

_LONGEST_TEXT = 300  # characters, as the columns hold it


class State(NamedTuple):
    """What a row copies from its finding, besides which item and occasion it is for. The names are the columns'."""

    due_on: date
    visit_on: date
    last_done_on: date | None
    snoozed_until: date | None
    paused_until: date | None
    sample_taken_on: date | None
    waiting_until: date | None
    interval_days: int | None
    monitored_by: str
    risk_tier: str
    owner_id: int | None
    drug: str
    rule_id: str
    protocol_version: str
    detail: str


_Key = tuple[str, str]
_KEY = ("item", "occasion")


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


def reconcile(*, patient_ids: Collection[int], as_of: date | None = None) -> ReconcileReport:
    """Opens, moves, closes and cancels the due items of these patients so that they match the rules.

    `as_of` None means today where each patient's clinic is. The patients out of step are locked in the order of their
    ids, so two runs over the same patients wait for each other; the second then finds nothing to change. Everything
    that is written, reminders too, is written in one transaction.
    """
    patients = _patients(patient_ids)
    out_of_step = [one.patient.pk for one in _readings(patients, as_of) if not one.agrees()]
    if not out_of_step:
        return ReconcileReport()
    with transaction.atomic():
        locked = list(_patients(out_of_step).select_for_update(of=("self",)))
        changes = _Changes()
        for one in _readings(locked, as_of):
            changes.add(one)
        report = changes.write()
        # What a merged record says was done was done: its proof is read in the record that was kept.
        read = [one for one in changes.readings if one.patient.merged_into_id is None]
        take_back_undone({one.patient.pk: (one.record, one.protocol, one.as_of) for one in read})
        keep_reminders(out_of_step)
    return report


def _patients(patient_ids: Collection[int]) -> Any:
    return Patient.objects.filter(pk__in=patient_ids).select_related("clinic").order_by("pk")


@dataclass(slots=True)
class _Reading:
    """One patient as the rules see them, and their open rows as they stand."""

    patient: Patient
    record: MonitoringRecord
    protocol: MonitoringProtocol
    as_of: date
    findings: MonitoringFindings
    wanted: dict[_Key, State]
    kept: dict[_Key, State]

    def agrees(self) -> bool:
        return self.wanted == self.kept


def _readings(patients: Iterable[Patient], as_of: date | None) -> Iterable[_Reading]:
    """A fixed number of queries for any number of patients of however many clinics."""
    people = list(patients)
    records = schedule_records([patient.pk for patient in people])
    rows = columns(
        DueItem.objects.filter(patient__in=list(records), status=DueItemStatus.OPEN).order_by("pk"),
        "patient_id", *_KEY, *State._fields,
    )  # fmt: skip
    open_rows = grouped(rows, "patient_id")
    owners = owners_of(records)
    for patient in people:
        record, day, protocol = records[patient.pk], as_of or today_in(patient.clinic), protocol_of(patient.clinic)
        findings = evaluate(record, protocol, day)
        tier = _tier(record, day)
        of = owners.get(patient.pk, {})
        yield _Reading(
            patient,
            record,
            protocol,
            day,
            findings,
            {(due.item, due.occasion): _state(due, findings, tier, of) for due in findings.due},
            {
                (row.item, row.occasion): State(*(getattr(row, name) for name in State._fields))
                for row in open_rows[patient.pk]
            },
        )


def _tier(record: MonitoringRecord, as_of: date) -> str:
    """The tier judged last by the day, however long ago; the schedule itself says when that is too old to use."""
    judged = [one for one in record.risk if one.on <= as_of]
    return max(judged, key=lambda one: (one.on, int(one.id))).tier.value if judged else ""


def owners_of(patient_ids: Collection[int]) -> dict[int, dict[_Key, int]]:
    """Whose work each patient's items are, as assigned, by patient id.

    Work given to somebody who has left the clinic, whose account is closed, or whose role there does no such work any
    more, is nobody's: it must not lie unseen.
    """
    found: dict[int, dict[_Key, int]] = {}
    rows = Assignment.objects.filter(
        patient__in=list(patient_ids),
        superseded_at__isnull=True,
        owner__is_active=True,
        owner__memberships__clinic=F("patient__clinic"),
        owner__memberships__role__in=ROLES_THAT_OWN,
    )
    for patient_id, item, occasion, owner_id in rows.values_list("patient_id", "item", "occasion", "owner_id"):
        found.setdefault(patient_id, {})[item, occasion] = owner_id
    return found


def _state(due: DueFinding, findings: MonitoringFindings, tier: str, owners: dict[_Key, int]) -> State:
    return State(
        due_on=due.due_on,
        # What is late wants a visit at once; a day that moves on every night would be written every night.
        visit_on=min(due.visit_on, due.due_on),
        last_done_on=due.last_done_on,
        snoozed_until=due.snoozed_until,
        paused_until=due.paused_until,
        sample_taken_on=due.sample_taken_on,
        waiting_until=due.waiting_until,
        interval_days=due.driver.interval_days,
        monitored_by=due.driver.monitored_by.value,
        risk_tier=tier,
        owner_id=owner_of(owners, due.item, due.occasion),
        drug=due.driver.drug,
        rule_id=due.driver.rule_id,
        protocol_version=findings.protocol_version,
        detail=due.detail[:_LONGEST_TEXT],
    )


def owner_of(owners: dict[_Key, int], item: str, occasion: str) -> int | None:
    """The owner of the item on that occasion, else of the item, else of all of the patient's monitoring."""
    if not owners:
        return None
    return owners.get((item, occasion)) or owners.get((item, "")) or owners.get(("", ""))


class _Changes:
    """What has to be written, gathered over many patients and written in four statements at most."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.readings: list[_Reading] = []
        self.opened: list[DueItem] = []
        self.moved: list[DueItem] = []
        self.done: list[DueItem] = []
        self.cancelled: list[DueItem] = []

    def add(self, one: _Reading) -> None:
        self.readings.append(one)

    def write(self) -> ReconcileReport:
        rows = DueItem.objects.filter(
            patient__in=[one.patient.pk for one in self.readings], status=DueItemStatus.OPEN
        ).order_by("pk")
        by_patient = grouped(rows, "patient_id")
        for one in self.readings:
            self._compare(one, by_patient[one.patient.pk])
        closing = ["status", "done_on", "closed_at", "close_reason", "changed_at"]
        # Close before opening: only one open row per item may exist at any moment.
        DueItem.objects.bulk_update(self.done + self.cancelled, closing, batch_size=500)
        moving = [name.removesuffix("_id") for name in State._fields if name != "rule_id"]
        DueItem.objects.bulk_update(self.moved, [*moving, "rule_id", "changed_at"], batch_size=500)
        DueItem.objects.bulk_create(self.opened, batch_size=500)
        return ReconcileReport(len(self.opened), len(self.moved), len(self.done), len(self.cancelled))

    def _compare(self, one: _Reading, open_rows: list[DueItem]) -> None:
        """An item that was done since the row was written is closed as done; the next one is a row of its own."""
        samples = Samples(one.record, one.protocol, one.as_of)
        found = {(due.item, due.occasion): due for due in one.findings.due}
        wanted = dict(one.wanted)
        for row in open_rows:
            key = row.item, row.occasion
            due = found.get(key)
            done_on = due.last_done_on if due is not None else _done_on(row, samples, one.protocol)
            if done_on is not None and (row.last_done_on is None or done_on > row.last_done_on):
                self._close(row, done_on)
            elif key not in wanted:
                self._cancel(row, one.findings)
            else:
                self._move(row, wanted.pop(key))
        for (item, occasion), state in wanted.items():
            self.opened.append(
                DueItem(
                    patient_id=one.patient.pk,
                    item=item,
                    occasion=occasion,
                    created_at=self.now,
                    changed_at=self.now,
                    **state._asdict(),
                )
            )

    def _close(self, row: DueItem, done_on: date) -> None:
        row.status, row.done_on = DueItemStatus.DONE, done_on
        row.closed_at = row.changed_at = self.now
        self.done.append(row)

    def _cancel(self, row: DueItem, findings: MonitoringFindings) -> None:
        row.status, row.close_reason = DueItemStatus.CANCELLED, _why_cancelled(row, findings)[:_LONGEST_TEXT]
        row.closed_at = row.changed_at = self.now
        self.cancelled.append(row)

    def _move(self, row: DueItem, state: State) -> None:
        if all(getattr(row, name) == value for name, value in zip(State._fields, state, strict=True)):
            return
        for name, value in zip(State._fields, state, strict=True):
            setattr(row, name, value)
        row.changed_at = self.now
        self.moved.append(row)


def _why_cancelled(row: DueItem, findings: MonitoringFindings) -> str:
    for waived in findings.waived:
        if (waived.item, waived.occasion) == (row.item, row.occasion):
            return waived.reason.text
    return findings.quiet_reasons[0].text if findings.quiet_reasons else "The schedule no longer asks for it."


def _done_on(row: DueItem, samples: Samples, protocol: MonitoringProtocol) -> date | None:
    """When an item that the rules no longer ask for was last done; None for one that left the protocol."""
    return samples.last_day(row.item) if row.item in protocol.items else None
