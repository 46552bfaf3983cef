"""What is kept of each patient is never older than their record, and is worked out anew for whoever changed."""

from collections.abc import Iterator
from datetime import date
from unittest.mock import patch

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from redis import RedisError

from patients.models import Clinic, Patient
from tests.factories import rows
from tests.tracker.pages import TODAY
from tracker.caseload import kept
from tracker.caseload.kept import Part, parts_of
from tracker.caseload.members import Member

DAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(TODAY, tick=False):
        yield


def members(clinic: Clinic) -> dict[int, Member]:
    ids = list(Patient.objects.filter(clinic=clinic).values_list("pk", flat=True))
    return dict(parts_of(clinic, ids, {Part.MEMBER}, DAY).members)


class _Worked:
    """Whose records are read, and how often."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._read = kept.monitoring_records

    def __call__(self, ids: list[int]) -> object:
        self.ids += ids
        return self._read(ids)


@pytest.mark.django_db(transaction=True)
def test_only_whoever_changed_is_worked_out_anew() -> None:
    """With real commits: what the page before kept holds until the trail says that it does not."""
    doctor = rows.a_member()
    first, second = rows.a_patient(doctor), rows.a_patient(doctor)
    clinic = rows.clinic_of(doctor)
    before = members(clinic)
    with patch.object(kept, "monitoring_records", _Worked()) as worked:
        assert members(clinic) == before
        assert worked.ids == []
        rows.a_course(second, "methotrexate", date(2026, 1, 5), "15")
        after = members(clinic)
        assert worked.ids == [second.pk]
        assert after[first.pk] == before[first.pk]
        assert (before[second.pk].drugs_now, after[second.pk].drugs_now) == ((), ("methotrexate",))
        third = rows.a_patient(doctor)
        assert set(members(clinic)) == {first.pk, second.pk, third.pk}
        assert worked.ids == [second.pk, third.pk]


@pytest.mark.django_db(transaction=True)
def test_what_an_open_transaction_wrote_is_read_again_once_it_has_ended() -> None:
    """A commit that comes late is not passed over because later transactions had ended before it."""
    doctor = rows.a_member()
    patient = rows.a_patient(doctor)
    clinic = rows.clinic_of(doctor)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE patients_patient SET subtype = 'polymyositis' WHERE id = %s", [patient.pk])
            assert members(clinic)[patient.pk].subtype == "dermatomyositis"
            rows.a_patient(doctor)  # a later transaction, which ends first
            assert members(clinic)[patient.pk].subtype == "dermatomyositis"
            cursor.execute("COMMIT")
        assert members(clinic)[patient.pk].subtype == "polymyositis"
    finally:
        other.close()


@pytest.mark.django_db
def test_without_the_cache_everything_is_worked_out() -> None:
    doctor = rows.a_member()
    patient = rows.a_patient(doctor)
    with (
        patch.object(kept.cache, "get", side_effect=RedisError),
        patch.object(kept.cache, "set", side_effect=RedisError),
    ):
        assert set(members(rows.clinic_of(doctor))) == {patient.pk}


@pytest.mark.django_db(transaction=True)
def test_what_another_server_kept_is_not_taken() -> None:
    """On a restored database transactions count anew: a snapshot from the future says nothing."""
    snapshot = kept._snapshot()
    assert snapshot is not None
    newest = kept._newest(snapshot)
    cache.set("one", kept._Stored(snapshot, {1: "old"}))
    assert kept._still_true("one", snapshot) == {1: "old"}
    cache.set("one", kept._Stored(f"{newest + 1000}:{newest + 1000}:", {1: "old"}))
    assert kept._still_true("one", snapshot) == {}
    cache.set("one", "something else")
    assert kept._still_true("one", snapshot) == {}


@pytest.mark.django_db
def test_what_may_yet_be_taken_back_is_neither_kept_nor_read() -> None:
    """Inside a transaction that has written, as every test without real commits is."""
    doctor = rows.a_member()
    rows.a_patient(doctor)
    clinic = rows.clinic_of(doctor)
    assert kept._snapshot() is None
    members(clinic)
    assert cache.get(kept._key(clinic, kept.protocols_of(clinic), Part.MEMBER, DAY)) is None


@pytest.mark.django_db
def test_each_day_and_each_part_is_kept_by_itself() -> None:
    clinic = rows.a_clinic()
    protocols = kept.protocols_of(clinic)
    keys = {kept._key(clinic, protocols, part, day) for part in Part for day in (DAY, date(2026, 5, 31))}
    assert len(keys) == 2 * len(Part)


@pytest.mark.django_db
def test_what_is_kept_names_nobody() -> None:
    doctor = rows.a_member()
    patient = rows.a_patient(doctor, family_name="Unmistakable", hospital_number="H-SECRET", nhs_number="9990000018")
    found = parts_of(rows.clinic_of(doctor), [patient.pk], set(Part), DAY)
    told = repr((found.members, found.courses, found.quarters))
    assert not any(word in told for word in ("Unmistakable", "H-SECRET", "9990000018"))
