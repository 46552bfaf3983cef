"""Who acts, from where and why: what the audit trail says beside every row that changes meanwhile.

Kept for one request, task or command at a time. `tracker.database` hands it to PostgreSQL before the first write of
each transaction; the triggers of the trail read it there. A change without it is recorded all the same, by nobody
known.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Acting:
    """`origin`: "page record", "API patient-list", "task monitoring.tasks.beat", "command load_demo".

    `reason`: why, where somebody has to say so (a correction, a merge, an override). `emergency_id`: the emergency
    access under which another clinic's patient is read.
    """

    actor_id: int | None = None
    request_id: str = ""
    origin: str = ""
    reason: str = ""
    emergency_id: int | None = None


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def acting() -> Acting:
    """What is known of who acts at this moment."""
    return _acting.get()


@contextmanager
def acting_as(found: Acting) -> Iterator[None]:
    """Everything inside is done by them; afterwards, whatever held before holds again."""
    token = _acting.set(found)
    try:
        yield
    finally:
        _acting.reset(token)


def name_actor(actor_id: int | None) -> None:
    """Says who acts, once it is known (a token was read, somebody signed in), until the request or task ends."""
    _acting.set(replace(_acting.get(), actor_id=actor_id))


def name_emergency(emergency_id: int, reason: str) -> None:
    """Says that another clinic's patient is read under an emergency access, and why it was opened."""
    _acting.set(replace(_acting.get(), emergency_id=emergency_id, reason=reason))


@contextmanager
def because(reason: str) -> Iterator[None]:
    """The reason beside every row that changes inside. An empty one leaves what was said around it."""
    known = _acting.get()
    with acting_as(replace(known, reason=reason.strip() or known.reason)):
        yield


def explained(parameter: str = "reason") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """An action whose writes all carry what it is told as the keyword argument `parameter`: why it is done."""

    def mark(action: Callable[P, R]) -> Callable[P, R]:
        @wraps(action)
        def explaining(*args: P.args, **named: P.kwargs) -> R:
            with because(str(named.get(parameter) or "")):
                return action(*args, **named)

        return explaining

    return mark
