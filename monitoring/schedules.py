"""By which schedule a clinic monitors its patients."""

import logging
from functools import lru_cache

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import load, schedules
from patients.models import Clinic

_log = logging.getLogger(__name__)


def protocol_of(clinic: Clinic) -> MonitoringProtocol:
    """The monitoring protocol under the clinic's own schedule, or under the default when it has chosen none.

    A schedule that no longer exists must not close the clinic's pages: the default takes its place, a system check
    names the clinic, and the log says so once.
    """
    wanted = clinic.monitoring_schedule
    if not wanted:
        return load()
    if not is_known(wanted):
        _say_once(clinic.slug, wanted)
        return load()
    return load(schedule=wanted)


def is_known(schedule: str) -> bool:
    """Whether the protocol in force has a schedule of that id; "" stands for the default one."""
    return not schedule or any(schedule == identity for identity, _ in schedules())


def clinics_with_schedule() -> list[Clinic]:
    """Every clinic that has chosen a schedule, by its slug: for whoever runs the server, never for a page."""
    return list(Clinic.objects.exclude(monitoring_schedule="").order_by("slug"))


@lru_cache(maxsize=256)
def _say_once(clinic: str, schedule: str) -> None:
    """Logged once in a process for each clinic and schedule."""
    _log.error(
        "Clinic %s monitors by the schedule %r, which does not exist: the default schedule is used.", clinic, schedule
    )
