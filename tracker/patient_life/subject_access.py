"""Everything that is held about one patient, as one file that they can be given: readable, complete, and checkable."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from monitoring.models import Alert, AlertStep, DueItem, Mail
from patients.acting import because
from patients.entries import given_reason
from patients.models import (
    Draft,
    EmergencyAccess,
    IdentityCorrection,
    Patient,
    PatientMerge,
    PatientTransfer,
    Staff,
    StatusChange,
)
from patients.models.entry import Entry
from patients.rules.permissions import Permission
from patients.selectors import ids_of_person, patient_for, patients_for, require
from tracker import display
from tracker.audit.accesses import AccessFilters, accesses_of, told
from tracker.audit.record import record_access
from tracker.audit.words import AccessKind
from tracker.entry_kinds import KINDS, EntryKind
from tracker.journal import EntryTold, history_of
from tracker.patient_life.dictionary import MEANINGS, PARTS_OF_ENTRIES
from tracker.reports.pack import CHECKER
from tracker.versions import protocol_versions, software_version

PACK = "subject_access"
_MEMBER_DATE = (1980, 1, 1, 0, 0, 0)
# After a merge that was taken back these hold what belongs to somebody else; after one that holds, it is in the record.
_OF_THE_OTHER = {("patients.PatientMerge", "moved"), ("patients.PatientMerge", "filled")}
_OF_STAFF = ("recorded_by_id", "superseded_by_id", "stop_recorded_by_id", "superseded_reason")


@dataclass(frozen=True, slots=True)
class SubjectPack:
    """The finished file. `name` holds no more than the record's number in the database."""

    name: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class KindSummary:
    """Everything entered of one kind, for the readable summary."""

    label: str
    entries: tuple[EntryTold, ...]


