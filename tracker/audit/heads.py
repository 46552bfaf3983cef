"""The head of the audit trail, written down where whoever can change the database cannot: on paper, in a file, by mail.

A head says nothing about any patient. It is a number over everything up to it, and proves later that nothing of it was
changed, cut off or written anew.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from tracker.audit.seal import Head, head_of_trail

EVERY = timedelta(hours=1)
"""So often at most a head is added to AUDIT_HEAD_FILE."""

_LINE = re.compile(r"(?P<at>\S+) seal (?P<seal>\d{1,18}) position (?P<position>\d{1,18}) head (?P<digest>[0-9a-f]{64})")
_MAIL = """This is the head of Myoline's audit trail. It says nothing about any patient. Keep this message where nobody
who looks after Myoline's database can change it: with it one can show later whether
anything recorded up to then was changed or removed.

{line}

To compare: manage.py verify_audit --head {digest}
"""


class HeadsError(Exception):
    """The file of heads cannot be read, or a line of it is none."""


def head_line(head: Head) -> str:
    """`2026-11-22T23:09:45Z seal 4 position 43331 head 57c1…`, as it is printed, filed and mailed."""
    at = head.sealed_at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%SZ} seal {head.seal} position {head.position} head {head.digest}"


def read_heads(path: Path) -> Iterator[Head]:
    """Every head of a file, in its order; empty lines and those with # in front are passed over. Raises HeadsError."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip() and not line.startswith("#"):
                    yield _head(path, number, line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise HeadsError(f"{path} cannot be read: {error}") from None


def _head(path: Path, number: int, line: str) -> Head:
    found = _LINE.fullmatch(line)
    try:
        at = datetime.fromisoformat(found["at"]) if found else None
    except ValueError:
        at = None
    if found is None or at is None or at.tzinfo is None:
        raise HeadsError(f"{path}, line {number} is not a head of the audit trail.")
    return Head(int(found["seal"]), int(found["position"]), at, found["digest"])


def file_head(now: datetime) -> bool:
    """Adds the newest head to AUDIT_HEAD_FILE when the last line is an hour old. Returns whether it did.

    Raises OSError where the file cannot be written, HeadsError where its last line is no head.
    """
    path, head = settings.AUDIT_HEAD_FILE, head_of_trail()
    if path is None or head is None:
        return False
    last = _last_line(path)
    if last and (last.seal == head.seal or now - last.sealed_at < EVERY):
        return False
    # Only ever added to, so that the file may carry the attribute that lets nobody do anything else (chattr +a).
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(f"{head_line(head)}\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def _last_line(path: Path) -> Head | None:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 1_000))
            lines = file.read().decode("utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return None
    last = next((line.strip() for line in reversed(lines) if line.strip() and not line.startswith("#")), "")
    return _head(path, 0, last) if last else None


def mail_head() -> bool:
    """Mails the newest head to AUDIT_HEAD_MAIL. Returns whether there was one, somebody to mail it to and a way to.

    Raises whatever the mail server raises.
    """
    head = head_of_trail()
    if not (settings.AUDIT_HEAD_MAIL and settings.MAIL_IS_SENT) or head is None:
        return False
    EmailMessage(
        subject=f"Audit trail: seal {head.seal}, position {head.position}",
        body=_MAIL.format(line=head_line(head), digest=head.digest),
        to=[settings.AUDIT_HEAD_MAIL],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
    return True
