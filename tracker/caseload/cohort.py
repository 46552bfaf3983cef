"""Whom the cohort pages count: the patients of the person's own clinics, as of a day, narrowed by filters."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from monitoring.models import Alert
from patients.clock import day_in, end_of_day, today_in
from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import PatientStatus
from patients.seen import seen
from patients.selectors import clinics_of, patients_for
from tracker.caseload.filters import AskedCohort, filters_of
from tracker.caseload.kept import Kept, Part, parts_of
from tracker.caseload.members import Course, InDate, Member

BESIDE = frozenset({"as_of", "cell", "page"})
"""Names in an address that narrow nothing."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The people counted. `everyone`: whoever was ever under care by the day; `members`: who was so on the day.

    `not_yet`: registered after the day with nothing recorded before it. Courses and quarters are there where they were
    asked for.
    """

    asked: AskedCohort
    everyone: tuple[Member, ...]
    not_yet: int
    courses: dict[int, Course] = field(default_factory=dict)
    quarters: dict[int, tuple[InDate, ...]] = field(default_factory=dict)
    clinic_names: dict[int, str] = field(default_factory=dict)
    has_audit: bool = True
    alerts: frozenset[int] = frozenset()

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(member for member in self.everyone if member.under_care)

    @property
    def left(self) -> int:
        """How many had left by the day, or died."""
        return sum(not member.under_care for member in self.everyone)


def asked_for(staff: Staff, query: QueryDict, as_of: date | None) -> AskedCohort | None:
    """Reads an address; None for whoever belongs to no clinic whose records they may read.

    `as_of` None, and a day that has not come yet, stand for today where the first of the clinics is.
    """
    clinics = tuple(clinics_of(staff).order_by("name", "pk"))
    if not clinics:
        return None
    filters, ignored = filters_of(query, clinics, BESIDE)
    today = max(today_in(clinic) for clinic in clinics)
    if as_of is not None and as_of > today:
        ignored.append(_("a day that has not come yet"))
        as_of = None
    return AskedCohort(filters, as_of or today, today, clinics, tuple(ignored))


def cohort_of(staff: Staff, asked: AskedCohort, parts: Collection[Part] = ()) -> Cohort:
    """The people whom the address asks for. A fixed number of queries for each clinic of the person.

    Nobody is told to the access log here: pages of figures show nobody. Whoever lists them says whom (`listed`).
    """
    clinics = [clinic for clinic in asked.clinics if asked.filters.clinic in (None, clinic.pk)]
    rows = _patients(staff, clinics)
    alerts = _with_open_alert(clinics, asked.as_of)
    found = Cohort(asked, (), 0, clinic_names={clinic.pk: clinic.name for clinic in clinics})
    everyone: list[Member] = []
    not_yet = 0
    has_audit = True
    for clinic in clinics:
        registered = {pk: day_in(clinic, at) for pk, of, at in rows if of == clinic.pk}
        kept = parts_of(clinic, list(registered), {Part.MEMBER, *parts}, asked.as_of)
        there = [one for one in kept.members.values() if _there_by(one, registered[one.patient_id], asked.as_of)]
        not_yet += len(kept.members) - len(there)
        everyone += [one for one in there if asked.filters.holds(one, alerts)]
        has_audit = has_audit and any(one.in_date for one in kept.members.values()) | (not kept.members)
        _add_parts(found, kept)
    everyone.sort(key=lambda one: one.patient_id)
    return Cohort(
        asked,
        tuple(everyone),
        not_yet,
        found.courses,
        found.quarters,
        found.clinic_names,
        has_audit=has_audit,
        alerts=alerts,
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """One patient of a list with where they stand."""

    patient: Patient
    member: Member


def listed(staff: Staff, cohort: Cohort, patient_ids: Iterable[int]) -> dict[int, Listed]:
    """The people of one page of a list with their names: these are seen. One query."""
    members = {member.patient_id: member for member in cohort.everyone}
    wanted = [pk for pk in patient_ids if pk in members]
    found = {patient.pk: Listed(patient, members[patient.pk]) for patient in patients_for(staff).filter(pk__in=wanted)}
    seen(found)
    return found


def in_order(staff: Staff, patient_ids: Collection[int]) -> dict[int, int]:
    """The place of each of these patients in the order of their names. One query."""
    rows = patients_for(staff).filter(pk__in=patient_ids).order_by("family_name", "given_names", "pk")
    return {pk: place for place, pk in enumerate(rows.values_list("pk", flat=True))}


def _patients(staff: Staff, clinics: Collection[Clinic]) -> list[tuple[int, int, datetime]]:
    rows = patients_for(staff).filter(clinic__in=[clinic.pk for clinic in clinics])
    rows = rows.exclude(status=PatientStatus.MERGED).select_related(None)
    return list(rows.order_by("pk").values_list("pk", "clinic_id", "recorded_at"))


def _there_by(member: Member, registered_on: date, as_of: date) -> bool:
    """Registered by the day, or entered later with something that happened by then."""
    return registered_on <= as_of or (member.first_on is not None and member.first_on <= as_of)


def _with_open_alert(clinics: Iterable[Clinic], as_of: date) -> frozenset[int]:
    """Who had an alert open at the end of the day, by the clinic's clocks. One query.

    An alert that was closed and opened again counts as open in between: only its last closing is known here.
    """
    condition = Q(pk__in=[])
    for clinic in clinics:
        end = end_of_day(as_of, clinic)
        still = Q(closed_at__isnull=True) | Q(closed_at__gt=end)
        condition |= Q(patient__clinic=clinic.pk, opened_at__lte=end) & still
    return frozenset(Alert.objects.filter(condition).values_list("patient_id", flat=True).distinct())


def _add_parts(found: Cohort, kept: Kept) -> None:
    found.courses.update(kept.courses)
    found.quarters.update(kept.quarters)
