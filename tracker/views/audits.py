"""The service audits of a clinic: each with its standard, its figures, and what was left out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from monitoring.protocol.audits import AuditsFile
from monitoring.selectors.audits import audits_of
from monitoring.selectors.kept_audits import AuditBoard, audit_board, forget
from monitoring.tasks import work_out_audits_soon
from patients.clock import today_in
from patients.errors import Refused
from patients.models import Clinic, Staff
from tracker.presenters.audits import in_protocol_order, moment_words
from tracker.views.days import day_asked_for
from tracker.views.refusals import refusals_as_pages


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """The days that the address asks for, or the last 12 months until today; `problems`: what was left out."""

    period_from: date
    period_until: date
    as_of: date
    problems: tuple[str, ...] = ()

    @property
    def days(self) -> dict[str, date]:
        return {"period_from": self.period_from, "period_until": self.period_until, "as_of": self.as_of}

    @property
    def query(self) -> str:
        """The same days as they stand in an address."""
        return f"from={self.period_from}&until={self.period_until}&as_of={self.as_of}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def audits_page(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Every audit with its figures, or that they are being worked out. POST works them out anew."""
    staff = cast(Staff, request.user)
    clinic, file = clinic_asked_for(staff, clinic_id)
    asked = period_asked_for(request, clinic)
    board, asked = board_of(staff, clinic, asked)
    if request.method == "POST":
        forget(board)
        return redirect(f"{request.path}?{asked.query}")
    context = {
        "clinic": clinic,
        "file": file,
        "asked": asked,
        "board": board,
        "at_work": not board.is_there and bool(board.definitions) and work_out_audits_soon(board),
        "shown": in_protocol_order(board),
        "worked_out": moment_words(board),
    }
    return render(request, "monitoring/audits.html", context)


@refusals_as_pages()
def clinic_asked_for(staff: Staff, clinic_id: int) -> tuple[Clinic, AuditsFile | None]:
    """The clinic and its audits file. Raises Http404 for another's clinic, PermissionDenied for the wrong role."""
    return audits_of(staff, clinic_id)


def period_asked_for(request: HttpRequest, clinic: Clinic) -> AskedPeriod:
    """`?from=&until=&as_of=`; what is no day is named and left out."""
    today = today_in(clinic)
    found: dict[str, date | None] = {}
    problems = []
    for name in ("from", "until", "as_of"):
        text, found[name] = day_asked_for(request, name)
        if text and found[name] is None:
            problems.append(f"“{text}” is no day. Write 05/04/2026 or 05-Apr-2026.")
    as_of = found["as_of"] or today
    until = found["until"] or as_of
    return AskedPeriod(found["from"] or _a_year_before(until), until, as_of, tuple(problems))


def board_of(staff: Staff, clinic: Clinic, asked: AskedPeriod) -> tuple[AuditBoard, AskedPeriod]:
    """The board of that period; of the usual one where the days asked for do not make one, with what was wrong."""
    try:
        return audit_board(staff, clinic.pk, **asked.days), asked
    except Refused as error:
        today = today_in(clinic)
        usual = AskedPeriod(_a_year_before(today), today, today, (*asked.problems, error.message))
        return audit_board(staff, clinic.pk, **usual.days), usual


def _a_year_before(day: date) -> date:
    """The first of the twelve months that end on the day."""
    try:
        return day.replace(year=day.year - 1) + timedelta(1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, month=3, day=1)
