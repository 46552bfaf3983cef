"""Hostile text in every field of every form, every route of the API, every address: no failure, nothing stored."""

import json
import re
from html import unescape
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponseBase

from patients.inputs import WordsField
from patients.models import Staff
from patients.rules.plain_text import NotPlainText, plain_text
from patients.rules.vocabulary import Role
from tests.access.hostile import ALL, ALLOWED, CHARACTERS, EVERY_ONE, MARKUP, ODD, REFUSED, Form, Forms
from tests.access.scene import Scene, undone
from tests.access.test_matrix import bytes_of, permitted
from tests.access.ways_in import ROUTES, WayIn, ways_in

pytestmark = pytest.mark.django_db

FREE_TEXT = {
    "reason", "note", "notes", "factors", "provider", "description", "name", "brand", "assay", "text", "drug_text",
    "given_names", "family_name", "hospital_number", "override_reason", "subtype_note", "frequency_text", "comment",
}  # fmt: skip
PAGES = [way for way in ways_in() if not way.is_api]
WITH_FORM = [pytest.param(way, id=way.name) for way in PAGES if {"get", "post"} <= set(way.needs)]
WRITTEN = [pytest.param(way, id=way.name) for way in ways_in() if way.is_api and "post" in way.needs]
READ = [pytest.param(way, id=way.name) for way in ways_in() if "get" in way.needs]
ASKED = (
    "page", "page_size", "cursor", "q", "found", "bucket", "clinic", "patient", "next", "known_on", "as_of", "panel",
    "item", "occasion", "month", "status", "view", "sort", "owner", "drug", "from", "until", "about", "on", "report",
    "period_from", "period_until", "format",
)  # fmt: skip


def who_may(scene: Scene, way: WayIn, method: str) -> Staff | None:
    role = next((role for role in (Role.DOCTOR, Role.ADMIN) if permitted(way, method, role)), None)
    return scene.north.members[role] if role else None


def events_until_now() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM audit.event")
        return int(cursor.fetchone()[0])


