"""What two records hold, and which entries say the same in both."""

from typing import Any

from django.db import models
from django.db.models import QuerySet

from patients.models import Patient
from patients.models.entry import Entry
from tracker.entry_kinds import KINDS
from tracker.patient_life.tables import PARTS, columns_naming, moving_entries

Ids = dict[str, list[int]]  # by table ("patients.Weight")
# An address to which the patient ended reminders is not the same as one to which they have not, whatever it says; and
# a missed contact may have an alert that names it.
_NEVER_LEFT = {"patients.ContactDetails", "regimens.Course", "monitoring.Contact"}
_OF_THE_ENTRY = {
    "id", "patient_id", "recorded_at", "recorded_by_id", "replaces_id", "superseded_at", "superseded_by_id",
    "superseded_reason", "protocol_version",
}  # fmt: skip
_LABELS = {model._meta.label: label for kind in KINDS for model, label in [(kind.model, kind.label)]}


def label_of(table: str) -> str:
    """The kind of entry in a table, as pages call it."""
    return _LABELS.get(table) or table.rpartition(".")[2].lower()


def ids_of(model: type[models.Model], patient: Patient) -> list[int]:
    rows: Any = model._default_manager.filter(patient=patient)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def in_both(kept: Patient, merged: Patient) -> tuple[Ids, Ids]:
    """Current entries that stand in both records with the same content.

    First those that can stay behind with the merged record; then those that something else names, in both records: of
    these one has to be withdrawn.
    """
    left: Ids = {}
    twice: Ids = {}
    for model in moving_entries():
        table = model._meta.label
        if table in _NEVER_LEFT:
            continue
        theirs = contents(model, current_of(model, kept))
        ours = contents(model, current_of(model, merged))
        mine = {pk: said for pk, said in ours.items() if said in set(theirs.values())}
        if not mine:
            continue
        outside = [column for column in columns_naming(model) if column.model._meta.label != PARTS.get(table)]
        named = {pk for column in outside for pk in _named_by(column, mine)}
        left[table] = sorted(with_earlier(model, mine.keys() - named))
        if named:
            same = {said for pk, said in mine.items() if pk in named}
            twice[table] = sorted(named | {pk for pk, said in theirs.items() if said in same})
    return left, twice


def current_of(model: type[Entry], patient: Patient) -> QuerySet[Any]:
    """The patient's entries in this table that were neither replaced nor withdrawn."""
    rows: QuerySet[Any] = model._default_manager.filter(superseded_at__isnull=True)
    return rows.filter(patient=patient)


def contents(model: type[Entry], rows: QuerySet[Any]) -> dict[int, tuple[Any, ...]]:
    """What each of these entries says, apart from who entered it when; parts that belong to it included."""
    columns = [each.attname for each in model._meta.concrete_fields if each.attname not in _OF_THE_ENTRY]
    found = list(rows.values("pk", *columns))
    parts = _parts(model, [row["pk"] for row in found])
    return {row["pk"]: (*(repr(row[name]) for name in columns), *parts.get(row["pk"], ())) for row in found}


def _parts(model: type[Entry], ids: list[int]) -> dict[int, list[str]]:
    label = PARTS.get(model._meta.label)
    if label is None:
        return {}
    column = next(each for each in columns_naming(model) if each.model._meta.label == label)
    owner = column.attname
    found: dict[int, list[str]] = {}
    for row in column.model._default_manager.filter(**{f"{column.name}__in": ids}).values():
        found.setdefault(row[owner], []).append(repr(sorted((k, v) for k, v in row.items() if k not in ("id", owner))))
    return {pk: sorted(each) for pk, each in found.items()}


def _named_by(column: Any, ids: Any) -> set[int]:
    rows = column.model._default_manager.filter(**{f"{column.name}__in": list(ids)})
    return set(rows.values_list(column.attname, flat=True))


def with_earlier(model: type[Entry], ids: Any) -> set[int]:
    """The entries, and those that they took the place of: what was corrected stays with its correction."""
    found, newest = set(ids), set(ids)
    while newest:
        rows: Any = model._default_manager.filter(pk__in=newest, replaces__isnull=False)
        newest = set(rows.values_list("replaces", flat=True)) - found
        found |= newest
    return found
