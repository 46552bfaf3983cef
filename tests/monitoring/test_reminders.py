"""Exactly one live reminder for each open item, whatever happens to the item and however often it is looked at."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.actions.reminders import keep_reminders
from monitoring.models import DueItem, Reminder
from monitoring.models.due_item import DueItemStatus
from monitoring.rules.vocabulary import ReminderStatus
from monitoring.selectors.telling import open_items
from monitoring.selectors.worklist import worklist
from tests.factories.records import DAY
from tests.factories.rows import a_due_item, a_member, a_patient

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def patient():
    return a_patient(a_member())


def close(item):
    DueItem.objects.filter(pk=item.pk).update(status=DueItemStatus.DONE, closed_at=NOW, done_on=DAY)


def after(days):
    return DAY + timedelta(days=days)


def test_each_open_item_gets_one(patient):
    items = [a_due_item(patient, item) for item in ("full_blood_count", "albumin", "lipids")]

    report = keep_reminders(now=NOW)

    assert (report.opened, report.moved, report.acted) == (3, 0, 0)
    assert set(Reminder.objects.values_list("due_item", "status")) == {(item.pk, "planned") for item in items}


def test_second_run_writes_no_row(patient):
    a_due_item(patient)
    keep_reminders(now=NOW)

    with CaptureQueriesContext(connection) as captured:
        report = keep_reminders(now=NOW)

    assert not report.changed
    said = [query["sql"].split()[0] for query in captured if "monitoring" in query["sql"]]
    assert len(said) == 3
    assert set(said) == {"SELECT", "DECLARE"}  # the one that may find many reads them through a cursor


def test_a_closed_item_has_none_that_lives_and_the_next_item_its_own(patient):
    first = a_due_item(patient)
    keep_reminders(now=NOW)
    close(first)
    second = a_due_item(patient, due_on=after(84))

    report = keep_reminders(now=NOW)

    assert (report.opened, report.acted) == (1, 1)
    told = Reminder.objects.get(due_item=first)
    assert (told.status, told.acted_at) == (ReminderStatus.ACTED, NOW)
    assert Reminder.objects.get(due_item=second).status == ReminderStatus.PLANNED


def test_it_moves_with_the_item_until_somebody_was_told(patient):
    item, told = a_due_item(patient, due_on=after(30)), a_due_item(patient, "albumin", after(30))
    keep_reminders(now=NOW)
    Reminder.objects.filter(due_item=told).update(status=ReminderStatus.SENT, told_at=NOW)
    DueItem.objects.update(due_on=after(20), visit_on=after(20))

    report = keep_reminders(now=NOW)

    assert report.moved == 1
    assert Reminder.objects.get(due_item=item).planned_on == after(13)
    assert Reminder.objects.get(due_item=told).planned_on == after(23)


@pytest.mark.parametrize("put_off", ["snoozed_until", "waiting_until", "paused_until"])
def test_what_is_put_off_is_told_of_when_that_is_over(patient, put_off):
    later = a_due_item(patient, due_on=after(3), **{put_off: after(10)})
    sooner = a_due_item(patient, "albumin", after(60), **{put_off: after(10)})

    keep_reminders(now=NOW)

    assert Reminder.objects.get(due_item=later).planned_on == after(10)
    assert Reminder.objects.get(due_item=sooner).planned_on == after(53)


def test_only_the_named_patients_are_looked_at(patient):
    a_due_item(patient)
    other = a_due_item(a_patient(patient.recorded_by))

    keep_reminders([other.patient_id], now=NOW)

    assert Reminder.objects.get().due_item == other


def test_the_day_to_tell_is_the_day_on_which_the_worklist_first_shows_it(patient):
    """Both are looked at day by day, over items of every window and every way of putting off."""
    for number, item in enumerate(("full_blood_count", "albumin", "eye_screening", "no_such_item")):
        for days in range(0, 40, 3):
            put_off = {}
            if days % 2:
                put_off = {("snoozed_until", "waiting_until", "paused_until")[(days + number) % 3]: after(25 - days)}
            a_due_item(patient, item, after(days), occasion=str(days), **put_off)
    staff = patient.recorded_by
    for day in (after(days) for days in range(-10, 45)):
        shown = set(worklist(staff, day).values_list("pk", flat=True))
        assert set(open_items().filter(tell_on__lte=day).values_list("pk", flat=True)) == shown, day


def test_many_items_cost_no_more_queries(patient):
    for number in range(30):
        a_due_item(patient, occasion=str(number))
    with CaptureQueriesContext(connection) as few:
        keep_reminders(now=NOW)
    for number in range(30, 90):
        a_due_item(patient, occasion=str(number), due_on=date(2026, 3, 1))
    with CaptureQueriesContext(connection) as many:
        keep_reminders(now=NOW)

    assert len(many) == len(few)
