"""`manage.py load_demo`: all of the demo or nothing, once, and never beside real patients or staff."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from monitoring.facts import monitoring_records
from monitoring.models import DueItem, Result
from monitoring.models.due_item import DueItemStatus
from monitoring.models.result import ResultSource
from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate
from patients.models import Clinic, Membership, Patient, Staff, StatusChange
from patients.models.patient import Provenance
from patients.selectors import patients_for
from regimens.models import Course, DosePeriod, Outcome
from tests.factories.rows import a_clinic, a_member, a_patient
from tracker.cohort.people import CohortPatient
from tracker.cohort.published import published_cohort
from tracker.cohort.store import store_patients
from tracker.cohort.synthetic import synthetic_cohort
from tracker.demo_logins import DEMO_LOGINS, DEMO_PASSWORD, SECOND_LOGIN
from tracker.entry_kinds import KINDS
from tracker.management.commands import load_demo

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
SIZE = 20


def run(**options: Any) -> str:
    out = StringIO()
    call_command("load_demo", **{"size": SIZE, "seed": 4, "today": TODAY, "stdout": out, **options})
    return out.getvalue()


def without_ids(value: Any) -> Any:
    """A record's values in an order of their own, without ids: what must survive the way through the database."""
    if isinstance(value, tuple):
        return sorted((without_ids(entry) for entry in value), key=repr)
    if hasattr(value, "__dataclass_fields__"):
        return {name: without_ids(getattr(value, name)) for name in value.__dataclass_fields__ if name != "id"}
    return value


@pytest.fixture(scope="class")
def _loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo loaded once for a class of tests that only look at it, and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        run()
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def sources() -> list[CohortPatient]:
    return [*published_cohort(TODAY), *synthetic_cohort(4, SIZE, TODAY)]


@pytest.fixture
def stored(sources: list[CohortPatient]) -> list[MonitoringRecord]:
    doctor = a_member()
    ids = store_patients(sources, clinic=doctor.clinics.get(), by=doctor, today=TODAY)
    records = monitoring_records(ids)
    return [records[patient_id] for patient_id in ids]


def test_every_record_comes_back_as_it_was_generated(
    sources: list[CohortPatient], stored: list[MonitoringRecord]
) -> None:
    assert len(stored) == 8 + SIZE
    for source, record in zip(sources, stored, strict=True):
        assert without_ids(record) == without_ids(source.record)


def test_storing_takes_as_many_statements_for_many_patients_as_for_one() -> None:
    doctor = a_member()
    clinic = doctor.clinics.get()
    # This first patient has every kind of row that the second batch has.
    patients = list(synthetic_cohort(4, SIZE + 1, TODAY))
    counts = []
    for batch in (patients[:8], patients[8:]):
        with CaptureQueriesContext(connection) as queries:
            store_patients(batch, clinic=clinic, by=doctor, today=TODAY)
        counts.append(len(queries))
    assert counts[0] == counts[1] < 25


