"""What can go wrong on the way in or out, in words for the person at the screen."""

from collections.abc import Sequence
from typing import Protocol

from patients.rules.reasons import Reason


class DomainError(Exception):
    """Something that a person can put right. `field` names the input that it belongs to, when there is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(DomainError):
    """No such row, or one that this member of staff may not see; the two are never told apart."""


class NotKnownYet(NotFound):
    """The patient was registered only after the day whose knowledge is asked for."""


class MergedAway(NotFound):
    """The record was made one with another of the same person, and is read there. Said to its own clinic only."""

    def __init__(self, message: str, patient_id: int) -> None:
        super().__init__(message)
        self.patient_id = patient_id


class NotAllowed(DomainError):
    """The member of staff sees the patient but their role does not do this."""


class Refused(DomainError):
    """The input breaks a rule of the record. Nothing was saved. `errors` holds every message by field ("" for none)."""

    def __init__(self, message: str, field: str | None = None, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(message, field)
        self.errors = errors or {field or "": [message]}


class AlreadyThere(Refused):
    """Somebody who may be the same person is registered in one of the person's clinics. Nothing was saved.

    `candidates` are who, with why; with a reason all the same, typed into `field`, it is let through.
    """

    def __init__(self, message: str, candidates: Sequence[object], field: str = "register_because") -> None:
        super().__init__(message, field)
        self.candidates = tuple(candidates)


class InTheWay(Refused):
    """Something that is recorded already stands in the way. Nothing was saved. `kind` and `entry_id` say which entry.

    `kind` is a word of the kinds of entry, so that a page can lead there.
    """

    def __init__(self, message: str, field: str | None, kind: str, entry_id: int) -> None:
        super().__init__(message, field)
        self.kind = kind
        self.entry_id = entry_id


class Message(Protocol):
    """One sentence of a check, with the reason that it rests on."""

    @property
    def text(self) -> str: ...

    @property
    def reason(self) -> Reason: ...


class Question(Message, Protocol):
    """What is asked about once: whoever was shown it, known by its fingerprint, may save."""

    @property
    def fingerprint(self) -> str: ...


class GuardStopped(Refused):
    """A check has something to say that a person must answer first. Nothing was saved.

    `findings` is everything that it said. `needs_reason`: some of it is let through with a reason only; otherwise it
    needs to be seen, and the person decides.
    """

    def __init__(self, message: str, findings: Sequence[Message], *, needs_reason: bool) -> None:
        super().__init__(message, "override_reason" if needs_reason else None)
        self.findings = tuple(findings)
        self.needs_reason = needs_reason


class Stale(DomainError):
    """What was read has changed since. Nothing was saved and nothing was lost.

    `shown` is how it stands now, where an API answer can show it.
    """

    shown: dict[str, object] | None = None


class StaleVersion(Stale):
    """Someone else changed the row since it was read."""

    def __init__(self, message: str, current_version: int) -> None:
        super().__init__(message)
        self.current_version = current_version
