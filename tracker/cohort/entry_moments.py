"""When the demo's rows were entered: on their clinical day or a few days after it, a few of them weeks late.

With this the record "as it was known on" an earlier day shows what a clinic would have known. Same patient, same
moments: drawn by the patient's hospital number, in the order in which the rows are stored.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.utils import timezone

from monitoring.rules.record import MonitoringRecord
from patients.models import Clinic
from tracker.cohort.people import CohortPatient

# Of 100 entries, how many come weeks after their day (a letter, a paper form found), and how late these are, in days.
_LATE_IN_100 = 4
_LATE_DAYS = (10, 45)
# Entries are made in working hours, by the clinic's clocks; in minutes after midnight.
_OFFICE_HOURS = (8 * 60 + 30, 17 * 60)


class EntryMoments:
    """Moments of entry for one patient's rows. Nothing is entered before it happened, nor after `today`."""

    def __init__(self, patient: CohortPatient, clinic: Clinic, today: date) -> None:
        self._rng = Random(patient.identity.hospital_number)  # noqa: S311 - invented people, no secret
        self._zone = ZoneInfo(clinic.time_zone)
        self._today = today
        self._first_contact = min((day for day in _contacts(patient.record) if day <= today), default=today)
        self.registered_at = self._at(self._first_contact, minute=_OFFICE_HOURS[0] - 1)

    def entered(
        self, on: date | None, *, after: timedelta = timedelta(0), not_before: datetime | None = None
    ) -> datetime:
        """The moment at which a row about a day was entered: that much later, or some weeks.

        None stands for a fact without a day, and with what happened before the first contact it is entered then.
        """
        day = max(self._first_contact, (on or self._first_contact) + after)
        if self._rng.randrange(100) < _LATE_IN_100:
            day += timedelta(days=self._rng.randint(*_LATE_DAYS))
        moment = self._at(day, minute=self._rng.randint(*_OFFICE_HOURS))
        return moment if not_before is None else max(moment, not_before)

    def _at(self, day: date, minute: int) -> datetime:
        clock = time(minute // 60, minute % 60)
        moment = datetime.combine(min(day, self._today), clock, tzinfo=self._zone)
        now = timezone.now()
        # On the day of loading itself the office hours may still lie ahead.
        return now if moment > now and moment.date() == now.astimezone(self._zone).date() else moment


def _contacts(record: MonitoringRecord) -> Iterator[date]:
    """The days on which somebody saw the patient or their blood; conditions may be older than any contact."""
    treatment = record.treatment
    yield from (row.on for row in treatment.patient.assessments)
    yield from (row.on for row in treatment.patient.weights)
    yield from (row.start_on for row in treatment.courses)
    yield from (row.on for row in treatment.milestones)
    yield from (row.sampled_on for row in record.results)
