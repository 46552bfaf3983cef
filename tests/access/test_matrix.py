"""Every way in, walked by everybody: the answer that their role and clinic give, and never a byte of another's.

One scene for the whole module; what a request writes is taken back after it.
"""

import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any, cast

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client
from pypdf import PdfReader

from patients.models import Staff
from patients.rules.permissions import allowed
from patients.rules.vocabulary import Role
from tests.access.scene import Scene, Side, undone
from tests.access.ways_in import METHODS, WayIn, answers_put_as_post, ways_in

pytestmark = pytest.mark.django_db

WAYS = [pytest.param(way, id=way.name) for way in ways_in()]
every_way = pytest.mark.parametrize("way", WAYS)
MEMBERS = (*(str(role) for role in Role), "lead")
# What an answer to somebody who may go this way can be: read or done, or the input was not good enough.
ADMITTED = {200, 201, 204, 302, 400, 409, 422}
HIDDEN = {404}
# Which of the two it is that has ended is not told apart: the row, or the right to it.
AT_THE_DOOR = ADMITTED | {401, 404}


def send(client: Client, way: WayIn, method: str, side: Side | None) -> HttpResponseBase:
    """The request as a browser or a program sends it; what it writes is taken back at once."""
    body: dict[str, Any] = {}
    if method in ("post", "put", "patch"):
        said = way.request(side) if method == "post" else {}
        body = {"data": json.dumps(said), "content_type": "application/json"} if way.is_api else {"data": said}
        if method != "post" and not way.is_api:
            body = {"data": b"", "content_type": "application/x-www-form-urlencoded"}
    with undone():
        answer: HttpResponseBase = getattr(client, method)(way.address(side), **body)
        whole(answer)
        return answer


def asked(scene: Scene, staff: Staff, way: WayIn, method: str) -> HttpResponseBase:
    """What somebody gets at the northern clinic's address; a page that they have read is not fetched again."""
    if method == "get":
        return read_by(scene, staff, way)[0]
    return send(scene.client(staff), way, method, scene.north)


def read_by(scene: Scene, staff: Staff, way: WayIn) -> tuple[HttpResponseBase, list[tuple[str, list[int]]]]:
    """What somebody reads there, and what that leaves in the access log: how, and whom.

    Once for each person and scene: all that a request writes is taken back, so it would come out the same again.
    """
    key = (staff.pk, way.name)
    if key not in scene.readings:
        with undone(), connection.cursor() as cursor:
            cursor.execute("SELECT COALESCE(max(id), 0) FROM audit.event")
            (before,) = cursor.fetchone()
            answer: HttpResponseBase = scene.client(staff).get(way.address(scene.north))
            whole(answer)
            cursor.execute(
                "SELECT subject, COALESCE(patient_ids, ARRAY[patient_id]) FROM audit.event "
                "WHERE id > %s AND kind = 'access'",
                [before],
            )
            events = [(subject, [pk for pk in patients if pk is not None]) for subject, patients in cursor.fetchall()]
        scene.readings[key] = answer, events
    return scene.readings[key]


def whole(answer: HttpResponseBase) -> bytes:
    """The body, which of a streamed answer can otherwise be read once only."""
    if isinstance(answer, HttpResponse):
        return answer.content
    assert isinstance(answer, StreamingHttpResponse)
    body = b"".join(cast(Iterable[bytes], answer.streaming_content))  # none of ours is asynchronous
    answer.streaming_content = [body]
    return body


def bytes_of(answer: HttpResponseBase) -> str:
    """Everything that the answer says: its body, and its headers, where an address can stand."""
    body = whole(answer)
    if body.startswith(b"%PDF"):  # its text is compressed
        body = "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages).encode()
    return body.decode(errors="replace") + "".join(f"{name}: {value}\n" for name, value in answer.items())


def came_of(answer: HttpResponseBase) -> int:
    """Its status; being sent to sign in counts as 401, on pages as in the API."""
    return 401 if answer.get("Location", "").startswith("/sign-in/?next=") else answer.status_code


def permitted(way: WayIn, method: str, member: str) -> bool:
    """By the table of roles alone, not by asking the application."""
    need = way.needs[method]
    if way.scope_of(method) == "mine":
        return member == way.owner
    if need is None:
        return True
    role = Role.NURSE if member == "lead" else Role(member)
    return allowed(frozenset({role}), need, leads=member == "lead")


