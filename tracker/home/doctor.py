"""A doctor's day in one clinic: the alerts that have reached them, who was seen today, and what came in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from monitoring.models import Contact, Result
from monitoring.rules.vocabulary import AlertLevel, AlertStatus
from monitoring.selectors import ReadingFilters, contacts_for, read_rows, results_for, results_listed
from monitoring.selectors.alerts import alerts_reaching, open_by_level
from monitoring.selectors.readings import ReadRow
from patients.clock import now_in
from patients.models import Clinic, Patient, Staff
from patients.seen import seen
from patients.selectors import assessments_for
from tracker.home.days import entered_from, last_working_day
from tracker.home.nurse import infusions_given, patients_under_care
from tracker.presenters.alerts import AlertRow, rows_shown

FIRST_ALERTS = 6
FIRST_RESULTS = 8
MOST_SEEN = 20


@dataclass(frozen=True, slots=True)
class SeenToday:
    """One patient with what is recorded of this day, in words."""

    patient: Patient
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoctorDay:
    """`alerts_by_level` counts the alerts that nobody has seen and that have reached the person, `alerts` are the
    gravest; `alerts_of_nurses` still wait for the nurses. `seen_today` by name, of `seen_count`. `results` entered from
    `results_since` on: those that raised an alert or lie outside their own limits first; `outside` of `results_count`
    did.
    """

    clinic: Clinic
    read_at: datetime
    alerts: list[AlertRow]
    alerts_by_level: dict[AlertLevel, int]
    alerts_of_nurses: int
    seen_today: list[SeenToday]
    seen_count: int
    results_since: date
    results: list[ReadRow]
    results_count: int
    outside: int
    checked: int

    @property
    def as_of(self) -> date:
        return self.read_at.date()


def doctor_day(staff: Staff, clinic: Clinic) -> DoctorDay:
    """The same number of queries for any number of patients."""
    read_at = now_in(clinic)
    as_of = read_at.date()
    people = _seen_on(staff, clinic, as_of)
    shown = people[:MOST_SEEN]
    seen(one.patient.pk for one in shown)
    counted_alerts = open_by_level(staff, clinic)
    waiting = alerts_reaching(staff).filter(patient__clinic=clinic, status=AlertStatus.OPEN)
    since = last_working_day(as_of)
    results = _new_results(staff, clinic, since)
    counted = results.order_by().aggregate(every=Count("pk"), outside=Count("pk", filter=Q(urgency__lt=_ORDINARY)))
    return DoctorDay(
        clinic=clinic,
        read_at=read_at,
        alerts=rows_shown(waiting[:FIRST_ALERTS]),
        alerts_by_level=counted_alerts.reached,
        alerts_of_nurses=counted_alerts.elsewhere.get(AlertLevel.NURSE, 0),
        seen_today=shown,
        seen_count=len(people),
        results_since=since,
        results=read_rows(results[:FIRST_RESULTS]),
        results_count=counted["every"],
        outside=counted["outside"],
        checked=patients_under_care(staff, clinic),
    )


_ALERTED, _OUTSIDE, _ORDINARY = range(3)
# As monitoring.rules.entered.above_its_limit: `<50` with a limit of 40 is not sure.
_SURELY_ABOVE = (Q(value__gt=F("upper_limit")) & ~Q(comparator__in=("<", "<="))) | Q(
    value=F("upper_limit"), comparator=">"
)


def _new_results(staff: Staff, clinic: Clinic, since: date) -> QuerySet[Result]:
    """Current results entered since a day, with `urgency`: it raised an alert, it lies above its own limit, neither.

    The limit is the one that the laboratory printed beside it.
    """
    urgency = Case(
        When(alert_id__isnull=False, then=Value(_ALERTED)),
        When(_SURELY_ABOVE, then=Value(_OUTSIDE)),
        default=Value(_ORDINARY),
        output_field=IntegerField(),
    )
    rows = results_listed(staff, ReadingFilters(clinic=clinic.pk, entered=entered_from(since, [clinic])))
    return rows.annotate(urgency=urgency).order_by("urgency", "-recorded_at", "-pk")


def _seen_on(staff: Staff, clinic: Clinic, day: date) -> list[SeenToday]:
    """Whoever was assessed, spoken to, sampled or infused on the day, by name. Four queries."""
    people: dict[int, Patient] = {}
    what: dict[int, list[str]] = defaultdict(list)

    def note(patient: Patient, words: str) -> None:
        people[patient.pk] = patient
        if words not in what[patient.pk]:
            what[patient.pk].append(words)

    for assessment in assessments_for(staff).filter(patient__clinic=clinic, on=day).prefetch_related(None):
        note(assessment.patient, _("assessed"))
    for contact in _contacts_on(staff, clinic, day):
        note(contact.patient, _("contact: %(outcome)s") % {"outcome": contact.get_outcome_display()})
    sampled = results_for(staff).filter(patient__clinic=clinic, sampled_on=day)
    for row in sampled.order_by("patient_id").distinct("patient_id"):
        note(row.patient, _("sample taken"))
    for infusion in infusions_given(staff, clinic, day):
        note(infusion.course.patient, _("infusion given"))
    ordered = sorted(people.values(), key=lambda one: (one.family_name.casefold(), one.given_names.casefold(), one.pk))
    return [SeenToday(patient, tuple(what[patient.pk])) for patient in ordered]


def _contacts_on(staff: Staff, clinic: Clinic, day: date) -> QuerySet[Contact]:
    return contacts_for(staff).filter(patient__clinic=clinic, on=day).select_related("patient")
