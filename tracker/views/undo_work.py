"""Takes back what was just recorded about a due item."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from monitoring.actions import undo_work
from monitoring.tasks import reconcile_soon
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Staff
from tracker.views.way_back import way_back


@never_cache
@require_POST
def undo_work_page(request: HttpRequest, kind: str, entry_id: int) -> HttpResponse:
    """One button, no page of its own: back to where the button stood, with a word on what happened."""
    try:
        row = undo_work(by=cast(Staff, request.user), kind=kind, entry_id=entry_id)
    except NotFound as error:
        raise Http404(error.message) from None
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    except Refused as refused:
        messages.error(request, f"Not undone. {refused.message}")
    else:
        reconcile_soon(row.patient_id)
        messages.success(request, _("Undone. It stands as before."))
    return redirect(way_back(request, reverse("worklist")))
