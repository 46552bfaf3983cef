"""A clinic of synthetic patients in a database of its own (TEST_DATABASE_NAME, else `test_benchmarks`)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import setup_test_environment, teardown_test_environment

from benchmarks.rules import SEED, TODAY
from monitoring.actions import reconcile
from patients.models import Clinic, Membership, Patient, Staff
from patients.rules.vocabulary import Role
from tracker.cohort.store import store_patients
from tracker.cohort.synthetic import synthetic_cohort

_BATCH = 250


@contextmanager
def scratch_clinic() -> Iterator[tuple[Clinic, Staff]]:
    """An empty clinic with one doctor. The database is removed afterwards."""
    own_name = connection.settings_dict["NAME"]
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        clinic = Clinic.objects.create(name="Benchmark", slug="benchmark")
        staff = Staff.objects.create_user(username="benchmark")
        Membership.objects.create(staff=staff, clinic=clinic, role=Role.DOCTOR.value)
        yield clinic, staff
    finally:
        connection.creation.destroy_test_db(own_name, verbosity=0)
        teardown_test_environment()


def grow(clinic: Clinic, staff: Staff, size: int) -> None:
    """Adds patients until the clinic has `size` of them, with what is due for each."""
    stored = Patient.objects.count()
    patients = list(synthetic_cohort(SEED + stored, max(0, size - stored), TODAY, first_number=stored + 1))
    for start in range(0, len(patients), _BATCH):
        ids = store_patients(patients[start : start + _BATCH], clinic=clinic, by=staff, today=TODAY)
        reconcile(patient_ids=ids, as_of=TODAY)
