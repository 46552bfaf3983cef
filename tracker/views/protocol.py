"""The protocol in force: each file with its version and dates, each rule with its source, kind and review date."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.rules.reasons import RuleKind
from tracker.presenters.protocol import present
from tracker.protocols import protocol_in_force


@never_cache
@require_safe
def protocol(request: HttpRequest) -> HttpResponse:
    """The whole protocol, or its entries of one `?kind=`. A kind that is not known is said, and everything shown."""
    asked = request.GET.get("kind", "").strip()
    kind = next((kind for kind in RuleKind if kind.value == asked), None)
    context = {
        "page": present(protocol_in_force(), timezone.localdate(), kind),
        "kind": kind,
        "unknown_kind": asked if asked and kind is None else "",
    }
    return render(request, "tracker/protocol.html", context)
