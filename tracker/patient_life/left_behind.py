"""What stayed behind in other merged records because a record that is taken out again said the same."""

from typing import Any

from patients.models import Patient, PatientMerge
from tracker.patient_life.merge_contents import contents, current_of, with_earlier
from tracker.patient_life.tables import moving_entries

Ids = dict[str, list[int]]  # by table ("patients.Weight")


def to_fetch(merge: PatientMerge, gone: Ids) -> dict[int, Ids]:
    """By the id of each other merge into the same record, the rows to bring over when this one is taken back.

    An entry of theirs was left where it was since the kept record held the same; what it held goes back to somebody
    else (`gone`), and without this the person's own entry would stand in no record that anybody reads. Where the kept
    record says it still, or again, nothing is brought.
    """
    others = PatientMerge.objects.filter(kept=merge.kept_id, undone_at__isnull=True).exclude(pk=merge.pk)
    fetched: dict[int, Ids] = {}
    shells = {other.pk: other.merged for other in others.select_related("merged").order_by("merged_at", "pk")}
    if not shells:
        return fetched
    for model in moving_entries():
        table = model._meta.label
        leaving: Any = model._default_manager.filter(pk__in=gone.get(table, ()))
        missing = set(contents(model, leaving).values())
        if not missing:
            continue
        missing -= set(contents(model, _staying(model, merge.kept, gone.get(table, []))).values())
        for pk, shell in shells.items():
            wanted = {row: said for row, said in contents(model, current_of(model, shell)).items() if said in missing}
            if wanted:
                fetched.setdefault(pk, {})[table] = sorted(with_earlier(model, wanted))
                missing -= set(wanted.values())
    return fetched


def _staying(model: Any, kept: Patient, gone: list[int]) -> Any:
    return current_of(model, kept).exclude(pk__in=gone)