def stored_since(event: int) -> list[str]:
    """Every text of every row that was written after that event: the trail knows each, whichever way it was written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT new FROM audit.event WHERE id > %s AND kind IN ('insert', 'update')", [event])
        rows = [json.loads(new) if isinstance(new, str) else new for (new,) in cursor.fetchall()]
    return [value for row in rows for value in (row or {}).values() if isinstance(value, str)]


def is_plain(text: str) -> bool:
    try:
        return plain_text(text) == text
    except NotPlainText:
        return False


def problems_of(answer: HttpResponseBase, text: str, event: int) -> list[str]:
    """What went wrong when this text was sent."""
    found = []
    if answer.status_code >= 500:
        found.append(f"answered {answer.status_code}")
    body = bytes_of(answer)
    if "html" in answer.get("Content-Type", "") and "<" in text and len(text) < 500 and text in body:
        found.append("sent back unescaped")
    found += [f"stored: {value[:60]!r}" for value in stored_since(event) if not is_plain(value)]
    return found


@pytest.mark.parametrize("way", WITH_FORM)
def test_every_form_of_every_page(scene: Scene, way: WayIn, sent: set[Any]) -> None:
    staff = who_may(scene, way, "post")
    if staff is None or not permitted(way, "get", str(Role.DOCTOR)) and staff is scene.north.members[Role.DOCTOR]:
        staff = scene.north.members[Role.ADMIN]
    where = way.address(scene.north)
    page = bytes_of(scene.client(staff).get(where))
    wrong: dict[Any, Any] = {}
    for form in Forms(page).found:
        # The search stands on every page: what was sent once by this person is not sent again.
        as_sent = (staff.pk, form.action or where, repr(form.values), tuple(form.typed))
        if as_sent in sent:
            continue
        sent.add(as_sent)
        for text in (*REFUSED, *ALLOWED):
            wrong |= _sent_everywhere(scene, staff, where, form, text)
    assert wrong == {}


@pytest.fixture(scope="module")
def sent() -> set[Any]:
    """The forms that were sent with every text, by whom and as what."""
    return set()


def _sent_everywhere(scene: Scene, staff: Staff, where: str, form: Form, text: str) -> dict[Any, Any]:
    """In whatever can be typed; then in the words alone, unless each of them has refused this text by itself."""
    wrong: dict[Any, Any] = {}
    refused: set[str] = set()
    for names in (form.typed, form.words):
        if not names or (names is form.words and (names == form.typed or refused >= set(names))):
            continue
        found, refused = _sent(scene, staff, where, form, names, text)
        if found:
            wrong[form.action, tuple(names), text[:40]] = found
    return wrong


def _sent(
    scene: Scene, staff: Staff, where: str, form: Form, names: list[str], text: str
) -> tuple[list[str], set[str]]:
    """What went wrong, and which fields of plain words would have refused this text whatever else was sent."""
    with undone():
        event = events_until_now()
        answer = scene.client(staff).post(form.action or where, form.filled(names, text))
        found = problems_of(answer, text, event)
    shown = (answer.context or {}).get("form") if answer.status_code == 422 else None
    if shown is None or text not in REFUSED:
        return found, set()
    asked = [name for name in names if isinstance(shown.fields.get(name), WordsField)]
    found += [f"{name}: no error" for name in asked if name not in shown.errors]
    return found, {name for name in asked if _refuses(shown.fields[name], text)}


def _refuses(words: WordsField, text: str) -> bool:
    try:
        words.clean(text)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("way", WRITTEN)
def test_every_route_of_the_api(scene: Scene, way: WayIn) -> None:
    staff = who_may(scene, way, "post") or scene.north.members[Role.DOCTOR]
    body = way.request(scene.north)
    where = way.address(scene.north)
    wrong: dict[Any, Any] = {}
    for text in (*REFUSED, *ALLOWED):
        bodies = [_with_text(body, text, everywhere=everywhere) for everywhere in (True, False)]
        for sent in bodies[: 1 if bodies[0] == bodies[1] else 2]:
            if sent == body and text != REFUSED[0]:  # no word in it: nothing of this text would be sent
                continue
            with undone():
                event = events_until_now()
                answer = scene.client(staff).post(where, json.dumps(sent), content_type="application/json")
                found = problems_of(answer, text, event)
                if text in (*MARKUP, *CHARACTERS) and sent != body and answer.status_code < 400:
                    found.append(f"answered {answer.status_code}")
            if found:
                wrong[text[:40], sent is bodies[0]] = found
    assert wrong == {}


def _with_text(body: Any, text: str, *, everywhere: bool) -> Any:
    if isinstance(body, dict):
        return {
            key: text
            if isinstance(value, str) and (everywhere or key in FREE_TEXT)
            else _with_text(value, text, everywhere=everywhere)
            for key, value in body.items()
        }
    return [_with_text(each, text, everywhere=everywhere) for each in body] if isinstance(body, list) else body


QUERIES = (MARKUP[3], CHARACTERS[0], ODD[11], "9" * 30, MARKUP[0], ODD[4], ODD[7], "-1", "1e9", "2026-02-30")


@pytest.mark.parametrize("way", READ)
def test_every_query_string(scene: Scene, way: WayIn) -> None:
    """Each word that some page reads, with each string, on every page."""
    staff = who_may(scene, way, "get") or scene.north.members[Role.DOCTOR]
    where = way.address(scene.north).partition("?")[0]
    wrong = {}
    # The API answers an unknown format before it reads anything else: that word is sent apart.
    asked = [ASKED] if not way.is_api else [("format",), tuple(word for word in ASKED if word != "format")]
    for text, words in product(QUERIES if ALL else QUERIES[:4], asked):
        with undone():
            answer = scene.client(staff).get(where, dict.fromkeys(words, text))
            if answer.status_code >= 500 or ("html" in answer.get("Content-Type", "") and _reflected(answer, text)):
                wrong[text] = answer.status_code
    assert wrong == {}


def _reflected(answer: HttpResponseBase, text: str) -> bool:
    return "<" in text and text in bytes_of(answer)


BY_NUMBER = [pytest.param(way, id=way.name) for way in ways_in() if "<" in str(ROUTES[way.name].pattern)]


@pytest.mark.parametrize("way", BY_NUMBER)
def test_every_address_with_rows_that_cannot_be(scene: Scene, way: WayIn) -> None:
    route = str(ROUTES[way.name].pattern)
    numbers = ("0", "9223372036854775807", "9223372036854775808", "9" * 40)
    words = ("no-such", "x" * 900, "2026-02-31", "-", "__class__")
    prefix = "/api/v1/" if way.is_api else "/"
    client = scene.client(scene.north.members[Role.DOCTOR])
    wrong = {}
    for number, word in zip((*numbers, "1"), words, strict=True):
        if number == "1" and not re.search("<(?:slug|str):", route):  # there for the word beside it
            continue
        where = prefix + re.sub(r"<int:\w+>", number, re.sub(r"<(?:slug|str):\w+>", word, route))
        for method in way.needs:
            with undone():
                answer = client.get(where) if method == "get" else client.post(where, way.request(scene.north))
                if answer.status_code >= 500:
                    wrong[method, where] = answer.status_code
    assert wrong == {}


def test_text_that_only_looks_odd_comes_back_as_it_went_in(scene: Scene) -> None:
    """The other side: were everything refused, the tests above could not tell."""
    client = scene.client(scene.north.members[Role.DOCTOR])
    kept = []
    with undone():
        for text in EVERY_ONE:
            body = {"from_on": "2026-06-01", "kind": "other", "description": text, "patient": scene.north.patient.pk}
            answer = client.post("/api/v1/conditions/", json.dumps(body), content_type="application/json")
            if answer.status_code == 201:
                kept.append(answer.json()["description"])
                assert kept[-1] == plain_text(text.strip())
        shown = unescape(bytes_of(client.get(f"/patients/{scene.north.patient.pk}/")))
    assert [text for text in kept if text not in shown] == []
    assert len(kept) >= len(ODD) - 4
