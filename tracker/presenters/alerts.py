"""Lists of alerts and of results: their filters as they stand in the address, and their tabs."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict

from monitoring.models import Alert
from monitoring.protocol.load import load
from monitoring.rules.doses import dose_on
from monitoring.rules.vocabulary import AlertGrade, AlertLevel, AlertStatus, AlertStepKind
from monitoring.schedules import protocol_of
from monitoring.selectors.alerts import EVERYTHING, NOT_CLOSED, AlertPage, subject_name
from patients.models import Clinic
from patients.seen import seen
from regimens.rules.record import DosePeriod
from tracker import display
from tracker.presenters.filters import Choice, Filter

LISTS = {
    NOT_CLOSED: "Not closed",
    **{status.value: status.label.capitalize() for status in AlertStatus},
    EVERYTHING: "All alerts",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One list, with how many it holds under the other filters (None: not counted)."""

    value: str
    label: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert of a list. `opened` by the clocks of the patient's clinic."""

    alert: Alert
    test: str
    opened: str


@dataclass(frozen=True, slots=True)
class CourseShown:
    """One drug that is taken; `dose` None: not recorded."""

    id: str
    name: str
    dose: DosePeriod | None


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of an alert's life, by the clinic's clocks. `by` "": the software."""

    at: str
    what: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the words that mean something here, and those that do not, named."""

    sound: Mapping[str, str]
    ignored: tuple[str, ...]

    def id_of(self, name: str) -> int | None:
        return int(self.sound[name]) if self.sound.get(name) else None


def asked_of(query: QueryDict, known: Mapping[str, Collection[str]]) -> Asked:
    """The filters of an address. A patient is named by an id, whose rows the selector decides."""
    asked = {name: query.get(name, "").strip() for name in known}
    sound = {name: value if value in known[name] else "" for name, value in asked.items()}
    ignored = [f"{name} “{value}”" for name, value in asked.items() if value and not sound[name]]
    patient = query.get("patient", "").strip()
    if patient.isascii() and patient.isdigit() and len(patient) < 19:
        sound["patient"] = patient
    elif patient:
        ignored.append(f"patient “{patient}”")
    return Asked(sound, tuple(ignored))


def clinic_filter(clinics: list[Clinic], chosen: str) -> Filter:
    choices = tuple(Choice(str(clinic.pk), clinic.name, str(clinic.pk) == chosen) for clinic in clinics)
    return Filter("clinic", "Clinic", "All my clinics", choices)


def filter_of_tests(tests: Collection[str], chosen: str) -> Filter:
    """Only tests that a rule speaks about, or all of the protocol: as given."""
    analytes = load().analytes
    named = sorted(
        ((analytes[test].name, test) for test in tests if test in analytes), key=lambda pair: pair[0].lower()
    )
    return Filter("test", "Test", "Any test", tuple(Choice(test, name, test == chosen) for name, test in named))


def grade_filter(chosen: str) -> Filter:
    choices = tuple(Choice(word.value, word.label, word.value == chosen) for word in AlertGrade)
    return Filter("grade", "How soon", "Any grade", choices)


def level_filter(chosen: str) -> Filter:
    choices = tuple(Choice(word.value, word.label, word.value == chosen) for word in AlertLevel)
    return Filter("level", "Waits for", "Anybody", choices)


def rows_shown(alerts: Iterable[Alert]) -> list[AlertRow]:
    """One page of the list."""
    found = list(alerts)
    seen(alert.patient_id for alert in found)
    return [
        AlertRow(
            alert,
            subject_name(alert, protocol_of(alert.patient.clinic)),
            moment_shown(alert.opened_at, alert.patient.clinic),
        )
        for alert in found
    ]


def moment_shown(moment: datetime, clinic: Clinic) -> str:
    """`05-Apr-2026 at 09:30`, by the clinic's clocks."""
    local = moment.astimezone(ZoneInfo(clinic.time_zone))
    return f"{display.day(local.date())} at {local:%H:%M}"


def courses_shown(page: AlertPage) -> list[CourseShown]:
    """What the patient takes today, by name and dose."""
    return [
        CourseShown(
            course.id, page.names.get(course.drug) or course.drug_text or course.drug, dose_on(course, page.today)
        )
        for course in page.courses
    ]


def steps_shown(page: AlertPage) -> tuple[StepShown, ...]:
    """What happened to an alert so far, in order."""
    shown = []
    for step in page.steps:
        what = step.get_kind_display()
        if step.kind in (AlertStepKind.OPENED, AlertStepKind.CLIMBED):
            what = f"{what}: waits for the {step.get_level_display()}"
        if step.action:
            what = f"{what}: {step.get_action_display()}"
        by = (step.by.get_full_name() or step.by.username) if step.by else ""
        shown.append(StepShown(moment_shown(step.at, page.alert.patient.clinic), what, by, step.note))
    return tuple(shown)
