from typing import cast

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from patients.models import Staff
from tracker import second_factor
from tracker.sign_in import passkeys
from tracker.sign_in.forms import CodeForm
from tracker.sign_in.stages import SecondFactorStage

INVALID = 422


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=SecondFactorStage.key, redirect_urlname="sign_in")  # type: ignore[untyped-decorator]  # allauth has no types
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in: a code of the app, a recovery code, or a passkey."""
    stage: SecondFactorStage = request._login_stage  # type: ignore[attr-defined]  # put there by login_stage_required
    staff = cast(Staff, stage.login.user)
    form = CodeForm(request.POST if request.method == "POST" else None, asked=second_factor.Asked.CODE)
    if form.is_valid():
        try:
            second_factor.confirm(request, staff, form.cleaned_data["code"])
        except second_factor.WrongSecondFactor as error:
            form.add_error("code", error.message)
        else:
            record_authentication(request, staff, "mfa")
            answer: HttpResponse = stage.exit()
            return answer
    context = {"form": form, "challenge": passkeys.challenge(staff)}
    return render(request, "registration/sign_in_code.html", context, status=INVALID if form.errors else 200)
