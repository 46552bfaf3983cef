"""Alerts: whose they are, which are listed, what one page of an alert shows, and who may do what about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from monitoring.facts import monitoring_records
from monitoring.models import Alert, AlertStep
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.levels import level_analytes, taken_on, why_no_trough
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.vocabulary import AlertAction, AlertGrade, AlertLevel, AlertStatus
from monitoring.schedules import protocol_of
from patients.clock import today_in
from patients.errors import NotFound
from patients.models import Clinic, Membership, Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.reasons import RuleKind
from patients.rules.vocabulary import Role
from patients.selectors import (
    clinics_of,
    may,
    may_read,
    patients_for,
    patients_in_emergency,
    require_reading,
    roles_by_clinic,
)
from regimens.rules.record import Course

NOT_CLOSED = "not_closed"
EVERYTHING = "all"
LAST_VALUES = 8
# Whatever is not closed before what is, and of that the most urgent first.
_PRESSING = Case(
    When(status=AlertStatus.CLOSED.value, then=Value(len(AlertGrade))),
    *(When(grade=grade.value, then=Value(place)) for place, grade in enumerate(AlertGrade)),
    output_field=IntegerField(),
)
_FREE = (AlertAction.REPEAT, AlertAction.HOLD)
_LEVELS_OF = {
    # Nobody is released by an alert that climbs: it has reached somebody more.
    Role.NURSE: tuple(level.value for level in AlertLevel),
    Role.DOCTOR: (AlertLevel.DOCTOR.value, AlertLevel.LEAD.value),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilters:
    """What narrows the list; empty means any. `status` is an AlertStatus value, NOT_CLOSED (usual) or EVERYTHING."""

    clinic: int | None = None
    patient: int | None = None
    grade: str = ""
    status: str = NOT_CLOSED
    level: str = ""
    test: str = ""


@dataclass(frozen=True, slots=True)
class ValueInTime:
    """One value of the alert's test. `is_subject`: the one that raised it. `note`: why a level does not count."""

    result: Result
    is_subject: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Everything that the page of an alert shows."""

    alert: Alert
    test: str
    today: date
    steps: tuple[AlertStep, ...]
    values: tuple[ValueInTime, ...]
    courses: tuple[Course, ...]
    names: dict[str, str]
    actions: tuple[AlertAction, ...]
    may_record: bool
    may_close: bool
    is_level: bool

    @property
    def source_kind(self) -> str:
        """What the rule rests on, in words."""
        return RuleKind(self.alert.source_kind).label if self.alert.source_kind else ""


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """Alerts that nobody has seen, counted by level: those that have reached the person, and those that have not."""

    reached: dict[AlertLevel, int]
    elsewhere: dict[AlertLevel, int]


def alerts_for(staff: Staff) -> QuerySet[Alert]:
    """Alerts of the person's patients: those not closed by their grade, the most urgent first, and then by age."""
    return _alerts_of(patients_for(staff))


def _alerts_of(patients: QuerySet[Patient]) -> QuerySet[Alert]:
    return (
        Alert.objects.filter(patient__in=patients)
        .select_related("patient__clinic", "result")
        .order_by(_PRESSING, "opened_at", "pk")
    )


def alerts_reaching(staff: Staff) -> QuerySet[Alert]:
    """The alerts that have reached the person: at a level of their role in that clinic, or at the lead's."""
    return alerts_for(staff).filter(_reached(staff))


def open_by_level(staff: Staff, clinic: Clinic) -> OpenAlerts:
    """How many alerts of one clinic nobody has seen, by where they wait. One query."""
    rows = alerts_for(staff).filter(patient__clinic=clinic, status=AlertStatus.OPEN).order_by().values_list("level")
    counts = rows.annotate(every=Count("pk"), reached=Count("pk", filter=_reached(staff)))
    counted = {level: (every, reached) for level, every, reached in counts}
    found = [(level, *counted.get(level.value, (0, 0))) for level in AlertLevel]
    return OpenAlerts(
        reached={level: reached for level, _, reached in found if reached},
        elsewhere={level: every - reached for level, every, reached in found if every > reached},
    )


def alerts_with_steps(staff: Staff) -> QuerySet[Alert]:
    """The same in the same order, with everything that was done about each; `pressing` is its place by grade."""
    return alerts_for(staff).annotate(pressing=_PRESSING).prefetch_related("steps")


def alerts_listed(staff: Staff, filters: AlertFilters | None = None) -> QuerySet[Alert]:
    """The alerts under these filters, in the order of `alerts_for`."""
    wanted = filters or AlertFilters()
    rows = _narrowed(alerts_for(staff), wanted)
    if wanted.status == NOT_CLOSED:
        return rows.exclude(status=AlertStatus.CLOSED)
    return rows if wanted.status == EVERYTHING else rows.filter(status=wanted.status)


def alert_counts(staff: Staff, filters: AlertFilters | None = None) -> dict[str, int]:
    """How many alerts stand where, under the other filters. One query."""
    rows = _narrowed(alerts_for(staff), filters or AlertFilters()).order_by()
    counted = rows.aggregate(**{word.value: Count("pk", filter=Q(status=word)) for word in AlertStatus})
    everything = sum(counted.values())
    return {**counted, EVERYTHING: everything, NOT_CLOSED: everything - counted[AlertStatus.CLOSED.value]}


