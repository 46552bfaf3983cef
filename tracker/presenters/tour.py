"""The steps of the tour, by the roles that the person has: what is where, in the order of a day."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Staff
from patients.rules.vocabulary import Role
from patients.selectors import roles_by_clinic


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is about, what to know, and the page itself. `picture` names a drawing (_tour_picture.html)."""

    title: str
    text: str
    url: str = ""
    label: str = ""
    picture: str = ""


def tour_of(staff: Staff) -> list[Step]:
    """Each step once, whatever number of clinics and roles the person has; a person in no clinic sees the ground."""
    roles = {role for found in roles_by_clinic(staff).values() for role in found}
    steps = [*_everybody(), *(step for role in Role if role in roles for step in _STEPS[role]()), *_last()]
    return list(dict.fromkeys(steps))


def _everybody() -> list[Step]:
    return [
        Step(
            _("Home"),
            _(
                "Home holds what waits for you, counted when you open it. Each number leads to its list. An empty "
                "part says what was looked at."
            ),
            reverse("home"),
            _("Home"),
            "home",
        ),
        Step(
            _("Find a patient"),
            _(
                "The box at the top finds patients of your clinics by name, hospital number, NHS number or day of "
                "birth, and pages by their name. Press / on any page to go there. What you search for stands in "
                "no address."
            ),
            reverse("search"),
            _("Search"),
            "search",
        ),
        Step(
            _("One record, one page a patient"),
            _(
                "The band at the top says whose record is open. Below it stands where the patient is in the "
                "treatment pathway, what is due next and what asks for a decision. “Why” opens the rule, its "
                "source and the facts that decided it. What is not known is said in words."
            ),
            reverse("patient_list"),
            _("Patients"),
            "record",
        ),
    ]


def _nurse() -> list[Step]:
    return [
        Step(
            _("The worklist"),
            _(
                "Everything that is due over all patients, tests first. A test leaves the list when its result is "
                "entered. You can note a contact, a sample on its way, or put an item off with a reason; nothing "
                "hides how late it is."
            ),
            reverse("worklist"),
            _("Worklist"),
            "worklist",
        ),
        _alerts(),
        Step(
            _("Calendar"),
            _(
                "Who is expected on which day, for tests and in the infusion chair. Your own calendar program can "
                "show it."
            ),
            reverse("calendar"),
            _("Calendar"),
        ),
    ]


def _doctor() -> list[Step]:
    return [
        Step(
            _("Questions"),
            _(
                "The software never declares a failure, a remission or a relapse. It asks, with the facts that "
                "made it ask; you answer, put it off or reject it, and your words are kept."
            ),
            reverse("questions"),
            _("Questions waiting for a decision"),
            "question",
        ),
        _alerts(),
        Step(
            _("Doses and changes"),
            _(
                "Before a drug or dose is saved, it is checked against weight, kidney function, other drugs and "
                "the protocol. You can try a change first and see which tests and dates would follow."
            ),
            reverse("patient_list"),
            _("Open a patient, then “What if”"),
        ),
    ]


def _alerts() -> Step:
    return Step(
        _("Alerts"),
        _(
            "A result beyond a limit opens an alert that says why and what to do. It waits for the nurses "
            "first; if nobody acknowledges it, it climbs to the doctors and then to the clinic lead."
        ),
        reverse("alerts"),
        _("Alerts"),
        "alert",
    )


def _admin() -> list[Step]:
    return [
        Step(
            _("Staff and accounts"),
            _(
                "On the staff page of your clinic you add people, change roles and close accounts, each with a "
                "reason. Everything is kept in the history of the clinic."
            ),
            reverse("home"),
            _("Your clinic, on Home"),
        ),
        _reports(),
        Step(
            _("Is everything running?"),
            _(
                "Background jobs leave a sign of life. When one is late, every page says so in a red band; Safe "
                "silence shows what nobody would notice by itself."
            ),
            reverse("safe_silence"),
            _("Safe silence"),
        ),
    ]


def _auditor() -> list[Step]:
    return [_reports()]


def _reports() -> Step:
    return Step(
        _("Reports and audits"),
        _(
            "Who looked at whom, what was changed and by whom, and how the service meets its standards. A "
            "report is made in the background and can be checked later against its fingerprint."
        ),
        reverse("reports"),
        _("Reports"),
    )


def _last() -> list[Step]:
    return [
        Step(
            _("What the words mean, and what the software goes by"),
            _(
                "Help holds the glossary and the protocol in readable pages: lines, drugs, limits and audits as "
                "they are in force here. Myoline advises; clinicians decide."
            ),
            reverse("help"),
            _("Help"),
        ),
    ]


_STEPS = {Role.NURSE: _nurse, Role.DOCTOR: _doctor, Role.ADMIN: _admin, Role.AUDITOR: _auditor}
