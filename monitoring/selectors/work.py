"""What staff did about open items, for the patients that a member of staff may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db.models import Count, QuerySet

from monitoring.facts import schedule_records
from monitoring.models import Alert, Assignment, Contact, NotNeeded, SampleTaken, SavedView
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.definitions import Item
from monitoring.rules.findings import ItemKind, MissedVisits
from monitoring.rules.missed import missed_visits
from monitoring.rules.vocabulary import AlertGrade, AlertStatus, ContactOutcome
from monitoring.schedules import protocol_of
from monitoring.selectors.record import due_items_for
from patients.clock import today_in
from patients.models import Clinic, Membership, Patient, Staff
from patients.models.entry import Entry
from patients.rules.permissions import ROLE_PERMISSIONS, Permission
from patients.selectors import may_read, patients_for, whose
from regimens.facts import dose_record
from regimens.models import Course, DosePeriod
from regimens.rules import record

E = TypeVar("E", bound=Entry)
# What a sample answers, in the end: the other kinds are done, not sampled.
SAMPLED = (ItemKind.TEST, ItemKind.TROUGH, ItemKind.SCREEN)
ROLES_THAT_OWN = [role.value for role, granted in ROLE_PERMISSIONS.items() if Permission.RECORD_MONITORING in granted]


@dataclass(frozen=True, slots=True)
class ContactTold:
    """One attempt to reach a patient, as the list tells it."""

    on: date
    item: str
    outcome: ContactOutcome


@dataclass(slots=True)
class PatientWork:
    """What is known around one patient's open items: attempts to reach them, open alerts, doses now by drug."""

    contacts: list[ContactTold] = field(default_factory=list)
    alerts: dict[AlertGrade, int] = field(default_factory=dict)
    doses: dict[str, record.DosePeriod] = field(default_factory=dict)

    def contacts_about(self, item: str, since: date | None) -> list[ContactTold]:
        """Attempts about the item, or about nothing in particular, since it was last done; the latest first."""
        return [told for told in self.contacts if told.item in ("", item) and (since is None or told.on > since)]


def work_around(staff: Staff, patient_ids: Collection[int], as_of: date) -> dict[int, PatientWork]:
    """The work around these patients' items, by patient id; patients of other clinics are left out. Three queries."""
    found: dict[int, PatientWork] = defaultdict(PatientWork)
    seen = patients_for(staff).filter(pk__in=patient_ids).order_by().values("pk")
    contacts = Contact.objects.filter(patient__in=seen, on__lte=as_of).current().order_by("-on", "-pk")
    for patient_id, on, item, outcome in contacts.values_list("patient_id", "on", "item", "outcome"):
        found[patient_id].contacts.append(ContactTold(on, item, ContactOutcome(outcome)))
    alerts = Alert.objects.filter(patient__in=seen).exclude(status=AlertStatus.CLOSED).order_by()
    for patient_id, grade, number in alerts.values_list("patient_id", "grade").annotate(Count("pk")):
        found[patient_id].alerts[AlertGrade(grade)] = number
    doses = DosePeriod.objects.filter(
        course__patient__in=seen,
        course__superseded_at__isnull=True,
        course__never_given=False,
        from_on__lte=as_of,
    ).exclude(course__stop_on__lte=as_of)
    for row in doses.current().select_related("course").order_by("from_on", "pk"):
        found[row.course.patient_id].doses[row.course.drug] = dose_record(row)
    return found


def missed_visits_of(staff: Staff, patients: Iterable[Patient], as_of: date) -> dict[int, MissedVisits]:
    """Visits missed since the patient was last seen to, by patient id; only of patients who missed any.

    One query while none did; the records that the rule reads, in a fixed number of queries, once somebody did.
    """
    people = {patient.pk: patient for patient in patients if may_read(staff, patient)}
    missed = Contact.objects.filter(
        patient__in=list(people),
        outcome=ContactOutcome.DID_NOT_ATTEND,
        on__lte=as_of,
    )
    ids = sorted(set(missed.current().order_by().values_list("patient_id", flat=True)))
    if not ids:
        return {}
    records = schedule_records(ids)
    return {pk: missed_visits(records[pk], protocol_of(people[pk].clinic), as_of) for pk in ids}


def sampled_items_of(staff: Staff, patient: Patient, also: Item | None = None) -> list[tuple[str, str]]:
    """Id and name of the patient's open items that a sample answers, the one due first at the top, and of one more."""
    items = protocol_of(patient.clinic).items
    rows = due_items_for(staff, patient).filter(status=DueItemStatus.OPEN).order_by("due_on", "item")
    ids = dict.fromkeys([*([also.id] if also is not None else []), *rows.values_list("item", flat=True)])
    return [(pk, items[pk].name) for pk in ids if pk in items and items[pk].kind in SAMPLED]


def course_infused(staff: Staff, patient: Patient, item: Item | None) -> Course | None:
    """The running course whose infusion this item is, the latest begun; None for what no infusion answers."""
    if item is None or item.kind is not ItemKind.INFUSION:
        return None
    today, rules = today_in(patient.clinic), protocol_of(patient.clinic).drugs.values()
    drugs = [drug.id for drug in rules if any(rule.item == item.id for rule in drug.infusion)]
    rows = Course.objects.filter(
        patient__in=whose(staff, patient), drug__in=drugs, superseded_at__isnull=True, never_given=False
    )
    running = rows.filter(start_on__lte=today).exclude(stop_on__lte=today)
    return running.order_by("-start_on", "-pk").first()


def contacts_for(staff: Staff, patient: Patient | None = None) -> QuerySet[Contact]:
    """Current contacts with the person's patients, the latest first."""
    return _current(Contact.objects.all(), staff, patient).order_by("-on", "-pk")


def samples_taken_for(staff: Staff, patient: Patient | None = None) -> QuerySet[SampleTaken]:
    """Current samples on their way of the person's patients, the latest first."""
    return _current(SampleTaken.objects.all(), staff, patient).order_by("-taken_on", "-pk")


def not_needed_for(staff: Staff, patient: Patient | None = None) -> QuerySet[NotNeeded]:
    """Current items not needed of the person's patients, the latest first."""
    return _current(NotNeeded.objects.all(), staff, patient).order_by("-made_on", "-pk")


def assignments_for(staff: Staff, patient: Patient | None = None) -> QuerySet[Assignment]:
    """Current assignments of the person's patients, the latest first."""
    return _current(Assignment.objects.all(), staff, patient).select_related("owner").order_by("-recorded_at", "-pk")


def saved_views_of(staff: Staff) -> QuerySet[SavedView]:
    """The person's own saved views, by name."""
    return SavedView.objects.filter(staff=staff)


def who_may_own(clinic: Clinic) -> QuerySet[Staff]:
    """Who may be given work in a clinic: its active members whose role records monitoring, by name."""
    members = Membership.objects.filter(clinic=clinic, role__in=ROLES_THAT_OWN).values("staff")
    return Staff.objects.filter(pk__in=members, is_active=True).order_by("last_name", "first_name", "username")


def _current(rows: QuerySet[E], staff: Staff, patient: Patient | None) -> QuerySet[E]:
    return rows.filter(patient__in=whose(staff, patient), superseded_at__isnull=True).select_related("recorded_by")
