"""What is recorded about monitoring: the input of the schedule rules, as frozen values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitoring.rules.vocabulary import MonitoredBy, RiskTier, Symptom
from patients.rules.quick_init import quick_init
from regimens.rules.record import TreatmentRecord


@quick_init
@dataclass(frozen=True, slots=True)
class Result:
    """One measured or observed value. `sampled_on` is the day that counts; `value` None when only words were given.

    `hours_after_dose` is the time from the last dose to the sample, for trough levels. `comparator` is one of
    "", "<", ">", "<=", ">=": `<5` is not 5. `brand` is the product taken, `assay` the laboratory's method, both only
    for drug levels: levels of different brands are never compared.
    """

    id: str
    analyte: str
    sampled_on: date
    value: Decimal | None = None
    comparator: str = ""
    unit: str = ""
    text: str = ""
    upper_limit: Decimal | None = None
    hours_after_dose: Decimal | None = None
    brand: str = ""
    assay: str = ""


@dataclass(frozen=True, slots=True)
class Snooze:
    """A due item put off by a member of staff until a day, with a reason. `occasion` as in the finding put off."""

    item: str
    made_on: date
    until: date
    reason: str
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class RiskAssessment:
    """A clinician's judgement on a day of how likely the drugs are to harm, with the risk factors in words."""

    id: str
    on: date
    tier: RiskTier
    factors: str = ""


@dataclass(frozen=True, slots=True)
class IntervalOverride:
    """Another interval than the schedule's, from a day to before `until`, by decision of `by`, with the reason.

    `drug` "" is every drug; `item` "" is every item that the schedule repeats.
    """

    id: str
    from_on: date
    until: date
    interval_days: int
    reason: str
    drug: str = ""
    item: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class SharedCare:
    """From a day on, who looks after the tests of a drug ("" for every drug); `provider` names the service."""

    id: str
    from_on: date
    drug: str
    monitored_by: MonitoredBy
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Monitoring of a drug ("" for every drug) paused from a day to before `until`, or before `ended_on` if resumed.

    By decision of `by`: whoever paused it, or ended the pause.
    """

    id: str
    from_on: date
    until: date
    reason: str
    drug: str = ""
    ended_on: date | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class TargetRange:
    """The range that a drug level should lie in from a day on, both ends included, in the analyte's own unit."""

    id: str
    analyte: str
    from_on: date
    low: Decimal
    high: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A due item that is not needed, with the reason: until a day, or (None) while the same drug asks for it."""

    id: str
    item: str
    made_on: date
    reason: str
    occasion: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SampleTaken:
    """A sample on its way: taken on a day, its result expected before `until`. After that it is asked for again."""

    id: str
    item: str
    taken_on: date
    until: date
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class MissedVisit:
    """A booked monitoring visit that was not attended."""

    id: str
    on: date


@dataclass(frozen=True, slots=True)
class SymptomsTold:
    """Symptoms that a patient told of at a contact."""

    id: str
    on: date
    symptoms: tuple[Symptom, ...]


@dataclass(frozen=True, slots=True)
class MonitoringRecord:
    """One patient with treatment and everything looked at. Order of rows has no meaning."""

    treatment: TreatmentRecord
    results: tuple[Result, ...] = ()
    snoozes: tuple[Snooze, ...] = ()
    risk: tuple[RiskAssessment, ...] = ()
    overrides: tuple[IntervalOverride, ...] = ()
    shared_care: tuple[SharedCare, ...] = ()
    pauses: tuple[Pause, ...] = ()
    target_ranges: tuple[TargetRange, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    samples_taken: tuple[SampleTaken, ...] = ()
    missed_visits: tuple[MissedVisit, ...] = ()
    symptoms_told: tuple[SymptomsTold, ...] = ()
