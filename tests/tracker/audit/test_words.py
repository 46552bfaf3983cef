"""The closed lists of the audit trail: a word that nothing ever says would be a row that no report can have."""

from pathlib import Path

import tracker
from tracker.audit.words import SecurityKind

SOURCE = Path(tracker.__file__).parent


def test_every_kind_of_security_event_is_written_by_something() -> None:
    reading = {SOURCE / "audit" / "words.py", *(SOURCE / "reports").iterdir()}
    writing = "".join(path.read_text() for path in SOURCE.rglob("*.py") if path not in reading)
    assert {kind.name for kind in SecurityKind if f"SecurityKind.{kind.name}" not in writing} == set()
