"""The sessions of a person: which are open, and how each ends."""

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from patients.acting import name_actor
from patients.errors import NotFound
from patients.models import Staff
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.sign_in import limits
from tracker.sign_in.store import SEEN, STARTED

NOTED_EVERY = 60  # seconds; a session that is in use is written no oftener
ENDED = "session_ended_because"  # in the session that follows, for the sign-in page to say


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One session as its owner sees it."""

    id: int
    device: str
    address: str
    started: datetime
    last_seen: datetime
    is_this: bool


def open_sessions(staff: Staff, this_key: str | None) -> list[OpenSession]:
    """The person's sessions that still open something, this one first, then the latest seen."""
    rows = [row for row in UserSession.objects.purge_and_list(staff) if not _is_over(row)]
    shown = [
        OpenSession(
            row.pk, device_named(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == this_key
        )
        for row in rows
    ]
    return sorted(shown, key=lambda one: (not one.is_this, -one.last_seen.timestamp()))


def how_many_open(staff_ids: Collection[int]) -> Counter[int]:
    """How many sessions of each of these people still open something, in one query."""
    known = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = UserSession.objects.filter(user__in=list(staff_ids), session_key__in=known)
    return Counter(row.user_id for row in rows if not _is_over(row))


def note_use(request: HttpRequest) -> None:
    """Writes at most once a minute that the session is in use, and from where."""
    now = time.time()
    if now - request.session.get(SEEN, 0) < NOTED_EVERY:
        return
    request.session[SEEN] = now
    rows = UserSession.objects.filter(session_key=request.session.session_key)
    rows.update(last_seen_at=timezone.now(), ip=limits.address_of(request))


def why_over(request: HttpRequest) -> str:
    """ "idle" or "absolute" once a limit of the session has passed; empty before."""
    now = time.time()
    if now - request.session.get(STARTED, now) >= settings.SESSION_HOURS * 3600:
        return "absolute"
    if now - request.session.get(SEEN, now) >= settings.SESSION_IDLE_MINUTES * 60:
        return "idle"
    return ""


def end_this(request: HttpRequest, *, why: str) -> None:
    """Ends the session of the request; from here on it is nobody's."""
    record_security(SecurityKind.SESSION_ENDED, why=why, account=request.user.pk)
    forget(request)
    logout(request)
    name_actor(None)


def forget(request: HttpRequest) -> None:
    """The session of the request is about to be closed by its owner."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()


@transaction.atomic
def end_one(*, by: Staff, session_id: int) -> None:
    """Ends one of the person's sessions. Raises NotFound."""
    row = UserSession.objects.select_for_update().filter(user=by, pk=session_id).first()
    if row is None:
        raise NotFound("No such session of yours.")
    _end(row, "revoked")


@transaction.atomic
def end_others(*, by: Staff, this_key: str | None, why: str = "revoked") -> int:
    """Ends all sessions of the person but this one. How many."""
    rows = list(UserSession.objects.select_for_update().filter(user=by).exclude(session_key=this_key or ""))
    for row in rows:
        _end(row, why)
    return len(rows)


def end_all(staff: Staff, *, why: str) -> int:
    """Ends every session of the person. How many."""
    return end_others(by=staff, this_key=None, why=why)


def clear_ended() -> None:
    """Removes from the lists what no longer opens anything."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def device_named(user_agent: str) -> str:
    """The browser and the system that a user agent names, as far as that can be told."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
        ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in user_agent), "Unknown browser")
    system = next((name for mark, name in systems if mark in user_agent), "an unknown system")
    return f"{browser} on {system}"


def _is_over(row: UserSession) -> bool:
    now = datetime.fromtimestamp(time.time(), UTC)
    idle = (now - row.last_seen_at).total_seconds() >= settings.SESSION_IDLE_MINUTES * 60 + NOTED_EVERY
    return bool(idle or (now - row.created_at).total_seconds() >= settings.SESSION_HOURS * 3600)


def _end(row: UserSession, why: str) -> None:
    record_security(SecurityKind.SESSION_ENDED, why=why, account=row.user_id)
    import_module(settings.SESSION_ENGINE).SessionStore().delete(row.session_key)
    row.delete()
