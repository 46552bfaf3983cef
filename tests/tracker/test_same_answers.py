"""The record page and the API say the same of the same patient on the same day."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import islice
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import a_member, clinic_of
from tracker.cohort.published import published_cohort
from tracker.cohort.store import store_patients
from tracker.cohort.synthetic import synthetic_cohort

TODAY = date(2026, 3, 2)
DAYS = (TODAY, TODAY - timedelta(days=400))
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Said:
    """What one source says of a patient, in a form that both have."""

    severity: str = ""
    phase: str = ""
    line_reached: str = ""
    next_step: str = ""
    lines: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    adjuncts: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    due: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    questions: list[tuple[str, str, str]] = field(default_factory=list)


class Findings(HTMLParser):
    """Reads what the record page marks with `data-finding`; a list holds the marked entries inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, list[str]] = defaultdict(list)
        self.due: list[tuple[str, ...]] = []
        self.questions: list[tuple[str, ...]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("data-finding", ""), given.get("data-value", "")
        if name == "due":
            kept = ("data-value", "data-occasion", "data-due", "data-status", "data-days-overdue")
            self.due.append(tuple(given[key] for key in kept))
        elif name == "question":
            self.questions.append(tuple(given[key] for key in ("data-value", "data-subject", "data-fingerprint")))
        elif name and value:
            self.words[name].append(value)
        elif value and any(self._open):
            self.words[next(filter(None, reversed(self._open)))].append(value)
        if tag not in VOID:
            self._open.append(name if name and not value else "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._open:
            self._open.pop()


@pytest.fixture(scope="module")
def doctor(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Staff, list[int]]]:
    """The published patients and some invented ones, stored once for all the tests here."""
    with django_db_blocker.unblock(), transaction.atomic():
        staff = a_member(Role.DOCTOR, password=None)
        patients = [*published_cohort(TODAY), *islice(synthetic_cohort(7, 40, TODAY), 6)]
        yield staff, store_patients(patients, clinic=clinic_of(staff), by=staff, today=TODAY)
        transaction.set_rollback(True)


def by_page(client: Client, patient: int, as_of: date, **known: str) -> Said:
    page = client.get(f"/patients/{patient}/", {"as_of": str(as_of), **known})
    assert page.status_code == 200
    found = Findings()
    found.feed(page.content.decode())
    words = found.words
    single = {name: "".join(words[name]) for name in ("severity", "phase", "line_reached", "next_step")}
    several = {name: words[name] for name in ("options", "adjuncts", "alternatives")}
    return Said(**single, lines=words["line"], **several, due=sorted(found.due), questions=found.questions)


def by_api(client: Client, patient: int, as_of: date, **known: str) -> Said:
    days = {"as_of": str(as_of), **known}
    pathway = client.get(f"/api/v1/patients/{patient}/pathway/", days).json()
    monitoring = client.get(f"/api/v1/patients/{patient}/monitoring/", days).json()
    questions = client.get(f"/api/v1/patients/{patient}/questions/", days).json()
    rungs = [*pathway["lines"], *pathway["maintenance"]]
    return Said(
        severity=pathway["severity"]["group"]["value"],
        phase=pathway["phase"]["phase"]["value"],
        line_reached=str(pathway["line_reached"]),
        next_step=pathway["next_step"]["word"]["value"],
        lines=[f"{rung['code']} {rung['state']['value']}" for rung in rungs],
        options=[option["name"] for option in pathway["options"]],
        adjuncts=[option["name"] for option in pathway["adjuncts"]],
        alternatives=[option["name"] for option in pathway["alternatives"]],
        due=sorted(
            (due["item"], due["occasion"], due["due_on"], due["status"]["value"], str(due["days_overdue"]))
            for due in monitoring["due"]
        ),
        questions=[
            (each["prompt"]["code"]["value"], each["prompt"]["subject"], each["fingerprint"])
            for each in questions["open"]
        ],
    )


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_page_and_api_say_the_same(doctor: tuple[Staff, list[int]], db: None, as_of: date) -> None:
    staff, patients = doctor
    client = Client()
    client.force_login(staff)
    said = [(by_page(client, patient, as_of), by_api(client, patient, as_of)) for patient in patients]
    for page, api in said:
        assert page == api
    # The comparison is worth something only where there was something to say.
    pages = [page for page, _ in said]
    for name in ("severity", "phase", "line_reached", "next_step"):
        assert all(getattr(page, name) for page in pages), name
    for name in ("lines", "options", "due", "questions"):
        assert any(getattr(page, name) for page in pages), name


def test_page_and_api_say_the_same_of_what_was_known(doctor: tuple[Staff, list[int]], db: None) -> None:
    """On a day by whose end some entries about it had not been made yet, and some patients were not registered."""
    staff, patients = doctor
    client = Client()
    client.force_login(staff)
    differs = 0
    for day in (TODAY - timedelta(days=400), TODAY - timedelta(days=60)):
        known_on = str(day)
        for patient in patients:
            if client.get(f"/api/v1/patients/{patient}/pathway/", {"known_on": known_on}).status_code == 404:
                page = client.get(f"/patients/{patient}/", {"known_on": known_on}).content.decode()
                assert "This patient was registered on" in page
                continue
            page = by_page(client, patient, day, known_on=known_on)
            assert page == by_api(client, patient, day, known_on=known_on)
            differs += page != by_page(client, patient, day)
    assert differs
