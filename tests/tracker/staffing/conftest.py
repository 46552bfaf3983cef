"""One clinic with two administrators and a nurse, and what the trail says of what was done."""

from dataclasses import dataclass
from typing import Any

import pytest

from patients.acting import Acting, acting_as
from patients.models import Clinic, Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows


@dataclass
class Ward:
    clinic: Clinic
    admin: Staff
    second: Staff
    nurse: Staff

    def membership(self, staff: Staff) -> Membership:
        return Membership.objects.get(staff=staff, clinic=self.clinic)

    def about(self, staff: Staff, by: Staff | None = None, reason: str = "asked by the matron") -> dict[str, Any]:
        """What every action about a member takes."""
        by = Staff.objects.get(pk=(by or self.admin).pk)  # as another request reads them
        whom = self.membership(staff).pk
        return {"by": by, "clinic_id": self.clinic.pk, "membership_id": whom, "reason": reason}

    def also_elsewhere(self, staff: Staff, *, admin_too: bool = False) -> Clinic:
        """The person belongs to another clinic as well, of which the administrator may be one too."""
        other = rows.a_clinic()
        Membership.objects.create(staff=staff, clinic=other, role=Role.NURSE.value)
        if admin_too:
            Membership.objects.create(staff=self.admin, clinic=other, role=Role.ADMIN.value)
        return other


@pytest.fixture
def ward(db: None) -> Ward:
    clinic = rows.a_clinic()
    admin, second = (rows.a_member(Role.ADMIN, clinic, first_name=name, last_name="Admin") for name in ("Ada", "Bea"))
    return Ward(clinic, admin, second, rows.a_member(Role.NURSE, clinic, first_name="Nell", last_name="Nurse"))


def acting(staff: Staff) -> Any:
    """Inside, the trail names this person."""
    return acting_as(Acting(staff.pk))
