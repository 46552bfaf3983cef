"""What is decided about the monitoring of the patients that a member of staff may see, and what it comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from monitoring.models import IntervalOverride, Pause, RiskAssessment, SharedCare, TargetRange
from monitoring.protocol.definitions import Analyte, DrugMonitoring, MonitoringProtocol
from monitoring.rules import record as rules_record
from monitoring.rules.findings import DriverFinding, DueFinding, MonitoringFindings, ThresholdFinding
from monitoring.rules.intervals import latest_assessment, shared_care_on
from monitoring.rules.levels import against_target, level_analytes, taken_on, target_on, why_no_trough
from monitoring.rules.plan import PausedDrug, paused_drugs
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate
from monitoring.rules.vocabulary import MonitoredBy
from monitoring.schedules import protocol_of
from monitoring.selectors.record import records_of
from patients.errors import NotFound
from patients.models import Patient, Staff
from patients.selectors import require_reading, whose
from regimens.models import Course
from regimens.rules.record import Course as RunningCourse

D = TypeVar("D", RiskAssessment, IntervalOverride, SharedCare, Pause, TargetRange)

LEVELS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One drug's demand for one item, in the finding that merges it with the demands of the other drugs."""

    due: DueFinding
    driver: DriverFinding
    override: IntervalOverride | None


@dataclass(frozen=True, slots=True)
class DrugPlan:
    """How one running drug is monitored. `monitoring` None: a drug that the protocol does not know.

    `care` is what was recorded about who looks after it; without it this clinic does.
    """

    course: RunningCourse
    monitoring: DrugMonitoring | None
    monitored_by: MonitoredBy
    care: SharedCare | None
    paused: PausedDrug | None
    items: tuple[ItemPlan, ...]


@dataclass(frozen=True, slots=True)
class LevelRead:
    """One drug level. `why_not`: why it counts for nothing ("" for a valid trough). `outside`: beyond the range."""

    result: rules_record.Result
    why_not: str
    outside: ThresholdFinding | None


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """One drug level: the range in which it should lie, and the last ones, the newest first."""

    analyte: Analyte
    target: TargetRange | None
    levels: tuple[LevelRead, ...]


@dataclass(frozen=True, slots=True)
class MonitoringPlan:
    """Everything decided about one patient's monitoring, and what the schedule makes of it.

    `overrides` and `pauses` are those that hold or will hold; what is over is history. `risk_review`: when the risk is
    to be judged next; None while no drug is taken that asks for it.
    """

    patient: Patient
    as_of: date
    protocol: MonitoringProtocol
    findings: MonitoringFindings
    drugs: tuple[DrugPlan, ...]
    levels: tuple[LevelPlan, ...]
    risk: RiskAssessment | None
    risk_review: DueFinding | None
    overrides: tuple[IntervalOverride, ...]
    pauses: tuple[Pause, ...]

    @property
    def tiers_count(self) -> bool:
        """Whether the schedule asks more or less often by the risk."""
        return bool(self.protocol.risk_tiers)


def plan_of(staff: Staff, patient: Patient, as_of: date) -> MonitoringPlan:
    """The monitoring plan of one patient as of a day, as known now. Raises NotAllowed."""
    record = records_of(staff, [patient])[patient.pk]
    protocol = protocol_of(patient.clinic)
    findings = evaluate(record, protocol, as_of)
    overrides = list(interval_overrides_for(staff, patient))
    care = {row.pk: row for row in shared_care_for(staff, patient)}
    risks = {row.pk: row for row in risk_assessments_for(staff, patient)}
    last = latest_assessment(record, as_of)
    return MonitoringPlan(
        patient=patient,
        as_of=as_of,
        protocol=protocol,
        findings=findings,
        drugs=_drugs(record, protocol, findings, as_of, care, {row.pk: row for row in overrides}),
        levels=_levels(record, protocol, as_of, target_ranges_for(staff, patient)),
        risk=risks[int(last.id)] if last is not None else None,
        risk_review=next((due for due in findings.due if protocol.items[due.item].by_risk_assessment), None),
        overrides=tuple(row for row in overrides if row.until > as_of),
        pauses=tuple(row for row in pauses_for(staff, patient) if row.ended_on is None and row.until > as_of),
    )


def drugs_to_plan(staff: Staff, patient: Patient, as_of: date) -> list[DrugMonitoring]:
    """The drugs whose monitoring can be decided about, by name: those taken or about to be, that ask for anything.

    Raises NotAllowed.
    """
    require_reading(staff, patient)
    taken = Course.objects.filter(Q(stop_on__isnull=True) | Q(stop_on__gt=as_of), patient=patient, never_given=False)
    drugs = protocol_of(patient.clinic).drugs
    known = {drugs[drug].id: drugs[drug] for drug in taken.current().values_list("drug", flat=True) if drug in drugs}
    return sorted((drug for drug in known.values() if not drug.nothing_needed), key=lambda drug: drug.name)


