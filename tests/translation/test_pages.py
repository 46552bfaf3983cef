"""Pages in an invented language, in which every marked text is put in brackets: what has none was not marked."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from patients.models import Patient, Staff
from patients.rules.vocabulary import Role, Vocabulary
from tests.factories import rows
from tests.tracker.pages import a_full_record

pytestmark = pytest.mark.django_db

INVENTED = "cy"  # any language that Django knows and Myoline does not speak


NAMES = re.compile(r"Myoline|CSV|SVG|PNG|PDF|API|[A-Z]{2,}|\d|MMT|HAQ")


class Bracketed(trans_real.DjangoTranslation):
    """Answers each text with itself in brackets."""

    def __init__(self) -> None:
        super().__init__("en-gb")

    def to_language(self) -> str:
        return INVENTED

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return message

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


class OwnWords(HTMLParser):
    """The text of each element that speaks for the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "button", "legend", "caption") or (tag == "th" and ("scope", "col") in attrs):
            self._open.append(tag)
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] += data


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[None]:
    settings.LANGUAGES = [(INVENTED, "Invented")]
    settings.LANGUAGE_CODE = INVENTED
    monkeypatch.setitem(trans_real._translations, INVENTED, Bracketed())
    with translation.override(INVENTED):
        yield


def clinical_words() -> set[str]:
    """The labels of the rules' own words, which stay in the language of the protocol (ADR 0047)."""
    return {member.label.casefold() for words in Vocabulary.__subclasses__() for member in words}


def unmarked(page: str) -> list[str]:
    words = OwnWords()
    words.feed(page)
    texts = (" ".join(text.split()) for text in words.found)
    own = (text for text in texts if text.casefold() not in clinical_words())
    return [text for text in own if re.search(r"[a-z]{3}", NAMES.sub("", text)) and "⟦" not in text]


def addresses(patient: Patient) -> list[str]:
    record = f"/patients/{patient.pk}/"
    tabs = ("", "timeline/", "treatment/", "assessments/", "results/", "background/", "response/", "monitoring/")
    return ["/", "/patients/", "/worklist/", "/alerts/", "/cohort/", "/help/", *(record + tab for tab in tabs)]


@pytest.mark.usefixtures("brackets")
def test_what_a_page_says_in_its_own_words_is_marked(client: Client) -> None:
    member: Staff = rows.a_member(Role.DOCTOR)
    patient = a_full_record(member)
    client.force_login(member)
    left = {}
    for address in addresses(patient):
        page = client.get(address)
        assert page.status_code == 200, address
        assert f'lang="{INVENTED}"' in page.content.decode()
        left[address] = unmarked(page.content.decode())
    assert not any(left.values()), left


def test_a_heading_that_is_not_marked_is_found() -> None:
    assert unmarked("<h1>Some words</h1>") == ["Some words"]
    assert unmarked("<h1>⟦Some words⟧</h1><th scope='row'>data</th><p>Some words</p>") == []
