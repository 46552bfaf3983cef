"""Signing in and out, with Django's own views."""

from math import ceil
from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse

from tracker.api.throttles import SignInByAddress, SignInByName


class SignIn(LoginView):
    """Name and password. A wrong pair is answered with one sentence, whichever of the two was wrong.

    Attempts are counted together with those of the API, by address and by name.
    """

    template_name = "registration/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        limits = [SignInByAddress(), SignInByName()]
        reached = [limit for limit in limits if not limit.allow_request(request, self)]
        if not reached:
            return super().post(request, *args, **kwargs)
        context = self.get_context_data(form=self.get_form_class()(request), too_many=True)
        seconds = max(ceil(limit.wait() or 0) for limit in reached)
        return self.render_to_response(context, status=429, headers={"Retry-After": str(seconds)})


class SignOut(LogoutView):
    """Ends the session; POST only."""
