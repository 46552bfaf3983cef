"""Work on due items: contacts, samples, what is not needed, who owns it, and undoing each."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from monitoring.actions import (
    assign,
    not_needed,
    reconcile,
    record_contact,
    snooze_item,
    take_sample,
    unassign,
    undo_work,
    withdraw_assignment,
    withdraw_contact,
    withdraw_not_needed,
    withdraw_sample,
    withdraw_snooze,
)
from monitoring.models import Assignment, Contact, DueItem, NotNeeded, SampleTaken, Snooze
from monitoring.selectors import missed_visits_of, work_around
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import a_course, a_due_item, a_member, a_result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
FBC, ALBUMIN = "full_blood_count", "albumin"


@pytest.fixture
def item(patient: Patient) -> DueItem:
    return a_due_item(patient, FBC, date(2026, 11, 1))


@pytest.fixture
def colleague(patient: Patient) -> Staff:
    return a_member(Role.DOCTOR, patient.clinic, password=None)


def contact(by: Staff, patient: Patient, **changed: Any) -> Contact:
    said = {"on": TODAY, "channel": "telephone", "outcome": "message_left"}
    return record_contact(by=by, patient_id=patient.pk, **said | changed)


def sample(by: Staff, patient: Patient, **changed: Any) -> list[SampleTaken]:
    return take_sample(by=by, patient_id=patient.pk, **{"items": [FBC], "taken_on": TODAY} | changed)


def waive(by: Staff, patient: Patient, **changed: Any) -> NotNeeded:
    return not_needed(by=by, patient_id=patient.pk, **{"item": FBC, "reason": " done elsewhere "} | changed)


class TestContacts:
    def test_keep_what_was_said(self, nurse: Staff, patient: Patient) -> None:
        row = contact(nurse, patient, symptoms_asked=True, symptoms=["rash", "fever", "rash"], item=FBC, note=" rang ")
        assert (row.item, row.note, row.symptoms, row.recorded_by) == (FBC, "rang", ["fever", "rash"], nurse)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"on": TODAY + timedelta(1)}, "on"),
            ({"on": date(1969, 1, 1)}, "on"),
            ({"item": "aura"}, "item"),
            ({"occasion": "2026-12-01"}, "item"),
            ({"outcome": "other"}, "note"),
            ({"symptoms": ["rash"]}, "symptoms"),
        ],
    )
    def test_that_cannot_be_are_refused(
        self, nurse: Staff, patient: Patient, wrong: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            contact(nurse, patient, **wrong)
        assert refused.value.field == field

    def test_sent_twice_are_kept_once(self, nurse: Staff, patient: Patient) -> None:
        contact(nurse, patient)
        with pytest.raises(Refused, match="already recorded"):
            contact(nurse, patient)

    def test_since_an_item_was_last_done_are_counted_the_latest_first(self, nurse: Staff, patient: Patient) -> None:
        for day, about in ((1, FBC), (5, ALBUMIN), (10, ""), (15, FBC)):
            contact(nurse, patient, on=date(2026, 11, day), item=about)
        work = work_around(nurse, [patient.pk], TODAY)[patient.pk]
        assert [told.on.day for told in work.contacts_about(FBC, None)] == [15, 10, 1]
        assert [told.on.day for told in work.contacts_about(FBC, date(2026, 11, 1))] == [15, 10]
        assert work_around(a_member(password=None), [patient.pk], TODAY) == {}

    @pytest.mark.parametrize(("missed", "stop"), [(2, False), (3, True)])
    def test_more_than_two_missed_visits_in_a_row_are_not_safe(
        self, nurse: Staff, patient: Patient, missed: int, stop: bool
    ) -> None:
        a_course(patient, start_on=date(2026, 1, 5), dose="15")
        assert missed_visits_of(nurse, [patient], TODAY) == {}
        for day in range(missed):
            contact(nurse, patient, on=date(2026, 11, 1 + day), outcome="did_not_attend")
        found = missed_visits_of(nurse, [patient], TODAY)[patient.pk]
        assert (found.count, found.not_safe_to_continue) == (missed, stop)
        a_result(patient, sampled_on=date(2026, 11, 10), unit="U/L")
        assert missed_visits_of(nurse, [patient], TODAY)[patient.pk].count == 0


class TestSamples:
    def test_let_their_items_wait_at_once(self, nurse: Staff, patient: Patient, item: DueItem) -> None:
        other = a_due_item(patient, ALBUMIN)
        (row,) = sample(nurse, patient, taken_on=date(2026, 11, 18))
        assert (row.taken_on, row.until) == (date(2026, 11, 18), date(2026, 11, 25))
        item.refresh_from_db()
        other.refresh_from_db()
        assert (item.sample_taken_on, item.waiting_until) == (row.taken_on, row.until)
        assert other.waiting_until is None

    def test_wait_as_long_as_the_setting_says(self, nurse: Staff, patient: Patient, settings: Any) -> None:
        settings.DAYS_TO_WAIT_FOR_A_RESULT = 10
        assert sample(nurse, patient)[0].until == date(2026, 11, 30)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"taken_on": TODAY + timedelta(1)}, "taken_on"),
            ({"items": []}, "items"),
            ({"items": ["aura"]}, "item"),
            ({"items": ["blood_pressure"]}, "items"),
            ({"items": ["immunoglobulin_infusion"]}, "items"),
            ({"until": TODAY}, "until"),
            ({"taken_on": TODAY - timedelta(7)}, "until"),
            ({"until": TODAY + timedelta(57)}, "until"),
        ],
    )
    def test_that_cannot_be_are_refused(
        self, nurse: Staff, patient: Patient, wrong: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            sample(nurse, patient, **wrong)
        assert refused.value.field == field
        assert not SampleTaken.objects.exists()

    def test_at_the_edges_are_taken(self, nurse: Staff, patient: Patient) -> None:
        assert sample(nurse, patient, taken_on=TODAY - timedelta(6))[0].until == TODAY + timedelta(1)
        assert sample(nurse, patient, until=TODAY + timedelta(56))

    def test_taken_anew_replace_the_one_waited_for(self, nurse: Staff, patient: Patient) -> None:
        (first,) = sample(nurse, patient, taken_on=date(2026, 11, 17))
        (second,) = sample(nurse, patient)
        assert second.replaces == first
        assert SampleTaken.objects.current().get() == second

    def test_are_undone_with_all_their_items(self, nurse: Staff, patient: Patient, item: DueItem) -> None:
        rows = sample(nurse, patient, items=[FBC, ALBUMIN])
        undo_work(by=nurse, kind="sample", entry_id=rows[1].pk)
        assert not SampleTaken.objects.current().exists()
        item.refresh_from_db()
        assert item.waiting_until is None


class TestNotNeeded:
    def test_takes_the_item_off_the_list_at_once(self, nurse: Staff, patient: Patient, item: DueItem) -> None:
        row = waive(nurse, patient)
        assert (row.reason, row.made_on, row.until) == ("done elsewhere", TODAY, None)
        item.refresh_from_db()
        assert (item.status, item.close_reason) == ("cancelled", "Not needed: done elsewhere")

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"item": "aura"}, "item"),
            ({"reason": " "}, "reason"),
            ({"until": TODAY}, "until"),
            ({"until": TODAY + timedelta(365)}, "until"),
        ],
    )
    def test_that_cannot_be_is_refused(self, nurse: Staff, patient: Patient, wrong: dict[str, Any], field: str) -> None:
        with pytest.raises(Refused) as refused:
            waive(nurse, patient, **wrong)
        assert refused.value.field == field

    def test_at_the_edges_is_taken_and_decided_anew(self, nurse: Staff, patient: Patient) -> None:
        first = waive(nurse, patient, until=TODAY + timedelta(1))
        second = waive(nurse, patient, until=TODAY + timedelta(28))
        assert second.replaces == first
        assert NotNeeded.objects.current().get() == second

    def test_undone_is_asked_for_again(self, nurse: Staff, patient: Patient) -> None:
        a_course(patient, start_on=date(2026, 11, 16), dose="15")
        reconcile(patient_ids=[patient.pk])
        row = waive(nurse, patient)
        reconcile(patient_ids=[patient.pk])
        still_open = DueItem.objects.filter(patient=patient, item=FBC, status="open")
        assert not still_open.exists()
        undo_work(by=nurse, kind="not_needed", entry_id=row.pk)
        reconcile(patient_ids=[patient.pk])
        assert still_open.exists()


class TestAssignments:
    def test_of_an_item_go_before_those_of_the_patient(
        self, nurse: Staff, patient: Patient, item: DueItem, colleague: Staff
    ) -> None:
        other = a_due_item(patient, ALBUMIN)
        assign(by=nurse, patient_id=patient.pk, owner=nurse.pk)
        assign(by=nurse, patient_id=patient.pk, owner=colleague.pk, item=FBC)
        item.refresh_from_db()
        other.refresh_from_db()
        assert (item.owner, other.owner) == (colleague, nurse)
        unassign(by=nurse, patient_id=patient.pk, item=FBC)
        item.refresh_from_db()
        assert item.owner == nurse

    def test_are_for_those_who_record_monitoring_in_the_clinic(self, nurse: Staff, patient: Patient) -> None:
        stranger = a_member(Role.NURSE, password=None)
        admin = a_member(Role.ADMIN, patient.clinic, password=None)
        left = a_member(Role.NURSE, patient.clinic, password=None, is_active=False)
        for member in (stranger, admin, left):
            with pytest.raises(Refused, match="of the patient's clinic") as refused:
                assign(by=nurse, patient_id=patient.pk, owner=member.pk)
            assert refused.value.field == "owner"

    def test_given_twice_or_taken_from_nobody_are_refused(self, nurse: Staff, patient: Patient) -> None:
        with pytest.raises(Refused, match="assigned to nobody"):
            unassign(by=nurse, patient_id=patient.pk, item=FBC)
        assign(by=nurse, patient_id=patient.pk, owner=nurse.pk)
        with pytest.raises(Refused, match="already their work"):
            assign(by=nurse, patient_id=patient.pk, owner=nurse.pk)
        with pytest.raises(Refused, match="assigned together"):
            unassign(by=nurse, patient_id=patient.pk, item=FBC)
        with pytest.raises(Refused, match="not an item"):
            assign(by=nurse, patient_id=patient.pk, owner=nurse.pk, item="aura")

    def test_undone_give_the_work_back_to_whom_it_was(
        self, nurse: Staff, patient: Patient, item: DueItem, colleague: Staff
    ) -> None:
        assign(by=nurse, patient_id=patient.pk, owner=colleague.pk, item=FBC)
        row = assign(by=nurse, patient_id=patient.pk, owner=nurse.pk, item=FBC)
        undo_work(by=nurse, kind="assignment", entry_id=row.pk)
        item.refresh_from_db()
        assert item.owner == colleague
        assert Assignment.objects.current().get().replaces == row

    def test_taken_away_are_given_again_once(self, nurse: Staff, patient: Patient, item: DueItem) -> None:
        assign(by=nurse, patient_id=patient.pk, owner=nurse.pk)
        gone = unassign(by=nurse, patient_id=patient.pk)
        undo_work(by=nurse, kind="given_back", entry_id=gone.pk)
        item.refresh_from_db()
        assert item.owner == nurse
        with pytest.raises(Refused, match="assigned again"):
            undo_work(by=nurse, kind="given_back", entry_id=gone.pk)


class TestUndoing:
    def test_a_snooze_puts_back_the_one_before(self, nurse: Staff, patient: Patient, item: DueItem) -> None:
        said = {"by": nurse, "patient_id": patient.pk, "item": FBC, "reason": "away"}
        first = snooze_item(**said, until=TODAY + timedelta(3))
        second = snooze_item(**said, until=TODAY + timedelta(28))
        item.refresh_from_db()
        assert item.snoozed_until == second.until
        undo_work(by=nurse, kind="snooze", entry_id=second.pk)
        item.refresh_from_db()
        assert item.snoozed_until == first.until == Snooze.objects.current().get().until

    def test_is_for_the_same_person_on_the_same_day(self, nurse: Staff, patient: Patient, colleague: Staff) -> None:
        row = contact(nurse, patient)
        with pytest.raises(Refused, match="Only the person"):
            undo_work(by=colleague, kind="contact", entry_id=row.pk)
        tomorrow = time_machine.travel("2026-11-21 00:30:00+00:00", tick=False)
        with tomorrow, pytest.raises(Refused, match="same day"):
            undo_work(by=nurse, kind="contact", entry_id=row.pk)
        undo_work(by=nurse, kind="contact", entry_id=row.pk)
        with pytest.raises(NotFound):
            undo_work(by=nurse, kind="contact", entry_id=row.pk)
        row.refresh_from_db()
        assert row.superseded_reason == "undone"

    def test_knows_no_other_kinds_and_no_other_clinics_rows(self, nurse: Staff, patient: Patient) -> None:
        row = contact(nurse, patient)
        with pytest.raises(NotFound):
            undo_work(by=nurse, kind="weight", entry_id=row.pk)
        with pytest.raises(NotFound):
            undo_work(by=a_member(password=None), kind="contact", entry_id=row.pk)


ACTS: dict[str, Callable[[Staff, Patient], Any]] = {
    "contact": contact,
    "sample": lambda by, patient: sample(by, patient)[0],
    "not_needed": waive,
    "assignment": lambda by, patient: assign(by=by, patient_id=patient.pk, owner=patient.recorded_by_id),
    "snooze": lambda by, patient: snooze_item(
        by=by, patient_id=patient.pk, item=FBC, until=TODAY + timedelta(3), reason="away"
    ),
}
WITHDRAWALS: dict[str, Callable[..., Any]] = {
    "contact": withdraw_contact,
    "sample": withdraw_sample,
    "not_needed": withdraw_not_needed,
    "assignment": withdraw_assignment,
    "snooze": withdraw_snooze,
}


@pytest.mark.parametrize("kind", ACTS)
def test_work_is_for_those_who_record_monitoring(nurse: Staff, patient: Patient, kind: str) -> None:
    admin, stranger = a_member(Role.ADMIN, patient.clinic, password=None), a_member(password=None)
    with pytest.raises(NotAllowed):
        ACTS[kind](admin, patient)
    with pytest.raises(NotFound):
        ACTS[kind](stranger, patient)
    row = ACTS[kind](nurse, patient)
    with pytest.raises(NotAllowed):
        WITHDRAWALS[kind](by=admin, entry_id=row.pk, reason="wrong patient")
    with pytest.raises(NotFound):
        WITHDRAWALS[kind](by=stranger, entry_id=row.pk, reason="wrong patient")
    with pytest.raises(NotAllowed):
        undo_work(by=admin, kind=kind, entry_id=row.pk)
    WITHDRAWALS[kind](by=nurse, entry_id=row.pk, reason="wrong patient")
    with pytest.raises(NotFound):
        WITHDRAWALS[kind](by=nurse, entry_id=row.pk, reason="wrong patient")


@pytest.mark.parametrize("kind", ACTS)
def test_the_list_is_as_reconcile_would_write_it(nurse: Staff, patient: Patient, kind: str) -> None:
    """What an action writes into the open items at once, and what an undo does, is what the schedule makes of it."""
    a_course(patient, start_on=date(2026, 1, 5), dose="15")
    columns = ("item", "occasion", "owner_id", "snoozed_until", "sample_taken_on", "waiting_until")

    def listed() -> list[Any]:
        return list(DueItem.objects.filter(status="open").order_by("item", "occasion").values(*columns))

    def agrees() -> bool:
        at_once = listed()
        reconcile(patient_ids=[patient.pk])
        return bool(at_once) and listed() == at_once

    reconcile(patient_ids=[patient.pk])
    row = ACTS[kind](nurse, patient)
    assert agrees()
    undo_work(by=nurse, kind=kind, entry_id=row.pk)
    assert kind == "not_needed" or agrees()
