"""Where a page leads back to: an address of this site that the link to it named, else a place of its own."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 1000  # characters


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The address under `next` when it lies on this site; `otherwise` for any other, so that no link leads astray."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    here = (
        asked.startswith("/") and len(asked) <= LONGEST and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    )
    return asked if here else otherwise
