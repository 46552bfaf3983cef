"""The search that stands on every page: its results, and what is suggested while somebody types."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from patients.clock import today_in
from patients.models import Staff
from patients.selectors import clinics_of
from tracker.search.find import FEWEST_CHARACTERS, find, suggest, words_asked

SEARCHED = "patients_searched_for"
"""Where the session keeps the words: the patient list reads them too, so that it can show everybody whom they find."""
MOST_SHOWN = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """What was last searched for. A search is posted and kept in the session: a name has no place in an address."""
    if request.method == "POST":
        request.session[SEARCHED] = words_asked(request.POST.get("q", ""))
        return redirect(f"{reverse('search')}{'?found=yes' if request.session[SEARCHED] else ''}")
    staff = cast(Staff, request.user)
    text = request.session.get(SEARCHED, "") if "found" in request.GET else ""
    return render(request, "tracker/search.html", _shown(staff, text))


@never_cache
@require_POST
def search_suggestions(request: HttpRequest) -> HttpResponse:
    """At most eight rows for what is typed so far; nothing at all, and no entry in the trail, for less than two
    characters.
    """
    text = words_asked(request.POST.get("q", ""))
    if len(text) < FEWEST_CHARACTERS:
        return HttpResponse(status=204)
    staff = cast(Staff, request.user)
    found = suggest(staff, text)
    days = {clinic.pk: today_in(clinic) for clinic in clinics_of(staff)}
    people = [(patient, days[patient.clinic_id]) for patient in found.patients]
    return render(request, "tracker/_search_suggestions.html", {"found": found, "people": people})


def _shown(staff: Staff, text: str) -> dict[str, object]:
    clinics = list(clinics_of(staff))
    found = find(staff, text, MOST_SHOWN)
    days = {clinic.pk: today_in(clinic) for clinic in clinics}
    return {
        "text": text,
        "found": found,
        "people": [(patient, days[patient.clinic_id]) for patient in found.patients],
        "clinics": clinics,
    }
