from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from patients.models import Staff
from tracker import second_factor
from tracker.sign_in import passkeys
from tracker.sign_in.adapters import SHOWN
from tracker.sign_in.forms import CodeForm

INVALID = 422
Page = Callable[..., HttpResponseBase]


def confirmed(page: Page) -> Page:
    """The page opens only to somebody who signed in, or showed who they are, within the last minutes."""

    @wraps(page)
    def asked_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if get_adapter(request).is_reauthentication_required(app="allauth.mfa"):
            return redirect(f"{reverse('confirm_identity')}?{urlencode({'next': request.path})}")
        return page(request, *args, **kwargs)

    return asked_first


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_identity(request: HttpRequest) -> HttpResponse:
    """Asks once more who it is, before anything about the account is changed."""
    staff = cast(Staff, request.user)
    asked = second_factor.asked_of(staff)
    form = CodeForm(request.POST if request.method == "POST" else None, asked=asked)
    if form.is_valid():
        try:
            second_factor.confirm(request, staff, form.cleaned_data["code"])
        except second_factor.WrongSecondFactor as error:
            form.add_error("code", error.message)
        else:
            record_authentication(request, staff, asked.value, reauthenticated=True)
            if asked is second_factor.Asked.CODE:
                request.session[SHOWN] = "own"
            return redirect(get_next_redirect_url(request) or "my_second_factor")
    context = {
        "form": form,
        "asked": asked.value,
        "challenge": passkeys.challenge(staff),
        "next": get_next_redirect_url(request) or "",
    }
    return render(request, "registration/confirm_identity.html", context, status=INVALID if form.errors else 200)
