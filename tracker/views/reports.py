"""Reports for whoever answers for a clinic: choose one, see its first rows and how many there are, ask for the pack."""

from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from patients.clock import known_by, today_in
from patients.errors import DomainError, NotAllowed, NotFound
from patients.models import Clinic, Staff
from patients.selectors import clinics_of
from tracker.presenters.audits import known_shown
from tracker.presenters.reports import preview, shown_runs
from tracker.report_forms import ReportForm
from tracker.reports.actions import ask_for_report
from tracker.reports.definitions import Question, Report, ReportFormat
from tracker.reports.questions import REPORTING, as_of_kept, ask, asked_again, kept
from tracker.reports.registry import TRAIL_REPORTS, all_reports, report_named
from tracker.reports.runs import latest_runs
from tracker.tasks import make_report_soon
from tracker.views.refusals import refusals_as_pages

DAYS = 30  # of the period that is offered
SALT = "tracker.reports.question"
HOURS = 12  # for which what was seen can be asked for
LONGEST = 60  # characters of anything that is chosen; the form says where fewer are taken
_TYPED = "report_filters_typed"  # in the session


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages()
def reports_page(request: HttpRequest) -> HttpResponse:
    """The reports; with one chosen, its first rows as the data stand at this moment.

    What is chosen is posted, and what was typed of it kept in the session (`?typed`): a hospital number has no place
    in an address.
    """
    staff = cast(Staff, request.user)
    clinics = list(clinics_of(staff, REPORTING))
    if not clinics:
        raise PermissionDenied(f"Your role does not {REPORTING.label}.")
    if request.method == "POST":
        return redirect(_address(request))
    context: dict[str, Any] = {
        "trail_reports": TRAIL_REPORTS,
        "audit_reports": list(all_reports().values())[len(TRAIL_REPORTS) :],
        "runs": shown_runs(latest_runs(staff)),
    }
    slug = request.GET.get("report", "")
    if slug:
        context |= _chosen(request, staff, report_named(slug), clinics)
    return render(request, "tracker/reports.html", context)


def _address(request: HttpRequest) -> str:
    """Of the report that was posted, without what was typed, which goes into the session."""
    filters = [one for report in all_reports().values() for one in report.filters]
    typed_names = {one.name for one in filters if one.choices is None}
    names = ["report", "clinic", "from", "until", "known_at", *sorted({one.name for one in filters} - typed_names)]
    said = {name: request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in (*names, *typed_names)}
    request.session[_TYPED] = {name: said[name] for name in typed_names if said[name]}
    chosen = {name: said[name] for name in names if said[name]} | ({"typed": "yes"} if request.session[_TYPED] else {})
    return f"{reverse('reports')}?{urlencode(chosen)}"


def _chosen(request: HttpRequest, staff: Staff, report: Report, clinics: list[Clinic]) -> dict[str, Any]:
    """What the page shows of one report. Without a period in the address, the last 30 days."""
    clinic = next((one for one in clinics if str(one.pk) == request.GET.get("clinic")), clinics[0])
    today = today_in(clinic)
    usual = {
        "report": report.slug,
        "clinic": str(clinic.pk),
        "from": f"{today - timedelta(days=DAYS):%d-%b-%Y}",
        "until": f"{today:%d-%b-%Y}",
    }
    # A filter that another report or clinic left in the address does not count.
    in_words = {one.name for one in report.filters if one.choices is None}
    typed = usual | {name: value for name, value in request.GET.items() if name not in {"clinic", *in_words}}
    if "typed" in request.GET:
        typed |= request.session.get(_TYPED, {})
    form = ReportForm(typed, today=today, staff=staff, report=report, clinic=clinic, clinics=clinics)
    chosen: dict[str, Any] = {"report": report, "clinic": clinic, "form": form, "formats": ReportFormat.choices()}
    if not form.is_valid():
        return chosen
    data = form.cleaned_data
    try:
        asked, question = ask(
            staff,
            clinic_id=clinic.pk,
            report=report.slug,
            period_from=data["from"],
            period_until=data["until"],
            filters=form.chosen(),
            known_at=known_by(data.get("known_at"), clinic),
        )
    except NotFound:
        raise
    except DomainError as error:
        form.add_error({"period_until": "until", "known_at": "known_at"}.get(error.field or ""), error.message)
        return chosen
    return chosen | {
        "preview": preview(staff, asked, question),
        "question": question,
        "known": None if question.known_at is None else known_shown(question.known_at, clinic),
        "signed": _signed(staff, question),
    }


@require_POST
@refusals_as_pages()
def ask_for_report_page(request: HttpRequest) -> HttpResponse:
    """Asks for the pack of exactly what the page showed, up to the same event of the trail."""
    staff = cast(Staff, request.user)
    if not clinics_of(staff, REPORTING).exists():
        raise PermissionDenied(f"Your role does not {REPORTING.label}.")
    try:
        slug, clinic_id, stored = _asked(staff, request.POST.get("question", ""))
        _, question = asked_again(staff, clinic_id, slug, stored)
        run = ask_for_report(
            by=staff,
            clinic_id=clinic_id,
            report=slug,
            format=request.POST.get("format", ""),
            period_from=question.period_from,
            period_until=question.period_until,
            filters=question.filters,
            as_of=as_of_kept(stored["as_of"]),
            known_at=question.known_at,
        )
    except signing.BadSignature:
        messages.error(request, gettext_lazy("What you saw is too old to be asked for. Look at the report again."))
        return redirect("reports")
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        make_report_soon(run.pk)
        messages.success(
            request, gettext_lazy("The report is asked for. It stands under “Your packs” when it is ready.")
        )
    return redirect("reports")


def _signed(staff: Staff, question: Question) -> str:
    """What was seen, so that nobody can alter it on the way to being asked for, nor hand it to somebody else."""
    return signing.dumps([staff.pk, question.report, question.clinic.pk, kept(question)], salt=SALT, compress=True)


def _asked(staff: Staff, signed: str) -> tuple[str, int, dict[str, Any]]:
    """Raises BadSignature."""
    staff_id, slug, clinic_id, stored = signing.loads(signed, salt=SALT, max_age=HOURS * 60 * 60)
    if staff_id != staff.pk:
        raise signing.BadSignature("asked by somebody else")
    return slug, clinic_id, stored
