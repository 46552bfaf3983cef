"""The patients of the person's clinics, found by name, number or day of birth."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of, may, search_patients
from tracker.presenters.patient_list import present
from tracker.search.kept import keep_words, kept_words
from tracker.selectors import standings_of

PAGE_SIZE = 25
_OFFERED = (Permission.REGISTER_PATIENT, Permission.MERGE_PATIENTS, Permission.TRANSFER_PATIENT)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def patient_list(request: HttpRequest) -> HttpResponse:
    """One page of the list. A search is posted, and the address names it by its number in the session: `?found=3`.

    `?page=` turns pages and a page too far is the last one.
    """
    if request.method == "POST":
        return redirect(f"{reverse('patient_list')}{keep_words(request.session, request.POST.get('q', ''))}")
    staff = cast(Staff, request.user)
    text = kept_words(request.session, request.GET.get("found"))
    clinics = [clinic.pk for clinic in clinics_of(staff)]
    page = Paginator(search_patients(staff, text), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "text": text,
        "page": page,
        "lines": present(standings_of(staff, list(page.object_list))),
        "may": {word.value for word in _OFFERED if any(may(staff, clinic, word) for clinic in clinics)},
    }
    return render(request, "patients/patient_list.html", context)
