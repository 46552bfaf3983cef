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
from tracker.search.kept import keep_words, kept_words

MOST_SHOWN = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """What a search found. It is posted, and the address names it by its number in the session: `?found=3`."""
    if request.method == "POST":
        return redirect(f"{reverse('search')}{keep_words(request.session, request.POST.get('q', ''))}")
    staff, number = cast(Staff, request.user), request.GET.get("found")
    shown = _shown(staff, kept_words(request.session, number))
    return render(request, "tracker/search.html", {**shown, "number": number})


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
