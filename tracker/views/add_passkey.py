"""Setting up a passkey (WebAuthn). The one page that cannot do without JavaScript: browsers offer no other way."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from patients.errors import Refused
from patients.models import Staff
from tracker.sign_in import factors, passkeys
from tracker.sign_in.adapters import SHOWN
from tracker.sign_in.forms import NewPasskeyForm
from tracker.views.confirm_identity import confirmed
from tracker.views.recovery_codes import show_codes

INVALID = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Its name, and what the browser makes."""
    staff = cast(Staff, request.user)
    form = NewPasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = factors.add_passkey(by=staff, **form.cleaned_data, this_key=request.session.session_key)
        except Refused as error:
            form.add_error(error.field, error.message)
        else:
            request.session[SHOWN] = "own"
            messages.success(
                request, _("The passkey is set up. From now on a second factor is asked for when you sign in.")
            )
            if made:
                show_codes(request)
                return redirect("recovery_codes")
            return redirect("my_second_factor")
    context = {"form": form, "invitation": passkeys.invitation(staff)}
    return render(request, "registration/add_passkey.html", context, status=INVALID if form.errors else 200)