@transaction.atomic
def make_subject_pack(*, by: Staff, patient_id: int, reason: str) -> SubjectPack:
    """Packs everything held about the patient, and records that it was taken out, by whom and why.

    With the names of staff who entered something or looked at the record. Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_for(by, patient_id)
    require(by, patient.clinic_id, Permission.EXPORT_SUBJECT)
    why = given_reason(reason, missing="Say who asked for it, and how you know that it is them.")
    made_at = timezone.now()
    files = dict(_files(by, patient, why, made_at))
    said = {name: {"sha256": hashlib.sha256(text).hexdigest(), "size": len(text)} for name, text in files.items()}
    manifest = {
        "pack": 1,
        "report": {"slug": PACK, "title": "Everything held about one patient"},
        "patient": patient.pk,
        "clinic": {"slug": patient.clinic.slug, "name": patient.clinic.name, "time_zone": patient.clinic.time_zone},
        "asked_by": {"id": by.pk, "login": by.username, "name": by.get_full_name()},
        "reason": why,
        "made_at": made_at.isoformat(),
        "software": software_version(),
        "protocol": protocol_versions(),
        "counts": {name: text.count(b"\n") for name, text in files.items() if name.endswith(".jsonl")},
        "data": "summary.html",
        "files": said,
    }
    content = _zipped(files | {"manifest.json": json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n"})
    digest = hashlib.sha256(content).hexdigest()
    with because(why):
        record_access(AccessKind.EXPORT, [patient.pk], page=PACK, format="ZIP", patients=1, sha256=digest)
    return SubjectPack(f"subject-access-{patient.pk}-{made_at:%Y-%m-%d}.zip", content, digest)


def earlier_packs(staff: Staff, patient: Patient) -> list[Any]:
    """When everything held about the patient was taken out before, by whom and why; the latest first."""
    rows = accesses_of(staff, patient, AccessFilters(kind=AccessKind.EXPORT)).filter(new__page=PACK)
    return told(rows, patient.clinic)


def _files(by: Staff, patient: Patient, why: str, made_at: datetime) -> Iterator[tuple[str, bytes]]:
    people = list(patients_for(by).filter(pk__in=ids_of_person(patient)).order_by("pk"))
    ids = [one.pk for one in people]
    accesses = told(accesses_of(by, patient), patient.clinic)
    summaries = []
    yield "person.jsonl", _lines(_row(one) for one in people)
    for kind in KINDS:
        entries = tuple(each for one in people for each in history_of(by, one, [kind.word]))
        summaries.append(KindSummary(kind.label, entries))
        yield f"entries/{kind.word}.jsonl", _lines(_entries(kind, entries, ids))
    for name, rows in _beside(ids):
        yield f"{name}.jsonl", _lines(_row(row) for row in rows)
    yield (
        "access_log.jsonl",
        _lines({name: getattr(each, name) for name in each.__dataclass_fields__} for each in accesses),
    )
    zone = ZoneInfo(patient.clinic.time_zone)
    context = {
        "patient": patient,
        "others": [one for one in people if one.pk != patient.pk],
        "kinds": [one for one in summaries if one.entries],
        "accesses": accesses,
        "emergencies": EmergencyAccess.objects.filter(patient__in=ids).select_related("staff").order_by("opened_at"),
        "mails": Mail.objects.filter(contact_details__patient__in=ids).order_by("created_at"),
        "made_on": display.day(made_at.astimezone(zone).date()),
        "zone": zone,
    }
    with timezone.override(zone):
        yield "summary.html", render_to_string("tracker/subject_access_summary.html", context).encode()
    yield "dictionary.csv", _dictionary().encode()
    yield "README.txt", _READ_ME.encode()
    yield "check_pack.py", CHECKER.read_bytes()


def _entries(kind: EntryKind, entries: Iterable[EntryTold], ids: list[int]) -> Iterator[dict[str, Any]]:
    """Each entry in words, with every value of its row and of the rows that belong to it."""
    rows: dict[int, Entry] = kind.model._default_manager.filter(**{f"{kind.patient}__in": ids}).in_bulk()
    parts = {name: _parts(column, list(rows)) for name, column in PARTS_OF_ENTRIES.get(kind.word, {}).items()}
    told_of = {each.id for each in entries}
    for each in entries:
        yield (
            _said(each)
            | {"values": _values(rows[each.id])}
            | {name: found.get(each.id, []) for name, found in parts.items()}
        )
    # What was taken along with its course is told there; it is here all the same.
    for pk, row in rows.items():
        if pk not in told_of:
            yield {"id": pk, "values": _row(row)} | {name: found.get(pk, []) for name, found in parts.items()}


def _said(each: EntryTold) -> dict[str, Any]:
    return {
        "id": each.id,
        "day": each.on,
        "says": each.what,
        "entered_at": each.at,
        "entered_by": each.by,
        "became": each.gone.label if each.gone else "still holds",
        "became_at": each.gone_at,
        "became_by": each.gone_by,
        "because": each.gone_why,
    }


def _parts(column: Any, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in column.model._default_manager.filter(**{f"{column.name}__in": ids}).order_by("pk"):
        found.setdefault(getattr(row, column.attname), []).append(_row(row))
    return found


def _beside(ids: list[int]) -> Iterator[tuple[str, Iterable[models.Model]]]:
    """What is held beside the entries: worked out, sent, decided about the record as a whole."""
    yield "status_changes", StatusChange.objects.filter(patient__in=ids).order_by("pk")
    yield "identity_corrections", IdentityCorrection.objects.filter(patient__in=ids).order_by("pk")
    yield "due_items", DueItem.objects.filter(patient__in=ids).order_by("pk")
    yield "alerts", Alert.objects.filter(patient__in=ids).order_by("pk")
    yield "alert_steps", AlertStep.objects.filter(alert__patient__in=ids).order_by("pk")
    yield "emails", Mail.objects.filter(contact_details__patient__in=ids).order_by("pk")
    yield "emergency_accesses", EmergencyAccess.objects.filter(patient__in=ids).order_by("pk")
    yield "transfers", PatientTransfer.objects.filter(patient__in=ids).order_by("pk")
    yield "drafts", Draft.objects.filter(patient__in=ids).order_by("pk")
    yield "merges", PatientMerge.objects.filter(Q(kept__in=ids) | Q(merged__in=ids)).order_by("pk")


def _values(row: models.Model) -> dict[str, Any]:
    return {name: value for name, value in _row(row).items() if name not in _OF_STAFF}


def _row(row: models.Model) -> dict[str, Any]:
    """Every column; a member of staff by name."""
    found: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        if (row._meta.label, column.name) in _OF_THE_OTHER:
            continue
        value = getattr(row, column.attname)
        if column.related_model is Staff and value is not None:
            person = getattr(row, column.name)
            found[column.name] = person.get_full_name() or person.username
        else:
            found[column.attname] = value
    return found


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False, default=_written).encode() + b"\n" for row in rows)


def _written(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _dictionary() -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(["file", "one line is", "what its columns say"])
    for kind in KINDS:
        writer.writerow([f"entries/{kind.word}.jsonl", f"one {kind.label}", MEANINGS["entry"]])
    writer.writerows((f"{name}.jsonl", *said) for name, said in MEANINGS.items() if name != "entry")
    return stream.getvalue()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _MEMBER_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


_READ_ME = """\
Everything that this clinic holds about you in Myoline

summary.html        to read: open it in a browser
entries/            one file for each kind of entry, one line for each entry, also those that were corrected or
                    withdrawn: what it says, who entered it when, and what became of it, by whom and why
access_log.jsonl    who looked at the record, when and how
emails.jsonl        which e-mails were planned or sent to you; their text is not kept
dictionary.csv      what each file holds
manifest.json       when and for whom this was made, and the size and SHA-256 of every file
check_pack.py       checks that nothing is missing or changed: python check_pack.py PACK.zip

For the clinic, before it is given out: a health professional looks through it for what speaks of other people and for
what could do serious harm. Whoever may receive it has to be identified first. It is as confidential as the record.
"""
