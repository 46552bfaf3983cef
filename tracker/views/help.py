"""Where to read about Myoline: the glossary, the tour, and the protocol in pages for people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "tracker/help.html")
