"""What tests of treatment start from: a patient of the doctor."""

import pytest

from patients.models import Patient, Staff
from tests.factories import rows


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    return rows.a_patient(doctor)
