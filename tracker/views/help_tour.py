"""The tour: a few steps for each role of the person, each with the page that it is about."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from patients.actions.tour import end_tour
from patients.models import Staff
from tracker.presenters.tour import tour_of


@never_cache
@require_safe
def help_tour(request: HttpRequest) -> HttpResponse:
    staff = cast(Staff, request.user)
    return render(request, "tracker/help_tour.html", {"tour": tour_of(staff), "toured": staff.toured_at is not None})


@require_POST
def end_tour_page(request: HttpRequest) -> HttpResponse:
    """Finished or left out; home does not offer it again."""
    end_tour(by=cast(Staff, request.user))
    return redirect("home")
