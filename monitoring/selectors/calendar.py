"""The calendar of a clinic: on which day how many patients are expected for tests, and in the infusion chair.

Of each item only the next date is known, since every later one follows from when this one is done; planned infusion
cycles are known further ahead. What is late is expected today, what was put off, paused or waits for a result on the
day on which it comes back.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, F, Q, QuerySet, Value
from django.db.models.functions import Greatest

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.load import load
from monitoring.rules.findings import ItemKind
from monitoring.rules.infusions import shape_of
from monitoring.rules.vocabulary import MonitoredBy
from monitoring.schedules import protocol_of
from patients.models import Staff
from patients.selectors import patients_for
from regimens.facts import courses_of
from regimens.rules.infusion_plan import consecutive_days, cycles_ahead
from regimens.rules.record import Course

LONGEST = timedelta(days=366)  # of one look at the calendar
CYCLES_IN_A_YEAR = 60  # more than one a week, which no drug here is given in


@dataclass(frozen=True, slots=True)
class ExpectedDay:
    """How many patients are expected on one day: for tests here, of these late, for tests elsewhere, and in the chair.

    `chairs_later_days`: of `chairs`, those whose infusion began on an earlier day.
    """

    on: date
    visits: int = 0
    late: int = 0
    elsewhere: int = 0
    chairs: int = 0
    chairs_later_days: int = 0


@dataclass(slots=True)
class _Chairs:
    patients: set[int] = field(default_factory=set)
    later: set[int] = field(default_factory=set)


def expected_days(
    staff: Staff, first_on: date, last_on: date, as_of: date, clinic: int | None = None
) -> dict[date, ExpectedDay]:
    """What is expected on each day from the first to the last, both included; days without anything are left out.

    Nine queries. Raises ValueError when the span is longer than a year.
    """
    if last_on - first_on > LONGEST:
        raise ValueError("Ask for a year at most.")
    found = {row["shown_on"]: row for row in _visits_by_day(staff, first_on, last_on, as_of, clinic)}
    chairs = _chairs(staff, first_on, last_on, as_of, clinic)
    return {
        on: ExpectedDay(
            on,
            visits=found.get(on, {}).get("visits", 0),
            late=found.get(on, {}).get("late", 0),
            elsewhere=found.get(on, {}).get("elsewhere", 0),
            chairs=len(chairs[on].patients),
            chairs_later_days=len(chairs[on].later),
        )
        for on in sorted(set(found) | set(chairs))
    }


def expected_on(staff: Staff, on: date, as_of: date, clinic: int | None = None) -> QuerySet[DueItem]:
    """The open items expected on one day, patient by patient. Infusions stand on the first day of their cycle."""
    rows = _expected(staff, as_of, clinic).filter(shown_on=on)
    return rows.select_related("patient__clinic", "owner").order_by(
        "patient__family_name", "patient__given_names", "patient", "due_on", "item"
    )


def _expected(staff: Staff, as_of: date, clinic: int | None) -> QuerySet[Any]:
    """Open items with `shown_on`, the day on which each is expected."""
    rows = DueItem.objects.filter(patient__in=patients_for(staff), status=DueItemStatus.OPEN)
    if clinic is not None:
        rows = rows.filter(patient__clinic=clinic)
    # PostgreSQL's GREATEST passes over what is NULL.
    comes_back = Greatest(
        F("visit_on"),
        F("snoozed_until"),
        F("paused_until"),
        F("waiting_until"),
        Value(as_of, output_field=DateField()),
    )
    return rows.annotate(shown_on=comes_back)


def _infusion_items() -> list[str]:
    return [item.id for item in load().items.values() if item.kind is ItemKind.INFUSION]


def _visits_by_day(
    staff: Staff, first_on: date, last_on: date, as_of: date, clinic: int | None
) -> Iterable[dict[str, Any]]:
    here = Q(monitored_by=MonitoredBy.US)
    rows = _expected(staff, as_of, clinic).exclude(item__in=_infusion_items())
    by_day: Iterable[dict[str, Any]] = (
        rows.filter(shown_on__gte=first_on, shown_on__lte=last_on)
        .values("shown_on")
        .annotate(
            visits=Count("patient", filter=here, distinct=True),
            late=Count("patient", filter=here & Q(due_on__lt=as_of), distinct=True),
            elsewhere=Count("patient", filter=~here, distinct=True),
        )
        .order_by("shown_on")
    )
    return by_day


def _chairs(staff: Staff, first_on: date, last_on: date, as_of: date, clinic: int | None) -> defaultdict[date, _Chairs]:
    """Who sits in the chair on which day: the next cycle of each patient on the day of its item, and those after it."""
    found: defaultdict[date, _Chairs] = defaultdict(_Chairs)
    due = _expected(staff, as_of, clinic).filter(item__in=_infusion_items(), shown_on__lte=last_on)
    nexts = {(row.patient_id, row.drug): row for row in due.select_related("patient__clinic")}
    courses = courses_of({patient_id for patient_id, _ in nexts})
    for (patient_id, drug), row in nexts.items():
        course = _running(courses.get(patient_id, ()), drug, as_of)
        for days in _cycles(course, row, last_on, as_of):
            for on in days:
                if first_on <= on <= last_on:
                    found[on].patients.add(patient_id)
                    if on != days[0]:
                        found[on].later.add(patient_id)
    return found


def _running(courses: tuple[Course, ...], drug: str, as_of: date) -> Course | None:
    of_drug = [one for one in courses if one.drug == drug and not one.never_given]
    running = [one for one in of_drug if one.stop_on is None or one.stop_on > as_of]
    return max(running, key=lambda one: (one.start_on, one.id), default=None)


def _cycles(course: Course | None, row: Any, last_on: date, as_of: date) -> list[tuple[date, ...]]:
    """The days of each cycle from the next one on, up to the last day. The next one stands where its item stands."""
    if course is None:
        return [(row.shown_on,)]
    protocol = protocol_of(row.patient.clinic)
    shape = shape_of(protocol.drugs.get(course.drug), course.route, protocol)
    ahead = cycles_ahead(course, shape, as_of, CYCLES_IN_A_YEAR)
    length = len(ahead[0].days) if ahead else 1
    after = [cycle.days for cycle in ahead[1:] if row.shown_on < cycle.days[0] <= last_on]
    return [consecutive_days(row.shown_on, length), *after]
