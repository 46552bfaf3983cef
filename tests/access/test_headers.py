"""What every answer tells the browser, where no data of a patient may stand, and what is refused on the way in."""

import logging
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.access.scene import Scene, undone
from tests.access.test_matrix import bytes_of, permitted, send
from tests.access.ways_in import WayIn, ways_in
from tests.factories.rows import PASSWORD
from tracker.bounds import LONGEST_ADDRESS

pytestmark = pytest.mark.django_db

READ = [pytest.param(way, id=way.name) for way in ways_in() if "get" in way.needs]
every_page = pytest.mark.parametrize("way", READ)
TOLD = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A script or style in the page itself, or in an attribute of an element.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style|<[a-z][^>]*\s(?:style|on[a-z]+)=|javascript:",
    re.IGNORECASE,
)
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "https:evil.example",
    "http:///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example%2f..",
    "%2f%2fevil.example",
    "https://localhost@evil.example",
    "https://testserver.evil.example/",
    "evil.example",
    "/\x00",
    "/" + "x" * 3000,
]


def reader(scene: Scene, way: WayIn) -> Staff:
    roles = [role for role in (Role.DOCTOR, Role.ADMIN) if permitted(way, "get", role)]
    return scene.north.members[roles[0] if roles else Role.DOCTOR]


def check_told(answer: HttpResponseBase) -> None:
    assert {name: answer.get(name) for name in TOLD} == TOLD
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert re.search(r"script-src 'self'(;|$)", policy)
    assert "camera=()" in answer["Permissions-Policy"]


@every_page
def test_every_answer_says_what_browsers_may_do(scene: Scene, way: WayIn) -> None:
    answer = send(scene.client(reader(scene, way)), way, "get", scene.north)
    check_told(answer)
    assert INLINE.findall(bytes_of(answer)) == [] or "html" not in answer["Content-Type"]


@every_page
def test_no_address_on_a_page_holds_data_of_a_patient(scene: Scene, way: WayIn) -> None:
    """Addresses end in histories, logs and other people's screens: ids only."""
    page = bytes_of(send(scene.client(reader(scene, way)), way, "get", scene.north))
    led = re.findall(r"(?:href|action|src|formaction)=\"([^\"]*)\"|Location: (\S+)", page)
    held = [where for pair in led for where in pair if any(mark in where for mark in scene.north.marks)]
    assert [where for where in held if not where.startswith(("mailto:", "tel:"))] == []


@every_page
def test_no_log_line_holds_data_of_a_patient(
    scene: Scene, way: WayIn, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING, logger="django.db.backends"), caplog.at_level(logging.DEBUG):
        send(scene.client(reader(scene, way)), way, "get", scene.north)
    written = caplog.text + "".join(capsys.readouterr())
    assert not [mark for mark in scene.north.marks if mark in written]


def test_a_search_stands_in_no_address(scene: Scene) -> None:
    client = scene.client(scene.north.members[Role.DOCTOR])
    answer = client.post("/patients/", {"q": scene.north.patient.family_name})
    assert answer["Location"] == "/patients/?found=1"
    found = client.get(answer["Location"])
    assert scene.north.patient.hospital_number in found.content.decode()
    assert "Zqnorthzq" not in "".join(re.findall(r'href="([^"]*)"', found.content.decode()))


@pytest.mark.parametrize(
    ("path", "status"),
    [("/no/such/page/", 404), ("/api/v1/no/such/", 404), ("/patients/999999/", 404), ("/sign-out/", 405)],
)
def test_answers_that_say_no_are_as_strict(scene: Scene, path: str, status: int) -> None:
    answer = scene.client(scene.north.members[Role.DOCTOR]).get(path)
    assert answer.status_code == status
    check_told(answer)
    assert INLINE.findall(bytes_of(answer)) == []


