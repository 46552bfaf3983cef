"""Where the protocol files in force lie: those that come with the software, or parts of a clinic's own folder.

A clinic's folder holds one sub-folder for each part that it writes itself, and none for the others:

    patients/    activity.toml
    regimens/    pathway.toml, drugs.toml and cohort.toml
    monitoring/  one file for each drug, schedule, items, analytes, thresholds, pairs, and shared/

A part is complete or absent: files of two origins are never mixed within one part, so that what a clinic signed off
cannot change under it with the next version of the software.
"""

from enum import StrEnum
from pathlib import Path

from patients.protocol.tables import ProtocolError

_APPS = Path(__file__).resolve().parents[2]
# Beside the parts, a clinic may keep notes on them.
_NOTES = {".md", ".txt"}


class Part(StrEnum):
    """A part of the protocol, by the name of its sub-folder."""

    ACTIVITY = "patients"
    PATHWAY = "regimens"
    MONITORING = "monitoring"


_in_force: Path | None = None


def use(folder: Path | None) -> None:
    """Puts a clinic's folder in force for this process; None puts the files in force that come with the software.

    Called once, at the start. It reads nothing: a folder that must not be used is refused where it is loaded.
    """
    global _in_force
    _in_force = folder


def folder_in_force() -> Path | None:
    """The clinic's folder, or None when the files in force are those that come with the software."""
    return _in_force


def built_in(part: Part) -> Path:
    """Where the part lies that comes with the software."""
    return _APPS / part.value / "protocol"


def part_in_force(part: Part) -> Path:
    """Where the part in force lies."""
    return part_of(_in_force, part)


def part_of(folder: Path | None, part: Part) -> Path:
    """Where the part lies under a clinic's folder; the built-in one when the folder has none of its own."""
    if folder is not None and (folder / part.value).is_dir():
        return folder / part.value
    return built_in(part)


def check_layout(folder: Path) -> None:
    """Raises ProtocolError when the folder is no protocol folder: missing, empty, or with a name that means nothing.

    A misspelt part would otherwise be passed over in silence and the built-in one used.
    """
    if not folder.is_dir():
        raise ProtocolError(f"{folder}: there is no such folder")
    parts = {part.value for part in Part}
    known = ", ".join(sorted(parts))
    entries = [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(".")]
    for entry in entries:
        if entry.is_dir() and entry.name not in parts:
            raise ProtocolError(f"{folder}: {entry.name!r} is no part of a protocol; parts are {known}")
        if not entry.is_dir() and entry.suffix not in _NOTES:
            raise ProtocolError(f"{folder}: the file {entry.name!r} belongs into the folder of its part: {known}")
    if not any(entry.is_dir() for entry in entries):
        raise ProtocolError(f"{folder}: it holds no part of a protocol; parts are {known}")
