"""Every write about reports: asking, making, keeping, cancelling, giving up and removing them (docs/adr/0033)."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import BinaryIO

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F
from django.utils import timezone

from patients.acting import Acting, acting, acting_as
from patients.errors import DomainError, Refused
from patients.models import Staff
from tracker.audit.record import record_access
from tracker.audit.words import AccessKind
from tracker.models import ReportChunk, ReportRun
from tracker.reports import questions
from tracker.reports.definitions import AsOf, ReportFormat
from tracker.reports.formats import require_room
from tracker.reports.pack import Asked, Made, write_pack
from tracker.reports.runs import run_for

ATTEMPTS = 3  # of making one report
STALE_AFTER = timedelta(minutes=2)  # without a sign of life; whoever works holds the lock as well
WAITING_AT_ONCE = 5  # runs of one person
KEPT_AT_ONCE = 20  # packs of one person, so that nobody fills the disk: as many as the page lists
PIECE = 1 << 20  # bytes of a chunk
PATIENTS_OF_ONE_EVENT = 5_000
_LOCK = 5_406_190_418_033  # PostgreSQL's advisory lock of whoever makes a report: any number, always this one
Status = ReportRun.Status
log = structlog.get_logger(__name__)


class NoLongerWanted(Exception):
    """The run was cancelled, or another worker has taken it over."""


@transaction.atomic
def ask_for_report(
    *,
    by: Staff,
    clinic_id: int,
    report: str,
    format: str,
    period_from: date,
    period_until: date,
    filters: Mapping[str, str] | None = None,
    as_of: AsOf | None = None,
    known_at: datetime | None = None,
    status: Status = Status.WAITING,
) -> ReportRun:
    """A run that waits to be made, of the data as they stand now, at `as_of` or as `known_at`. The caller enqueues it.

    Raises NotFound, NotAllowed, Refused (odd period, filter or moment, too many rows for the format, too many waiting).
    """
    asked, question = questions.ask(
        by,
        clinic_id=clinic_id,
        report=report,
        period_from=period_from,
        period_until=period_until,
        filters=filters,
        as_of=as_of,
        known_at=known_at,
    )
    if format not in set(ReportFormat):
        raise Refused(f"There is no format “{format}”. There are: {', '.join(ReportFormat)}.", "format")
    Staff.objects.select_for_update(no_key=True).get(pk=by.pk)  # two asked for at once count one after the other
    waiting = ReportRun.objects.filter(asked_by=by, status__in=(Status.WAITING, Status.RUNNING)).count()
    if waiting >= WAITING_AT_ONCE:
        raise Refused(f"{waiting} reports that you asked for are not made yet. Wait for them, or cancel one.")
    rows = questions.count_of(by, asked, question)
    require_room(ReportFormat(format), rows)
    run = ReportRun.objects.create(
        asked_by=by,
        clinic=question.clinic,
        report=report,
        format=format,
        parameters=questions.kept(question),
        rows_expected=rows,
        status=status,
        heartbeat_at=timezone.now() if status == Status.RUNNING else None,
        attempts=1 if status == Status.RUNNING else 0,
    )
    _noted(run, "asked for", rows=rows)
    return run


@transaction.atomic
def cancel_report(*, by: Staff, run_id: int) -> ReportRun:
    """Ends one's own run that is not made yet. Raises NotFound, Refused."""
    run = run_for(by, run_id)
    open_runs = ReportRun.objects.filter(pk=run.pk, status__in=(Status.WAITING, Status.RUNNING))
    if open_runs.update(status=Status.CANCELLED, finished_at=timezone.now()) != 1:
        raise Refused("This report is not waiting any more.")
    return run


def note_download(run: ReportRun) -> None:
    """The pack is handed out. Whose data are in it was recorded when it was made, under the same run."""
    _noted(run, "downloaded", sha256=run.sha256)


