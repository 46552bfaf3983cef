"""Protocol folders of a clinic: copies of the built-in parts, changed where a test says so."""

import shutil
from pathlib import Path

from patients.protocol.place import Part, built_in


def a_protocol_folder(place: Path, *parts: Part) -> Path:
    """A folder with its own copy of these parts (of all three when none is named)."""
    for part in parts or tuple(Part):
        for path in built_in(part).rglob("*.toml"):
            copy = place / part.value / path.relative_to(built_in(part))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    return place


def edited(folder: Path, name: str, old: str, new: str) -> Path:
    """The folder with the first `old` of one of its files replaced."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def a_pathway_folder(place: Path) -> Path:
    """The two files of the pathway alone, as `regimens.protocol.load.load` takes them."""
    for name in ("pathway.toml", "drugs.toml"):
        shutil.copy(built_in(Part.PATHWAY) / name, place / name)
    return place
