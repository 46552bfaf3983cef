"""Keeping and deleting a person's own views of the worklist."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from monitoring.actions import delete_view, save_view
from monitoring.work_forms import SaveViewForm
from patients.errors import Refused
from patients.models import Staff
from tracker.views.refusals import refusals_as_pages
from tracker.views.way_back import way_back


@never_cache
@require_POST
def save_view_page(request: HttpRequest) -> HttpResponse:
    """Keeps the list as it stands under a name, and shows it."""
    form = SaveViewForm(request.POST)
    query = request.POST.get("query", "")
    if form.is_valid():
        try:
            view = save_view(by=cast(Staff, request.user), **form.cleaned_data)
        except Refused as refused:
            messages.error(request, _("Not kept. %(why)s") % {"why": refused.message})
        else:
            messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
            query = view.query
    else:
        messages.error(request, _("Not kept. Give the view a name of at most 60 characters."))
    return redirect(f"{reverse('worklist')}?{query}")


@never_cache
@require_POST
@refusals_as_pages()
def delete_view_page(request: HttpRequest, view_id: int) -> HttpResponse:
    view = delete_view(by=cast(Staff, request.user), view_id=view_id)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(way_back(request, reverse("worklist")))
