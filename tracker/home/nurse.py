"""A nurse's day in one clinic: how much waits in which list, what is most urgent, who comes for an infusion."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitoring.protocol.load import load
from monitoring.rules.findings import ItemKind
from monitoring.rules.vocabulary import AlertStatus, Bucket
from monitoring.selectors import (
    AlertFilters,
    WorklistFilters,
    WorklistRow,
    alert_counts,
    counts_by_bucket,
    rows_of,
    worklist,
)
from monitoring.selectors.calendar import expected_on
from monitoring.selectors.unreached import patients_not_reached
from monitoring.selectors.worklist_filters import ATTENTION_BUCKETS
from patients.clock import now_in
from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import PatientStatus
from patients.seen import seen
from patients.selectors import patients_for
from regimens.models import Infusion
from regimens.selectors import infusions_for

FIRST_PATIENTS = 6
LONGEST_CYCLE = 10  # days, as the table of infusions has it
MOST_LISTED = 40
"""So many names at most stand in a list of the page; more are counted."""


@dataclass(frozen=True, slots=True)
class Pressing:
    """One patient with every item that needs attention, in the order of the worklist."""

    patient: Patient
    rows: list[WorklistRow]

    @property
    def days_overdue(self) -> int:
        return max(row.standing.days_overdue for row in self.rows)

    @property
    def over_an_interval(self) -> bool:
        return any(row.over_an_interval for row in self.rows)


@dataclass(frozen=True, slots=True)
class NurseDay:
    """`by_bucket` counts every open item of the clinic; `first` are the patients of the items that are most pressing.

    `infusions` are expected in the chair today, late ones among them; `given` was given today. `not_reached` could not
    be told by e-mail: `not_reached_count` in all. `checked` patients are under care.
    """

    clinic: Clinic
    read_at: datetime
    by_bucket: dict[Bucket, int]
    alerts_unseen: int
    first: list[Pressing]
    infusions: list[WorklistRow]
    given: list[Infusion]
    not_reached: list[Patient]
    not_reached_count: int
    checked: int

    @property
    def as_of(self) -> date:
        return self.read_at.date()

    @property
    def attention(self) -> int:
        return sum(self.by_bucket[bucket] for bucket in ATTENTION_BUCKETS)


def nurse_day(staff: Staff, clinic: Clinic) -> NurseDay:
    """The same number of queries for any number of patients."""
    read_at = now_in(clinic)
    as_of = read_at.date()
    filters = WorklistFilters(clinic=clinic.pk)
    chairs = [item.id for item in load().items.values() if item.kind is ItemKind.INFUSION]
    expected = expected_on(staff, as_of, as_of, clinic.pk).filter(item__in=chairs)
    unreached = patients_not_reached(staff, clinic.pk, as_of)
    not_reached = list(unreached[:MOST_LISTED])
    given = infusions_given(staff, clinic, as_of)
    seen([*(patient.pk for patient in not_reached), *(row.course.patient_id for row in given)])
    return NurseDay(
        clinic=clinic,
        read_at=read_at,
        by_bucket=counts_by_bucket(staff, as_of, filters),
        alerts_unseen=alert_counts(staff, AlertFilters(clinic=clinic.pk))[AlertStatus.OPEN],
        first=most_pressing(staff, as_of, filters),
        infusions=rows_of(expected[:MOST_LISTED], as_of),
        given=given,
        not_reached=not_reached,
        not_reached_count=len(not_reached) if len(not_reached) < MOST_LISTED else unreached.count(),
        checked=patients_under_care(staff, clinic),
    )


def most_pressing(staff: Staff, as_of: date, filters: WorklistFilters) -> list[Pressing]:
    """The patients whose items stand first on the worklist, each once. Two queries."""
    items = worklist(staff, as_of, filters)
    first = list(dict.fromkeys(items.values_list("patient_id", flat=True)))[:FIRST_PATIENTS]
    rows: dict[int, list[WorklistRow]] = {pk: [] for pk in first}
    for row in rows_of(items.filter(patient__in=first), as_of):
        rows[row.patient.pk].append(row)
    return [Pressing(found[0].patient, found) for found in rows.values() if found]


def infusions_given(staff: Staff, clinic: Clinic, as_of: date) -> list[Infusion]:
    """The cycles of which this is a day, by the patient's name."""
    lasting = infusions_for(staff).filter(
        course__patient__clinic=clinic, first_on__lte=as_of, first_on__gt=as_of - timedelta(days=LONGEST_CYCLE)
    )
    found = lasting.select_related("course__patient").order_by("course__patient__family_name", "pk")
    return [row for row in found if row.first_on + timedelta(days=row.days) > as_of]


def patients_under_care(staff: Staff, clinic: Clinic) -> int:
    return patients_for(staff).filter(clinic=clinic, status=PatientStatus.ACTIVE).order_by().count()
