"""What is kept of each patient is never older than their record, and is worked out anew for whoever changed."""

from datetime import date
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from redis import RedisError

from monitoring.selectors.heartbeats import COHORT, jobs
from patients.models import Clinic, Patient
from tests.factories import rows
from tracker import tasks
from tracker.caseload import kept
from tracker.caseload.kept import Part, parts_of
from tracker.caseload.members import Member
from tracker.caseload.warming import keep_ready
from tracker.celery import BEAT_SCHEDULE

pytestmark = pytest.mark.usefixtures("empty_cache", "on_the_day")

DAY = date(2026, 6, 1)


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
    days = (DAY, date(2026, 5, 31))
    keys = {part: {kept._key(clinic, protocols, part, day) for day in days} for part in Part}
    assert {part: len(own) for part, own in keys.items()} == {Part.MEMBER: 2, Part.COURSE: 2, Part.QUARTERS: 1}
    assert len(set().union(*keys.values())) == 5
    # Another quarter has other quarters before it.
    last, first = (kept._key(clinic, protocols, Part.QUARTERS, day) for day in (date(2026, 6, 30), date(2026, 7, 1)))
    assert keys[Part.QUARTERS] == {last}
    assert first != last


@pytest.mark.django_db(transaction=True)
def test_the_next_day_what_is_past_need_not_be_worked_out() -> None:
    doctor = rows.a_member()
    patient = rows.a_patient(doctor)
    rows.a_course(patient, "methotrexate", date(2025, 1, 6), "15")
    clinic, next_day = rows.clinic_of(doctor), date(2026, 6, 2)
    first = parts_of(clinic, [patient.pk], {Part.QUARTERS}, DAY).quarters[patient.pk]
    with patch.object(kept, "past_quarters_of", side_effect=AssertionError):
        second = parts_of(clinic, [patient.pk], {Part.QUARTERS}, next_day).quarters[patient.pk]
    assert first[:-1] == second[:-1]
    assert (first[-1].on, second[-1].on) == (DAY, next_day)
    cache.clear()
    assert parts_of(clinic, [patient.pk], {Part.QUARTERS}, next_day).quarters[patient.pk] == second


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_ready_need_not_be_worked_out_for_a_page() -> None:
    doctor = rows.a_member()
    patients = [rows.a_patient(doctor) for _ in range(2)]
    rows.a_patient(rows.a_member())  # of another clinic
    clinic = rows.clinic_of(doctor)
    assert keep_ready(clinic.pk) == 2
    ids = [patient.pk for patient in patients]
    with patch.object(kept, "monitoring_records", _Worked()) as worked:
        found = parts_of(clinic, ids, set(Part), DAY)
        assert set(found.members) == set(found.courses) == set(found.quarters) == set(ids)
        assert worked.ids == []
        rows.a_weight(patients[0], "70")
        keep_ready(clinic.pk)
        assert worked.ids == [patients[0].pk]
    key = kept._key(clinic, kept.protocols_of(clinic), Part.MEMBER, DAY)
    rows.a_weight(rows.a_patient(rows.a_member()), "70")  # of others: nothing here has to be worked out
    before = cache.get(key).snapshot
    keep_ready(clinic.pk)
    assert kept._newest(cache.get(key).snapshot) > kept._newest(before)  # kept anew, so that it lasts


@pytest.mark.django_db
def test_each_hour_every_clinic_with_patients_is_kept_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    beats: list[tuple[str, ...]] = []
    monkeypatch.setattr(tasks.keep_cohort, "delay", asked.append)
    monkeypatch.setattr(tasks.beat, "apply_async", lambda names, queue: beats.append(names))
    doctors = [rows.a_member(), rows.a_member()]
    for doctor in (*doctors, doctors[0]):
        rows.a_patient(doctor)
    rows.a_member()  # of a clinic without patients
    tasks.keep_cohorts()
    assert asked == sorted(rows.clinic_of(doctor).pk for doctor in doctors)
    assert beats == [(COHORT,)]
    assert COHORT in {job.name for job in jobs()}
    entry = next(entry for entry in BEAT_SCHEDULE.values() if entry["task"] == "tracker.tasks.keep_cohorts")
    assert len(entry["schedule"].hour) == 24
    assert kept._KEPT_FOR > 2 * 60 * 60  # what one run keeps is there until the next, also where that comes late


@pytest.mark.django_db
def test_what_is_kept_names_nobody() -> None:
    doctor = rows.a_member()
    patient = rows.a_patient(doctor, family_name="Unmistakable", hospital_number="H-SECRET", nhs_number="9990000018")
    found = parts_of(rows.clinic_of(doctor), [patient.pk], set(Part), DAY)
    told = repr((found.members, found.courses, found.quarters))
    assert not any(word in told for word in ("Unmistakable", "H-SECRET", "9990000018"))