@contextmanager
def one_at_a_time(*, wait: bool = False) -> Iterator[bool]:
    """Whether nobody else makes a report at this moment; if so, nobody else will until the end.

    The lock belongs to the database connection: it ends with a process that is killed.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (mine,) = cursor.fetchone()
    try:
        yield bool(mine)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s) FROM generate_series(1, %s)", [_LOCK, int(mine) + int(wait)])


def make_report(run_id: int) -> bool:
    """Makes one waiting report; False when another is being made, so that this one has to wait for the next sweep.

    Whatever is asked twice, late or for a run that is no longer waiting does nothing.
    """
    with one_at_a_time() as mine:
        if not mine:
            return False
        claimed = ReportRun.objects.filter(pk=run_id, status=Status.WAITING).update(
            status=Status.RUNNING, attempts=F("attempts") + 1, heartbeat_at=timezone.now(), rows_done=0, problem=""
        )
        if claimed == 1:
            run = ReportRun.objects.select_related("clinic", "asked_by").get(pk=run_id)
            with (
                acting_as(Acting(run.asked_by_id, acting().request_id, acting().origin)),
                tempfile.TemporaryFile() as file,
            ):
                _make(run, file)
    return True


def _make(run: ReportRun, file: BinaryIO) -> None:
    try:
        made = _packed(run, file)
        _keep(run, made, _pieces(file))
    except NoLongerWanted:
        log.info("report_no_longer_wanted", run=run.pk)
    except DomainError as error:
        _end(run, Status.FAILED, error.message)
    except SoftTimeLimitExceeded:
        _end(run, Status.FAILED, f"It took more than {settings.REPORT_MINUTES} minutes. Choose a shorter period.")
    except (DatabaseError, InterfaceError):
        raise  # the sweep takes the run up again
    except Exception:
        log.exception("report_not_made", run=run.pk, attempt=run.attempts)
        again = run.attempts < ATTEMPTS
        _end(run, Status.WAITING if again else Status.FAILED, "" if again else GIVEN_UP)


GIVEN_UP = f"It could not be made in {ATTEMPTS} attempts. Whoever runs the server finds the reason in the log."


def make_to_file(run: ReportRun, file: BinaryIO) -> Made:
    """Makes a run that began as running, for whoever waits at the server; nothing of it is kept but what it was.

    Raises DomainError; the run then has failed.
    """
    try:
        made = _packed(run, file)
    except DomainError as error:
        _end(run, Status.FAILED, error.message)
        raise
    except BaseException:
        _end(run, Status.FAILED, "It was broken off at the server.")
        raise
    _end(run, Status.EXPIRED, "", **_finished(run, made, _pieces(file)))
    return made


def _packed(run: ReportRun, file: BinaryIO) -> Made:
    report, question = questions.asked_again(run.asked_by, run.clinic_id, run.report, run.parameters)
    asked = Asked(run.asked_by, run.asked_at, run.pk, run.rows_expected)

    def tell(rows: int) -> None:
        _set(run, heartbeat_at=timezone.now(), rows_done=rows)

    made = write_pack(file, report, question, ReportFormat(run.format), asked, tell, timezone.now())
    tell(made.rows)
    return made


def _finished(run: ReportRun, made: Made, pieces: Iterable[bytes]) -> dict[str, object]:
    """What a run says of itself once it is made. Reads the pack once."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    _note_patients(run, made, digest.hexdigest())
    now = timezone.now()
    until = now + timedelta(hours=settings.REPORT_KEEP_HOURS)
    return {
        "finished_at": now,
        "expires_at": until,
        "rows_done": made.rows,
        "file_name": f"{run.report}-{run.clinic.slug}-{run.parameters['from']}-{run.parameters['until']}-{run.pk}.zip",
        "size": size,
        "sha256": digest.hexdigest(),
        "manifest": made.manifest,
    }


@transaction.atomic
def _keep(run: ReportRun, made: Made, pieces: Iterable[bytes]) -> None:
    """Keeps the pack, whole or not at all."""
    ReportChunk.objects.filter(run=run).delete()

    def kept() -> Iterator[bytes]:
        for number, piece in enumerate(pieces):
            ReportChunk.objects.create(run=run, number=number, content=piece)
            yield piece

    _end(run, Status.DONE, "", **_finished(run, made, kept()))
    packs = ReportRun.objects.filter(asked_by=run.asked_by_id, status=Status.DONE).order_by("-finished_at", "-pk")
    _remove(packs.values_list("pk", flat=True)[KEPT_AT_ONCE:])


def _note_patients(run: ReportRun, made: Made, sha256: str) -> None:
    """Whose data are in the pack: in the trail of each of them, so many to an event."""
    ids = sorted(made.patient_ids)
    for start in range(0, len(ids), PATIENTS_OF_ONE_EVENT):
        _noted(run, "packed", ids[start : start + PATIENTS_OF_ONE_EVENT], sha256=sha256)


def _noted(run: ReportRun, step: str, patient_ids: Iterable[int] = (), **particulars: object) -> None:
    record_access(
        AccessKind.EXPORT,
        list(patient_ids),
        clinic_id=run.clinic_id,
        report=run.report,
        format=run.format,
        run=run.pk,
        step=step,
        **particulars,
    )


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _end(run: ReportRun, status: Status, problem: str, **values: object) -> None:
    if status == Status.FAILED:
        values |= {"finished_at": timezone.now()}
    _set(run, status=status, problem=problem, **values)


def _set(run: ReportRun, **values: object) -> None:
    """Changes a run that this attempt still makes. Raises NoLongerWanted."""
    mine = ReportRun.objects.filter(pk=run.pk, status=Status.RUNNING, attempts=run.attempts)
    if mine.update(**values) != 1:
        raise NoLongerWanted


def sweep_reports() -> int | None:
    """Makes good what was missed, each minute; the run to be made next, or None.

    A run whose worker died waits again or, after so many attempts, has failed. A pack past its time is removed.
    """
    now = timezone.now()
    with one_at_a_time() as mine:
        if mine:
            dead = ReportRun.objects.filter(status=Status.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
            dead.filter(attempts__gte=ATTEMPTS).update(status=Status.FAILED, finished_at=now, problem=GIVEN_UP)
            dead.update(status=Status.WAITING)
    with transaction.atomic():
        over = ReportRun.objects.select_for_update().filter(status=Status.DONE, expires_at__lte=now)
        _remove(over.values_list("pk", flat=True))
    return next_waiting()


def _remove(packs: Iterable[int]) -> None:
    ids = list(packs)
    ReportChunk.objects.filter(run__in=ids).delete()
    ReportRun.objects.filter(pk__in=ids).update(status=Status.EXPIRED)


def next_waiting() -> int | None:
    """The run that waits longest."""
    waiting = ReportRun.objects.filter(status=Status.WAITING).order_by("asked_at", "pk")
    return waiting.values_list("pk", flat=True).first()
