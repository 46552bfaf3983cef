"""Setting up an authenticator app (TOTP)."""

from typing import cast

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from patients.errors import Refused
from patients.models import Staff
from tracker.sign_in import factors, keys
from tracker.sign_in.adapters import SHOWN
from tracker.sign_in.forms import NewAppForm
from tracker.views.confirm_identity import confirmed
from tracker.views.recovery_codes import show_codes

INVALID = 422
_SECRET = "new_app_secret"  # noqa: S105 - the name of its place in the session, where it lies encrypted


@method_decorator([never_cache, sensitive_post_parameters("code"), confirmed], name="dispatch")
class AddApp(View):
    """The picture to photograph, the same as text, and the first code as proof that the app has it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if factors.factors_of(cast(Staff, request.user)).app:
            return redirect("my_second_factor")
        request.session[_SECRET] = keys.sealed(factors.new_secret())
        return self.show(NewAppForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        staff = cast(Staff, request.user)
        form = NewAppForm(request.POST)
        if _SECRET not in request.session:
            return redirect("add_app")
        if not form.is_valid():
            return self.show(form, INVALID)
        try:
            made = factors.add_app(
                by=staff,
                secret=self.secret(),
                code=form.cleaned_data["code"],
                this_key=request.session.session_key,
            )
        except Refused as error:
            form.add_error(error.field, error.message)
            return self.show(form, INVALID)
        del request.session[_SECRET]
        request.session[SHOWN] = "own"
        messages.success(request, _("The app is set up. From now on it is asked for when you sign in."))
        if made:
            show_codes(request)
            return redirect("recovery_codes")
        return redirect("my_second_factor")

    def secret(self) -> str:
        return keys.opened(self.request.session[_SECRET])

    def show(self, form: NewAppForm, status: int = 200) -> HttpResponse:
        secret, adapter = self.secret(), get_adapter()
        drawn = adapter.build_totp_svg(adapter.build_totp_url(self.request.user, secret))
        context = {
            "form": form,
            "picture": mark_safe(drawn[drawn.index("<svg") :]),  # noqa: S308 - drawn here, of squares alone
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        }
        return render(self.request, "registration/add_app.html", context, status=status)
