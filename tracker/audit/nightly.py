"""The nightly check of the audit trail's last days: what it finds is in the trail itself afterwards."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings

from tracker.audit.heads import HeadsError, read_heads
from tracker.audit.record import record_security
from tracker.audit.seal import Head
from tracker.audit.verify import verify_trail
from tracker.audit.words import SecurityKind

log = structlog.get_logger(__name__)


def check_trail_now(now: datetime) -> bool:
    """Checks what was sealed in the last AUDIT_CHECK_DAYS, against AUDIT_HEAD_FILE as well. True when all is well."""
    try:
        heads = _heads()
    except HeadsError as error:
        return _problem(1, str(error))
    report = verify_trail((now - timedelta(days=settings.AUDIT_CHECK_DAYS)).date(), heads)
    log.info("trail_checked", events=report.events, seals=report.seals, broken=report.broken_count)
    return report.is_whole or _problem(report.broken_count, report.broken[0].text)


def _heads() -> list[Head]:
    path = settings.AUDIT_HEAD_FILE
    return list(read_heads(path)) if path is not None and path.exists() else []


def _problem(count: int, first: str) -> bool:
    """Positions, numbers of events and names of tables only: nothing about any patient."""
    record_security(SecurityKind.TRAIL_PROBLEM, problems=count, first=first)
    log.error("trail_problem", problems=count, first=first)
    return False
