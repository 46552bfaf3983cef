"""The calendar of a clinic: a month of days with how many are expected, and one day with who they are."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.selectors import WorklistRow, rows_of
from monitoring.selectors.calendar import ExpectedDay, expected_days, expected_on
from patients.clock import today_in
from patients.models import Clinic, Patient, Staff
from patients.selectors import clinics_of

ITEMS_ON_A_PAGE = 200
FURTHEST = timedelta(days=366)  # nothing is planned further ahead, and nothing open lies further back


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the month's sheet. `expected` is None where nothing is."""

    on: date
    in_month: bool
    is_today: bool
    expected: ExpectedDay | None


@dataclass(frozen=True, slots=True)
class PatientOfTheDay:
    patient: Patient
    rows: list[WorklistRow]


@never_cache
@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """A month, `?month=2026-11`, of all the person's clinics or of one, `?clinic=`."""
    staff = cast(Staff, request.user)
    clinics = list(clinics_of(staff))
    if not clinics:
        return render(request, "monitoring/calendar.html", {"no_clinic": True})
    clinic = _chosen(request, clinics)
    today = today_in(clinic or clinics[0])
    first = _month(request, today)
    sheet = calendar.Calendar(firstweekday=calendar.MONDAY).monthdatescalendar(first.year, first.month)
    found = expected_days(staff, sheet[0][0], sheet[-1][-1], today, clinic.pk if clinic else None)
    context = {
        "first": first,
        "previous": _shown((first - timedelta(days=1)).replace(day=1), today),
        "next": _shown((first + timedelta(days=31)).replace(day=1), today),
        "weeks": [[Cell(on, on.month == first.month, on == today, found.get(on)) for on in week] for week in sheet],
        "days": [found[on] for on in sorted(found) if on.month == first.month],
        "today": today,
        "clinics": clinics,
        "clinic": clinic,
    }
    return render(request, "monitoring/calendar.html", context)


@never_cache
@require_safe
def calendar_day(request: HttpRequest, day: str) -> HttpResponse:
    """Who is expected on one day, patient by patient."""
    staff = cast(Staff, request.user)
    clinics = list(clinics_of(staff))
    on = _day(day)
    if not clinics:
        raise Http404("You belong to no clinic.")
    clinic = _chosen(request, clinics)
    today = today_in(clinic or clinics[0])
    items = expected_on(staff, on, today, clinic.pk if clinic else None)
    page = Paginator(items, ITEMS_ON_A_PAGE).get_page(request.GET.get("page"))
    rows = rows_of(page.object_list, today)
    people = [PatientOfTheDay(patient, list(own)) for patient, own in groupby(rows, key=lambda row: row.patient)]
    counted = expected_days(staff, on, on, today, clinic.pk if clinic else None).get(on)
    context = {
        "on": on,
        "today": today,
        "page": page,
        "people": people,
        "expected": counted,
        "clinics": clinics,
        "clinic": clinic,
    }
    return render(request, "monitoring/calendar_day.html", context)


def _chosen(request: HttpRequest, clinics: list[Clinic]) -> Clinic | None:
    asked = request.GET.get("clinic", "")
    return next((clinic for clinic in clinics if str(clinic.pk) == asked), None)


def _month(request: HttpRequest, today: date) -> date:
    """The first day of the month in the address; this month without one. Raises Http404 for no month."""
    asked = request.GET.get("month", "")
    if not asked:
        return today.replace(day=1)
    first = _shown(_day(f"{asked}-01"), today)
    if first is None:
        raise Http404("The calendar shows a year back and a year ahead.")
    return first


def _shown(first: date, today: date) -> date | None:
    """The month, unless it is further away than the calendar shows."""
    return first if today - FURTHEST <= first <= today + FURTHEST else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404("No such day.") from None
