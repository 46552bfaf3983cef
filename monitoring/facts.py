"""From rows to what the schedule rules read. A fixed number of queries for any number of patients."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Q

from monitoring.models import (
    Alert,
    AlertStep,
    Contact,
    IntervalOverride,
    NotNeeded,
    Pause,
    Result,
    RiskAssessment,
    SampleTaken,
    SharedCare,
    Snooze,
    TargetRange,
)
from monitoring.rules import record
from monitoring.rules.audit_findings import AlertEvent, AlertHistory
from monitoring.rules.vocabulary import AlertGrade, ContactOutcome, MonitoredBy, RiskTier, Symptom
from patients.clock import day_in
from patients.facts import bodies, columns, grouped
from patients.models import Clinic, Staff
from regimens.facts import courses_of, treatment_records
from regimens.rules.record import TreatmentRecord

_RESULT = (
    "pk", "patient_id", "analyte", "sampled_on", "value", "comparator", "unit", "text", "upper_limit",
    "hours_after_dose", "brand", "assay",
)  # fmt: skip


def monitoring_records(
    patient_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, record.MonitoringRecord]:
    """The whole records of these patients, by patient id; 27 queries in all, 28 with `known_at`.

    With `known_at` as they were known at that moment (see patients.facts).
    """
    return _with_monitoring(treatment_records(patient_ids, known_at), known_at)


def schedule_records(
    patient_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, record.MonitoringRecord]:
    """The records with all that the schedule reads and nothing else: no assessments, judgements, answers.

    For work over whole clinics; 21 queries, 22 with `known_at` (see `monitoring_records`). A test holds the schedule to
    the same findings from both.
    """
    ids = list(patient_ids)
    courses = courses_of(ids, known_at)
    treatments = {pk: TreatmentRecord(patient, courses.get(pk, ())) for pk, patient in bodies(ids, known_at).items()}
    return _with_monitoring(treatments, known_at)


def _with_monitoring(
    treatments: dict[int, TreatmentRecord], known_at: datetime | None
) -> dict[int, record.MonitoringRecord]:
    of = {"patient__in": list(treatments)}
    results = grouped(
        columns(Result.objects.filter(**of).as_known(known_at).order_by("sampled_on", "pk"), *_RESULT), "patient_id"
    )
    snoozes = grouped(Snooze.objects.filter(**of).as_known(known_at).order_by("made_on", "pk"), "patient_id")
    risk = grouped(RiskAssessment.objects.filter(**of).as_known(known_at).order_by("on", "pk"), "patient_id")
    overrides = grouped(
        IntervalOverride.objects.filter(**of).as_known(known_at).select_related("recorded_by").order_by("pk"),
        "patient_id",
    )
    shared = grouped(SharedCare.objects.filter(**of).as_known(known_at).order_by("from_on", "pk"), "patient_id")
    pauses = grouped(
        Pause.objects.filter(**of).as_known(known_at).select_related("recorded_by").order_by("from_on", "pk"),
        "patient_id",
    )
    ranges = grouped(TargetRange.objects.filter(**of).as_known(known_at).order_by("from_on", "pk"), "patient_id")
    waivers = grouped(NotNeeded.objects.filter(**of).as_known(known_at).order_by("made_on", "pk"), "patient_id")
    samples = grouped(SampleTaken.objects.filter(**of).as_known(known_at).order_by("taken_on", "pk"), "patient_id")
    told = Contact.objects.filter(Q(outcome=ContactOutcome.DID_NOT_ATTEND) | ~Q(symptoms=[]), **of).as_known(known_at)
    contacts = grouped(told.order_by("on", "pk"), "patient_id")
    return {
        patient_id: record.MonitoringRecord(
            treatment=treatment,
            results=tuple(map(result_record, results[patient_id])),
            snoozes=tuple(map(_snooze, snoozes[patient_id])),
            risk=tuple(map(_risk_assessment, risk[patient_id])),
            overrides=tuple(map(_override, overrides[patient_id])),
            shared_care=tuple(map(_shared_care, shared[patient_id])),
            pauses=tuple(map(_pause, pauses[patient_id])),
            target_ranges=tuple(map(_target_range, ranges[patient_id])),
            waivers=tuple(map(_waiver, waivers[patient_id])),
            samples_taken=tuple(map(_sample_taken, samples[patient_id])),
            missed_visits=tuple(
                record.MissedVisit(str(row.pk), row.on)
                for row in contacts[patient_id]
                if row.outcome == ContactOutcome.DID_NOT_ATTEND
            ),
            symptoms_told=tuple(_symptoms_told(row) for row in contacts[patient_id] if row.symptoms),
        )
        for patient_id, treatment in treatments.items()
    }


def alert_histories(
    patient_ids: Collection[int], clinic: Clinic, names: Mapping[str, str], known_at: datetime | None = None
) -> dict[int, tuple[AlertHistory, ...]]:
    """The alerts about results of these patients of one clinic with what was done about them, by patient id.

    With `known_at` what had been opened and done by that moment; the grade of an alert is that of now all the same.
    Days are by the clocks of the clinic; `names` gives each test its name. Two queries for any number of patients.
    """
    alerts = Alert.objects.filter(patient__in=list(patient_ids), result__isnull=False)
    done = AlertStep.objects.order_by("at", "pk")
    if known_at is not None:
        alerts, done = alerts.filter(opened_at__lte=known_at), done.filter(at__lte=known_at)
    rows = list(
        alerts.order_by("opened_at", "pk").values_list("pk", "patient_id", "result__analyte", "grade", "opened_at")
    )
    steps: dict[int, list[AlertEvent]] = defaultdict(list)
    of = done.filter(alert__in=[row[0] for row in rows])
    for alert_id, kind, at, by in of.values_list("alert_id", "kind", "at", "by_id"):
        steps[alert_id].append(AlertEvent(day_in(clinic, at), kind, by is not None))
    found: dict[int, list[AlertHistory]] = defaultdict(list)
    for pk, patient_id, analyte, grade, opened_at in rows:
        found[patient_id].append(
            AlertHistory(
                id=str(pk),
                test=names.get(analyte, analyte),
                grade=AlertGrade(grade),
                opened_on=day_in(clinic, opened_at),
                events=tuple(steps[pk]),
            )
        )
    return {patient_id: tuple(histories) for patient_id, histories in found.items()}


def result_record(row: Result) -> record.Result:
    """One result as the rules read it."""
    return record.Result(
        id=str(row.pk),
        analyte=row.analyte,
        sampled_on=row.sampled_on,
        value=row.value,
        comparator=row.comparator,
        unit=row.unit,
        text=row.text,
        upper_limit=row.upper_limit,
        hours_after_dose=row.hours_after_dose,
        brand=row.brand,
        assay=row.assay,
    )


def _snooze(row: Snooze) -> record.Snooze:
    return record.Snooze(row.item, row.made_on, row.until, row.reason, row.occasion)


def _risk_assessment(row: RiskAssessment) -> record.RiskAssessment:
    return record.RiskAssessment(str(row.pk), row.on, RiskTier(row.tier), row.factors)


def _shared_care(row: SharedCare) -> record.SharedCare:
    return record.SharedCare(str(row.pk), row.from_on, row.drug, MonitoredBy(row.monitored_by), row.provider)


def _pause(row: Pause) -> record.Pause:
    by = _name(row.recorded_by)
    return record.Pause(str(row.pk), row.from_on, row.until, row.reason, row.drug, row.ended_on, by)


def _target_range(row: TargetRange) -> record.TargetRange:
    return record.TargetRange(str(row.pk), row.analyte, row.from_on, row.low, row.high, row.unit)


def _waiver(row: NotNeeded) -> record.Waiver:
    return record.Waiver(str(row.pk), row.item, row.made_on, row.reason, row.occasion, row.until)


def _sample_taken(row: SampleTaken) -> record.SampleTaken:
    return record.SampleTaken(str(row.pk), row.item, row.taken_on, row.until, row.occasion)


def _symptoms_told(row: Contact) -> record.SymptomsTold:
    return record.SymptomsTold(str(row.pk), row.on, tuple(Symptom(word) for word in row.symptoms))


def _override(row: IntervalOverride) -> record.IntervalOverride:
    return record.IntervalOverride(
        id=str(row.pk),
        from_on=row.from_on,
        until=row.until,
        interval_days=row.interval_days,
        reason=row.reason,
        drug=row.drug,
        item=row.item,
        by=_name(row.recorded_by),
    )


def _name(staff: Staff) -> str:
    return staff.get_full_name() or staff.username
