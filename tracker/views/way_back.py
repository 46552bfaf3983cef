"""Where a page leads back to: an address of this site that the link to it named, else a place of its own."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 1000  # characters


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The address under `next` when it lies on this site; `otherwise` for any other, so that no link leads astray."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if is_here(asked) else otherwise


def is_here(address: str) -> bool:
    """Whether it is an address on this site, written from its root: `/worklist/?bucket=overdue`.

    What begins otherwise could be another site, or be taken for the name of a page.
    """
    if not address.startswith("/") or len(address) > LONGEST or not address.isprintable():
        return False
    return url_has_allowed_host_and_scheme(address, allowed_hosts=None)
