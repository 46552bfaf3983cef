"""What becomes of a page whose selector or action refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.http import Http404

from patients.errors import NotAllowed, NotFound


@contextmanager
def refusals_as_pages() -> Iterator[None]:
    """Wraps a view, or a part of one: NotFound is answered as 404, NotAllowed as 403, each with its message."""
    try:
        yield
    except NotFound as error:
        # Without a cause, but with its context: MergedRecordsMiddleware reads from it where the record is now.
        raise Http404(error.message) from None
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
