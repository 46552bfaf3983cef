"""Pages that the search offers by name: only those that the person may open, never anything about a patient."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of, may, roles_by_clinic
from tracker.glossary.load import glossary
from tracker.protocols import protocol_in_force

FEWEST_LETTERS = 3
"""So many letters must have been typed before a page is offered: two fit almost anything."""
MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class Place:
    """One page. `what` says what sort of page it is; `words` are further words by which it is found."""

    label: str
    url: str
    what: str
    words: str = ""


def places_named(staff: Staff, text: str) -> list[Place]:
    """The pages in whose name every word of the text begins a word, those named by the first word first."""
    asked = _words(text)
    if not asked or len("".join(asked)) < FEWEST_LETTERS:
        return []
    found = [place for source in _SOURCES for place in source(staff) if _fits(place, asked)]
    found.sort(key=lambda place: not _words(place.label)[0].startswith(asked[0]))
    return found[:MOST_PLACES]


def _fits(place: Place, asked: list[str]) -> bool:
    known = _words(f"{place.label} {place.words}")
    return all(any(word.startswith(begun) for word in known) for begun in asked)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _pages(staff: Staff) -> Iterator[Place]:
    what = _("page")
    if roles_by_clinic(staff):
        yield Place(_("Worklist"), reverse("worklist"), what, _("due overdue tests"))
        yield Place(_("Alerts"), reverse("alerts"), what, _("abnormal results"))
        yield Place(_("Results"), reverse("results"), what, _("tests values laboratory"))
        yield Place(_("Calendar"), reverse("calendar"), what, _("visits infusions chair month"))
        yield Place(_("Safe silence"), reverse("safe_silence"), what, _("nobody background jobs"))
        yield Place(_("Questions waiting for a decision"), reverse("questions"), what, _("prompts"))
    yield Place(_("Patients"), reverse("patient_list"), what, _("list"))
    yield Place(_("E-mails and whether they were sent"), reverse("mail"), what, _("mail reminders digest"))
    yield Place(_("My settings"), reverse("my_settings"), what, _("theme e-mail password"))


def _pages_of_clinics(staff: Staff) -> Iterator[Place]:
    """Pages of one clinic, named by it where the person has several."""
    offered = (
        (Permission.MANAGE_STAFF, "clinic_staff", _("Staff"), _("members accounts roles")),
        (Permission.MANAGE_CLINIC, "clinic_settings", _("Settings of the clinic"), _("telephone quiet hours schedule")),
        (Permission.RUN_AUDITS, "clinic_audits", _("Service audits"), _("quality standards")),
        (Permission.RUN_AUDITS, "clinic_history", _("History of settings and staff"), _("changes")),
    )
    clinics = list(clinics_of(staff))
    for permission, name, label, words in offered:
        for clinic in clinics:
            if may(staff, clinic.pk, permission):
                what = clinic.name if len(clinics) > 1 else _("page")
                yield Place(label, reverse(name, args=[clinic.pk]), what, words)
    if any(may(staff, clinic.pk, Permission.RUN_AUDITS) for clinic in clinics):
        yield Place(_("Reports"), reverse("reports"), _("page"), _("exports packs audit trail"))


def _drugs(staff: Staff) -> Iterator[Place]:
    for drug in protocol_in_force().monitoring.drugs.values():
        yield Place(drug.name, reverse("protocol_drug", args=[drug.id]), _("drug: what it needs looked at"))


def _help(staff: Staff) -> Iterator[Place]:
    what = _("help")
    yield Place(_("Help"), reverse("help"), what)
    yield Place(_("Glossary"), reverse("help_glossary"), what, _("words meaning"))
    yield Place(_("Tour of Myoline"), reverse("help_tour"), what, _("first steps"))
    yield Place(_("The treatment pathway"), reverse("protocol_pathway"), what, _("lines algorithm protocol"))
    yield Place(_("Measures of activity and response"), reverse("protocol_activity"), what, _("tis imacs protocol"))
    yield Place(_("How the service audits are defined"), reverse("protocol_audits"), what, _("standards protocol"))
    yield Place(_("How groups of patients are counted"), reverse("protocol_cohort"), what, _("survival protocol"))
    yield Place(_("Protocol in force: every rule and its source"), reverse("protocol"), what)


def _terms(staff: Staff) -> Iterator[Place]:
    address = reverse("help_glossary")
    for term in glossary().terms:
        yield Place(term.word, f"{address}#{term.id}", _("glossary"), " ".join(term.also))


_SOURCES: tuple[Callable[[Staff], Iterator[Place]], ...] = (_pages, _pages_of_clinics, _drugs, _terms, _help)
