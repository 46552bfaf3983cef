"""What stands between a right password and being signed in."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # allauth has no types
    """Asks for the second factor of whoever has one; not again where the sign-in provider is trusted to have asked."""

    urlname = "sign_in_code"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        return (redirect(self.urlname) if self._should_handle(self.request) else None), True

    def abort(self) -> HttpResponse:
        clear_login(self.request)
        return redirect("sign_in")

    def _should_handle(self, request: HttpRequest) -> bool:
        if by_trusted_provider(request, self.login.user):
            return False
        return bool(super()._should_handle(request))


def by_trusted_provider(request: HttpRequest, user: object) -> bool:
    """Whether this person came through the sign-in provider, and its second factor is trusted by setting."""
    if not settings.OIDC_SECOND_FACTOR_TRUSTED:
        return False
    return any(record.get("method") == "socialaccount" for record in get_authentication_records(request, user))
