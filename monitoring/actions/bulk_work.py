"""One piece of work on many due items: tried out first, then done row by row, with a word on each.

Each row is a transaction of its own, so that one that cannot be done holds up no other; none is skipped in silence.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction

from monitoring.actions.assignments import assign
from monitoring.actions.snoozes import snooze_item
from monitoring.actions.work import not_needed, record_contact, take_sample
from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.rules.vocabulary import ContactChannel
from monitoring.selectors.record import due_items_for
from patients.errors import DomainError, NotFound, Refused, Stale
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Vocabulary
from patients.rules.wording import display_date
from patients.selectors import patient_to_write

MOST = 500  # rows at once: what a person can still look through
log = structlog.get_logger(__name__)


class BulkKind(Vocabulary):
    """What can be done to many items at once."""

    ASSIGN = "assign", "assign to"
    SNOOZE = "snooze", "put off until"
    SAMPLE = "sample", "sample taken"
    NOT_NEEDED = "not_needed", "not needed"
    LETTER = "letter", "contacted by letter"


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """A due item as the person saw it: `stamp` is the moment of its last change as shown."""

    pk: int
    stamp: str


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What happened, or would happen, to one chosen row. `due_item` is None for a row that the person may not see."""

    due_item: DueItem | None
    done: bool
    words: str = ""


def stamp_of(row: DueItem) -> str:
    """What tells whether a row has changed since it was shown."""
    return row.changed_at.isoformat()


def rehearse_bulk(
    *, by: Staff, kind: BulkKind, rows: Iterable[ChosenRow], said: Mapping[str, Any]
) -> list[BulkOutcome]:
    """What `perform_bulk` would do, by doing it and taking each row back at once. Nothing is saved."""
    return _each(by, kind, rows, said, keep=False)


def perform_bulk(*, by: Staff, kind: BulkKind, rows: Iterable[ChosenRow], said: Mapping[str, Any]) -> list[BulkOutcome]:
    """Does the work for each row, in the order given. `said` is what the action takes beside patient and item."""
    return _each(by, kind, rows, said, keep=True)


def _each(
    by: Staff, kind: BulkKind, rows: Iterable[ChosenRow], said: Mapping[str, Any], *, keep: bool
) -> list[BulkOutcome]:
    chosen = list(rows)
    if len(chosen) > MOST:
        raise Refused(f"At most {MOST} items at once. Narrow the list, or choose fewer.")
    act = _letters(by, said) if kind is BulkKind.LETTER else _one_by_one(by, kind, said)
    shown = due_items_for(by).in_bulk([row.pk for row in chosen])
    return [_one(by, row, shown.get(row.pk), act, keep=keep) for row in chosen]


def _one(
    by: Staff, chosen: ChosenRow, shown: DueItem | None, act: Callable[[DueItem], str], *, keep: bool
) -> BulkOutcome:
    if shown is None:
        return BulkOutcome(None, done=False, words="No such item among your patients.")
    try:
        with transaction.atomic():
            patient_to_write(by, shown.patient_id, Permission.RECORD_MONITORING)
            words = act(_unchanged(by, chosen))
            if not keep:
                transaction.set_rollback(True)
    except DomainError as error:
        return BulkOutcome(shown, done=False, words=error.message)
    except Exception:
        log.exception("bulk_row_failed", due_item=shown.pk)
        return BulkOutcome(shown, done=False, words="Something went wrong with this row. Nothing was saved for it.")
    return BulkOutcome(shown, done=True, words=words)


def _unchanged(by: Staff, chosen: ChosenRow) -> DueItem:
    """The row as it was shown. Raises NotFound, Stale."""
    row = due_items_for(by).filter(pk=chosen.pk).first()
    if row is None:
        raise NotFound("No such item among your patients.")
    if row.status == DueItemStatus.DONE and row.done_on is not None:
        raise Stale(f"It was done meanwhile, on {display_date(row.done_on)}.")
    if row.status != DueItemStatus.OPEN:
        raise Stale(f"It was closed meanwhile. {row.close_reason}")
    if stamp_of(row) != chosen.stamp:
        raise Stale("It has changed since you looked. Look at the list again, then repeat it for this item.")
    return row


def _one_by_one(by: Staff, kind: BulkKind, said: Mapping[str, Any]) -> Callable[[DueItem], str]:
    """The same action for each item, with the same words."""

    def act(row: DueItem) -> str:
        _ACTIONS[kind](by=by, patient_id=row.patient_id, item=row.item, occasion=row.occasion, **said)
        return ""

    return act


def _letters(by: Staff, said: Mapping[str, Any]) -> Callable[[DueItem], str]:
    """One letter to each patient, about all of their chosen items."""
    written: set[int] = set()

    def act(row: DueItem) -> str:
        if row.patient_id in written:
            return "in the same letter"
        record_contact(by=by, patient_id=row.patient_id, channel=ContactChannel.LETTER, **said)
        written.add(row.patient_id)
        return ""

    return act


def _take_one_sample(*, item: str, **said: Any) -> None:
    take_sample(items=[item], **said)


_ACTIONS: Mapping[BulkKind, Callable[..., object]] = {
    BulkKind.ASSIGN: assign,
    BulkKind.SNOOZE: snooze_item,
    BulkKind.SAMPLE: _take_one_sample,
    BulkKind.NOT_NEEDED: not_needed,
}
