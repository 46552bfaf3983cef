"""The worklist as page, print and export word it: one list of columns, so that none says more or less."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from monitoring.models import DueItem
from monitoring.protocol.load import load
from monitoring.rules.findings import ItemKind, MissedVisits
from monitoring.rules.lateness import Lateness
from monitoring.rules.vocabulary import AlertGrade, Bucket, MonitoredBy, RiskTier
from monitoring.selectors import (
    ATTENTION,
    EVERYTHING,
    NOT_ASSESSED,
    Asked,
    OwnedBy,
    PatientWork,
    Sort,
    WorklistRow,
    missed_visits_of,
    rows_of,
    work_around,
)
from monitoring.selectors.work import SAMPLED, ContactTold
from monitoring.selectors.worklist_filters import ATTENTION_BUCKETS
from patients.models import Staff
from regimens.rules.record import DosePeriod
from tracker import display
from tracker.presenters.filters import Choice, Filter

LISTS = {
    ATTENTION: "Needs attention",
    **{bucket.value: bucket.label.capitalize() for bucket in Bucket},
    EVERYTHING: "Everything open",
}
_TAGS = {
    Bucket.OVERDUE: "overdue",
    Bucket.TODAY: "due",
    Bucket.THIS_WEEK: "due_soon",
    Bucket.LATER: "not_due",
    Bucket.SNOOZED: "snoozed",
    Bucket.WAITING: "info",
    Bucket.PARKED: "outline",
}


def tag_of(bucket: Bucket) -> str:
    """The look of the word that says in which list an item lies."""
    return _TAGS[bucket]


_EVERYDAY = ("clinic", "owner", "lateness", "drug")


@dataclass(frozen=True, slots=True)
class RowShown:
    """One open item with what is known around it. `contacts` are those since it was last done, the latest first."""

    row: WorklistRow
    as_of: date
    contacts: tuple[ContactTold, ...]
    missed: MissedVisits | None
    alerts: Mapping[AlertGrade, int]
    dose: DosePeriod | None

    @property
    def tag(self) -> str:
        return tag_of(self.row.bucket)

    @property
    def when(self) -> str:
        """How it stands, in words."""
        standing = self.row.standing
        return display.due_words(
            standing.status,
            standing.due_on,
            standing.days_overdue,
            standing.snoozed_until,
            self.as_of,
            waiting_until=standing.waiting_until,
            paused_until=standing.paused_until,
        )

    @property
    def interval(self) -> str:
        """`every 4 weeks`, `every 10 days`; "" for what is done once."""
        days = self.row.due_item.interval_days
        if not days:
            return ""
        weeks, rest = divmod(days, 7)
        return f"every {display.days(days)}" if rest else f"every {weeks} weeks" if weeks > 1 else "every week"

    @property
    def owner(self) -> str:
        owner = self.row.due_item.owner
        return name_of(owner) if owner is not None else ""

    @property
    def last_contact(self) -> str:
        if not self.contacts:
            return ""
        return f"{self.contacts[0].outcome.label}, {display.day(self.contacts[0].on)}"

    @property
    def monitored_by(self) -> str:
        return MonitoredBy(self.row.due_item.monitored_by).label

    @property
    def elsewhere(self) -> bool:
        """Whether another service looks after it."""
        return self.row.due_item.monitored_by != MonitoredBy.US

    @property
    def risk(self) -> str:
        tier = self.row.due_item.risk_tier
        return RiskTier(tier).label if tier else ""

    @property
    def alert_words(self) -> str:
        """`1 urgent, 2 needs action`, the gravest first."""
        return ", ".join(f"{self.alerts[grade]} {grade.label}" for grade in AlertGrade if grade in self.alerts)

    @property
    def infused(self) -> bool:
        """Whether an infusion answers it."""
        return self.row.kind is ItemKind.INFUSION

    @property
    def sampled(self) -> bool:
        """Whether a sample answers it."""
        return self.row.kind in SAMPLED


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the printed and the exported list."""

    heading: str
    value: Callable[[RowShown], str]


def _day(value: date | None) -> str:
    return display.day(value) if value is not None else ""


COLUMNS = (
    Column("Clinic", lambda shown: shown.row.patient.clinic.name),
    Column("Patient", lambda shown: display.sorted_name(shown.row.patient.family_name, shown.row.patient.given_names)),
    Column("Hospital number", lambda shown: shown.row.patient.hospital_number),
    Column("Item", lambda shown: shown.row.name),
    Column("Detail", lambda shown: shown.row.due_item.detail),
    Column("Asked for by", lambda shown: shown.row.drug_name),
    Column("Dose now", lambda shown: display.dose(shown.dose) if shown.dose is not None else ""),
    Column("List", lambda shown: shown.row.bucket.label),
    Column("Due", lambda shown: _day(shown.row.standing.due_on)),
    Column("Days overdue", lambda shown: str(shown.row.standing.days_overdue)),
    Column("More than one interval late", lambda shown: "yes" if shown.row.over_an_interval else "no"),
    Column("Interval", lambda shown: shown.interval),
    Column("Last done", lambda shown: _day(shown.row.due_item.last_done_on) or "never recorded"),
    Column("How it stands", lambda shown: shown.when),
    Column("Owner", lambda shown: shown.owner or "nobody"),
    Column("Contacts since last done", lambda shown: str(len(shown.contacts))),
    Column("Last contact", lambda shown: shown.last_contact),
    Column("Missed visits", lambda shown: str(shown.missed.count if shown.missed else 0)),
    Column("Open alerts", lambda shown: shown.alert_words),
    Column("Monitored by", lambda shown: shown.monitored_by),
    Column("Risk", lambda shown: shown.risk or "not assessed"),
)


