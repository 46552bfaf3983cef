"""Nobody's page is left out of the browser tests. These tests need no browser, and run where there is none."""

import pytest
from django.test import Client
from django.urls import path, reverse

from patients.rules.vocabulary import Role
from tests.access.scene import Scene, make_scene
from tests.access.ways_in import ROUTES, methods_offered, ways_in
from tests.browser.harness import just_signed_in
from tests.browser.walk import EVERYBODY, LEADS_ON, NO_PAGE, pages, reaches, stops, visited_by_others
from tests.factories.sign_in import an_app

PAGES = {way.name: way for way in pages()}


def visited() -> set[str]:
    return {stop.way.name for role in EVERYBODY for stop in stops(role)} | set(visited_by_others())


def test_every_address_that_can_be_read_is_visited_by_a_browser_test() -> None:
    """Add the line to tests/access/ways_in.toml, or mark the test that looks at the page; see tests/browser/walk.py."""
    readable = {name for name, pattern in ROUTES.items() if "get" in (methods_offered(pattern) or {"get"})}
    api = {way.name for way in ways_in() if way.is_api}
    written_only = {way.name for way in ways_in() if "get" not in way.needs}
    assert readable - api - written_only - visited() - set(NO_PAGE) - set(LEADS_ON) == set()


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_page_of_a_role_is_visited(role: str) -> None:
    walked = {stop.way.name for stop in stops(role)} | set(visited_by_others()) | set(NO_PAGE) | set(LEADS_ON)
    assert {way.name for way in PAGES.values() if reaches(role, way)} - walked == set()


def test_each_role_is_walked() -> None:
    """Were the table misread, the walk would be short and in good order."""
    numbers = {role: len(stops(role)) for role in EVERYBODY}
    assert numbers["admin"] > 60
    assert numbers["doctor"] > numbers["nurse"] > numbers["auditor"] > 30, numbers


def test_an_address_that_is_added_is_missed() -> None:
    added = path("patients/<int:patient_id>/new-way/", lambda request, patient_id: None, name="new_way")
    assert methods_offered(added) is None
    assert added.name not in visited()


def test_what_is_left_out_is_there_and_visited_by_nobody() -> None:
    left_out = set(NO_PAGE) | set(LEADS_ON)
    assert left_out <= set(PAGES)
    assert left_out & set(visited_by_others()) == set()
    assert set(NO_PAGE) & set(LEADS_ON) == set()


def test_what_a_test_says_it_visits_exists() -> None:
    assert {name: test for name, test in visited_by_others().items() if name not in PAGES} == {}


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def test_what_is_no_page_is_none(scene: Scene) -> None:
    """Each has the content type that the table says."""
    an_app(scene.north.members[Role.ADMIN])
    found = {}
    for name in NO_PAGE:
        way = PAGES[name]
        client = just_signed_in(scene.north.members[Role.ADMIN])
        if name == "recovery_codes_file":
            client.post(reverse("recovery_codes"))
        answer = client.get(way.address(scene.north), follow=name != "favicon")
        found[name] = "image/svg+xml" if answer.get("Location", "").endswith(".svg") else answer["Content-Type"]
    assert {name: said.partition(";")[0] for name, said in found.items()} == NO_PAGE


def test_what_leads_on_shows_no_page(scene: Scene) -> None:
    for name in LEADS_ON:
        assert Client().get(PAGES[name].address(scene.north)).status_code in (302, 404), name
