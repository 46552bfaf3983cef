"""Which answers leave an access event, whom it names and how, and that nothing goes out whose event was not written."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from patients.seen import seen
from tests.factories import rows
from tests.tracker.pages import a_full_record
from tracker import access_log
from tracker.access_log import KIND_OF_ROUTE, SEARCH_WORDS, AccessLogMiddleware
from tracker.audit.words import AccessKind
from tracker.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse() -> Staff:
    return rows.a_member(Role.NURSE, password=None)


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    patient = a_full_record(nurse, family_name="Quillfeather")
    rows.a_due_item(patient)
    return patient


@pytest.fixture
def page(client: Client, nurse: Staff) -> Client:
    client.force_login(nurse)
    return client


def events() -> list[Event]:
    return list(Event.objects.filter(kind="access").order_by("id"))


def the_event() -> Event:
    (found,) = events()
    return found


def named(event: Event) -> set[int]:
    return {event.patient_id} if event.patient_id is not None else set(event.patient_ids or ())


class TestWhatIsTold:
    def test_a_page_of_the_record(self, page: Client, nurse: Staff, patient: Patient) -> None:
        assert page.get(reverse("record", args=[patient.pk])).status_code == 200
        event = the_event()
        assert (event.subject, event.patient_id, event.clinic_id) == ("view", patient.pk, patient.clinic_id)
        assert (event.actor_id, event.roles) == (nurse.pk, f"nurse@{patient.clinic_id}")
        assert (event.origin, event.reason, event.emergency_id) == ("page record", "", None)
        assert len(event.request_id) == 36
        assert event.new == {"page": "record", "method": "GET", "format": "page", "patients": 1}

    def test_a_list_names_whom_its_page_shows_and_nobody_further_on(self, page: Client, nurse: Staff) -> None:
        people = [rows.a_patient(nurse, family_name=f"Name{number:02d}") for number in range(26)]
        page.get(reverse("patient_list"))
        page.get(reverse("patient_list") + "?page=2")
        first, second = events()
        assert named(first) == {one.pk for one in people[:25]}
        assert named(second) == {people[25].pk}
        assert (first.subject, second.subject) == ("list", "list")
        assert first.clinic_id == rows.clinic_of(nurse).pk

    def test_a_search_is_told_without_what_was_searched_for(self, page: Client, patient: Patient) -> None:
        page.post(reverse("patient_list"), {"q": "Quillfeather"}, follow=True)
        event = the_event()  # the redirect in between is none
        assert (event.subject, named(event)) == ("search", {patient.pk})
        assert "Quillfeather" not in str(vars(event))

    def test_a_search_that_finds_nobody_is_told_too(self, page: Client, patient: Patient) -> None:
        page.post(reverse("patient_list"), {"q": "Nobodyhere"}, follow=True)
        event = the_event()
        assert (event.subject, named(event), event.clinic_id) == ("search", set(), patient.clinic_id)
        assert "Nobodyhere" not in str(vars(event))

    @pytest.mark.parametrize(
        ("view", "kind", "written_as"),
        [
            ("worklist", "list", "page"),
            ("worklist_print", "print", "page"),
            ("worklist_export", "export", "CSV"),
        ],
    )
    def test_the_worklist_on_screen_on_paper_and_as_a_file(
        self, page: Client, patient: Patient, view: str, kind: str, written_as: str
    ) -> None:
        answer = page.get(reverse(view) + "?bucket=all")
        assert patient.hospital_number.encode() in answer.getvalue()
        event = the_event()
        assert (event.subject, named(event)) == (kind, {patient.pk})
        assert event.new is not None
        assert event.new["format"] == written_as

    def test_an_empty_file_is_told_too(self, page: Client, nurse: Staff) -> None:
        page.get(reverse("worklist_export")).getvalue()
        assert (the_event().subject, named(the_event())) == ("export", set())

    def test_a_form_and_the_same_form_with_its_errors(self, page: Client, patient: Patient) -> None:
        address = reverse("add_weight", args=[patient.pk])
        assert page.get(address).status_code == 200
        assert page.post(address, {}).status_code == 422
        assert [(one.subject, named(one)) for one in events()] == [("view", {patient.pk})] * 2
        assert [one.new["method"] for one in events() if one.new] == ["GET", "POST"]

    def test_a_saved_form_shows_nothing_itself(self, page: Client, patient: Patient) -> None:
        typed = {"on": "05/01/2026", "kilograms": "71"}
        assert page.post(reverse("add_weight", args=[patient.pk]), typed).status_code == 302
        assert events() == []

    def test_the_sandbox_is_told(self, page: Client, patient: Patient) -> None:
        assert page.post(reverse("what_if", args=[patient.pk]), {"do": "look"}).status_code == 200
        assert (the_event().subject, named(the_event())) == ("view", {patient.pk})

    def test_nobody_elses_patient_and_no_patient_at_all(self, page: Client, patient: Patient) -> None:
        elsewhere = rows.a_patient(rows.a_member(password=None))
        assert page.get(reverse("record", args=[elsewhere.pk])).status_code == 404
        assert page.get(reverse("contact_details", args=[patient.pk]) + "?x=").status_code == 200
        assert [named(one) for one in events()] == [{patient.pk}]
        for view in ("protocol", "calendar", "my_settings"):
            assert page.get(reverse(view)).status_code == 200
        assert len(events()) == 1

    def test_a_refused_page_is_none(self, client: Client, patient: Patient) -> None:
        client.force_login(rows.a_member(Role.ADMIN, patient.clinic, password=None))
        assert client.get(reverse("add_weight", args=[patient.pk])).status_code == 403
        assert events() == []


class TestPrograms:
    def test_a_list_names_its_page_without_the_row_that_only_says_there_is_more(
        self, page: Client, nurse: Staff
    ) -> None:
        for _ in range(3):
            rows.a_patient(nurse)
        shown = page.get(reverse("api:patients-list") + "?page_size=2").json()["results"]
        assert (the_event().subject, named(the_event())) == ("api", {row["id"] for row in shown})
        assert len(shown) == 2

    @pytest.mark.parametrize("view", ["patient-pathway", "patient-questions", "patient-response", "patient-monitoring"])
    def test_findings_of_one_patient(self, page: Client, patient: Patient, view: str) -> None:
        assert page.get(reverse(f"api:{view}", args=[patient.pk])).status_code == 200
        assert (the_event().subject, the_event().patient_id, the_event().origin) == ("api", patient.pk, f"API {view}")

    def test_rows_below_a_course_name_its_patient(self, page: Client, patient: Patient) -> None:
        assert len(page.get(reverse("api:infusions-list")).json()["results"]) == 1
        assert named(the_event()) == {patient.pk}

    def test_a_search(self, page: Client, patient: Patient) -> None:
        page.post(reverse("api:patients-search"), {"text": "quill"}, content_type="application/json")
        page.post(reverse("api:patients-search"), {"text": "nobody"}, content_type="application/json")
        assert [(one.subject, named(one)) for one in events()] == [("search", {patient.pk}), ("search", set())]

    def test_a_written_row_is_shown_and_an_empty_answer_is_not(self, page: Client, patient: Patient) -> None:
        body = {"patient": patient.pk, "on": "2026-01-06", "kilograms": "71"}
        made = page.post(reverse("api:weights-list"), body, content_type="application/json")
        assert made.status_code == 201
        assert (the_event().subject, named(the_event())) == ("api", {patient.pk})
        gone = page.post(
            reverse("api:weights-withdraw", args=[made.json()["id"]]),
            {"reason": "another patient"},
            content_type="application/json",
        )
        assert gone.status_code == 204
        assert len(events()) == 1

    def test_a_token_names_its_person(self, patient: Patient, nurse: Staff) -> None:
        from knox.models import AuthToken

        _, token = AuthToken.objects.create(user=nurse)
        address = reverse("api:patients-detail", args=[patient.pk])
        assert Client().get(address, headers={"authorization": f"Token {token}"}).status_code == 200
        assert (the_event().actor_id, the_event().patient_id) == (nurse.pk, patient.pk)

    def test_a_calendar_feed_names_its_person_and_no_patient(self, nurse: Staff, patient: Patient) -> None:
        from monitoring.actions.feeds import make_feed
        from monitoring.rules.vocabulary import FeedContent

        _, token = make_feed(by=nurse, content=FeedContent.BLOODS, label="telephone")
        assert Client().get(reverse("calendar_feed", args=[token])).status_code == 200
        event = the_event()
        assert (event.subject, event.actor_id, named(event)) == ("feed", nurse.pk, set())
        assert token not in str(vars(event))


class TestFailClosed:
    @pytest.fixture(autouse=True)
    def _broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise OperationalError("the trail is away")

        monkeypatch.setattr(access_log, "record_access", fail)

    @pytest.mark.parametrize(
        "view", ["record", "patient_list", "worklist_print", "worklist_export", "add_weight", "api:patients-detail"]
    )
    def test_no_byte_of_a_patient_goes_out(self, page: Client, patient: Patient, view: str) -> None:
        of_one = view in ("record", "add_weight", "api:patients-detail")
        answer = page.get(reverse(view, args=[patient.pk] if of_one else []))
        assert answer.status_code == 503
        body = answer.getvalue().decode()
        assert "could not be recorded, so nothing is shown" in body
        for secret in ("Quillfeather", patient.hospital_number):
            assert secret not in body
        assert answer["Cache-Control"] == "no-store"
        if view.startswith("api:"):
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == 503

    def test_what_shows_no_patient_goes_on(self, page: Client, patient: Patient) -> None:
        assert page.get(reverse("protocol")).status_code == 200
        assert page.get(reverse("record", args=[patient.pk + 10_000])).status_code == 404


class TestWhileItIsSent:
    """An answer whose parts are read while it goes out."""

    @pytest.fixture
    def told(self, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
        found: list[list[int]] = []
        monkeypatch.setattr(access_log, "record_access", lambda kind, ids, **_: found.append(sorted(ids)))
        return found

    def answer(self, parts: Iterator[bytes], first: tuple[int, ...] = ()) -> StreamingHttpResponse:
        def view(request: Any) -> Any:
            seen(first)
            return StreamingHttpResponse(parts, content_type="text/csv")

        request = RequestFactory().get("/worklist/export/")
        request.user = rows.a_stranger(password=None)
        found = AccessLogMiddleware(view)(request)
        assert isinstance(found, StreamingHttpResponse)
        return found

    def test_whoever_was_named_before_is_told_once(self, told: list[list[int]]) -> None:
        def parts() -> Iterator[bytes]:
            seen([1])
            yield b"one"
            seen([2])
            yield b"two"

        assert self.answer(parts(), first=(1, 2)).getvalue() == b"onetwo"
        assert told == [[1, 2]]

    def test_whoever_turns_up_is_told_before_their_part_goes(self, told: list[list[int]]) -> None:
        def parts() -> Iterator[bytes]:
            yield b"head"
            seen([7])
            yield b"seven"
            seen([8])
            yield b"eight"

        pieces = iter(self.answer(parts()))
        assert next(pieces) == b"head"
        assert told == []
        assert next(pieces) == b"seven"
        assert told == [[7]]  # a client that cuts off here has received nobody else
        assert next(pieces) == b"eight"
        assert told == [[7], [8]]
        assert list(pieces) == []

    def test_a_part_that_cannot_be_told_is_not_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise OperationalError

        def parts() -> Iterator[bytes]:
            yield b"head"
            seen([7])
            yield b"seven"

        pieces = iter(self.answer(parts()))
        monkeypatch.setattr(access_log, "record_access", fail)
        sent = io.BytesIO(next(pieces))
        with pytest.raises(OperationalError):
            sent.write(next(pieces))
        assert sent.getvalue() == b"head"

    def test_the_export_reads_in_parts_and_is_told_whole(
        self, page: Client, nurse: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tracker.views.worklist_export._AT_ONCE", 2)
        people = [rows.a_patient(nurse) for _ in range(5)]
        for one in people:
            rows.a_due_item(one)
        page.get(reverse("worklist_export") + "?bucket=all")  # nothing was read of the answer
        assert named(the_event()) == {one.pk for one in people}


def test_the_table_names_addresses_that_exist() -> None:
    def names(patterns: Any, space: str = "") -> Iterator[str]:
        for one in patterns:
            if isinstance(one, URLPattern):
                yield f"{space}{one.name}"
            elif isinstance(one, URLResolver):
                yield from names(one.url_patterns, f"{one.namespace}:" if one.namespace else space)

    known = set(names(get_resolver().url_patterns))
    assert set(KIND_OF_ROUTE) | set(SEARCH_WORDS) <= known
    assert set(KIND_OF_ROUTE.values()) <= set(AccessKind)
