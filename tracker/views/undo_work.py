"""Takes back what was just recorded about a due item."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from monitoring.actions import undo_work
from monitoring.tasks import reconcile_soon
from patients.errors import Refused
from patients.models import Staff
from tracker.views.refusals import refusals_as_pages
from tracker.views.way_back import way_back


@never_cache
@require_POST
@refusals_as_pages()
def undo_work_page(request: HttpRequest, kind: str, entry_id: int) -> HttpResponse:
    """One button, no page of its own: back to where the button stood, with a word on what happened."""
    try:
        row = undo_work(by=cast(Staff, request.user), kind=kind, entry_id=entry_id)
    except Refused as refused:
        messages.error(request, _("Not undone. %(why)s") % {"why": refused.message})
    else:
        reconcile_soon(row.patient_id)
        messages.success(request, _("Undone. It stands as before."))
    return redirect(way_back(request, reverse("worklist")))
