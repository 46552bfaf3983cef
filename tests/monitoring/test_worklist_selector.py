"""The worklist's conditions on columns and the status rule give the same answers."""

from datetime import timedelta

import pytest

from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.load import load
from monitoring.rules.findings import DueStatus
from monitoring.selectors import ATTENTION, EVERYTHING, WorklistFilters, counts_by_status, rows_of, worklist
from patients.rules.vocabulary import Role
from tests.factories.records import DAY
from tests.factories.rows import a_clinic, a_due_item, a_member, a_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    return a_member(Role.NURSE)


def one_item_for_each_window():
    """Items that differ in how long before and after the due date they change status, and one without a rule."""
    by_window = {(item.soon_days, item.grace_days): item.id for item in load().items.values()}
    return [*sorted(by_window.values()), "left_the_protocol"]


@pytest.mark.parametrize("item", one_item_for_each_window())
def test_conditions_agree_with_the_status_rule_on_every_day_around_the_limits(nurse, item):
    patient = a_patient(nurse)
    for number, offset in enumerate(range(-40, 41)):
        snoozed = DAY + timedelta(days=offset % 3 - 1) if offset % 2 else None
        a_due_item(patient, item, DAY + timedelta(days=offset), occasion=str(number), snoozed_until=snoozed)

    rows = rows_of(worklist(nurse, DAY, WorklistFilters(status=EVERYTHING)), DAY)
    assert len(rows) == 81
    for status in DueStatus:
        by_rule = [row.due_item.pk for row in rows if row.standing.status is status]
        by_columns = [row.pk for row in worklist(nurse, DAY, WorklistFilters(status=status.value))]
        assert by_columns == by_rule, status
        assert counts_by_status(nurse, DAY)[status] == len(by_rule)
    attention = worklist(nurse, DAY, WorklistFilters(status=ATTENTION))
    assert [row.pk for row in attention] == [
        row.due_item.pk for row in rows if row.standing.status not in (DueStatus.NOT_DUE, DueStatus.SNOOZED)
    ]


def test_longest_due_comes_first_and_closed_items_are_left_out(nurse):
    patient = a_patient(nurse)
    late = a_due_item(patient, due_on=DAY - timedelta(days=30))
    later = a_due_item(patient, "albumin", due_on=DAY - timedelta(days=60))
    a_due_item(
        patient,
        "lipids",
        due_on=DAY - timedelta(days=90),
        status=DueItemStatus.CANCELLED,
        closed_at=patient.recorded_at,
        close_reason="stopped",
    )

    assert [row.pk for row in worklist(nurse, DAY)] == [later.pk, late.pk]


def test_filters_narrow(nurse):
    one, two = a_patient(nurse), a_patient(nurse)
    a_due_item(one)
    wanted = a_due_item(two, "albumin", drug="azathioprine")

    for filters in ({"patient": two.pk}, {"item": "albumin"}, {"drug": "azathioprine"}):
        assert [row.pk for row in worklist(nurse, DAY, WorklistFilters(**filters))] == [wanted.pk], filters
    assert worklist(nurse, DAY, WorklistFilters(clinic=one.clinic_id)).count() == 2
    assert worklist(nurse, DAY, WorklistFilters(clinic=one.clinic_id + 1)).count() == 0


def test_another_clinic_sees_none_of_it(nurse):
    a_due_item(a_patient(nurse))
    stranger = a_member(Role.NURSE, a_clinic())

    assert worklist(stranger, DAY).count() == 0
    assert sum(counts_by_status(stranger, DAY).values()) == 0
