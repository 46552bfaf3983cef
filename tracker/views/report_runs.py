"""What somebody asked for: how it stands, cancelling it, and the finished pack."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from patients.errors import Refused
from patients.models import Staff
from patients.selectors import clinics_of
from tracker.presenters.reports import shown_runs
from tracker.reports.actions import cancel_report, note_download
from tracker.reports.questions import REPORTING
from tracker.reports.runs import latest_runs, pack_for, pieces_of
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
def report_runs(request: HttpRequest) -> HttpResponse:
    """The list alone, which the page asks for again while something is being made."""
    staff = cast(Staff, request.user)
    if not clinics_of(staff, REPORTING).exists():
        raise PermissionDenied(f"Your role does not {REPORTING.label}.")
    if not cast(HtmxDetails, getattr(request, "htmx", None)):
        return redirect("reports")
    return render(request, "tracker/_report_runs.html", {"runs": shown_runs(latest_runs(staff))})


@require_POST
@refusals_as_pages()
def cancel_report_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ends one's own run that is not made yet."""
    try:
        cancel_report(by=cast(Staff, request.user), run_id=run_id)
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The report is cancelled."))
    return redirect("reports")


@never_cache
@require_safe
@refusals_as_pages()
def download_report(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """The pack, for whoever asked for it, as long as they may still see reports of that clinic."""
    run = pack_for(cast(Staff, request.user), run_id)
    note_download(run)
    response = StreamingHttpResponse(pieces_of(run), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{run.file_name}"'
    response["Content-Length"] = str(run.size)
    return response
