"""One piece of work on many items: nothing before the confirmation, a word on every row afterwards."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitoring.actions.bulk_work import BulkKind
from monitoring.models import Assignment, Contact, DueItem, NotNeeded, SampleTaken, Snooze
from patients.models import Membership, Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

LATE = date(2026, 5, 1)
SAID: dict[str, dict[str, str]] = {
    "assign": {},
    "snooze": {"until": "15/06/2026", "reason": "clinic closed"},
    "sample": {"taken_on": "01/06/2026"},
    "not_needed": {"reason": "done elsewhere"},
    "letter": {"on": "01/06/2026", "outcome": "message_left", "note": "letter A"},
}
MODELS = {"assign": Assignment, "snooze": Snooze, "sample": SampleTaken, "not_needed": NotNeeded, "letter": Contact}


@pytest.fixture
def nurse(client: Client) -> Staff:
    member = rows.a_member(Role.NURSE, password=None)
    client.force_login(member)
    return member


@pytest.fixture
def reconciled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    monkeypatch.setattr("tracker.views.worklist_bulk.reconcile_many_soon", asked.extend)
    return asked


@pytest.fixture
def items(nurse: Staff) -> list[DueItem]:
    """Two items of one patient and one of another."""
    one, two = rows.a_patient(nurse), rows.a_patient(nurse)
    return [rows.a_due_item(one, due_on=LATE), rows.a_due_item(one, "albumin", LATE), rows.a_due_item(two, due_on=LATE)]


def send(client: Client, **typed: Any) -> Any:
    return client.post(reverse("worklist_bulk"), typed)


def chosen_by(client: Client, kind: str, items: list[DueItem]) -> list[str]:
    """The rows as the first step shows them."""
    response = send(client, kind=kind, scope="rows", row=[item.pk for item in items])
    assert response.status_code == 200
    found: list[str] = response.context["chosen"]
    return found


def test_a_whole_block_and_single_rows_are_chosen_together_each_once(client: Client, items: list[DueItem]) -> None:
    block, row = f"{items[0].pk} {items[1].pk}", [items[1].pk, items[2].pk]
    response = send(client, kind="snooze", scope="rows", block=[block, "x ²"], row=row)
    assert [text.partition("@")[0] for text in response.context["chosen"]] == [str(item.pk) for item in items]


def said_of(kind: str, nurse: Staff) -> dict[str, str]:
    return {"owner": str(nurse.pk)} if kind == "assign" else SAID[kind]


@pytest.mark.parametrize("kind", BulkKind)
def test_chosen_previewed_confirmed_and_reported(
    client: Client, nurse: Staff, items: list[DueItem], reconciled: list[int], kind: str
) -> None:
    chosen = chosen_by(client, kind, items)
    typed = {"kind": kind, "chosen": chosen, **said_of(kind, nurse)}
    preview = send(client, step="preview", **typed)
    assert len(preview.context["will"]) == 3
    assert preview.context["cannot"] == []
    assert not MODELS[kind].objects.exists()
    assert "Confirm:" in text_of(preview)
    assert send(client, step="say", **typed).context["form"].is_valid()
    report = send(client, step="confirm", **typed)
    assert "All done" in text_of(report)
    assert MODELS[kind].objects.count() == (2 if kind == "letter" else 3)
    assert reconciled == sorted({item.patient_id for item in items})


def test_a_letter_is_written_once_to_each_patient(client: Client, nurse: Staff, items: list[DueItem]) -> None:
    typed = {"kind": "letter", "chosen": chosen_by(client, "letter", items), **SAID["letter"]}
    report = send(client, step="confirm", **typed)
    assert [found.words for found in report.context["will"]] == ["", "in the same letter", ""]
    again = send(client, step="confirm", **typed)
    assert len(again.context["cannot"]) == 3
    assert Contact.objects.count() == 2


def test_what_cannot_be_done_is_said_row_by_row_and_the_rest_is_done(
    client: Client, nurse: Staff, items: list[DueItem], reconciled: list[int]
) -> None:
    chosen = chosen_by(client, "snooze", items)
    done, moved, _ = items
    DueItem.objects.filter(pk=done.pk).update(status="done", done_on=date(2026, 5, 30), closed_at=timezone.now())
    DueItem.objects.filter(pk=moved.pk).update(due_on=date(2026, 5, 8), changed_at=timezone.now())
    theirs = rows.a_due_item(rows.a_patient(rows.a_member(password=None)), due_on=LATE)
    chosen += [f"{theirs.pk}@{theirs.changed_at.isoformat()}", "999999@x", "nonsense"]
    with time_machine.travel("2026-06-01T10:05:00+01:00", tick=False):
        DueItem.objects.filter(pk=moved.pk).update(changed_at=timezone.now())
        report = send(client, kind="snooze", step="confirm", chosen=chosen, **SAID["snooze"])
    page = text_of(report)
    assert "4 items could not be done and stand as before. 1 was done." in page
    assert [found.words for found in report.context["cannot"]] == [
        "It was done meanwhile, on 30-May-2026.",
        "It has changed since you looked. Look at the list again, then repeat it for this item.",
        "No such item among your patients.",
        "No such item among your patients.",
    ]
    assert Snooze.objects.get().patient_id == items[2].patient_id
    assert reconciled == [items[2].patient_id]
    assert theirs.patient.family_name.upper() not in page


def test_an_unforeseen_error_holds_up_no_other_row(
    client: Client, nurse: Staff, items: list[DueItem], reconciled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = chosen_by(client, "not_needed", items)

    def breaks(*, patient_id: int, **said: Any) -> None:
        if patient_id == items[0].patient_id:
            raise RuntimeError("boom")

    monkeypatch.setattr("monitoring.actions.bulk_work._ACTIONS", {BulkKind.NOT_NEEDED: breaks})
    report = send(client, kind="not_needed", step="confirm", chosen=chosen, **SAID["not_needed"])
    assert [found.done for found in (*report.context["cannot"], *report.context["will"])] == [False, False, True]
    assert "Something went wrong with this row." in text_of(report)


def test_items_that_the_work_does_not_fit_are_shown_before_anything_is_saved(client: Client, nurse: Staff) -> None:
    pressure = rows.a_due_item(rows.a_patient(nurse), "blood_pressure", LATE)
    chosen = chosen_by(client, "sample", [pressure])
    preview = send(client, kind="sample", step="preview", chosen=chosen, **SAID["sample"])
    assert "no sample answers this" in text_of(preview)
    assert "Confirm:" not in text_of(preview)


def test_work_is_given_only_to_members_of_each_patients_clinic(client: Client, nurse: Staff) -> None:
    own, other = rows.clinic_of(nurse), rows.a_clinic()
    Membership.objects.create(staff=nurse, clinic=other, role=Role.NURSE.value)
    colleague = rows.a_member(Role.NURSE, other, password=None)
    here = rows.a_due_item(rows.a_patient(nurse, clinic=own))
    there = rows.a_due_item(rows.a_patient(nurse, clinic=other))
    typed = {"kind": "assign", "chosen": chosen_by(client, "assign", [here, there]), "owner": colleague.pk}
    report = send(client, step="confirm", **typed)
    assert [found.shown.row.due_item.pk for found in report.context["will"]] == [there.pk]
    assert "of the patient's clinic" in report.context["cannot"][0].words
    stranger = rows.a_member(Role.NURSE, password=None)
    assert send(client, step="preview", **{**typed, "owner": stranger.pk}).status_code == 422


def test_all_on_the_page_or_all_of_the_list_up_to_the_stated_most(
    client: Client, nurse: Staff, items: list[DueItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_page = send(client, kind="snooze", scope="page", on_page=[item.pk for item in items[:2]], row=[items[2].pk])
    assert len(on_page.context["chosen"]) == 2
    everything = send(client, kind="snooze", scope="all", query="item=full_blood_count")
    assert [shown.row.due_item.pk for shown in everything.context["rows"]] == [items[0].pk, items[2].pk]
    monkeypatch.setattr("tracker.views.worklist_bulk.MOST", 2)
    cut = send(client, kind="snooze", scope="all")
    assert "At most 2 items are done at once. 1 further item of the list is left out" in text_of(cut)


def test_nothing_chosen_or_nothing_said_is_told(client: Client, nurse: Staff, items: list[DueItem]) -> None:
    assert "No item was chosen" in text_of(send(client, kind="snooze", scope="rows"))
    refused = send(client, kind="snooze", step="preview", chosen=chosen_by(client, "snooze", items))
    assert refused.status_code == 422
    assert "This was not saved" in text_of(refused)
    assert send(client, kind="dance").status_code == 302
    assert client.get(reverse("worklist_bulk")).status_code == 302


def test_it_is_for_those_who_record_monitoring(client: Client, nurse: Staff, items: list[DueItem]) -> None:
    patient = Patient.objects.get(pk=items[0].patient_id)
    client.force_login(rows.a_member(Role.ADMIN, patient.clinic, password=None))
    assert send(client, kind="snooze", scope="rows", row=[items[0].pk]).status_code == 403
    client.force_login(rows.a_member(Role.NURSE, password=None))
    assert send(client, kind="snooze", scope="rows", row=[items[0].pk]).context["chosen"] == []
