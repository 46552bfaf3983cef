"""Fills an empty database with the demo: two clinics, three logins, published cases and synthetic patients."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import transaction
from django.utils import timezone

from monitoring.actions import raise_alerts, reconcile
from patients.models import Clinic, Membership, Patient, Staff
from patients.models.patient import Provenance
from patients.rules.vocabulary import Role
from tracker.cohort.people import CohortPatient
from tracker.cohort.published import published_cohort
from tracker.cohort.service import store_service
from tracker.cohort.store import store_patients
from tracker.cohort.synthetic import synthetic_cohort
from tracker.demo_logins import DEMO_LOGINS, DEMO_PASSWORD, SECOND_LOGIN

# The second clinic shows that staff see their own clinic's patients only; none of the demo logins belongs to it.
SECOND_CLINIC_SIZE = 12
_PATIENTS_A_BATCH = 50
_BAR_WIDTH = 30


class Command(BaseCommand):
    help = "Loads the demo cohort into a database that holds no real patient. All of it is loaded, or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the demo is already loaded")
        parser.add_argument("--size", type=int, default=200, help="synthetic patients in the main clinic (200)")
        parser.add_argument("--seed", type=int, default=20261122, help="same seed and day, same cohort")
        parser.add_argument(
            "--today", type=date.fromisoformat, help="the day on which the cohort's records end (today)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["size"] <= 100_000:
            raise CommandError("--size is between 0 and 100000.")
        if self._already_loaded(if_empty=options["if_empty"]):
            return
        seed, size = options["seed"], options["size"]
        today = options["today"] or timezone.localdate()
        main_cohort = chain(published_cohort(today), synthetic_cohort(seed, size, today))
        second_cohort = synthetic_cohort(seed + 1, SECOND_CLINIC_SIZE, today, first_number=size + 1)
        progress = Progress(self.stdout, _number_published(today) + size + SECOND_CLINIC_SIZE)
        with transaction.atomic():
            main, second = make_clinics()
            doctor = make_logins(main)
            main_ids = load(main_cohort, clinic=main, by=doctor, today=today, progress=progress)
            second_by = make_second_staff(second)
            second_ids = load(second_cohort, clinic=second, by=second_by, today=today, progress=progress)
            nurse = Staff.objects.get(username=next(one.username for one in DEMO_LOGINS if one.role == Role.NURSE))
            store_service(main_ids, doctor=doctor, nurse=nurse, today=today)
            look(main_ids + second_ids, today)
        progress.finish()

    def _already_loaded(self, *, if_empty: bool) -> bool:
        """Whether there is nothing to do. Raises CommandError where loading would mix demo and real records."""
        if if_empty and Patient.objects.exclude(provenance=Provenance.CLINICAL).exists():
            # Patients registered while trying the demo out are no reason to refuse its next start.
            self.stdout.write("The demo is already loaded.")
            return True
        if Patient.objects.filter(provenance=Provenance.CLINICAL).exists():
            raise CommandError("This database holds patients who are not of the demo. The demo is not loaded into it.")
        if Patient.objects.exists():
            raise CommandError("The demo is already loaded. Start over with `make demo-reset`.")
        known = {login.username for login in DEMO_LOGINS} | {SECOND_LOGIN.username}
        if Staff.objects.exclude(username__in=known).exists():
            # The demo's password is public: its logins must never stand beside those of real staff.
            raise CommandError("This database has staff who are not of the demo. The demo is not loaded into it.")
        return False


class Progress:
    """A bar that fills on a terminal; plain lines, one for each fifth, anywhere else."""

    def __init__(self, stream: OutputWrapper, total: int) -> None:
        self._stream, self._total, self._done, self._fifth = stream, total, 0, 0
        self._terminal = stream.isatty()

    def advance(self, number: int) -> None:
        """So many more patients are loaded."""
        self._done += number
        if self._terminal:
            filled = _BAR_WIDTH * self._done // max(self._total, 1)
            bar = "#" * filled + "." * (_BAR_WIDTH - filled)
            self._stream.write(f"\r  [{bar}] {self._done} of {self._total} patients", ending="")
            self._stream.flush()
        elif (fifth := 5 * self._done // max(self._total, 1)) > self._fifth:
            self._fifth = fifth
            self._stream.write(f"  {self._done} of {self._total} patients")

    def finish(self) -> None:
        """Everything is loaded."""
        if self._terminal:
            self._stream.write("")
        self._stream.write(f"The demo is loaded: {self._done} patients.")


def make_clinics() -> tuple[Clinic, Clinic]:
    """The main clinic, and a small second one."""
    main, _ = Clinic.objects.get_or_create(
        slug="demo", defaults={"name": "Demonstration Myositis Clinic", "telephone": "the clinic's demonstration line"}
    )
    second, _ = Clinic.objects.get_or_create(slug="demo-second", defaults={"name": "Second Demonstration Clinic"})
    return main, second


def make_logins(clinic: Clinic) -> Staff:
    """The demo logins with their roles. Returns the doctor, in whose name the cohort is recorded."""
    doctors = []
    for login in DEMO_LOGINS:
        staff = Staff.objects.filter(username=login.username).first() or Staff(username=login.username)
        staff.first_name, staff.last_name = login.given_name, login.family_name
        staff.email = f"{login.username}@demonstration.invalid"
        staff.set_password(DEMO_PASSWORD)
        staff.save()
        Membership.objects.get_or_create(
            staff=staff, clinic=clinic, defaults={"role": login.role, "is_lead": login.role == Role.DOCTOR}
        )
        if login.role == Role.DOCTOR:
            doctors.append(staff)
    return doctors[0]


def make_second_staff(clinic: Clinic) -> Staff:
    """The doctor of the second clinic, in whose name its patients are recorded."""
    login = SECOND_LOGIN
    staff = Staff.objects.filter(username=login.username).first() or Staff(username=login.username)
    staff.first_name, staff.last_name = login.given_name, login.family_name
    staff.set_password(DEMO_PASSWORD)
    staff.save()
    Membership.objects.get_or_create(staff=staff, clinic=clinic, defaults={"role": login.role})
    return staff


def load(patients: Iterator[CohortPatient], *, clinic: Clinic, by: Staff, today: date, progress: Progress) -> list[int]:
    """Stores the patients batch by batch; their ids."""
    found: list[int] = []
    for batch in _batches(patients):
        found += store_patients(batch, clinic=clinic, by=by, today=today)
        progress.advance(len(batch))
    return found


def look(patient_ids: Sequence[int], today: date) -> None:
    """Works out what is due and what is alarming for these patients, as every night does."""
    for start in range(0, len(patient_ids), _PATIENTS_A_BATCH):
        batch = patient_ids[start : start + _PATIENTS_A_BATCH]
        reconcile(patient_ids=batch, as_of=today)
        raise_alerts(batch, as_of=today)


def _batches(patients: Iterator[CohortPatient]) -> Iterator[Sequence[CohortPatient]]:
    batch: list[CohortPatient] = []
    for patient in patients:
        batch.append(patient)
        if len(batch) == _PATIENTS_A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _number_published(today: date) -> int:
    return sum(1 for _ in published_cohort(today))