def risk_assessments_for(staff: Staff, patient: Patient | None = None) -> QuerySet[RiskAssessment]:
    """Current risk assessments of the person's patients, the latest first."""
    return _current(RiskAssessment.objects.all(), staff, patient).order_by("-on", "-pk")


def interval_overrides_for(staff: Staff, patient: Patient | None = None) -> QuerySet[IntervalOverride]:
    """Current other intervals of the person's patients, the latest begun first."""
    return _current(IntervalOverride.objects.all(), staff, patient).order_by("-from_on", "-pk")


def interval_override_for(staff: Staff, patient_id: int, override_id: int) -> IntervalOverride:
    """One current interval of one patient. Raises NotFound for another clinic's patient just as for none."""
    row = interval_overrides_for(staff).filter(patient=patient_id, pk=override_id).first()
    if row is None:
        raise NotFound("No such interval among your patients, or it was already replaced or withdrawn.")
    return row


def shared_care_for(staff: Staff, patient: Patient | None = None) -> QuerySet[SharedCare]:
    """Who looks after which drug, for the person's patients, the latest begun first."""
    return _current(SharedCare.objects.all(), staff, patient).order_by("-from_on", "-pk")


def pauses_for(staff: Staff, patient: Patient | None = None) -> QuerySet[Pause]:
    """Current pauses of the person's patients, ended or not, the latest begun first."""
    return _current(Pause.objects.all(), staff, patient).order_by("-from_on", "-pk")


def pause_for(staff: Staff, patient_id: int, pause_id: int) -> Pause:
    """One current pause of one patient. Raises NotFound for another clinic's patient just as for none."""
    row = pauses_for(staff).filter(patient=patient_id, pk=pause_id).first()
    if row is None:
        raise NotFound("No such pause among your patients, or it was already replaced or withdrawn.")
    return row


def target_ranges_for(staff: Staff, patient: Patient | None = None) -> QuerySet[TargetRange]:
    """Current target ranges of drug levels, for the person's patients, the latest begun first."""
    return _current(TargetRange.objects.all(), staff, patient).order_by("-from_on", "-pk")


def _current(rows: QuerySet[D], staff: Staff, patient: Patient | None) -> QuerySet[D]:
    return rows.filter(patient__in=whose(staff, patient), superseded_at__isnull=True).select_related("recorded_by")


def _drugs(
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
    findings: MonitoringFindings,
    as_of: date,
    care: dict[int, SharedCare],
    overrides: dict[int, IntervalOverride],
) -> tuple[DrugPlan, ...]:
    paused = {one.drug.id: one for one in paused_drugs(record, protocol, as_of)}
    found = []
    for course in sorted(taken_on(record.treatment.courses, as_of), key=lambda course: (course.start_on, course.id)):
        said = shared_care_on(record, course.drug, as_of)
        items = tuple(
            ItemPlan(due, driver, overrides.get(int(driver.override.id)) if driver.override else None)
            for due in findings.due
            for driver in (due.driver, *due.other_drivers)
            if driver.course.id == course.id
        )
        found.append(
            DrugPlan(
                course=course,
                monitoring=protocol.drugs.get(course.drug),
                monitored_by=MonitoredBy.US if said is None else said.monitored_by,
                care=care[int(said.id)] if said is not None else None,
                paused=paused.get(course.drug),
                items=items,
            )
        )
    return tuple(found)


def _levels(
    record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date, ranges: Iterable[TargetRange]
) -> tuple[LevelPlan, ...]:
    """Each level that a drug taken now asks for, that was ever measured, or that has a range."""
    rows = {row.pk: row for row in ranges}
    measured = [result for result in record.results if result.sampled_on <= as_of]
    asked = {
        analyte
        for course in taken_on(record.treatment.courses, as_of)
        if course.drug in protocol.drugs
        for rule in protocol.drugs[course.drug].trough
        for alternative in protocol.items[rule.item].satisfied_by
        for analyte in alternative
    }
    known = asked | {result.analyte for result in measured} | {row.analyte for row in rows.values()}
    found = []
    for analyte in sorted(level_analytes(protocol) & known):
        target = target_on(record.target_ranges, analyte, as_of)
        newest = sorted(
            (result for result in measured if result.analyte == analyte),
            key=lambda result: (result.sampled_on, result.id),
            reverse=True,
        )
        levels = tuple(_read(result, record, protocol) for result in newest[:LEVELS_SHOWN])
        found.append(LevelPlan(protocol.analytes[analyte], rows[int(target.id)] if target else None, levels))
    return tuple(found)


def _read(result: rules_record.Result, record: MonitoringRecord, protocol: MonitoringProtocol) -> LevelRead:
    outside = against_target(result, record, protocol)
    return LevelRead(result, why_no_trough(result, record, protocol), outside[0] if outside else None)
