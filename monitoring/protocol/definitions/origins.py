"""What every rule and every file says of itself: the source it rests on, its kind, and since when it holds."""

from dataclasses import dataclass
from datetime import date

from patients.rules.reasons import RuleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule carries: a unique id, the source it rests on, the kind of that source, and a note."""

    id: str
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHeader:
    """Where a file stands: its version, since when it holds, and who has signed it off clinically ("": nobody yet)."""

    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    signed_off_by: str = ""