def expected(way: WayIn, method: str, member: str) -> set[int]:
    """For somebody of the clinic that the address is about."""
    if permitted(way, method, member):
        return AT_THE_DOOR if way.scope == "public" else ADMITTED
    if way.scope_of(method) == "mine":
        return {302} if way.asks_again else HIDDEN
    return {way.wrong_role}


def expected_of_others(way: WayIn, method: str) -> set[int]:
    """For somebody signed in who has nothing to do with the clinic that the address is about."""
    if way.scope_of(method) in ("clinic", "row", "mine"):
        return {302} if way.asks_again else HIDDEN
    if way.scope_of(method) == "clinics":
        return ADMITTED | {403, 404}  # those in no clinic may be told that there is nothing
    return AT_THE_DOOR if way.scope == "public" else ADMITTED


@every_way
def test_the_role_decides_in_ones_own_clinic(scene: Scene, way: WayIn) -> None:
    found = {
        (method, member): came_of(asked(scene, scene.north.members[member], way, method))
        for method in way.needs
        for member in MEMBERS
    }
    assert {key: got for key, got in found.items() if got not in expected(way, *key)} == {}


@every_way
def test_another_clinics_staff_get_nothing(scene: Scene, way: WayIn) -> None:
    wrong: dict[Any, Any] = {}
    people = {**scene.south.members, "in no clinic": scene.outsider}
    for method in way.needs:
        for who, staff in people.items():
            answer = asked(scene, staff, way, method)
            said = "" if way.scope == "key" else bytes_of(answer)
            leaked = [mark for mark in scene.north.marks if mark in said]
            sent_themselves = [mark for mark in leaked if mark in json.dumps(way.request(scene.north))]
            if leaked and leaked != sent_themselves:
                wrong[method, who] = leaked
            elif came_of(answer) not in expected_of_others(way, method):
                wrong[method, who] = came_of(answer)
    assert wrong == {}


@every_way
def test_another_clinics_row_is_told_from_none_by_nothing(scene: Scene, way: WayIn) -> None:
    stranger = scene.south.members[Role.DOCTOR]
    for method in way.needs:
        if way.scope_of(method) not in ("clinic", "row", "mine") or way.asks_again:
            continue
        hidden, none = asked(scene, stranger, way, method), send(scene.client(stranger), way, method, None)
        assert (hidden.status_code, none.status_code) == (404, 404), method
        assert _without_chance(hidden, way.address(scene.north)) == _without_chance(none, way.address(None)), method


@every_way
def test_signed_out_means_sign_in_first(scene: Scene, way: WayIn) -> None:
    for method in way.needs:
        _turned_away(scene, way, method, Client(raise_request_exception=False))


@every_way
def test_an_account_that_was_deactivated_is_signed_out(scene: Scene, way: WayIn) -> None:
    """Its open session, and its token."""
    for method in way.needs:
        _turned_away(scene, way, method, scene.client(scene.inactive))
        if way.is_api:
            token = {"Authorization": f"Token {scene.inactive_token}"}
            client = Client(raise_request_exception=False, headers=token)
            _turned_away(scene, way, method, client)


def _turned_away(scene: Scene, way: WayIn, method: str, client: Client) -> None:
    answer = send(client, way, method, scene.north)
    if way.scope in ("public", "key"):
        assert answer.status_code in AT_THE_DOOR, method
        return
    assert came_of(answer) == 401, method
    assert answer.status_code == (401 if way.is_api else 302), method
    said = bytes_of(answer)
    assert not [mark for side in (scene.north, scene.south) for mark in side.marks if mark in said]


@every_way
def test_what_is_not_offered_is_refused_to_everybody(scene: Scene, way: WayIn) -> None:
    people = [scene.north.members[Role.DOCTOR]]
    people += [scene.south.members[Role.DOCTOR]] if way.scope in ("clinic", "row", "mine") else []
    for method in METHODS:
        if method in way.needs or (method == "put" and answers_put_as_post(way)):
            continue
        for staff in people:
            answer = send(scene.client(staff), way, method, scene.north)
            asks_first = answer.get("Location", "").startswith("/me/confirm/")
            refused = {401, 403, 404, 405} | ({302} if way.scope == "public" or asks_first else set())
            assert came_of(answer) in refused, f"{method}: {answer.status_code}"
            assert staff not in scene.south.members.values() or scene.north.mark not in bytes_of(answer)


