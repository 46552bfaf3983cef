"""Signs of life of the background jobs."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from monitoring.models import Heartbeat
from monitoring.selectors.heartbeats import failure_of, remember


def heartbeat(name: str) -> None:
    """Notes that the job of that name has come to its end now, and lets the pages know."""
    _note(name)


def found_wrong(name: str) -> None:
    """Notes that the job ran and found something wrong: every page says so in red until its next heartbeat."""
    _note(failure_of(name))


def _note(name: str) -> None:
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, last_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["last_at"],
    )
    transaction.on_commit(partial(remember), robust=True)
