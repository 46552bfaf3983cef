"""The one place where the record's code asks what day it is. Rules never do: they are told."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from patients.models import Clinic


def today_in(clinic: Clinic) -> date:
    """The calendar day where the clinic is."""
    return timezone.localdate(timezone=ZoneInfo(clinic.time_zone))


def now_in(clinic: Clinic) -> datetime:
    """The moment, by the clocks of the clinic."""
    return timezone.localtime(timezone=ZoneInfo(clinic.time_zone))
