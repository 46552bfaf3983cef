"""From rows to what the schedule rules read. A fixed number of queries for any number of patients."""

from collections.abc import Collection
from datetime import datetime

from monitoring.models import (
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
from monitoring.rules.vocabulary import ContactOutcome, MonitoredBy, RiskTier
from patients.facts import grouped
from regimens.facts import treatment_records


def monitoring_records(
    patient_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, record.MonitoringRecord]:
    """The whole records of these patients, by patient id; 27 queries in all, 28 with `known_at`.

    With `known_at` as they were known at that moment (see patients.facts).
    """
    ids = list(patient_ids)
    of = {"patient__in": ids}
    results = grouped(Result.objects.filter(**of).as_known(known_at).order_by("sampled_on", "pk"), "patient_id")
    snoozes = grouped(Snooze.objects.filter(**of).as_known(known_at).order_by("made_on", "pk"), "patient_id")
    risk = grouped(RiskAssessment.objects.filter(**of).as_known(known_at).order_by("on", "pk"), "patient_id")
    overrides = grouped(
        IntervalOverride.objects.filter(**of).as_known(known_at).select_related("recorded_by").order_by("pk"),
        "patient_id",
    )
    shared = grouped(SharedCare.objects.filter(**of).as_known(known_at).order_by("from_on", "pk"), "patient_id")
    pauses = grouped(Pause.objects.filter(**of).as_known(known_at).order_by("from_on", "pk"), "patient_id")
    ranges = grouped(TargetRange.objects.filter(**of).as_known(known_at).order_by("from_on", "pk"), "patient_id")
    waivers = grouped(NotNeeded.objects.filter(**of).as_known(known_at).order_by("made_on", "pk"), "patient_id")
    samples = grouped(SampleTaken.objects.filter(**of).as_known(known_at).order_by("taken_on", "pk"), "patient_id")
    missed = Contact.objects.filter(outcome=ContactOutcome.DID_NOT_ATTEND, **of).as_known(known_at)
    missed_visits = grouped(missed.order_by("on", "pk"), "patient_id")
    return {
        patient_id: record.MonitoringRecord(
            treatment=treatment,
            results=tuple(_result(row) for row in results[patient_id]),
            snoozes=tuple(
                record.Snooze(row.item, row.made_on, row.until, row.reason, row.occasion) for row in snoozes[patient_id]
            ),
            risk=tuple(
                record.RiskAssessment(str(row.pk), row.on, RiskTier(row.tier), row.factors) for row in risk[patient_id]
            ),
            overrides=tuple(_override(row) for row in overrides[patient_id]),
            shared_care=tuple(
                record.SharedCare(str(row.pk), row.from_on, row.drug, MonitoredBy(row.monitored_by), row.provider)
                for row in shared[patient_id]
            ),
            pauses=tuple(
                record.Pause(str(row.pk), row.from_on, row.until, row.reason, row.drug, row.ended_on)
                for row in pauses[patient_id]
            ),
            target_ranges=tuple(
                record.TargetRange(str(row.pk), row.analyte, row.from_on, row.low, row.high, row.unit)
                for row in ranges[patient_id]
            ),
            waivers=tuple(
                record.Waiver(str(row.pk), row.item, row.made_on, row.reason, row.occasion, row.until)
                for row in waivers[patient_id]
            ),
            samples_taken=tuple(
                record.SampleTaken(str(row.pk), row.item, row.taken_on, row.until, row.occasion)
                for row in samples[patient_id]
            ),
            missed_visits=tuple(record.MissedVisit(str(row.pk), row.on) for row in missed_visits[patient_id]),
        )
        for patient_id, treatment in treatment_records(ids, known_at).items()
    }


def _result(row: Result) -> record.Result:
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


def _override(row: IntervalOverride) -> record.IntervalOverride:
    return record.IntervalOverride(
        id=str(row.pk),
        from_on=row.from_on,
        until=row.until,
        interval_days=row.interval_days,
        reason=row.reason,
        drug=row.drug,
        item=row.item,
        by=row.recorded_by.get_full_name() or row.recorded_by.username,
    )
