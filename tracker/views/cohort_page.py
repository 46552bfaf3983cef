"""What every cohort page begins with: who asks, for whom, as of which day, and what its head and filters show."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Staff
from tracker.caseload.cohort import Cohort, asked_for, cohort_of
from tracker.caseload.figures_now import ever_words, under_care_words
from tracker.caseload.filters import chips, flags_offered, offered
from tracker.caseload.kept import Part
from tracker.views.days import day_asked_for


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    here: bool


def opened(request: HttpRequest, parts: Collection[Part] = ()) -> tuple[Cohort | None, dict[str, Any]]:
    """The people that the address asks for, and what the head of a page shows; None for whoever is in no clinic."""
    staff = cast(Staff, request.user)
    text, day = day_asked_for(request)
    asked = asked_for(staff, request.GET, day)
    if asked is None:
        return None, {}
    cohort = cohort_of(staff, asked, parts)
    query = f"?{asked.query}" if asked.query else ""
    return cohort, {
        "cohort": cohort,
        "asked": asked,
        "query": asked.query,
        "offered": offered(asked),
        "flags_offered": flags_offered(asked),
        "chips": chips(asked),
        "unreadable_day": text if text and day is None else "",
        "under_care": under_care_words(cohort),
        "ever": ever_words(cohort),
        "tabs": _tabs(request, query),
        "all_url": request.path,
    }


def shown(request: HttpRequest, template: str, cohort: Cohort | None, context: dict[str, Any]) -> HttpResponse:
    """The page; for whoever is in no clinic, that there is nobody to count."""
    if cohort is None:
        return render(request, "tracker/cohort_no_clinic.html")
    return render(request, template, context)


def _tabs(request: HttpRequest, query: str) -> list[Tab]:
    here = request.resolver_match.url_name if request.resolver_match else ""
    names = (
        ("cohort", _("Overview")),
        ("cohort_time_to_line", _("Time to the next line")),
        ("cohort_survival", _("How long drugs are kept")),
        ("cohort_response", _("Response")),
        ("cohort_steroid", _("Corticosteroid")),
        ("cohort_monitoring", _("Monitoring")),
        ("cohort_list", _("People")),
    )
    return [Tab(label, f"{reverse(name)}{query}", name == here) for name, label in names]
