"""Opens an alert for what the rules find, and closes those whose value is no longer what it was.

Two passes, as for due items: the first only reads and finds whose alerts are out of step (mostly nobody's); the second
locks these patients, looks again, and writes. Run twice it writes once: a subject has one alert for each rule.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from monitoring.actions.alert_reasons import (
    corrected,
    died,
    read_again,
    repeat_is_back,
    repeat_was_normal,
    rested_on,
    withdrawn,
)
from monitoring.facts import monitoring_records
from monitoring.models import Alert, AlertStep, Contact, Result
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.alerts import evaluate_alerts, read_results, stricter
from monitoring.rules.findings import AlertFinding
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.record import Result as ReadResult
from monitoring.rules.trends import is_back
from monitoring.rules.vocabulary import AlertAction, AlertGrade, AlertLevel, AlertStatus, AlertStepKind
from monitoring.schedules import protocol_of
from monitoring.selectors.first_entries import first_entries
from patients.clock import day_in, today_in
from patients.facts import grouped
from patients.models import Patient
from patients.rules.vocabulary import PatientStatus

_TEXT, _ADVICE, _NOTE = 600, 300, 500  # characters, as the columns hold them
_READ_AGAIN = ["grade", "text", "caveats", "advice", "source", "source_kind", "protocol_version", "status"]
_READ_AGAIN += ["closed_at", "level", "level_since", "action", "repeat_on", "version"]


@dataclass(slots=True)
class AlertReport:
    """How many alerts a run opened, opened again (read more strictly, or back after a correction) and closed."""

    opened: int = 0
    reopened: int = 0
    closed: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.opened or self.reopened or self.closed)


def raise_alerts(patient_ids: Collection[int], as_of: date | None = None) -> AlertReport:
    """Brings the alerts of these patients in step with what is recorded. `as_of` None: today where the clinic is.

    A fixed number of queries for any number of patients.
    """
    out_of_step = [one.patient.pk for one in _readings(_patients(patient_ids), as_of) if one.changes()]
    if not out_of_step:
        return AlertReport()
    with transaction.atomic():
        locked = _patients(out_of_step).select_for_update(of=("self",))
        changes = _Changes(timezone.now())
        for one in _readings(locked, as_of, lock=True):
            for change in one.changes():
                changes.add(one.patient, change)
        return changes.write()


def _patients(patient_ids: Collection[int]) -> Any:
    return Patient.objects.filter(pk__in=list(patient_ids)).select_related("clinic").order_by("pk")


@dataclass(frozen=True, slots=True)
class _Change:
    """One step that software takes: a finding to open, or a row to close or to open again with the reason."""

    finding: AlertFinding | None = None
    row: Alert | None = None
    why: str = ""


@dataclass(slots=True)
class _Reading:
    """One patient's findings beside the alerts that there are."""

    patient: Patient
    as_of: date
    record: MonitoringRecord
    protocol: MonitoringProtocol
    entered: dict[str, date]
    first_entered: dict[str, date]
    alerts: list[Alert]
    contacts: dict[str, Contact]
    corrected: list[Result]
    findings: tuple[AlertFinding, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.findings = evaluate_alerts(
            self.record, self.protocol, self.as_of, entered=self.entered, first_entered=self.first_entered
        )

    def changes(self) -> list[_Change]:
        """What has to be written, closings first."""
        closing = [
            _Change(row=row, why=why)
            for row in self.alerts
            if row.status != AlertStatus.CLOSED and (why := self._why_closed(row))
        ]
        gone = {change.row.pk for change in closing if change.row is not None}
        return [*closing, *(change for finding in self.findings for change in self._opening(finding, gone))]

    def _opening(self, finding: AlertFinding, gone: set[int]) -> Iterable[_Change]:
        rows = [row for row in self.alerts if row.subject == finding.subject]
        if finding.level is not AlertLevel.NURSE and any(
            row.rule_id == finding.rule_id and row.status != AlertStatus.CLOSED for row in self.alerts
        ):
            return  # one more missed visit is no news while the doctors have not answered
        same = next((row for row in rows if row.rule_id == finding.rule_id), None)
        if not rows:
            yield _Change(finding=finding)
        elif all(stricter(finding.grade, AlertGrade(row.grade)) for row in rows):
            for row in rows:
                if row is not same and row.status != AlertStatus.CLOSED and row.pk not in gone:
                    yield _Change(row=row, why=read_again(finding.text))
            yield _Change(finding=finding, row=same, why=read_again(finding.text) if same else "")
        elif same is not None and all(_closed_by_software(row) for row in rows):
            yield _Change(finding=finding, row=same, why=read_again(finding.text))

    def _why_closed(self, row: Alert) -> str:
        person = self.record.treatment.patient.person
        if person.status is PatientStatus.DECEASED:
            return died(person.status_on)
        if row.result is None:
            contact = self.contacts.get(row.subject)
            return withdrawn("contact", contact, self.patient) if contact and contact.superseded_at else ""
        if row.result.superseded_at is not None:
            successor = getattr(row.result, "replaced_by", None)
            if successor is not None:
                return corrected(row.result, successor, self.patient)
            return withdrawn("result", row.result, self.patient)
        return self._why_answered(row, row.result)

    def _why_answered(self, row: Alert, result: Result) -> str:
        """A repeat that came back normal, or another value that the finding rested on and that was corrected."""
        if row.status == AlertStatus.ACTED:
            return self._repeat(row, result) if row.action == AlertAction.REPEAT else ""
        if any(found.subject == row.subject for found in self.findings) or row.subject not in self.entered:
            return ""
        since = [
            one
            for one in self.corrected
            if one.analyte == result.analyte and one.superseded_at is not None and one.superseded_at >= row.opened_at
        ]
        return rested_on() if since else ""

    def _repeat(self, row: Alert, result: Result) -> str:
        later = [
            one
            for one in self.record.results
            if one.analyte == result.analyte and row.on < one.sampled_on <= self.as_of
        ]
        if not later:
            return ""
        newest = max(later, key=lambda one: (one.sampled_on, int(one.id)))
        (reading,) = read_results(self.record, self.protocol, self.as_of, [newest])
        if row.rule_id in {rule.id for rule in self.protocol.trends.get(result.analyte, ())}:
            return repeat_is_back(newest) if reading.finding is None and self._is_back(newest, row) else ""
        return repeat_was_normal(newest) if reading.clear else ""

    def _is_back(self, newest: ReadResult, row: Alert) -> bool:
        """Whether a value is as good again as the first of the trend that the alert is about."""
        rows = self.record.results
        last = next((one for one in rows if one.id == str(row.result_id)), None)
        rule = next(rule for rule in self.protocol.trends[newest.analyte] if rule.id == row.rule_id)
        return last is not None and is_back(newest, last, rule, self.protocol, others=rows)


def _closed_by_software(row: Alert) -> bool:
    """Closed since a value was corrected, not by a person nor by the repeat that a person asked for."""
    by_person: bool = getattr(row, "closed_by_person")  # noqa: B009 - annotated by the query
    return row.status == AlertStatus.CLOSED and not row.action and not by_person


def _readings(patients: Any, as_of: date | None, *, lock: bool = False) -> Iterable[_Reading]:
    """Those patients for whom anything can have changed: something entered lately, or an alert that is not closed."""
    people = list(patients)
    protocols = {patient.clinic_id: protocol_of(patient.clinic) for patient in people}
    days = {patient.pk: as_of or today_in(patient.clinic) for patient in people}
    entered = _entered(people, protocols, days)
    alerts = _alerts(people, protocols, days, lock=lock)
    wanted = [patient for patient in people if entered[patient.pk] or alerts[patient.pk]]
    ids = [patient.pk for patient in wanted]
    records = monitoring_records(ids) if ids else {}
    open_rows = [row for rows in alerts.values() for row in rows if row.status != AlertStatus.CLOSED]
    contacts = _contacts(open_rows)
    corrected_rows = _corrected(open_rows)
    firsts = first_entries(Result.objects.filter(patient__in=ids).current().filter(replaces__isnull=False))
    for patient in wanted:
        yield _Reading(
            patient=patient,
            as_of=days[patient.pk],
            record=records[patient.pk],
            protocol=protocols[patient.clinic_id],
            entered=entered[patient.pk],
            first_entered={
                f"result:{pk}": day_in(patient.clinic, moment)
                for pk, moment in firsts.items()
                if f"result:{pk}" in entered[patient.pk]
            },
            alerts=alerts[patient.pk],
            contacts=contacts,
            corrected=corrected_rows[patient.pk],
        )


def _since(patient: Patient, protocol: MonitoringProtocol, day: date) -> datetime:
    first = day - timedelta(protocol.raising.entered_within_days)
    return datetime.combine(first, time.min, tzinfo=ZoneInfo(patient.clinic.time_zone))


def _earliest(people: list[Patient], protocols: dict[int, MonitoringProtocol], days: dict[int, date]) -> datetime:
    return min((_since(one, protocols[one.clinic_id], days[one.pk]) for one in people), default=timezone.now())


def _entered(
    people: list[Patient], protocols: dict[int, MonitoringProtocol], days: dict[int, date]
) -> defaultdict[int, dict[str, date]]:
    """By patient and subject, the day on which each current result and contact of the last weeks was entered."""
    of = {"patient__in": [one.pk for one in people], "recorded_at__gte": _earliest(people, protocols, days)}
    by_id = {one.pk: one for one in people}
    found: defaultdict[int, dict[str, date]] = defaultdict(dict)
    for kind, model in (("result", Result), ("contact", Contact)):
        rows = model.objects.filter(**of).current().values_list("patient_id", "pk", "recorded_at")
        for patient_id, pk, moment in rows:
            found[patient_id][f"{kind}:{pk}"] = day_in(by_id[patient_id].clinic, moment)
    return found


def _alerts(
    people: list[Patient], protocols: dict[int, MonitoringProtocol], days: dict[int, date], *, lock: bool
) -> defaultdict[int, list[Alert]]:
    """Every alert that is not closed, and the closed ones about what was entered in the last weeks."""
    by_person = AlertStep.objects.filter(alert=OuterRef("pk"), kind=AlertStepKind.CLOSED, by__isnull=False)
    rows = (
        Alert.objects.filter(patient__in=[one.pk for one in people])
        .filter(~Q(status=AlertStatus.CLOSED) | Q(opened_at__gte=_earliest(people, protocols, days)))
        .select_related("result__superseded_by", "result__replaced_by")
        .annotate(closed_by_person=Exists(by_person))
        .order_by("pk")
    )
    found: defaultdict[int, list[Alert]] = defaultdict(list)
    for row in rows.select_for_update(of=("self",)) if lock else rows:
        found[row.patient_id].append(row)
    return found


def _contacts(rows: list[Alert]) -> dict[str, Contact]:
    """The contacts that alerts are about, by subject."""
    ids = [int(row.subject.removeprefix("contact:")) for row in rows if row.subject.startswith("contact:")]
    found = Contact.objects.filter(pk__in=ids).select_related("superseded_by") if ids else []
    return {f"contact:{row.pk}": row for row in found}


def _corrected(rows: list[Alert]) -> dict[Any, list[Result]]:
    """Results of these patients that were corrected or withdrawn since the oldest of the alerts."""
    if not rows:
        return defaultdict(list)
    since = min(row.opened_at for row in rows)
    of = {"patient__in": {row.patient_id for row in rows}, "superseded_at__gte": since}
    return grouped(Result.objects.filter(**of), "patient_id")


class _Changes:
    """What has to be written, gathered over many patients and written in four statements at most."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.opened: list[Alert] = []
        self.reopened: list[Alert] = []
        self.closed: list[Alert] = []
        self.steps: list[AlertStep] = []

    def add(self, patient: Patient, change: _Change) -> None:
        if change.finding is None and change.row is not None:
            self._close(change.row, change.why)
        elif change.finding is not None and change.row is not None:
            self._open_again(change.row, change.finding, change.why)
        elif change.finding is not None:
            self._open(patient, change.finding)

    def write(self) -> AlertReport:
        Alert.objects.bulk_update(self.closed, ["status", "closed_at", "version"], batch_size=500)
        Alert.objects.bulk_update(self.reopened, _READ_AGAIN, batch_size=500)
        Alert.objects.bulk_create(self.opened, batch_size=500)
        opening = [self._step(row, AlertStepKind.OPENED) for row in self.opened]
        AlertStep.objects.bulk_create([*self.steps, *opening], batch_size=500)
        return AlertReport(len(self.opened), len(self.reopened), len(self.closed))

    def _open(self, patient: Patient, finding: AlertFinding) -> None:
        kind, _, identity = finding.subject.partition(":")
        row = Alert(
            patient=patient,
            result_id=int(identity) if kind == "result" else None,
            subject=finding.subject,
            rule_id=finding.rule_id,
            on=finding.on,
            opened_at=self.now,
        )
        self._say(row, finding)
        self.opened.append(row)

    def _open_again(self, row: Alert, finding: AlertFinding, why: str) -> None:
        self._say(row, finding)
        row.status, row.closed_at, row.action, row.repeat_on = AlertStatus.OPEN.value, None, "", None
        row.version += 1
        self.reopened.append(row)
        self.steps.append(self._step(row, AlertStepKind.REOPENED, why))

    def _close(self, row: Alert, why: str) -> None:
        row.status, row.closed_at = AlertStatus.CLOSED.value, self.now
        row.version += 1
        self.closed.append(row)
        self.steps.append(self._step(row, AlertStepKind.CLOSED, why))

    def _say(self, row: Alert, finding: AlertFinding) -> None:
        row.grade, row.level, row.level_since = finding.grade.value, finding.level.value, self.now
        row.text, row.advice = finding.text[:_TEXT], finding.action[:_ADVICE]
        row.caveats = [*(f"Also: {reason.text}" for reason in finding.further), *(one.text for one in finding.caveats)]
        row.source, row.source_kind = finding.reason.source[:_ADVICE], finding.reason.kind.value
        row.protocol_version = finding.reason.protocol_version

    def _step(self, row: Alert, kind: AlertStepKind, note: str = "") -> AlertStep:
        return AlertStep(alert=row, kind=kind.value, level=row.level, at=self.now, note=note[:_NOTE])
