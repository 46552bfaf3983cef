"""What narrows the worklist, and how it is written in an address. Page, print, export, API and saved views share it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from monitoring.models import DueItem
from monitoring.protocol.load import load
from monitoring.rules.findings import ItemKind
from monitoring.rules.lateness import Lateness
from monitoring.rules.vocabulary import Bucket, MonitoredBy, RiskTier
from patients.addresses import sound_values
from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import Vocabulary
from patients.seen import seen
from patients.selectors import clinics_of, patients_for

ATTENTION = "attention"
EVERYTHING = "all"
ATTENTION_BUCKETS = (Bucket.OVERDUE, Bucket.TODAY, Bucket.THIS_WEEK)
NOT_ASSESSED = "not_assessed"
_LARGEST_ID = 2**63 - 1


class OwnedBy(Vocabulary):
    """Whose work an item is, as a filter; a person's id asks for that person's."""

    ME = "me", "mine"
    TEAM = "team", "assigned to anybody"
    NOBODY = "nobody", "unassigned"


class Sort(Vocabulary):
    """In which order. A height that was never measured must not stand above a blood count that is late."""

    TESTS_FIRST = "tests_first", "tests, levels and infusions first, each the one due longest first"
    LATENESS = "lateness", "the one due longest first"
    PATIENT = "patient", "patient by patient, the one waiting longest first"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistFilters:
    """What narrows the worklist; empty means any.

    `bucket` is a Bucket value, ATTENTION (overdue, due now and due this week; the default) or EVERYTHING. `owner` is
    an OwnedBy value or the id of a member of staff, `risk` a RiskTier value or NOT_ASSESSED, `status` a DueStatus
    value, for readers that ask by the status of the record rather than by bucket.
    """

    bucket: str = ATTENTION
    clinic: int | None = None
    patient: int | None = None
    drug: str = ""
    item: str = ""
    kind: str = ""
    owner: str = ""
    lateness: str = ""
    risk: str = ""
    monitored_by: str = ""
    status: str = ""
    sort: str = Sort.TESTS_FIRST.value


_DEFAULTS = WorklistFilters()
# The order in which an address lists them. `status` is for readers of the API.
IN_ADDRESSES = tuple(field.name for field in fields(WorklistFilters) if field.name != "status")


@dataclass(frozen=True, slots=True)
class Asked:
    """An address read: its filters, what in it means nothing here, and what the filters may choose from."""

    filters: WorklistFilters
    ignored: tuple[str, ...]
    clinics: tuple[Clinic, ...]
    owners: tuple[Staff, ...]
    patient: Patient | None


def asked_for(staff: Staff, query: QueryDict, beside: frozenset[str] = frozenset()) -> Asked:
    """Reads an address. What is not known here is left out and named; `beside` are names that are no filters."""
    clinics = tuple(clinics_of(staff))
    owners = tuple(possible_owners(staff))
    patient = _patient(staff, query.get("patient", "").strip())
    known = _known({str(clinic.pk) for clinic in clinics}, {str(member.pk) for member in owners}, patient)
    sound, ignored = sound_values(query, known, beside)
    return Asked(_filters(sound), tuple(ignored), clinics, owners, patient)


def query_of(filters: WorklistFilters) -> str:
    """The filters as they stand in an address, always in the same order, those left open left out."""
    said = {name: getattr(filters, name) for name in IN_ADDRESSES}
    return urlencode({name: value for name, value in said.items() if value != getattr(_DEFAULTS, name)})


def possible_owners(staff: Staff) -> QuerySet[Staff]:
    """Everyone in the person's clinics, whose work items may be; those who have left as well, by name."""
    clinics = clinics_of(staff).order_by().values("pk")
    return Staff.objects.filter(memberships__clinic__in=clinics).distinct().order_by("last_name", "first_name", "pk")


def narrowed(rows: QuerySet[DueItem], staff: Staff, filters: WorklistFilters) -> QuerySet[DueItem]:
    """Due items that fit the filters on what an item is and whose it is; how it stands is another matter."""
    exact = {
        "patient__clinic": filters.clinic,
        "patient": filters.patient,
        "drug": filters.drug,
        "item": filters.item,
        "monitored_by": filters.monitored_by,
    }
    rows = rows.filter(**{column: value for column, value in exact.items() if value})
    if filters.risk:
        rows = rows.filter(risk_tier="" if filters.risk == NOT_ASSESSED else filters.risk)
    if filters.kind:
        rows = rows.filter(item__in=[item.id for item in load().items.values() if item.kind == filters.kind])
    return rows.filter(_owned(filters.owner, staff)) if filters.owner else rows


def _owned(owner: str, staff: Staff) -> Q:
    if owner == OwnedBy.ME:
        return Q(owner=staff)
    if owner == OwnedBy.TEAM:
        return Q(owner__isnull=False)
    if owner == OwnedBy.NOBODY:
        return Q(owner__isnull=True)
    return Q(owner=int(owner))


def _patient(staff: Staff, text: str) -> Patient | None:
    pk = _id(text)
    patient = patients_for(staff).filter(pk=pk).first() if pk is not None else None
    if patient is not None:
        seen([patient.pk])  # the page names whom the list is narrowed to
    return patient


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST_ID else None


def _known(clinics: set[str], owners: set[str], patient: Patient | None) -> dict[str, set[str]]:
    """For each filter, what an address may say."""
    protocol = load()
    return {
        "bucket": {ATTENTION, EVERYTHING, *Bucket},
        "clinic": clinics,
        "drug": set(protocol.drugs),
        "item": set(protocol.items),
        "kind": set(ItemKind),
        "owner": {*OwnedBy, *owners},
        "lateness": set(Lateness),
        "risk": {NOT_ASSESSED, *RiskTier},
        "monitored_by": set(MonitoredBy),
        "sort": set(Sort),
        "patient": {str(patient.pk)} if patient is not None else set(),
    }


def _filters(sound: Mapping[str, str]) -> WorklistFilters:
    ids = {name: int(sound[name]) for name in ("clinic", "patient") if name in sound}
    said = {name: str(value) for name, value in sound.items() if name not in ids}
    return WorklistFilters(**ids, **said)  # type: ignore[arg-type]  # ids are numbers, the rest words
