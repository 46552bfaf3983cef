"""What tests of monitoring start from: a patient of the nurse."""

import pytest

from patients.models import Patient, Staff
from tests.factories import rows


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return rows.a_patient(nurse)
