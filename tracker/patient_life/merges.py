"""Making two records of one person one, and taking that back. Whoever calls has both patients reconciled afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from monitoring.actions.ask_again import ask_again
from monitoring.models import Alert, NotWorkedOut
from patients.acting import because
from patients.clock import today_in
from patients.entries import given_reason, store
from patients.errors import NotFound, Refused, Stale
from patients.models import Patient, PatientMerge, Staff, StatusChange
from patients.rules.permissions import Permission
from patients.rules.vocabulary import PatientStatus
from patients.seen import seen
from patients.selectors import patients_for, require
from tracker.patient_life.left_behind import to_fetch
from tracker.patient_life.merge_contents import Ids, label_of
from tracker.patient_life.merge_person import name_of
from tracker.patient_life.merge_preview import Counted, MergePreview, preview_merge
from tracker.patient_life.tables import moving_entries, moving_models, ties_between

NO_SUCH_MERGE = "No such merge among those of your clinics."


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPreview:
    """What taking a merge back would do. `with_them`: entered since and goes back with what it corrects or is about."""

    merge: PatientMerge
    back: Ids
    with_them: Ids
    fetched: Mapping[int, Ids]
    stays: tuple[Counted, ...]
    keeps: tuple[str, ...]

    @property
    def counts(self) -> list[Counted]:
        """What goes back, by kind."""
        return [Counted(label_of(table), len(ids)) for table, ids in self.back.items() if ids]

    @property
    def counts_with_them(self) -> list[Counted]:
        return [Counted(label_of(table), len(ids)) for table, ids in self.with_them.items() if ids]

    @property
    def counts_fetched(self) -> list[Counted]:
        """What comes from other merged records, where it was left because the same goes back now."""
        return [Counted(label_of(table), len(ids)) for each in self.fetched.values() for table, ids in each.items()]


@transaction.atomic
def merge_patients(*, by: Staff, kept_id: int, merged_id: int, reason: str, seen: str) -> PatientMerge:
    """Makes the second record a part of the first. `seen` is the fingerprint of the preview that the person looked at.

    Everything recorded of the person goes to the first record; the second stays, empty, and leads there. Raises
    NotFound, NotAllowed, Refused where something stands in the way, and Stale when a record changed since.
    """
    why = given_reason(reason, missing="Say how you know that both records are of one person.")
    _hold(kept_id, merged_id)
    found = preview_merge(by=by, kept_id=kept_id, merged_id=merged_id)
    if found.conflicts:
        errors = [f"{conflict.text} {conflict.advice}" for conflict in found.conflicts]
        raise Refused(errors[0], None, {"": errors})
    if found.fingerprint != seen:
        raise Stale("One of the two records changed after this preview was made. Nothing was merged: look again.")
    with because(why):
        merge = PatientMerge(kept=found.kept, merged=found.merged, reason=why, merged_by=by)
        _move(found.moving, found.kept)
        _close(found, by)
        _fill(found)
        NotWorkedOut.objects.filter(patient=found.merged).delete()
        merge.moved = {table: ids for table, ids in found.moving.items() if ids}
        merge.filled = {name: _plain(value) for name, value in found.filled.items()}
        return store(merge)


def preview_unmerge(*, by: Staff, merge_id: int) -> UndoPreview:
    """What taking a merge back would do. Nothing is written. Raises NotFound, NotAllowed, Refused."""
    merge = _to_undo(by, merge_id)
    seen([merge.kept_id, merge.merged_id])
    back, with_them = _going_back(merge)
    gone = _together(back, with_them)
    stays = []
    for model in moving_entries():
        since: Any = model._default_manager.filter(recorded_at__gt=merge.merged_at)
        rows = since.filter(patient=merge.kept_id).exclude(pk__in=gone.get(model._meta.label, ()))
        if count := rows.count():
            stays.append(Counted(label_of(model._meta.label), count))
    keeps = tuple(name_of(name) for name in merge.filled if not _untouched(merge.kept, name, merge.filled[name]))
    return UndoPreview(
        merge=merge,
        back=back,
        with_them=with_them,
        fetched=to_fetch(merge, gone),
        stays=tuple(stays),
        keeps=keeps,
    )


@transaction.atomic
def unmerge(*, by: Staff, merge_id: int, reason: str) -> PatientMerge:
    """Takes a merge back: what was moved goes back, with whatever was since put in its place or raised about it.

    What else was entered since the merge stays with the record that was kept. Alerts of both that the software closed
    meanwhile are open again: the other person's value may have answered for them. Raises NotFound, NotAllowed, Refused.
    """
    why = given_reason(reason, missing="Say why the two records are taken apart again.")
    known = _to_undo(by, merge_id)
    _hold(known.kept_id, known.merged_id)
    merge = _to_undo(by, merge_id)
    gone = _together(*_going_back(merge))
    fetched = to_fetch(merge, gone)
    with because(why):
        _move(gone, merge.merged)
        _fetch(fetched, merge.kept)
        _give_back(merge)
        _open_again(merge, by)
        Patient.objects.filter(pk__in=_merged_before_into(merge.merged_id)).update(merged_into=merge.merged_id)
        ask_again(patient_ids=[merge.kept_id, merge.merged_id], closed_since=merge.merged_at, why=why)
        merge.undone_at, merge.undone_by, merge.undone_reason = timezone.now(), by, why
        return store(merge)


def _hold(*ids: int) -> None:
    """Locks the records in the order of their ids, so that two merges at once wait for each other."""
    list(Patient.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def _move(ids: Mapping[str, list[int]], to: Patient) -> None:
    for table, pks in ids.items():
        try:
            with transaction.atomic():
                moved = apps.get_model(table)._default_manager.filter(pk__in=pks).update(patient=to)
        except IntegrityError:
            raise Refused(
                f"A {label_of(table)} does not fit beside what stands in the other record. Nothing was changed: look "
                "at both records again."
            ) from None
        if moved != len(pks):
            raise Stale("One of the two records changed meanwhile. Nothing was changed: look again.")


def _close(found: MergePreview, by: Staff) -> None:
    """The merged record leads to the one that stays, and so do those that had been merged into it."""
    merged, kept = found.merged, found.kept
    Patient.objects.filter(merged_into=merged).update(merged_into=kept)
    merged.merged_into = kept
    merged.status, merged.status_on = PatientStatus.MERGED.value, today_in(merged.clinic)
    merged.status_reason = f"merged into {kept.hospital_number}"
    if "nhs_number" in found.filled:
        merged.nhs_number = ""  # a clinic has an NHS number once
    merged.version += 1
    store(merged)
    _keep_status(merged, by)


def _fill(found: MergePreview) -> None:
    for name, value in found.filled.items():
        setattr(found.kept, name, value)
    found.kept.version += 1
    store(found.kept)


def _keep_status(patient: Patient, by: Staff) -> None:
    store(
        StatusChange(
            patient=patient,
            status=patient.status,
            on=patient.status_on,
            reason=patient.status_reason,
            recorded_by=by,
        )
    )


def _to_undo(by: Staff, merge_id: int) -> PatientMerge:
    rows = PatientMerge.objects.select_related("kept__clinic", "merged__clinic", "merged_by")
    merge = rows.filter(pk=merge_id, merged__in=patients_for(by)).first()
    if merge is None:
        raise NotFound(NO_SUCH_MERGE)
    require(by, merge.merged.clinic_id, Permission.MERGE_PATIENTS)
    if merge.undone_at is not None:
        raise Refused("This merge was taken back already.")
    if merge.kept.clinic_id != merge.merged.clinic_id:
        raise Refused("The record that was kept is now with another clinic. It has to be handed back first.")
    if merge.kept.merged_into_id is not None:
        raise Refused("The record that was kept has itself been merged into another. Take that merge back first.")
    return merge


def _going_back(merge: PatientMerge) -> tuple[Ids, Ids]:
    """The rows that were moved, and those that belong to them and were made since, until nothing is tied across."""
    back: Ids = {table: [int(pk) for pk in ids] for table, ids in merge.moved.items()}
    ids = {model._meta.label: set(back.get(model._meta.label, ())) for model in moving_models()}
    grown = True
    while grown:
        grown = False
        for model in moving_models():
            tied = Q(pk__in=[])
            for path, target in ties_between(model):
                tied |= Q(**{f"{path}__in": ids[target._meta.label]})
            if model is Alert:
                tied |= Q(subject__in=[f"contact:{pk}" for pk in ids["monitoring.Contact"]])
            rows = model._default_manager.filter(tied, patient=merge.kept_id)
            new = set(rows.values_list("pk", flat=True)) - ids[model._meta.label]
            grown = grown or bool(new)
            ids[model._meta.label] |= new
    with_them = {table: sorted(found - set(back.get(table, ()))) for table, found in sorted(ids.items())}
    return back, {table: found for table, found in with_them.items() if found}


def _together(back: Ids, with_them: Ids) -> Ids:
    return {table: [*back.get(table, ()), *with_them.get(table, ())] for table in {*back, *with_them}}


def _fetch(fetched: Mapping[int, Ids], kept: Patient) -> None:
    """Brings over what had been left behind, and notes it with the merge that left it: it goes back with that."""
    for other in PatientMerge.objects.select_for_update().filter(pk__in=fetched).order_by("pk"):
        ids = fetched[other.pk]
        _move(ids, kept)
        other.moved = {table: [*other.moved.get(table, ()), *ids.get(table, ())] for table in {*other.moved, *ids}}
        store(other)


def _merged_before_into(patient_id: int) -> set[int]:
    """The records that were made one with this one, also by way of another: they are read here again."""
    found: set[int] = set()
    newest = {patient_id}
    while newest:
        rows = PatientMerge.objects.filter(kept__in=newest, undone_at__isnull=True).values_list("merged", flat=True)
        newest = set(rows) - found
        found |= newest
    return found


def _give_back(merge: PatientMerge) -> None:
    """What filled an empty field goes, unless somebody has changed it since."""
    kept, merged = merge.kept, merge.merged
    unsaid = Patient()
    for name, value in merge.filled.items():
        if _untouched(kept, name, value):
            setattr(kept, name, getattr(unsaid, name))
    kept.version += 1
    store(kept)
    number = merge.filled.get("nhs_number", "")
    if number and not Patient.objects.filter(clinic=merged.clinic_id, nhs_number=number).exists():
        merged.nhs_number = number


def _open_again(merge: PatientMerge, by: Staff) -> None:
    """As it stood before the merge: under care, unless another status had been entered."""
    merged = merge.merged
    before = StatusChange.objects.filter(patient=merged).current().exclude(status=PatientStatus.MERGED)
    last = before.order_by("recorded_at", "pk").last()
    merged.merged_into = None
    merged.status = last.status if last else PatientStatus.ACTIVE.value
    merged.status_on, merged.status_reason = (last.on, last.reason) if last else (None, "")
    merged.version += 1
    store(merged)
    _keep_status(merged, by)


def _untouched(kept: Patient, name: str, value: Any) -> bool:
    return bool(_plain(getattr(kept, name)) == value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
