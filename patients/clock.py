"""The one place where the record's code asks what day it is. Rules never do: they are told."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from patients.models import Clinic


def today_in(clinic: Clinic) -> date:
    """The calendar day where the clinic is."""
    return timezone.localdate(timezone=ZoneInfo(clinic.time_zone))


def end_of_day(day: date, clinic: Clinic) -> datetime:
    """The last moment of a calendar day by the clocks of the clinic: what was recorded by then was known that day."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZoneInfo(clinic.time_zone))
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def known_by(chosen: date | datetime | None, clinic: Clinic) -> datetime | None:
    """The moment whose knowledge is asked for by a moment or a day, which is its end; None (now) for None and today."""
    if chosen is None or isinstance(chosen, datetime):
        return chosen
    return None if chosen == today_in(clinic) else end_of_day(chosen, clinic)


def day_in(clinic: Clinic, moment: datetime) -> date:
    """The calendar day of a moment by the clocks of the clinic."""
    return moment.astimezone(ZoneInfo(clinic.time_zone)).date()


def now_in(clinic: Clinic) -> datetime:
    """The moment, by the clocks of the clinic."""
    return timezone.localtime(timezone=ZoneInfo(clinic.time_zone))