@pytest.mark.parametrize("path", ["/patients/{}/", "/api/v1/patients/{}/pathway/"])
def test_a_failure_shows_nothing_of_what_failed(scene: Scene, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        secret = scene.north.patient.family_name
        raise RuntimeError(f"could not read {secret}")

    monkeypatch.setattr("tracker.views.record.patient_for", fail, raising=False)
    monkeypatch.setattr("tracker.views.record.record_page", fail, raising=False)
    monkeypatch.setattr("patients.selectors.records.patients_for", fail)
    monkeypatch.setattr("regimens.selectors.patient_for", fail, raising=False)
    with override_settings(DEBUG=False):
        client = scene.client(scene.north.members[Role.DOCTOR])
        answer = client.get(path.format(scene.north.patient.pk))
    assert answer.status_code == 500
    check_told(answer)
    body = answer.content.decode()
    assert scene.north.mark not in body
    assert "RuntimeError" not in body
    assert "Traceback" not in body


@pytest.mark.parametrize("where", ELSEWHERE)
def test_signing_in_leads_nowhere_else(scene: Scene, where: str) -> None:
    person = scene.north.members[Role.NURSE]
    person.set_password(PASSWORD)
    person.save()
    typed = {"username": person.username, "password": PASSWORD}
    for sent, query in ((where, ""), ("", where)):
        with undone():
            address = reverse("sign_in")
            answer = Client().post(address, {**typed, "next": sent}, query_params={"next": query} if query else None)
        assert answer.status_code == 302
        assert answer["Location"] == reverse("home")


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_form_leads_elsewhere(scene: Scene, where: str) -> None:
    client = scene.client(scene.north.members[Role.DOCTOR])
    for way in ways_in():
        if way.is_api or "post" not in way.needs or not permitted(way, "post", Role.DOCTOR):
            continue
        if way.name not in WITH_A_WAY_BACK:
            continue
        with undone():
            answer = client.post(way.address(scene.north), {**way.request(scene.north), "next": where})
        leads = answer.get("Location", "/")
        # Browsers read a backslash as a slash, and leave tabs and line ends out.
        led = urlsplit(urljoin("http://testserver/here/", re.sub(r"[\t\r\n]", "", leads.replace("\\", "/"))))
        assert (led.scheme, led.netloc) == ("http", "testserver"), way.name


WITH_A_WAY_BACK = {
    "undo_work",
    "delete_view",
    "save_view",
    "snooze_item",
    "confirm_identity",
    "assign_item",
    "sign_out",
}


@pytest.mark.parametrize("where", [where for where in ELSEWHERE if "\x00" not in where])
def test_no_page_links_elsewhere(scene: Scene, where: str) -> None:
    """The way back of a form page, and of the sign-in page, comes from its address."""
    client = scene.client(scene.north.members[Role.DOCTOR])
    patient = scene.north.patient.pk
    for path in (f"/patients/{patient}/contacts/new/", f"/patients/{patient}/due/full_blood_count/snooze/"):
        page = client.get(path, {"next": where}).content.decode()
        assert not re.findall(r'(?:href|action)="[^"]*evil[^"]*"', page)
    page = Client().get(reverse("sign_in"), {"next": where}).content.decode()
    assert not re.findall(r'(?:href|action|value)="[^"]*evil[^"]*"', page)


def test_a_host_that_is_not_ours_is_refused(scene: Scene) -> None:
    for name in ("evil.example", "localhost.evil.example", "localhost:80@evil.example", ""):
        answer = Client(raise_request_exception=False).get("/sign-in/", headers={"host": name} if name else {})
        assert answer.status_code == (400 if name else 200)
        assert "evil" not in answer.content.decode()
    forwarded = Client().get("/sign-in/", headers={"x-forwarded-host": "evil.example"})
    assert "evil" not in forwarded.content.decode()


@pytest.mark.parametrize("path", ["/sign-in/", "/api/v1/auth/token/"])
def test_what_is_too_large_is_refused_before_it_is_read(scene: Scene, path: str) -> None:
    announced = {"CONTENT_LENGTH": str(settings.LARGEST_REQUEST + 1)}
    answer = Client().generic("POST", path, b"x", content_type="multipart/form-data; boundary=x", **announced)
    assert answer.status_code == 413
    check_told_briefly(answer)
    for nonsense in ("-1", "1e9", "٣", "abc"):
        answer = Client().generic("POST", path, b"x", CONTENT_LENGTH=nonsense)
        assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/sign-in/", "/api/v1/patients/"])
def test_an_address_that_is_too_long_is_refused(scene: Scene, path: str) -> None:
    fits = Client().get(path, {"q": "x" * (LONGEST_ADDRESS - len(path) - 2)})
    assert fits.status_code in (200, 401)
    answer = Client().get(path, {"q": "x" * (LONGEST_ADDRESS - len(path) - 1)})
    assert answer.status_code == 414
    check_told_briefly(answer)
    assert "xxx" not in answer.content.decode()


def check_told_briefly(answer: HttpResponseBase) -> None:
    assert "no-store" in answer["Cache-Control"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_too_many_fields_and_files_are_refused(scene: Scene) -> None:
    client = scene.client(scene.north.members[Role.DOCTOR])
    many = {f"f{number}": "" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert client.post("/patients/", many).status_code == 400
    boundary = "b"
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="a"; filename="a.txt"\r\n\r\nx\r\n'
    body = (part * 2 + f"--{boundary}--\r\n").encode()
    assert client.post("/patients/", body, content_type=f"multipart/form-data; boundary={boundary}").status_code == 400


def test_a_body_of_json_has_a_bound_and_a_depth(scene: Scene) -> None:
    client = scene.client(scene.north.members[Role.DOCTOR])
    large = b'{"text": "' + b"x" * 1_000_001 + b'"}'
    assert client.post("/api/v1/patients/search/", large, content_type="application/json").status_code == 413
    deep = b"[" * 100_000
    assert client.post("/api/v1/patients/search/", deep, content_type="application/json").status_code == 400


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(scene: Scene) -> None:
    person = scene.north.members[Role.NURSE]
    person.set_password(PASSWORD)
    person.save()
    client = Client()
    client.post(reverse("sign_in"), {"username": person.username, "password": PASSWORD})
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert settings.CSRF_COOKIE_SAMESITE == "Lax"
