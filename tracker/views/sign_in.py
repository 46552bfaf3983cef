"""Signing in with a name and a password, and signing out."""

from math import ceil
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.account.models import Login
from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from rest_framework.throttling import SimpleRateThrottle

from tracker.api.throttles import SignInByAddress, SignInByName
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.sign_in import provider, refusal, sessions
from tracker.sign_in.credentials import NOT_SIGNED_IN, person_with
from tracker.sign_in.forms import SignInForm


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("password")], name="dispatch")
class SignIn(View):
    """Name and password. Whatever is wrong is answered with one sentence; who has a second factor is asked for it next.

    Attempts are counted together with those of the API, by address and by name.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(get_login_redirect_url(request))
        if request.method == "GET" and get_pending_stage(request):
            clear_login(request)  # whoever comes back to this page begins anew
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        why = request.session.pop(sessions.ENDED, "")
        refused = request.session.pop(refusal.REFUSED, False)
        return self.show(SignInForm(), ended=why, refused=NOT_SIGNED_IN if refused else "")

    def post(self, request: HttpRequest) -> HttpResponse:
        refused = too_many(request, [SignInByAddress(), SignInByName()])
        if refused:
            return refused
        form = SignInForm(request.POST)
        if not form.is_valid():
            return self.show(form)
        staff = person_with(request, **form.cleaned_data)
        if staff is None:
            form.add_error(None, NOT_SIGNED_IN)
            return self.show(form)
        if request.session.session_key:
            request.session.cycle_key()  # what was known before the password opens nothing after it
        login = Login(user=staff, redirect_url=get_next_redirect_url(request))
        answer: HttpResponse = perform_password_login(request, {"username": staff.username}, login)
        return answer

    def show(self, form: SignInForm, **more: Any) -> HttpResponse:
        return _page(self.request, form, **more)


def too_many(request: HttpRequest, limits: list[SimpleRateThrottle]) -> HttpResponse | None:
    """The page that says so, where this attempt is one too many; None where it is not."""
    reached = [limit for limit in limits if not limit.allow_request(request, None)]  # type: ignore[arg-type]  # no API
    if not reached:
        return None
    answer = _page(request, SignInForm(), status=429, too_many=True)
    answer["Retry-After"] = str(max(ceil(limit.wait() or 0) for limit in reached))
    return answer


def _page(request: HttpRequest, form: SignInForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "next": get_next_redirect_url(request) or "",
        "provider_name": settings.OIDC_NAME if provider.is_configured() else "",
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "hours": settings.SESSION_HOURS,
        **more,
    }
    return render(request, "registration/sign_in.html", context, status=status)


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Ends the session, or the way into one; POST only. The browser is told to forget what it kept."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            record_security(SecurityKind.SIGNED_OUT, account=request.user.pk)
            sessions.forget(request)
        clear_login(request)
        answer = super().post(request, *args, **kwargs)
        answer["Clear-Site-Data"] = '"cache", "storage"'
        return answer
