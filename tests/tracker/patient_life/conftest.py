import pytest

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows


@pytest.fixture
def doctor(db: None) -> Staff:
    return rows.a_member(Role.DOCTOR, password=None)
