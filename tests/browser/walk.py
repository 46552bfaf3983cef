"""Which pages the walk opens as whom: each line of tests/access/ways_in.toml that can be read, but for those below.

A page is added to the walk by its line in that table. One that needs a state before it is visited by another test,
which says so: `@pytest.mark.visits("name_of_the_address")`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from patients.rules.vocabulary import Role
from tests.access.test_matrix import permitted
from tests.access.ways_in import WayIn, ways_in

SIGNED_OUT = "signed-out"
EVERYBODY = (*(str(role) for role in Role), SIGNED_OUT)

# What is read and is no page: the content type that it has instead, after redirects.
NO_PAGE = {
    "health": "application/json",
    "scheduler_health": "application/json",
    "favicon": "image/svg+xml",
    "worklist_export": "text/csv",
    "calendar_feed": "text/calendar",
    "download_report": "application/zip",
    "recovery_codes_file": "text/plain",
    "cohort_csv": "text/csv",
    "cohort_list_csv": "text/csv",
    "record_summary": "application/pdf",
    "record_letter_pdf": "application/pdf",
    "timeline_svg": "image/svg+xml",
    "timeline_png": "image/png",
    "timeline_csv": "text/csv",
}
# Addresses that only ever lead on, or are none of this installation, with the reason.
LEADS_ON = {
    "provider_start": "leads to the hospital's own provider; without one there is no such page",
    "provider_callback": "comes back from the provider, and leads on",
}

# Parts of a page that another program draws, and axe therefore does not judge; what they show can be had without them.
NOT_OURS = {"api:documentation": ("#api-documentation",)}  # Swagger UI; the schema is an address of its own


@dataclass(frozen=True, slots=True)
class Stop:
    """One page as one kind of person."""

    role: str
    way: WayIn


def stops(role: str) -> list[Stop]:
    """Every page that the walk opens as this role, in the order of the table."""
    apart = {*NO_PAGE, *LEADS_ON, *visited_by_others()}
    return [Stop(role, way) for way in pages() if way.name not in apart and reaches(role, way)]


def pages() -> list[WayIn]:
    """Every address that can be read outside the API."""
    return [way for way in ways_in() if not way.is_api and "get" in way.needs]


def reaches(role: str, way: WayIn) -> bool:
    """Whether the page opens to this role in the clinic that it is about. Those signed in already need no door."""
    if role == SIGNED_OUT:
        return way.scope in ("public", "key")
    return way.scope not in ("public", "key") and permitted(way, "get", role)


def is_pictured(stop: Stop) -> bool:
    """Whether pictures of the page are kept: as the first role that reaches it, and home as every role."""
    return stop.way.name == "home" or stop.role == next(role for role in EVERYBODY if reaches(role, stop.way))


def parts(role: str, size: int) -> list[list[Stop]]:
    """The walk of a role in parts of about this many pages, for processes side by side."""
    all_stops = stops(role)
    return [all_stops[start : start + size] for start in range(0, len(all_stops), size)]


def visited_by_others() -> dict[str, str]:
    """Each address that a browser test says it visits, and that test."""
    return dict(_said())


def _said() -> Iterator[tuple[str, str]]:
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if "mark.visits(" not in file.read_text():
            continue
        for test, function in vars(import_module(f"tests.browser.{file.stem}")).items():
            marks: list[Any] = getattr(function, "pytestmark", []) if test.startswith("test_") else []
            yield from ((name, f"{file.stem}::{test}") for mark in marks if mark.name == "visits" for name in mark.args)
