"""What a check of the audit trail finds."""

from dataclasses import dataclass, field
from datetime import datetime

from tracker.audit.seal import Head

SHOWN = 20
"""So many findings are kept in words; the others are counted."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that does not check out. `position` is its place in the chain, where it has one."""

    what: str
    position: int | None = None
    event_id: int | None = None

    @property
    def text(self) -> str:
        """`position 5, event 17: …`, `event 17: …`, or what is wrong alone."""
        places = (("position", self.position), ("event", self.event_id))
        where = ", ".join(f"{word} {number}" for word, number in places if number is not None)
        return f"{where}: {self.what}" if where else self.what


@dataclass(slots=True)
class TrailReport:
    """Everything that a check of the trail has to say.

    `trusted` is the seal whose head was taken as it stands because the check began behind it. `unsealed` events have no
    place in the chain yet, since `unsealed_since`; nothing can be said about them. `late` seals hold an event that says
    it was written long before, `first_late` is the first such event. `notes` are for a person to judge.
    """

    broken: list[Broken] = field(default_factory=list)
    broken_count: int = 0
    events: int = 0
    seals: int = 0
    trusted: Head | None = None
    head: Head | None = None
    unsealed: int = 0
    unsealed_since: datetime | None = None
    late: int = 0
    first_late: int | None = None
    heads_compared: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.broken_count

    def found(self, what: str, position: int | None = None, event_id: int | None = None, count: int = 1) -> None:
        """Notes something that does not check out; `count` when it stands for several rows."""
        self.broken_count += count
        if len(self.broken) < SHOWN:
            self.broken.append(Broken(what, position, event_id))
