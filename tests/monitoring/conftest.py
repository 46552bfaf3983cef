"""What tests of monitoring start from: the day that most are of, somebody who writes, a patient, a scene of the API."""

from collections.abc import Iterator

import pytest
import time_machine

from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.api import Scene, make_scene


@pytest.fixture
def on_the_day() -> Iterator[None]:
    with time_machine.travel("2026-11-20 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def doctor(db: None) -> Staff:
    return rows.a_member(Role.DOCTOR, password=None)


@pytest.fixture
def nurse(db: None) -> Staff:
    return rows.a_member(Role.NURSE, password=None)


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return rows.a_patient(nurse)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()
