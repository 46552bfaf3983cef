"""Where somebody is signed in, and ending that."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from patients.models import Staff
from patients.selectors import memberships_of
from tracker.sign_in import sessions
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
def my_sessions(request: HttpRequest) -> HttpResponse:
    """The list."""
    staff = cast(Staff, request.user)
    first = memberships_of(staff).first()
    context = {
        "sessions": sessions.open_sessions(staff, request.session.session_key),
        "zone": first.clinic.time_zone if first else settings.TIME_ZONE,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "hours": settings.SESSION_HOURS,
    }
    return render(request, "registration/my_sessions.html", context)


@require_POST
@refusals_as_pages()
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Ends one."""
    sessions.end_one(by=cast(Staff, request.user), session_id=session_id)
    messages.success(request, _("That session has ended."))
    return redirect("my_sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Ends all but this one."""
    ended = sessions.end_others(by=cast(Staff, request.user), this_key=request.session.session_key)
    told = _("Ended elsewhere: %(count)s.") % {"count": ended} if ended else _("You were signed in nowhere else.")
    messages.success(request, told)
    return redirect("my_sessions")
