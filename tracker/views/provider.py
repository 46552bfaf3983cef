"""Signing in through the hospital's own provider: there, and back."""

from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tracker.api.throttles import ProviderByAddress
from tracker.sign_in import provider
from tracker.views.sign_in import too_many


@login_not_required
@never_cache
@require_GET
def provider_start(request: HttpRequest) -> HttpResponse:
    """On to the provider. A link and no form, whose redirection to another site the page's own policy forbids."""
    if not provider.is_configured():
        raise Http404("No sign-in provider is set up here.")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return redirect("sign_in")  # no other site begins it
    if request.user.is_authenticated:
        return redirect(get_login_redirect_url(request))
    if refused := too_many(request, [ProviderByAddress()]):
        return refused
    return provider.start(request, get_next_redirect_url(request))


@login_not_required
@never_cache
@require_GET
def provider_callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    if not provider.is_configured():
        raise Http404("No sign-in provider is set up here.")
    if request.user.is_authenticated:
        return redirect(get_login_redirect_url(request))
    if refused := too_many(request, [ProviderByAddress()]):
        return refused
    return provider.finish(request)
