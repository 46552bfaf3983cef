"""The table of the ways in is whole: an address, a method or a command that is not in it fails here."""

from django.urls import path

from patients.rules.permissions import LEAD_PERMISSIONS, ROLE_PERMISSIONS, Permission
from patients.rules.vocabulary import Role
from tests.access.ways_in import (
    ROUTES,
    WayIn,
    _walk,
    command_lines,
    commands,
    methods_offered,
    ways_in,
)
from tracker import urls

LINES = {way.name: way for way in ways_in()}
DATABASE = {"owner", "application", "none"}


def test_every_address_has_a_line() -> None:
    """Say in tests/access/ways_in.toml who may go a new way."""
    assert sorted(set(ROUTES) - set(LINES)) == []


def test_every_line_leads_somewhere() -> None:
    assert sorted(set(LINES) - set(ROUTES)) == []


def test_every_method_that_a_view_offers_is_in_its_line() -> None:
    differing = {}
    for name, pattern in ROUTES.items():
        offered = methods_offered(pattern)
        if offered is not None and name in LINES and offered != set(LINES[name].needs):
            differing[name] = (offered, set(LINES[name].needs))
    assert differing == {}


def test_an_address_that_is_added_is_seen() -> None:
    added = path("patients/<int:patient_id>/new-way/", lambda request, patient_id: None, name="new_way")
    assert "new_way" in dict(_walk([*urls.urlpatterns, added]))
    assert "new_way" not in LINES


def test_what_reads_or_writes_a_record_needs_a_permission() -> None:
    """Only lists over one's own clinics, and what is the person's own, may need nothing beyond the scope."""
    without = [
        f"{name} {method}"
        for name, way in LINES.items()
        for method, permission in way.needs.items()
        if permission is None and way.scope_of(method) in ("clinic", "row")
    ]
    assert without == []


def test_what_shows_patients_is_logged() -> None:
    """Whatever is read of a record leaves an access event of some kind."""
    unlogged = [name for name, way in LINES.items() if way.scope == "row" and "get" in way.needs and way.logs == "none"]
    assert unlogged == []


def test_nobody_writes_with_a_role_that_only_reads() -> None:
    reading = {
        Permission.READ_RECORD,
        Permission.READ_ACCESS_LOG,
        Permission.RUN_AUDITS,
    }
    assert ROLE_PERMISSIONS[Role.AUDITOR] == reading
    posts: list[WayIn] = [way for way in LINES.values() if way.needs.get("post") in reading]
    # A search is posted so that no name stands in an address, and so is what is written for a printed letter, which is
    # kept nowhere; a report is ordered and taken away by whoever may run it.
    assert {way.name for way in posts} <= READ_BY_POST


READ_BY_POST = {
    "patient_list",
    "search",
    "search_suggestions",
    "api:patients-search",
    "record_letter_pdf",
    "clinic_audits",
    "reports",
    "ask_for_report",
}


def test_every_permission_belongs_to_somebody() -> None:
    given = frozenset[Permission]().union(*ROLE_PERMISSIONS.values(), LEAD_PERMISSIONS)
    assert set(Permission) - given == set()


def test_every_command_has_a_line_and_every_line_a_command() -> None:
    assert commands() == set(command_lines())
    assert {line["database"] for line in command_lines().values()} <= DATABASE
    assert all(line["prints"] for line in command_lines().values())
