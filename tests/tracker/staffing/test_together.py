"""Two administrators who take each other's role in the same moment, on real connections: one stays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from patients.errors import NotAllowed, NotFound
from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tracker import staffing

pytestmark = pytest.mark.django_db(transaction=True)

ACTS: dict[str, Callable[..., Any]] = {
    "role": lambda **about: staffing.change_role(**about, role=Role.NURSE),
    "end": staffing.end_membership,
    "close": staffing.close_account,
}


@pytest.mark.parametrize("name", ACTS)
def test_one_of_two_stays(name: str) -> None:
    clinic = rows.a_clinic()
    people = [rows.a_member(Role.ADMIN, clinic, password=None) for _ in range(2)]
    memberships = {person.pk: Membership.objects.get(staff=person).pk for person in people}
    ready = Barrier(2)

    def strike(at: int) -> Any:
        by, other = Staff.objects.get(pk=people[at].pk), people[1 - at]
        try:
            ready.wait(timeout=10)
            return ACTS[name](by=by, clinic_id=clinic.pk, membership_id=memberships[other.pk], reason="rivals")
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(strike, range(2)))

    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], NotAllowed | NotFound), refused
    left = Membership.objects.filter(clinic=clinic, role=Role.ADMIN.value, staff__is_active=True)
    assert left.count() == 1
