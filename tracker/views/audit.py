"""One service audit of a clinic: how it is defined, its figures, and the list behind each of them."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.rules.audit_findings import AuditOutcome
from monitoring.selectors.kept_audits import AuditList, audit_list, definition_of, listed
from monitoring.tasks import work_out_audits_soon
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import may
from tracker.presenters.alerts import Tab
from tracker.presenters.audits import TAGS, median_words, moment_words, paragraphs, percent_words
from tracker.views.audits import board_of, clinic_asked_for, known_context, period_asked_for
from tracker.views.refusals import refusals_as_pages

PAGE_SIZE = 50


@never_cache
@require_safe
@refusals_as_pages()
def audit_page(request: HttpRequest, clinic_id: int, slug: str) -> HttpResponse:
    """One page of the list, narrowed by `?outcome=`. The figures are counted from the same rows."""
    staff = cast(Staff, request.user)
    clinic, file = clinic_asked_for(staff, clinic_id)
    board, asked = board_of(staff, clinic, period_asked_for(request, clinic))
    definition = definition_of(board, slug)
    outcome = next((word for word in AuditOutcome if word.value == request.GET.get("outcome")), None)
    found = audit_list(staff, clinic.pk, definition.id, **asked.days, known_at=asked.known_at, outcome=outcome)
    context: dict[str, Any] = {"clinic": clinic, "file": file, "asked": asked, "audit": definition}
    context |= known_context(asked, clinic)
    context["paragraphs"] = list(paragraphs(definition))
    if isinstance(found, AuditList):
        context |= _with_rows(request, staff, found, outcome)
    else:
        context["at_work"] = work_out_audits_soon(found)
    return render(request, "monitoring/audit.html", context)


def _with_rows(request: HttpRequest, staff: Staff, found: AuditList, outcome: AuditOutcome | None) -> dict[str, Any]:
    counts = found.counts()
    page = Paginator(found.rows, PAGE_SIZE).get_page(request.GET.get("page"))
    tabs = [Tab("", "All", found.summary.rows, outcome is None)]
    tabs += [Tab(word.value, word.label.capitalize(), counts[word], word is outcome) for word in AuditOutcome]
    clinic = found.board.clinic
    return {
        "summary": found.summary,
        "percent": percent_words(found.summary.percentage),
        "median": median_words(found.summary),
        "not_met": counts[AuditOutcome.NOT_MET],
        "worked_out": moment_words(found.board),
        "tabs": tabs,
        "outcome": outcome,
        "page": page,
        "rows": [(row, TAGS[row.outcome]) for row in listed(staff, clinic.pk, page.object_list)],
        "left_out": found.left_out,
        "reads_records": may(staff, clinic.pk, Permission.READ_RECORD),
    }
