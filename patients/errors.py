"""What can go wrong on the way in or out, in words for the person at the screen."""


class DomainError(Exception):
    """Something that a person can put right. `field` names the input that it belongs to, when there is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(DomainError):
    """No such row, or one that this member of staff may not see; the two are never told apart."""


class NotAllowed(DomainError):
    """The member of staff sees the patient but their role does not do this."""


class Refused(DomainError):
    """The input breaks a rule of the record. Nothing was saved. `errors` holds every message by field ("" for none)."""

    def __init__(self, message: str, field: str | None = None, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(message, field)
        self.errors = errors or {field or "": [message]}


class StaleVersion(DomainError):
    """Someone else changed the row since it was read. Nothing was saved and nothing was lost."""

    def __init__(self, message: str, current_version: int) -> None:
        super().__init__(message)
        self.current_version = current_version
