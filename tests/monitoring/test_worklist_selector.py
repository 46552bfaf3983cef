"""The worklist's conditions on columns and the rules of status, bucket and lateness give the same answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.http import QueryDict

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.load import load
from monitoring.rules.findings import DueStatus, ItemKind
from monitoring.rules.lateness import Lateness, is_late
from monitoring.rules.vocabulary import Bucket, MonitoredBy, RiskTier
from monitoring.selectors import (
    ATTENTION,
    EVERYTHING,
    NOT_ASSESSED,
    OwnedBy,
    Sort,
    WorklistFilters,
    asked_for,
    counts_by_bucket,
    query_of,
    rows_of,
    worklist,
)
from monitoring.selectors.worklist_filters import ATTENTION_BUCKETS
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories.records import DAY
from tests.factories.rows import a_clinic, a_due_item, a_member, a_patient

pytestmark = pytest.mark.django_db

ALL = WorklistFilters(bucket=EVERYTHING)


def one_item_for_each_window() -> list[str]:
    """Items that differ in how long before and after the due date they change status, and one without a rule."""
    by_window = {(item.soon_days, item.grace_days): item.id for item in load().items.values()}
    return [*sorted(by_window.values()), "left_the_protocol"]


def held(offset: int) -> Iterator[dict[str, Any]]:
    """Every mixture of pause, wait and snooze, each from over to just holding, that the day of the item chooses."""
    ends = (None, DAY, DAY + timedelta(1))
    for number, (paused, waiting, snoozed) in enumerate(product(ends, repeat=3)):
        if number % 9 == offset % 9 or number == 0:
            taken = DAY - timedelta(1) if waiting else None
            yield {
                "paused_until": paused,
                "waiting_until": waiting,
                "sample_taken_on": taken,
                "snoozed_until": snoozed,
            }


def generated(patient: Patient, item: str) -> None:
    """Due on every day around the limits, in every mixture of what may hold it back, on intervals short and long."""
    rows = [
        DueItem(
            patient=patient,
            item=item,
            occasion=f"{offset}-{number}",
            due_on=DAY + timedelta(offset),
            visit_on=DAY + timedelta(offset),
            interval_days=(None, 6, 7, 8, 14, 28)[(offset + number) % 6],
            drug="methotrexate",
            rule_id="test.rule",
            protocol_version="test",
            **what,
        )
        for offset in range(-40, 41)
        for number, what in enumerate(held(offset))
    ]
    DueItem.objects.bulk_create(rows)


@pytest.mark.parametrize("item", one_item_for_each_window())
def test_conditions_agree_with_the_rules_on_every_day_around_the_limits(nurse: Staff, item: str) -> None:
    generated(a_patient(nurse), item)
    rows = rows_of(worklist(nurse, DAY, ALL), DAY)
    assert len(rows) > 300

    def listed(**wanted: str) -> list[int]:
        return [row.pk for row in worklist(nurse, DAY, replace(ALL, **wanted))]

    counts = counts_by_bucket(nurse, DAY)
    for bucket in Bucket:
        by_rule = [row.due_item.pk for row in rows if row.bucket is bucket]
        assert listed(bucket=bucket.value) == by_rule, bucket
        assert counts[bucket] == len(by_rule)
    for status in DueStatus:
        by_rule = [row.due_item.pk for row in rows if row.standing.status is status]
        assert listed(status=status.value) == by_rule, status
    for lateness in Lateness:
        by_rule = [
            row.due_item.pk for row in rows if is_late(row.standing.days_overdue, row.due_item.interval_days, lateness)
        ]
        assert listed(lateness=lateness.value) == by_rule, lateness
    assert listed(bucket=ATTENTION) == [row.due_item.pk for row in rows if row.bucket in ATTENTION_BUCKETS]
    awake = (DueStatus.DUE_SOON, DueStatus.DUE, DueStatus.OVERDUE)
    assert listed(status=ATTENTION) == [row.due_item.pk for row in rows if row.standing.status in awake]
    assert sum(counts.values()) == len(rows)


def test_longest_due_comes_first_and_closed_items_are_left_out(nurse: Staff) -> None:
    patient = a_patient(nurse)
    late = a_due_item(patient, due_on=DAY - timedelta(days=30))
    later = a_due_item(patient, "albumin", due_on=DAY - timedelta(days=60))
    closed = {"closed_at": patient.recorded_at, "close_reason": "stopped"}
    a_due_item(patient, "lipids", due_on=DAY - timedelta(days=90), status=DueItemStatus.CANCELLED, **closed)

    assert [row.pk for row in worklist(nurse, DAY)] == [later.pk, late.pk]


def test_by_patient_each_patients_items_stand_together_and_the_longest_waiting_comes_first(nurse: Staff) -> None:
    one, two = a_patient(nurse), a_patient(nurse)
    days = {"a": (one, 10), "b": (two, 30), "c": (one, 20), "d": (two, 1)}
    made = {
        name: a_due_item(patient, due_on=DAY - timedelta(days=late), occasion=name).pk
        for name, (patient, late) in days.items()
    }
    by_lateness = [row.pk for row in worklist(nurse, DAY)]
    by_patient = [row.pk for row in worklist(nurse, DAY, WorklistFilters(sort=Sort.PATIENT))]
    assert by_lateness == [made[name] for name in "bcad"]
    assert by_patient == [made[name] for name in "bdca"]


def test_filters_narrow(nurse: Staff) -> None:
    one, two = a_patient(nurse), a_patient(nurse)
    colleague = a_member(Role.DOCTOR, one.clinic, password=None)
    plain = a_due_item(one)
    said = {"drug": "azathioprine", "risk_tier": RiskTier.HIGH.value, "monitored_by": MonitoredBy.GP.value}
    wanted = a_due_item(two, "blood_pressure", owner=colleague, **said)
    mine = a_due_item(two, "albumin", owner=nurse)

    def found(**filters: Any) -> set[int]:
        return {row.pk for row in worklist(nurse, DAY, WorklistFilters(**filters))}

    for filters in (
        {"item": "blood_pressure"},
        {"drug": "azathioprine"},
        {"kind": ItemKind.OBSERVATION.value},
        {"owner": str(colleague.pk)},
        {"risk": RiskTier.HIGH.value},
        {"monitored_by": MonitoredBy.GP.value},
    ):
        assert found(**filters) == {wanted.pk}, filters
    assert found(patient=two.pk) == {wanted.pk, mine.pk}
    assert found(owner=OwnedBy.ME) == {mine.pk}
    assert found(owner=OwnedBy.TEAM) == {wanted.pk, mine.pk}
    assert found(owner=OwnedBy.NOBODY) == {plain.pk}
    assert found(risk=NOT_ASSESSED) == {plain.pk, mine.pk}
    assert found(clinic=one.clinic_id) == {plain.pk, wanted.pk, mine.pk}
    assert found(clinic=one.clinic_id + 1) == set()
    assert found(owner=OwnedBy.ME, item="blood_pressure") == set()


def test_another_clinic_sees_none_of_it(nurse: Staff) -> None:
    item = a_due_item(a_patient(nurse))
    stranger = a_member(Role.NURSE, a_clinic(), password=None)

    assert worklist(stranger, DAY, WorklistFilters(patient=item.patient_id)).count() == 0
    assert sum(counts_by_bucket(stranger, DAY).values()) == 0


class TestAddresses:
    def asked(self, staff: Staff, query: str) -> Any:
        return asked_for(staff, QueryDict(query), frozenset({"page"}))

    def test_are_read_and_written_alike(self, nurse: Staff) -> None:
        patient = a_patient(nurse)
        written = (
            f"bucket=overdue&clinic={patient.clinic_id}&patient={patient.pk}&drug=methotrexate&item=albumin&kind=test"
            f"&owner={nurse.pk}&lateness=over_an_interval&risk=high&monitored_by=gp&sort=patient"
        )
        asked = self.asked(nurse, written + "&page=3")
        assert asked.ignored == ()
        assert asked.patient == patient
        assert query_of(asked.filters) == written
        assert query_of(WorklistFilters()) == ""

    @pytest.mark.parametrize(
        "query", ["drug=aspirin", "owner=77777", "patient=1e3", "bucket=late", "sort=name", "status=overdue", "x=1"]
    )
    def test_name_what_means_nothing_here(self, nurse: Staff, query: str) -> None:
        asked = self.asked(nurse, query)
        name, value = query.split("=")
        assert asked.ignored == (f"{name} “{value}”",)
        assert asked.filters == WorklistFilters()

    def test_of_another_clinic_mean_nothing_here(self, nurse: Staff) -> None:
        theirs = a_patient(a_member(password=None))
        query = f"patient={theirs.pk}&clinic={theirs.clinic_id}&owner={theirs.recorded_by_id}"
        assert len(self.asked(nurse, query).ignored) == 3

    def test_a_colleague_who_has_left_can_still_be_asked_for(self, nurse: Staff) -> None:
        patient = a_patient(nurse)
        left = a_member(Role.NURSE, patient.clinic, password=None, is_active=False)
        item = a_due_item(patient, due_on=date(2020, 1, 1), owner=left)
        filters = self.asked(nurse, f"owner={left.pk}").filters
        assert [row.pk for row in worklist(nurse, DAY, filters)] == [item.pk]


def test_a_late_test_stands_above_a_height_never_measured(nurse: Staff) -> None:
    patient = a_patient(nurse)
    a_due_item(patient, "height", DAY - timedelta(days=900))
    a_due_item(patient, "full_blood_count", DAY - timedelta(days=5))
    a_due_item(patient, "albumin", DAY - timedelta(days=9))
    assert [row.item for row in worklist(nurse, DAY)] == ["albumin", "full_blood_count", "height"]
    by_lateness = worklist(nurse, DAY, WorklistFilters(sort=Sort.LATENESS))
    assert [row.item for row in by_lateness] == ["height", "albumin", "full_blood_count"]
