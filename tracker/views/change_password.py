from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from patients.errors import Refused
from patients.models import Staff
from tracker.sign_in import passwords
from tracker.sign_in.forms import NewPasswordForm

INVALID = 422


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password of one's own."""
    staff = cast(Staff, request.user)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, staff=staff)
    if form.is_valid():
        try:
            passwords.change_my_password(
                request, by=staff, current=form.cleaned_data["current"], new=form.cleaned_data["new"]
            )
        except Refused as error:
            for field, texts in error.errors.items():
                form.add_error(field if field in form.fields else None, texts)
        else:
            messages.success(request, _("Your password is changed. Your other sessions and API tokens have ended."))
            return redirect("my_settings")
    context = {"form": form, "has_password": staff.has_usable_password()}
    return render(request, "registration/change_password.html", context, status=INVALID if form.errors else 200)
