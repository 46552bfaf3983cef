"""Single values of a case file, each refused with the case and the key where it stands."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from regimens.protocol.schema import PathwayProtocol

EARLIEST_DAY = -60_000
LATEST_DAY = 60_000


class CaseError(ValueError):
    """A case file that cannot be read. The message names the case and the key."""


class CaseValues:
    """The values of one case; keeps its name so that each message can say where."""

    def __init__(self, entry: object, index: int, protocol: PathwayProtocol, epoch: date) -> None:
        if not isinstance(entry, dict):
            raise CaseError(f"case number {index + 1}: expected an object")
        self.entry: dict[str, Any] = entry
        self.id = str(entry.get("id") or "")
        self.protocol = protocol
        self.epoch = epoch
        if not self.id:
            raise CaseError(f"case number {index + 1}: key 'id' is missing")

    def fail(self, key: str, message: str) -> CaseError:
        return CaseError(f"case {self.id!r}, key {key!r}: {message}")

    def object(self, holder: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = holder.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.fail(key, f"expected an object, found {value!r}")
        return value

    def rows(self, key: str) -> list[tuple[str, dict[str, Any]]]:
        value = self.entry.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.fail(key, "expected a list of objects")
        return [(f"{key}[{index}]", row) for index, row in enumerate(value)]

    def number(self, holder: Mapping[str, Any], key: str, at: str) -> Decimal | None:
        value = holder.get(key)
        if value is None:
            return None
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            raise self.fail(at, f"expected a number, found {value!r}")
        return number

    def day(self, holder: Mapping[str, Any], key: str, at: str) -> date | None:
        """A day number laid on the calendar. A part of a day is left out."""
        number = self.number(holder, key, at)
        if number is None:
            return None
        if not EARLIEST_DAY <= number <= LATEST_DAY:
            raise self.fail(at, f"day {number} is out of range")
        return self.epoch + timedelta(days=int(number))

    def needed_day(self, holder: Mapping[str, Any], key: str, at: str) -> date:
        day = self.day(holder, key, at)
        if day is None:
            raise self.fail(at, "the day is missing")
        return day

    def words(self, holder: Mapping[str, Any], key: str, at: str) -> list[str]:
        value = holder.get(key)
        if value is None:
            return []
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list):
            raise self.fail(at, f"expected a list, found {value!r}")
        return [str(word) for word in value]
