"""Recovery codes: shown once, right after they were made, to be printed or kept as a file."""

import time
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from patients.errors import Refused
from patients.models import Staff
from tracker.sign_in import factors
from tracker.views.confirm_identity import confirmed

MINUTES = 10  # for which codes just made can be printed and downloaded; then never again
_SHOWN_UNTIL = "recovery_codes_shown_until"


def show_codes(request: HttpRequest) -> None:
    """The codes were made a moment ago, in this session."""
    request.session[_SHOWN_UNTIL] = time.time() + MINUTES * 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes while they may be shown; afterwards how many are left, and making new ones."""
    staff = cast(Staff, request.user)
    if request.method == "POST":
        if "kept" in request.POST:
            request.session.pop(_SHOWN_UNTIL, None)
            return redirect("my_second_factor")
        try:
            factors.make_recovery_codes(by=staff)
        except Refused as error:
            messages.error(request, error.message)
            return redirect("my_second_factor")
        show_codes(request)
        return redirect("recovery_codes")
    codes = factors.recovery_codes(staff) if _may_show(request) else []
    context = {"codes": codes, "left": factors.factors_of(staff).recovery_codes_left, "minutes": MINUTES}
    return render(request, "registration/recovery_codes.html", context)


@never_cache
@require_safe
@confirmed
def recovery_codes_file(request: HttpRequest) -> HttpResponse:
    """The codes as a text file."""
    codes = factors.recovery_codes(cast(Staff, request.user)) if _may_show(request) else []
    if not codes:
        raise Http404("Recovery codes are shown once only.")
    words = f"Recovery codes for Myoline ({request.get_host()}). Each works once.\n\n" + "\n".join(codes) + "\n"
    name = 'attachment; filename="myoline-recovery-codes.txt"'
    return HttpResponse(words, content_type="text/plain; charset=utf-8", headers={"Content-Disposition": name})


def _may_show(request: HttpRequest) -> bool:
    return bool(time.time() < request.session.get(_SHOWN_UNTIL, 0))
