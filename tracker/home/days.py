"""The last working day: since when there may be something that nobody of the clinic has seen."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from patients.models import Clinic

_SATURDAY = 5


def last_working_day(today: date) -> date:
    """The Monday to Friday before this day. Bank holidays are not known: after one, a day more is shown for nothing."""
    day = today - timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day


def beginning_of(day: date, clinic: Clinic) -> datetime:
    """The first moment of a day by the clinic's clocks."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(clinic.time_zone))


def entered_from(day: date, clinics: Iterable[Clinic]) -> dict[int, datetime]:
    """For `ReadingFilters.entered`: the first moment of a day in each clinic, by its own clocks."""
    return {clinic.pk: beginning_of(day, clinic) for clinic in clinics}
