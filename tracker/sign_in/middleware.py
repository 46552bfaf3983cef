"""What every request of somebody who is signed in has to pass."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tracker import second_factor
from tracker.api.problems import plain_problem
from tracker.sign_in import sessions
from tracker.sign_in.adapters import SHOWN

Answer = Callable[[HttpRequest], HttpResponse]

# What somebody who still has to set up a second factor may reach.
_TO_SET_UP = frozenset(
    {
        "my_second_factor",
        "add_app",
        "add_passkey",
        "recovery_codes",
        "recovery_codes_file",
        "confirm_identity",
        "sign_out",
    }
)

# What a page asks for every few seconds as long as it is open: nobody needs to sit before it.
_ASKED_BY_ITSELF = "report_runs"


class SessionLimits:
    """Ends a session that was idle or lasted too long, and lets no browser keep a page of somebody signed in.

    Stands behind the middleware that knows who acts, and before the one that asks for a sign-in.
    """

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = _has_session(request) and request.user.is_authenticated
        if signed_in:
            why = sessions.why_over(request)
            if why:
                sessions.end_this(request, why=why)
                if not request.path_info.startswith("/api/"):
                    request.session[sessions.ENDED] = why
            elif request.path_info != reverse(_ASKED_BY_ITSELF):
                sessions.note_use(request)
        response = self._get_response(request)
        if signed_in and "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store, private"
        return response


class SecondFactorRequired:
    """Leads whoever must have a second factor and has none to setting one up, and lets them reach nothing else.

    Once it was shown in a session, nothing more is asked of the database.
    """

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not _has_session(request) or not request.user.is_authenticated or SHOWN in request.session:
            return None
        staff = request.user
        if not second_factor.must_have(staff):
            return None
        found = request.resolver_match
        if found and "api" in found.namespaces:
            detail = "Your account needs a second factor. Sign in on the pages and set one up first."
            return plain_problem(403, "second-factor-needed", detail)
        if not getattr(view, "login_required", True) or (found and found.view_name in _TO_SET_UP):
            return None
        if second_factor.has_one(staff):  # set up after this session began
            return redirect(f"{reverse('confirm_identity')}?{urlencode({'next': request.get_full_path()})}")
        return redirect("my_second_factor")


def _has_session(request: HttpRequest) -> bool:
    """Whether anybody can be signed in here; asking who would read the database on the pages that need nobody."""
    return bool(request.session.session_key)
