"""How a clinic works, with the monitoring schedule that it follows."""

from django.db import transaction

from monitoring.schedules import is_known
from patients.actions import ClinicSettings, change_clinic_settings
from patients.errors import Refused
from patients.models import Clinic, Staff


@transaction.atomic
def change_clinic(*, by: Staff, clinic_id: int, settings: ClinicSettings, seen: str = "") -> Clinic:
    """Sets how the clinic works. Another schedule moves the dates of its patients: the caller has them reconciled.

    Raises NotFound, NotAllowed, Refused, Stale; see `patients.actions.change_clinic_settings`.
    """
    clinic = change_clinic_settings(by=by, clinic_id=clinic_id, settings=settings, seen=seen)
    if not is_known(settings.monitoring_schedule):
        raise Refused(
            f"There is no monitoring schedule “{settings.monitoring_schedule}” in the protocol in force.",
            "monitoring_schedule",
        )
    return clinic