@every_way
@pytest.mark.parametrize("method", ["head", "options"])
def test_asking_about_an_address_gives_no_more_than_reading_it(scene: Scene, way: WayIn, method: str) -> None:
    answer = send(scene.client(scene.south.members[Role.DOCTOR]), way, method, scene.north)
    assert answer.status_code < 500
    if way.scope != "key":
        assert not [mark for mark in scene.north.marks if mark in bytes_of(answer)]
    if method == "head":
        assert bytes_of(answer).partition("Content-Type")[0].strip() == ""


@every_way
def test_writing_from_another_site_is_refused(scene: Scene, way: WayIn) -> None:
    client = scene.client(scene.north.members[Role.DOCTOR], enforce_csrf_checks=True)
    for method in set(way.needs) - {"get"}:
        answer = send(client, way, method, scene.north)
        if way.name in NO_COOKIE_NEEDED:
            continue
        assert answer.status_code in (401, 403), f"{method}: {answer.status_code}"


# A sign-in by a program reads no cookie; a mail program that ends reminders by one click has none.
NO_COOKIE_NEEDED = {"api:token", "stop_reminders"}


@every_way
def test_reading_leaves_the_event_that_the_table_names(scene: Scene, way: WayIn) -> None:
    reader = next((who for who in (Role.DOCTOR, Role.ADMIN) if "get" in way.needs and permitted(way, "get", who)), None)
    if reader is None:
        return
    _, events = read_by(scene, scene.north.members[way.owner if way.scope == "mine" else reader], way)
    assert {subject for subject, _ in events} == ({way.logs} - {"none"})
    if way.scope == "row" and way.logs != "none":
        assert all(patients for _, patients in events)


def test_the_marks_are_really_there(scene: Scene) -> None:
    """Were they not, the test of strangers could not fail: what the clinic's own doctor reads holds them."""
    markless = set()
    for way in ways_in():
        if way.scope in ("row", "clinic") and "get" in way.needs and permitted(way, "get", Role.DOCTOR):
            said = bytes_of(read_by(scene, scene.north.members[Role.DOCTOR], way)[0])
            if scene.north.mark not in said:
                markless.add(way.name)
    assert markless == NAMELESS


# Rows of the API that hold ids, numbers and words of closed lists only, and what is no text.
NAMELESS = {
    "api:assignments-detail",
    "api:due-items-detail",
    "api:heights-detail",
    "api:patient-questions",
    "api:patient-response",
    "api:results-detail",
    "api:weights-detail",
    "timeline_png",  # a picture, in which no word can be looked for; its SVG is in the walk
}


def test_working_out_what_is_due_prints_no_patient(scene: Scene) -> None:
    out = StringIO()
    call_command("reconcile", stdout=out)
    assert out.getvalue()
    assert not [mark for side in (scene.north, scene.south) for mark in side.marks if mark in out.getvalue()]


def test_an_auditor_is_shown_no_way_to_write(scene: Scene) -> None:
    """Every page that they may read: no link to what they may not open, and no form that they may not send."""
    auditor = scene.north.members[Role.AUDITOR]
    pages = [way for way in ways_in() if not way.is_api and way.name != "gallery"]  # only developers have the gallery
    closed = {way.address(scene.north).partition("?")[0] for way in pages if not _any_way(way, "get")}
    unsendable = {way.address(scene.north).partition("?")[0] for way in pages if not _any_way(way, "post")}
    shown = {}
    for way in pages:
        if "get" not in way.needs or not permitted(way, "get", Role.AUDITOR):
            continue
        here = way.address(scene.north).partition("?")[0]
        page = Offered(here)
        page.feed(bytes_of(read_by(scene, auditor, way)[0]))
        found = sorted((page.links & closed) | {f"form to {where}" for where in page.forms & unsendable})
        if found:
            shown[way.name] = found
    assert shown == {}


def _any_way(way: WayIn, method: str) -> bool:
    """Whether an auditor may go this way by the method, as far as it is offered."""
    if method == "get" and "get" not in way.needs:
        return True
    return method in way.needs and permitted(way, method, Role.AUDITOR)


class Offered(HTMLParser):
    """Where a page leads by links, and by forms that post."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here = here
        self.links: set[str] = set()
        self.forms: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.add(re.split(r"[?#]", said.get("href", ""))[0])
        if tag == "form" and said.get("method", "").lower() == "post":
            self.forms.add(re.split(r"[?#]", said.get("action", ""))[0] or self.here)


def _without_chance(answer: HttpResponseBase, address: str) -> str:
    """The body without the address that was asked for, and without what differs each time."""
    text = whole(answer).decode().replace(address, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|[?&;]?next=[^"&]*', "", text)
