"""How somebody who is not let in is sent back."""

from allauth.account.internal.stagekit import clear_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.sign_in import limits

REFUSED = "sign_in_refused"  # in the session, for the sign-in page to say


def back_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, which says in its one sentence that nobody was signed in."""
    clear_login(request)
    request.session[REFUSED] = True
    return redirect("sign_in")


def by_provider(request: HttpRequest, why: str) -> HttpResponse:
    """The same, after the sign-in provider; the trail is told why."""
    record_security(SecurityKind.SIGN_IN_FAILED, why=why, address=limits.address_of(request), by=["provider"])
    return back_to_sign_in(request)
