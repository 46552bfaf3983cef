"""The first password of an account, set by whoever holds its start link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from patients.errors import NotFound, Refused
from tracker.sign_in import start
from tracker.sign_in.forms import FirstPasswordForm

INVALID, GONE = 422, 404


@login_not_required
@never_cache
@sensitive_post_parameters()
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def start_account(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it uses nothing up. Whoever is signed in signs out first: the link is for somebody who cannot sign in."""
    staff = start.account_with(token)
    if staff is None:
        return render(request, "registration/start_account.html", {"gone": True}, status=GONE)
    if request.user.is_authenticated:
        return render(request, "registration/start_account.html", {"signed_in": True})
    form = FirstPasswordForm(request.POST if request.method == "POST" else None, staff=staff)
    if form.is_valid():
        try:
            start.set_first_password(token=token, password=form.cleaned_data["new"])
        except NotFound:
            return render(request, "registration/start_account.html", {"gone": True}, status=GONE)
        except Refused as error:
            form.add_error("new", error.message)
        else:
            messages.success(request, _("Your password is set. Sign in with it now."))
            return redirect("sign_in")
    context = {"form": form, "account": staff}
    return render(request, "registration/start_account.html", context, status=INVALID if form.errors else 200)
