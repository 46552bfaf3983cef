"""What a search finds, for the page of results and for what is suggested while somebody types."""

from dataclasses import dataclass, replace

from patients.models import Patient, Staff
from patients.seen import seen
from patients.selectors import search_patients
from tracker.search.places import Place, places_named

LONGEST_SEARCH = 100  # characters
FEWEST_CHARACTERS = 2
"""Below this nothing is suggested: one letter fits half of the clinic, and every look is written into the trail."""
MOST_SUGGESTED = 8
FEWEST_PLACES = 2
"""So many of the suggestions are kept for pages, where that many fit."""


@dataclass(frozen=True, slots=True)
class Found:
    """Patients by name, of `count` that fit, and pages."""

    text: str
    patients: list[Patient]
    count: int
    places: list[Place]

    @property
    def left_out(self) -> int:
        return self.count - len(self.patients)

    @property
    def rows(self) -> int:
        return len(self.patients) + len(self.places)

    @property
    def is_empty(self) -> bool:
        return not self.patients and not self.places


def words_asked(text: str) -> str:
    """What was typed, as it is searched for. PostgreSQL knows no character 0; no name or number is longer."""
    return text.replace("\x00", "").strip()[:LONGEST_SEARCH]


def find(staff: Staff, text: str, most: int) -> Found:
    """At most so many patients, and the pages of that name. Two queries for the patients; whoever is shown is told."""
    return _told(_fitting(staff, text, most))


def suggest(staff: Staff, text: str) -> Found:
    """What is offered while somebody types: MOST_SUGGESTED rows in all, pages among them where there are any."""
    found = _fitting(staff, text, MOST_SUGGESTED)
    for_places = min(len(found.places), max(MOST_SUGGESTED - len(found.patients), FEWEST_PLACES))
    patients = found.patients[: MOST_SUGGESTED - for_places]
    return _told(replace(found, patients=patients, places=found.places[:for_places]))


def _fitting(staff: Staff, text: str, most: int) -> Found:
    asked = words_asked(text)
    if not asked:
        return Found("", [], 0, [])
    fitting = search_patients(staff, asked)
    return Found(asked, list(fitting[:most]), fitting.count(), places_named(staff, asked))


def _told(found: Found) -> Found:
    """The access log names whom the answer shows, not whom else the words fit."""
    seen(patient.pk for patient in found.patients)
    return found
