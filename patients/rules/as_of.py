"""What was known on a day: the latest row, the weight, the conditions. Nothing dated later may be seen."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from patients.rules.entry_order import entry_order
from patients.rules.record import Condition, PatientRecord, Weight
from patients.rules.vocabulary import ConditionKind


class DatedRow(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def on(self) -> date: ...


Row = TypeVar("Row", bound=DatedRow)


def latest(rows: Iterable[Row], as_of: date) -> Row | None:
    """The row with the latest day on or before `as_of`; on one day the one entered last, however they come."""
    found: Row | None = None
    for row in rows:
        on = row.on
        if on <= as_of and (
            found is None or on > found.on or (on == found.on and entry_order(row.id) > entry_order(found.id))
        ):
            found = row
    return found


def weight_on(record: PatientRecord, as_of: date) -> Weight | None:
    """The latest body weight on or before `as_of`, in kg."""
    return latest(record.weights, as_of)


def is_active(condition: Condition, day: date) -> bool:
    """Present on `day`; both ends count, and an open end means still present."""
    return condition.from_on <= day and (condition.to_on is None or condition.to_on >= day)


def _begun(condition: Condition) -> tuple[date, tuple[int, str]]:
    return (condition.from_on, entry_order(condition.id))


def active_conditions(record: PatientRecord, day: date) -> dict[ConditionKind, Condition]:
    """The conditions present on `day` by kind; of two rows of one kind, the one that began first."""
    found: dict[ConditionKind, Condition] = {}
    for condition in record.conditions:
        if is_active(condition, day):
            other = found.get(condition.kind)
            if other is None or _begun(condition) < _begun(other):
                found[condition.kind] = condition
    return found
