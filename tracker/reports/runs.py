"""Reports that somebody asked for: which they see, what can be had of them."""

from collections.abc import Iterator

from django.db.models import Max, QuerySet
from django.utils import timezone

from patients.errors import NotFound
from patients.models import Staff
from patients.selectors import clinic_for
from tracker.models import ReportChunk, ReportRun
from tracker.reports.registry import report_named

NO_SUCH_RUN = "You have asked for no such report."
NOT_KEPT = "This report is no longer kept. Ask for it again."
_SHOWN = 20  # runs on the page


def runs_of(staff: Staff) -> QuerySet[ReportRun]:
    """What the person asked for, the latest first."""
    return ReportRun.objects.filter(asked_by=staff).select_related("clinic").order_by("-asked_at", "-pk")


def latest_runs(staff: Staff) -> list[ReportRun]:
    return list(runs_of(staff)[:_SHOWN])


def run_for(staff: Staff, run_id: int) -> ReportRun:
    """One of the person's own runs; anybody else's is not found. Raises NotFound."""
    run = runs_of(staff).filter(pk=run_id).first()
    if run is None:
        raise NotFound(NO_SUCH_RUN)
    return run


def pack_for(staff: Staff, run_id: int) -> ReportRun:
    """A finished run whose pack the person may have at this moment: their own, still kept, in a clinic whose reports
    they may still see. Raises NotFound, NotAllowed.
    """
    run = run_for(staff, run_id)
    clinic_for(staff, run.clinic_id, report_named(run.report).permission)
    if run.status != ReportRun.Status.DONE or run.expires_at is None or run.expires_at <= timezone.now():
        raise NotFound(NOT_KEPT)
    return run


def pieces_of(run: ReportRun) -> Iterator[bytes]:
    """The pack, one piece in memory at a time. Raises NotFound when it is removed meanwhile."""
    chunks = ReportChunk.objects.filter(run=run)
    last = chunks.aggregate(last=Max("number"))["last"]
    for number in range(0 if last is None else last + 1):
        piece = chunks.filter(number=number).values_list("content", flat=True).first()
        if piece is None:
            raise NotFound(NOT_KEPT)
        yield bytes(piece)


def run_of_pack(sha256: str) -> ReportRun | None:
    """The run that made the pack with this SHA-256, for whoever checks it at the server; None when none did."""
    return ReportRun.objects.filter(sha256=sha256).select_related("asked_by").first()
