"""Who looked at one patient's record: for those who answer for it."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.clock import today_in
from patients.models import Staff
from patients.selectors import patient_for
from tracker.audit.accesses import AccessFilters, accesses_of, told, who_looked
from tracker.audit.words import AccessKind
from tracker.views.days import day_asked_for
from tracker.views.refusals import refusals_as_pages

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class DayAsked:
    """One end of the period: what was typed, and the day that it says (None for nothing, or what is no day)."""

    name: str
    label: str
    typed: str
    day: date | None

    @property
    def unreadable(self) -> bool:
        return bool(self.typed) and self.day is None


@never_cache
@require_safe
@refusals_as_pages()
def access_log(request: HttpRequest, patient_id: int) -> HttpResponse:
    """One page of the list, the latest first; `?person=`, `?kind=`, `?from=` and `?until=` narrow it."""
    staff = cast(Staff, request.user)
    days = [
        DayAsked(name, label, *day_asked_for(request, name)) for name, label in (("from", "From"), ("until", "Until"))
    ]
    kind = next((word for word in AccessKind if word.value == request.GET.get("kind")), None)
    patient = patient_for(staff, patient_id)
    people = who_looked(staff, patient)
    person = next((one.pk for one in people if str(one.pk) == request.GET.get("person")), None)
    filters = AccessFilters(person=person, kind=kind, first_on=days[0].day, last_on=days[1].day)
    found = accesses_of(staff, patient, filters)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "patient": patient,
        "as_of": today_in(patient.clinic),
        "record_url": reverse("record", args=[patient_id]),
        "page": page,
        "rows": told(page.object_list, patient.clinic),
        "people": [(one.pk, one.get_full_name() or one.username) for one in people],
        "kinds": AccessKind.choices(),
        "filters": filters,
        "days": days,
        "narrowed": any(value is not None for value in (person, kind, days[0].day, days[1].day)),
    }
    return render(request, "tracker/access_log.html", context)
