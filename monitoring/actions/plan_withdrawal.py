"""Taking back a decision about monitoring that was entered in error. Nothing is deleted: the row stays, with why.

What it had replaced does not come back by itself: it is entered anew where it is still wanted.
"""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from monitoring.models import IntervalOverride, Pause, RiskAssessment, SharedCare, TargetRange
from monitoring.selectors.plan import (
    interval_overrides_for,
    pauses_for,
    risk_assessments_for,
    shared_care_for,
    target_ranges_for,
)
from patients.acting import explained
from patients.entries import supersede
from patients.errors import NotFound
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write

D = TypeVar("D", RiskAssessment, IntervalOverride, SharedCare, Pause, TargetRange)


@transaction.atomic
@explained()
def withdraw_risk_assessment(*, by: Staff, entry_id: int, reason: str) -> RiskAssessment:
    """Withdraws a risk assessment entered in error. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(risk_assessments_for, Permission.ADJUST_MONITORING, by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_interval_override(*, by: Staff, entry_id: int, reason: str) -> IntervalOverride:
    """Withdraws another interval entered in error. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(interval_overrides_for, Permission.ADJUST_MONITORING, by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_target_range(*, by: Staff, entry_id: int, reason: str) -> TargetRange:
    """Withdraws a target range entered in error. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(target_ranges_for, Permission.ADJUST_MONITORING, by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_shared_care(*, by: Staff, entry_id: int, reason: str) -> SharedCare:
    """Withdraws who looks after a drug, entered in error. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(shared_care_for, Permission.RECORD_MONITORING, by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_pause(*, by: Staff, entry_id: int, reason: str) -> Pause:
    """Withdraws a pause entered in error, with its end where it has one. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(pauses_for, Permission.RECORD_MONITORING, by, entry_id, reason)


def _withdrawn(
    rows: Callable[[Staff], QuerySet[D]], permission: Permission, by: Staff, entry_id: int, reason: str
) -> D:
    row = rows(by).filter(pk=entry_id).first()
    if row is None:
        raise NotFound("No such entry among your patients, or it was already replaced or withdrawn.")
    patient_to_write(by, row.patient_id, permission)
    supersede(row, by=by, reason=reason)
    return row
