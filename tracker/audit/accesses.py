"""Who looked at a record: the access events of the audit trail, for those who may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from patients.emergencies import clinic_then
from patients.models import Clinic, EmergencyAccess, Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Role
from patients.selectors import require
from tracker.audit.words import AccessKind
from tracker.models import Event
from tracker.models.event import EventKind

# What the pages are called that many look at; the rest are called by the name of their address.
PAGES = {
    "record": "patient record",
    "algorithm_map": "map of the algorithm",
    "response": "response to treatment",
    "monitoring_plan": "monitoring plan",
    "patient_work": "contacts and work",
    "patient_list": "patients",
    "safe_silence": "safe silence",
    "mail": "e-mails",
    "calendar_day": "calendar, one day",
    "what_if": "what if",
    "access_log": "who looked at this record",
    "emergency_reviews": "emergency access to review",
    "review_emergency": "review of an emergency access",
    "alert": "one alert",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFilters:
    """What narrows the list; None means any. Days are whole days of the patient's clinic, both ends included."""

    person: int | None = None
    kind: AccessKind | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class AccessTold:
    """One access in words. `at` by the clocks of the patient's clinic; `role` as it was then, "" for none.

    `others`: how many other patients the same answer showed. `reason`: why, under an emergency access.
    """

    id: int
    at: datetime
    person: str
    role: str
    kind: str
    page: str
    format: str
    others: int
    is_emergency: bool
    reason: str
    request_id: str

    @property
    def clock(self) -> str:
        """`09:30:05`: two pages are often opened within a minute."""
        return f"{self.at:%H:%M:%S}"


def accesses_of(staff: Staff, patient: Patient, filters: AccessFilters | None = None) -> QuerySet[Event]:
    """Every access to a patient's data, and to records merged into it, the latest first. Raises NotAllowed."""
    require(staff, patient.clinic_id, Permission.READ_ACCESS_LOG)
    wanted, zone = filters or AccessFilters(), ZoneInfo(patient.clinic.time_zone)
    ids = [patient.pk, *Patient.objects.filter(merged_into=patient).values_list("pk", flat=True)]
    rows = Event.objects.filter(Q(patient__in=ids) | Q(patient_ids__overlap=ids), kind=EventKind.ACCESS)
    if wanted.person is not None:
        rows = rows.filter(actor=wanted.person)
    if wanted.kind is not None:
        rows = rows.filter(subject=wanted.kind)
    if wanted.first_on is not None:
        rows = rows.filter(at__gte=datetime.combine(wanted.first_on, time.min, zone))
    if wanted.last_on is not None:
        rows = rows.filter(at__lt=datetime.combine(wanted.last_on + timedelta(days=1), time.min, zone))
    return rows.select_related("actor").order_by("-id")


def accesses_under(staff: Staff, emergency: EmergencyAccess) -> QuerySet[Event]:
    """What was looked at under one emergency access, the first first. Raises NotAllowed."""
    require(staff, clinic_then(emergency), Permission.REVIEW_BREAK_GLASS)
    rows = Event.objects.filter(kind=EventKind.ACCESS, patient=emergency.patient_id, emergency_id=emergency.pk)
    return rows.select_related("actor").order_by("id")


def who_looked(staff: Staff, patient: Patient) -> list[Staff]:
    """Everybody who ever looked at the record, by name: what the list can be narrowed to. Raises NotAllowed."""
    ids = accesses_of(staff, patient).order_by().values_list("actor", flat=True).distinct()
    return list(Staff.objects.filter(pk__in=ids).order_by("last_name", "first_name", "username"))


def told(events: Iterable[Event], clinic: Clinic) -> list[AccessTold]:
    """Access events in words, by the clocks of the patient's clinic. One query for the names of other clinics."""
    rows = list(events)
    names = dict(Clinic.objects.values_list("pk", "name"))
    return [_told(row, clinic, names) for row in rows]


def role_words(roles: str, clinic_id: int, names: Mapping[int, str]) -> str:
    """`nurse@3 doctor@4` in words: the role in this clinic, else every role with its clinic; "" for none."""
    held = [(role, int(clinic)) for role, _, clinic in (part.partition("@") for part in roles.split())]
    labels = dict(Role.choices())
    here = [labels.get(role, role) for role, clinic in held if clinic == clinic_id]
    if here:
        return here[0]
    return ", ".join(
        f"{labels.get(role, role)} in {names.get(clinic, 'a clinic that is gone')}" for role, clinic in held
    )


def page_words(view_name: str) -> str:
    """What an address is called: `patient record`, `worklist print`, `patient pathway`."""
    name = view_name.removeprefix("api:")
    return PAGES.get(name, name.replace("_", " ").replace("-", " "))


def _page_of(row: Event) -> str:
    """The page by its name, a report by its own, else where the request or task came from."""
    said = row.new or {}
    if said.get("report"):
        return f"report: {page_words(str(said['report']))}"
    return page_words(str(said.get("page") or row.origin.partition(" ")[2]))


def _told(row: Event, clinic: Clinic, names: Mapping[int, str]) -> AccessTold:
    said = row.new or {}
    person = row.actor.get_full_name() or row.actor.username if row.actor is not None else "nobody known"
    return AccessTold(
        id=row.pk,
        at=row.at.astimezone(ZoneInfo(clinic.time_zone)),
        person=person,
        role=role_words(row.roles, clinic.pk, names),
        kind=AccessKind(row.subject).label,
        page=_page_of(row),
        format=str(said.get("format", "")),
        others=max(len(row.patient_ids or ()) - 1, 0),
        is_emergency=row.emergency_id is not None,
        reason=row.reason,
        request_id=row.request_id,
    )
