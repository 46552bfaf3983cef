"""Where everybody begins: what waits for the person, by their role."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from tracker.presenters.home import home_of


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One part for each thing that waits. The questions of the pathway are asked for once the page stands."""
    staff = cast(Staff, request.user)
    found = home_of(staff)
    return render(request, "tracker/home.html", {"home": found, "offer_tour": staff.toured_at is None})
