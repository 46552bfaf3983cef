"""Whose data goes into an answer: what the access log then says of it.

Every selector that hands out data of single patients says so here. Outside of a request nobody collects, and nothing
happens.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_collected: ContextVar[set[int] | None] = ContextVar("patients_seen", default=None)


def seen(patient_ids: Iterable[int]) -> None:
    """Data of these patients will be in the answer: what is shown, not what was merely looked through."""
    collected = _collected.get()
    if collected is not None:
        collected.update(patient_ids)


@contextmanager
def collecting() -> Iterator[set[int]]:
    """The ids of whoever is seen inside, growing meanwhile."""
    collected: set[int] = set()
    token = _collected.set(collected)
    try:
        yield collected
    finally:
        _collected.reset(token)