def shown_rows(staff: Staff, items: Iterable[DueItem], as_of: date) -> list[RowShown]:
    """The rows of a part of the list, with what is known around each. The same number of queries for any number."""
    rows = rows_of(items, as_of)
    people = {row.patient.pk: row.patient for row in rows}
    around = work_around(staff, people, as_of)
    missed = missed_visits_of(staff, people.values(), as_of)
    return [_shown(row, around.get(row.patient.pk, PatientWork()), missed.get(row.patient.pk), as_of) for row in rows]


def _shown(row: WorklistRow, work: PatientWork, missed: MissedVisits | None, as_of: date) -> RowShown:
    contacts = tuple(work.contacts_about(row.due_item.item, row.due_item.last_done_on))
    return RowShown(row, as_of, contacts, missed, work.alerts, work.doses.get(row.due_item.drug))


@dataclass(frozen=True, slots=True)
class FilterShown(Filter):
    """One filter of the page, with where it stands and what it says once it is set."""

    @property
    def everyday(self) -> bool:
        """Whether it is always in sight; the others open on demand."""
        return self.name in _EVERYDAY

    @property
    def words(self) -> str:
        """`Owner: mine`, for a filter that is set."""
        return f"{self.label}: {next(choice.label for choice in self.choices if choice.chosen)}"


@dataclass(frozen=True, slots=True)
class BucketTab:
    """One list of the worklist, with how many items it holds under the other filters."""

    value: str
    label: str
    count: int
    chosen: bool


def tabs(counts: Mapping[Bucket, int], chosen: str) -> list[BucketTab]:
    """The lists in the order of the page, with the two that join several."""
    totals = {bucket.value: counts[bucket] for bucket in Bucket}
    totals |= {ATTENTION: sum(counts[bucket] for bucket in ATTENTION_BUCKETS), EVERYTHING: sum(counts.values())}
    return [BucketTab(value, label, totals[value], value == chosen) for value, label in LISTS.items()]


def filters_shown(staff: Staff, asked: Asked) -> list[FilterShown]:
    """Every filter that the page offers; that of the clinic only to those who belong to several."""
    protocol, set_to = load(), asked.filters
    people = [(str(member.pk), name_of(member)) for member in asked.owners if member.pk != staff.pk]
    drugs = sorted(((drug.id, drug.name) for drug in protocol.drugs.values()), key=lambda found: found[1])
    items = sorted(((item.id, item.name) for item in protocol.items.values()), key=lambda found: found[1])
    clinics = [(str(clinic.pk), clinic.name) for clinic in asked.clinics]
    offered = [
        _filter("owner", "Owner", "Everybody’s", [*OwnedBy.choices(), *people], set_to.owner),
        _filter("lateness", "Lateness", "Any day", Lateness.choices(), set_to.lateness),
        _filter("drug", "Drug that asks for it", "Any drug", drugs, set_to.drug),
        _filter("item", "Item", "Any item", items, set_to.item),
        _filter("kind", "Kind", "Any kind", ItemKind.choices(), set_to.kind),
        _filter("risk", "Risk", "Any risk", [*RiskTier.choices(), (NOT_ASSESSED, "not assessed")], set_to.risk),
        _filter("monitored_by", "Monitored by", "Anybody", MonitoredBy.choices(), set_to.monitored_by),
    ]
    if len(clinics) > 1:
        offered.insert(0, _filter("clinic", "Clinic", "All my clinics", clinics, str(set_to.clinic or "")))
    return offered


def sorts(chosen: str) -> list[Choice]:
    return [Choice(sort.value, sort.label, sort.value == chosen) for sort in Sort]


def list_words(asked: Asked, offered: Iterable[FilterShown]) -> list[str]:
    """The list by name and every filter that is set, for the head of a print and of an export."""
    words = [LISTS[asked.filters.bucket], *(found.words for found in offered if found.chosen)]
    if asked.patient is not None:
        words.append(f"Patient: hospital number {asked.patient.hospital_number}")
    return words


def name_of(member: Staff) -> str:
    """The name of a member of staff; one who has left says so."""
    name = member.get_full_name() or member.username
    return name if member.is_active else f"{name} (no longer active)"


def _filter(name: str, label: str, any_label: str, choices: Iterable[tuple[str, str]], chosen: str) -> FilterShown:
    return FilterShown(name, label, any_label, tuple(Choice(value, text, value == chosen) for value, text in choices))