def clinics_with_alerts(staff: Staff) -> QuerySet[Clinic]:
    """The person's clinics, each with how many alerts nobody has seen that have reached the person (open_alerts_in)."""
    reached = _reached(staff)
    counted = (
        Alert.objects.filter(reached, patient__clinic=OuterRef("pk"), status=AlertStatus.OPEN)
        .order_by()
        .values("patient__clinic")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return clinics_of(staff).annotate(open_alerts=Coalesce(Subquery(counted), 0))


def open_alerts_in(clinic: Clinic) -> int:
    """What was counted beside a clinic of `clinics_with_alerts`; 0 for a clinic from elsewhere."""
    return int(getattr(clinic, "open_alerts", 0))


def alerts_of(staff: Staff, patient: Patient, since: date | None = None) -> list[Alert]:
    """The alerts of one patient that are not closed or are about `since` or a later day, the most pressing first.

    One query; none for whoever may not read the record.
    """
    if not may_read(staff, patient):
        return []
    grades = {grade.value: number for number, grade in enumerate(AlertGrade)}
    wanted = ~Q(status=AlertStatus.CLOSED)
    if since is not None:
        wanted |= Q(on__gte=since)
    rows = Alert.objects.filter(wanted, patient=patient)
    return sorted(rows, key=lambda row: (grades[row.grade], row.opened_at, row.pk))


def alert_page(staff: Staff, alert_id: int) -> AlertPage:
    """One alert with all that stands beside it: of the person's patients, or of one under an open emergency access.

    Raises NotFound for another clinic's just as for none.
    """
    alert = alerts_for(staff).filter(pk=alert_id).first()
    if alert is None:
        alert = _alerts_of(patients_in_emergency(staff)).filter(pk=alert_id).first()
    if alert is None:
        raise NotFound("No such alert among your patients.")
    patient = alert.patient
    require_reading(staff, patient)
    protocol, today = protocol_of(patient.clinic), today_in(patient.clinic)
    record = monitoring_records([patient.pk])[patient.pk]
    steps = AlertStep.objects.filter(alert=alert).select_related("by")
    return AlertPage(
        alert=alert,
        test=subject_name(alert, protocol),
        today=today,
        steps=tuple(steps),
        values=_values(alert, record, protocol),
        courses=tuple(taken_on(record.treatment.courses, today)),
        names={drug.id: drug.name for drug in protocol.drugs.values()},
        actions=tuple(action for action in AlertAction if may_decide(staff, alert, action)),
        may_record=may(staff, patient.clinic_id, Permission.RECORD_MONITORING),
        may_close=may_close(staff, alert),
        is_level=alert.result is not None and alert.result.analyte in level_analytes(protocol),
    )


def may_decide(staff: Staff, alert: Alert, action: AlertAction) -> bool:
    """Whether the person's role decides this about an alert of this grade (docs/adr/0020)."""
    clinic = alert.patient.clinic_id
    if not may(staff, clinic, Permission.RECORD_MONITORING):
        return False
    if action in _FREE or (action is AlertAction.CONTINUE and alert.grade == AlertGrade.LOOK):
        return True
    return may(staff, clinic, Permission.JUDGE_TREATMENT)


def may_close(staff: Staff, alert: Alert) -> bool:
    """Whether the person may close it: a doctor always, others what is to be looked at or what a doctor has decided.

    Once a nurse has held a drug as first aid, a doctor decides how it goes on, however mild the alert was.
    """
    clinic = alert.patient.clinic_id
    if may(staff, clinic, Permission.JUDGE_TREATMENT):
        return True
    decided = alert.status == AlertStatus.ACTED and alert.action != AlertAction.REPEAT
    is_mild = alert.grade == AlertGrade.LOOK and alert.action != AlertAction.HOLD
    return may(staff, clinic, Permission.RECORD_MONITORING) and (decided or is_mild)


def subject_name(alert: Alert, protocol: MonitoringProtocol) -> str:
    """What was tested, or what else the alert is about."""
    if alert.result is None:
        return "Missed visits" if alert.rule_id == protocol.missed_visits.id else "Symptoms told"
    analyte = protocol.analytes.get(alert.result.analyte)
    return analyte.name if analyte else alert.result.analyte


def _narrowed(rows: QuerySet[Alert], wanted: AlertFilters) -> QuerySet[Alert]:
    columns = {
        "patient__clinic": wanted.clinic,
        "patient": wanted.patient,
        "grade": wanted.grade,
        "level": wanted.level,
        "result__analyte": wanted.test,
    }
    return rows.filter(**{name: value for name, value in columns.items() if value})


def _reached(staff: Staff) -> Q:
    """Alerts at a level of the person's role in that clinic, or at the lead's where the person leads it."""
    leads = Membership.objects.filter(staff=staff, clinic=OuterRef("patient__clinic"), is_lead=True)
    found = Q(Exists(leads), level=AlertLevel.LEAD)
    for role, levels in _LEVELS_OF.items():
        clinics = [pk for pk, roles in roles_by_clinic(staff).items() if role in roles]
        if clinics:
            found |= Q(patient__clinic__in=clinics, level__in=levels)
    return found


def _values(alert: Alert, record: MonitoringRecord, protocol: MonitoringProtocol) -> tuple[ValueInTime, ...]:
    """The last values of the test, the newest first; the one that raised it is always among them."""
    if alert.result is None:
        return ()
    subject = alert.subject.removeprefix("result:")
    rows = [row for row in record.results if row.analyte == alert.result.analyte]
    rows.sort(key=lambda row: (row.sampled_on, int(row.id)), reverse=True)
    shown = _with_subject(rows, subject)
    is_level = alert.result.analyte in level_analytes(protocol)
    return tuple(
        ValueInTime(row, row.id == subject, why_no_trough(row, record, protocol) if is_level else "") for row in shown
    )


def _with_subject(rows: list[Result], subject: str) -> Iterable[Result]:
    return [row for place, row in enumerate(rows) if place < LAST_VALUES or row.id == subject]
