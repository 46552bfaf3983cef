"""Protocol folders of a clinic: copies of the built-in parts, changed where a test says so."""

import shutil
from pathlib import Path

from patients.protocol.place import Part, built_in


def a_protocol_folder(place: Path, *parts: Part) -> Path:
    """A folder with its own copy of these parts (of all three when none is named)."""
    for part in parts or tuple(Part):
        ignored = shutil.ignore_patterns("*.py", "__pycache__")
        shutil.copytree(built_in(part), place / part.value, ignore=ignored)
    return place


def edited(folder: Path, name: str, old: str, new: str) -> Path:
    """The folder with the first `old` of one of its files replaced."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder
