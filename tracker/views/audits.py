"""The service audits of a clinic: each with its standard, its figures, and what was left out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from monitoring.protocol.audits import AuditsFile
from monitoring.selectors.audits import audits_of
from monitoring.selectors.kept_audits import AuditBoard, audit_board, forget
from monitoring.tasks import work_out_audits_soon
from patients.clock import day_in, known_by, today_in
from patients.errors import Refused
from patients.inputs import MomentField
from patients.models import Clinic, Staff
from patients.rules.wording import display_date
from tracker.presenters.audits import in_protocol_order, known_shown, moment_words
from tracker.reports.service_audits import READ_AS_TODAY
from tracker.views.days import day_asked_for
from tracker.views.refusals import refusals_as_pages


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """The days that the address asks for, or the last 12 months until today; `problems`: what was left out.

    `known_at`: the moment whose knowledge is asked for; None for what is known now.
    """

    period_from: date
    period_until: date
    as_of: date
    known_at: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def days(self) -> dict[str, date]:
        return {"period_from": self.period_from, "period_until": self.period_until, "as_of": self.as_of}

    @property
    def query(self) -> str:
        """The same as it stands in an address."""
        known_at = "" if self.known_at is None else f"&known_at={self.known_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        return f"{self.query_known_now}{known_at}"

    @property
    def query_known_now(self) -> str:
        """The same days from what is known now."""
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
        **known_context(asked, clinic),
    }
    return render(request, "monitoring/audits.html", context)


@refusals_as_pages()
def clinic_asked_for(staff: Staff, clinic_id: int) -> tuple[Clinic, AuditsFile | None]:
    """The clinic and its audits file. Raises Http404 for another's clinic, PermissionDenied for the wrong role."""
    return audits_of(staff, clinic_id)


def period_asked_for(request: HttpRequest, clinic: Clinic) -> AskedPeriod:
    """`?from=&until=&as_of=&known_at=`; what is no day is named and left out.

    Of days after the one whose knowledge is asked for nothing was known: it stands as of that day, and this is said.
    """
    today = today_in(clinic)
    found: dict[str, date | None] = {}
    problems = []
    for name in ("from", "until", "as_of"):
        text, found[name] = day_asked_for(request, name)
        if text and found[name] is None:
            problems.append(f"“{text}” is no day. Write 05/04/2026 or 05-Apr-2026.")
    try:
        known_at = known_by(MomentField(label="", required=False).clean(request.GET.get("known_at", "")), clinic)
    except ValidationError as error:
        problems.extend(error.messages)
        known_at = None
    latest = today if known_at is None else min(today, day_in(clinic, known_at))
    as_of = found["as_of"] or latest
    if as_of > latest and known_at is not None:
        problems.append(
            gettext("What was known on %(known_on)s says nothing of %(as_of)s, so the audits stand as of %(known_on)s.")
            % {"known_on": display_date(latest), "as_of": display_date(as_of)}
        )
        as_of = latest
    until = found["until"] or as_of
    return AskedPeriod(found["from"] or _a_year_before(min(until, as_of)), until, as_of, known_at, tuple(problems))


def known_context(asked: AskedPeriod, clinic: Clinic) -> dict[str, object]:
    """What `_audit_period.html` needs to say from which knowledge the figures are."""
    known = None if asked.known_at is None else known_shown(asked.known_at, clinic)
    return {"known": known, "read_as_today": READ_AS_TODAY}


def board_of(staff: Staff, clinic: Clinic, asked: AskedPeriod) -> tuple[AuditBoard, AskedPeriod]:
    """The board of that period; of the usual one where the days asked for do not make one, with what was wrong."""
    try:
        return audit_board(staff, clinic.pk, **asked.days, known_at=asked.known_at), asked
    except Refused as error:
        today = today_in(clinic)
        usual = AskedPeriod(_a_year_before(today), today, today, None, (*asked.problems, error.message))
        return audit_board(staff, clinic.pk, **usual.days, known_at=None), usual


def _a_year_before(day: date) -> date:
    """The first of the twelve months that end on the day."""
    try:
        return day.replace(year=day.year - 1) + timedelta(1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, month=3, day=1)