@pytest.mark.usefixtures("_loaded")
class TestLoaded:
    def test_rows_are_entered_when_a_clinic_would_have_entered_them(self) -> None:
        end = datetime.combine(TODAY + timedelta(days=1), time.min, tzinfo=UTC)
        late = 0
        for kind in KINDS:
            day = kind.on or "pk"
            entered = kind.model._default_manager.values_list(f"{kind.patient}__recorded_at", "recorded_at", day)
            for registered_at, recorded_at, on in entered:
                assert registered_at <= recorded_at < end
                if kind.on and on is not None and on <= TODAY:
                    after = recorded_at.date() - max(on, registered_at.date())
                    assert timedelta(0) <= after <= timedelta(days=46), kind.word
                    late += after > timedelta(days=9)
        assert late > 20
        for course in Course.objects.filter(stop_on__isnull=False):
            assert course.stop_recorded_at is not None
            assert course.recorded_at <= course.stop_recorded_at < end
        rows = [*DosePeriod.objects.select_related("course"), *Outcome.objects.select_related("course")]
        assert all(row.recorded_at >= row.course.recorded_at for row in rows)

    def test_whoever_is_no_longer_under_care_has_the_history_of_it(self) -> None:
        left = Patient.objects.exclude(status="active")
        assert left.exists()
        assert set(left.values_list("pk", "status", "status_on", "status_reason")) == set(
            StatusChange.objects.values_list("patient_id", "status", "on", "reason")
        )

    def test_rows_say_who_recorded_them_and_where_they_come_from(self) -> None:
        main = Clinic.objects.get(slug="demo")
        published = Patient.objects.filter(provenance=Provenance.PUBLISHED)
        assert published.count() == 8
        assert not published.filter(provenance_url="").exists()
        assert not published.filter(provenance_dates="").exists()
        assert Patient.objects.filter(clinic=main, provenance=Provenance.SYNTHETIC).count() == SIZE
        assert set(Patient.objects.filter(clinic=main).values_list("recorded_by__username", flat=True)) == {"doctor"}
        assert not Result.objects.filter(source=ResultSource.LABORATORY, received_on=None).exists()
        assert not Result.objects.filter(received_on__gt=TODAY).exists()
        assert not Course.objects.filter(stop_on__isnull=False, stop_recorded_by=None).exists()

    def test_due_items_are_those_of_the_rules(self) -> None:
        records = monitoring_records(Patient.objects.values_list("pk", flat=True))
        protocol = load_monitoring()
        wanted = {
            (patient_id, due.item, due.occasion, due.due_on)
            for patient_id, record in records.items()
            for due in evaluate(record, protocol, TODAY).due
        }
        opened = DueItem.objects.filter(status=DueItemStatus.OPEN)
        assert set(opened.values_list("patient_id", "item", "occasion", "due_on")) == wanted
        assert len(wanted) > 80

    def test_each_login_signs_in_with_its_role_and_sees_the_main_clinic_only(self) -> None:
        second = Clinic.objects.get(slug="demo-second")
        assert second.patients.count() == load_demo.SECOND_CLINIC_SIZE
        for login in DEMO_LOGINS:
            staff = authenticate(username=login.username, password=DEMO_PASSWORD)
            assert isinstance(staff, Staff)
            assert [m.role for m in Membership.objects.filter(staff=staff)] == [login.role]
            assert not staff.is_superuser
            assert patients_for(staff).count() == 8 + SIZE
            assert not patients_for(staff).filter(clinic=second).exists()

    def test_the_doctor_of_the_second_clinic_sees_that_one_only(self) -> None:
        staff = authenticate(username=SECOND_LOGIN.username, password=DEMO_PASSWORD)
        assert isinstance(staff, Staff)
        assert {patient.clinic.slug for patient in patients_for(staff)} == {"demo-second"}

    def test_same_seed_loads_the_same_patients(self) -> None:
        rows = Patient.objects.filter(clinic__slug="demo").order_by("pk")
        found = list(rows.values_list("hospital_number", "nhs_number", "family_name", "given_names"))
        expected = [p.identity for p in (*published_cohort(TODAY), *synthetic_cohort(4, SIZE, TODAY))]
        assert found == [(i.hospital_number, i.nhs_number, i.family_name, i.given_names) for i in expected]

    def test_if_empty_leaves_a_loaded_demo_as_it_is(self) -> None:
        before = list(Patient.objects.order_by("pk").values_list("pk", "recorded_at"))
        assert "already loaded" in run(if_empty=True)
        assert list(Patient.objects.order_by("pk").values_list("pk", "recorded_at")) == before

    def test_if_empty_goes_on_after_a_patient_was_registered_while_trying_it_out(self) -> None:
        a_patient(Staff.objects.get(username="doctor"), provenance=Provenance.CLINICAL)
        assert "already loaded" in run(if_empty=True)

    def test_a_second_load_without_if_empty_is_refused(self) -> None:
        with pytest.raises(CommandError, match="already loaded"):
            run()


@pytest.mark.parametrize("if_empty", [True, False])
def test_refused_where_a_real_patient_is_recorded(if_empty: bool) -> None:
    a_patient(a_member(), provenance=Provenance.CLINICAL)
    with pytest.raises(CommandError, match="not of the demo"):
        run(if_empty=if_empty)
    assert Patient.objects.count() == 1
    assert not Staff.objects.filter(username="doctor").exists()


def test_refused_where_real_staff_work() -> None:
    a_member(clinic=a_clinic())
    with pytest.raises(CommandError, match="staff who are not of the demo"):
        run()
    assert not Patient.objects.exists()
    assert not Staff.objects.filter(username="doctor").exists()


def test_a_load_that_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fail_the_second_time(**_: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the server went away")

    monkeypatch.setattr(load_demo, "_PATIENTS_A_BATCH", 20)
    monkeypatch.setattr(load_demo, "reconcile", fail_the_second_time)
    with pytest.raises(RuntimeError, match="went away"):
        run()
    assert not Patient.objects.exists()
    assert not Staff.objects.exists()
    assert not Clinic.objects.exists()


def test_today_is_the_default_day() -> None:
    run(today=None, size=2)
    newest = Result.objects.order_by("-sampled_on").values_list("sampled_on", flat=True)[0]
    today = date.today()  # noqa: DTZ011 - the command asks the clock as well
    assert today - timedelta(days=60) < newest <= today


@pytest.mark.parametrize("size", [-1, 100_001])
def test_a_size_out_of_bounds_is_refused(size: int) -> None:
    with pytest.raises(CommandError, match="--size"):
        run(size=size)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def show_progress(screen: StringIO) -> str:
    progress = load_demo.Progress(OutputWrapper(screen), 130)
    for _ in range(13):
        progress.advance(10)
    progress.finish()
    return screen.getvalue()


def test_without_a_terminal_progress_is_told_in_plain_lines() -> None:
    assert show_progress(StringIO()).splitlines() == [
        "  30 of 130 patients",
        "  60 of 130 patients",
        "  80 of 130 patients",
        "  110 of 130 patients",
        "  130 of 130 patients",
        "The demo is loaded: 130 patients.",
    ]


def test_on_a_terminal_a_bar_fills_in_place() -> None:
    text = show_progress(Terminal())
    assert text.count("\r") == 13
    assert "\r  [##" in text
    assert f"[{'#' * 30}] 130 of 130 patients\n" in text
    assert text.endswith("The demo is loaded: 130 patients.\n")
