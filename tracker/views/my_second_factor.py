"""What second factors somebody has, and taking one away."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from patients.errors import Refused
from patients.models import Staff
from tracker import second_factor
from tracker.sign_in import factors
from tracker.sign_in.adapters import SHOWN
from tracker.views.confirm_identity import confirmed
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
def my_second_factor(request: HttpRequest) -> HttpResponse:
    """The page."""
    staff = cast(Staff, request.user)
    found = factors.factors_of(staff)
    context = {
        "factors": found,
        "has_one": bool(found.app or found.passkeys),
        "must_have": second_factor.must_have(staff),
        "by_provider": request.session.get(SHOWN) == "provider",
    }
    return render(request, "registration/my_second_factor.html", context)


@require_POST
@confirmed
@refusals_as_pages()
def remove_factor(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Takes one away."""
    staff = cast(Staff, request.user)
    try:
        factors.remove(by=staff, factor_id=factor_id)
    except Refused as error:
        messages.error(request, error.message)
        return redirect("my_second_factor")
    if not second_factor.has_one(staff):
        request.session.pop(SHOWN, None)
    messages.success(request, _("It is removed, and opens nothing any more."))
    return redirect("my_second_factor")
