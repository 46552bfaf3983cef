"""What another protocol would change: in its files, for a clinic's cases, and for which patients and how."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from monitoring.facts import monitoring_records
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.comparison import Difference, result_differences
from monitoring.rules.comparison import differences as due_differences
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from patients.clock import today_in
from patients.models import Clinic, Patient
from patients.protocol.changes import Change, changes
from patients.selectors import patient_ids_by_clinic
from regimens.protocol.vignettes import CaseFile, read_vignettes
from regimens.rules.cases import CaseError
from regimens.rules.comparison import differences as pathway_differences
from regimens.rules.pathway import evaluate as evaluate_pathway
from regimens.rules.record import TreatmentRecord
from regimens.rules.replay import FIELDS, Replayed, replay
from tracker.cohort.synthetic import synthetic_cohort
from tracker.protocols import WholeProtocol

# So many records are in memory at a time, whatever the number of patients.
BATCH = 200
_SCHEDULE = ("defaults", "profiles", "groups", "missed_visits", "assessment_holds_days", "risk_tiers")
_LIMITS = ("muscle", "thresholds", "trends", "target_range", "symptoms", "raising")
_MONITORING = ("files", *_SCHEDULE, "items", "analytes", "drugs", "pairs", *_LIMITS)


@dataclass(frozen=True, slots=True)
class FileChange:
    """One difference between the files. `file` is the part of the protocol that it stands in."""

    file: str
    change: Change


@dataclass(frozen=True, slots=True)
class CaseDifference:
    """One field of one checkpoint of a clinic's case that the two protocols answer differently."""

    file: str
    case: str
    as_of_day: int
    field: str
    expected: object
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class PatientDifferences:
    """What differs for one patient; `differences` is empty when nothing does. `hospital_number` only when asked for."""

    clinic: str
    patient: str
    as_of: date
    differences: tuple[Difference, ...]
    hospital_number: str = ""


@dataclass(frozen=True, slots=True)
class ProtocolPair:
    """The protocol that is left and the one that would take its place."""

    old: WholeProtocol
    new: WholeProtocol

    def file_changes(self) -> tuple[FileChange, ...]:
        """Everything that was added, removed or changed in the files, in the order of the parts."""
        old, new = self.old, self.new
        parts = (
            ("activity", changes(old.activity.file, new.activity.file)),
            ("pathway", changes(old.pathway.file, new.pathway.file)),
            ("drugs", changes(old.pathway.catalogue, new.pathway.catalogue)),
            ("cohort", changes(old.cohort, new.cohort)),
            ("monitoring", changes(_bands_once(old.monitoring), _bands_once(new.monitoring), only=_MONITORING)),
        )
        others = (
            (f"schedule {one.schedule_id}", changes(one, new.monitoring_under(one.schedule_id), only=_SCHEDULE))
            for one in old.schedules[1:]
        )
        return tuple(FileChange(file, change) for file, found in (*parts, *others) for change in found)

    def unchanged_versions(self) -> tuple[str, ...]:
        """Parts whose content changed although their version did not: stored decisions could not tell them apart."""
        old, new = self.old, self.new
        versions = {
            "activity": old.activity.version == new.activity.version,
            "pathway": old.pathway.version == new.pathway.version,
            "drugs": old.pathway.catalogue.version == new.pathway.catalogue.version,
            "cohort": old.cohort.version == new.cohort.version,
            "monitoring": old.monitoring.version == new.monitoring.version,
        }
        for one in old.schedules[1:]:
            versions[f"schedule {one.schedule_id}"] = one.version == new.monitoring_under(one.schedule_id).version
        changed = dict.fromkeys(change.file for change in self.file_changes())
        return tuple(part for part in changed if versions[part])

    def of_record(self, record: MonitoringRecord, as_of: date, schedule: str = "") -> tuple[Difference, ...]:
        """What would differ for one patient on a day, under the schedule that the clinic monitors by."""
        return (*self._of_pathway(record.treatment, as_of), *self._of_monitoring(record, as_of, schedule))

    # A part that both protocols share is one object, read once, and has one answer.

    def _of_pathway(self, record: TreatmentRecord, as_of: date) -> tuple[Difference, ...]:
        old, new = self.old.pathway, self.new.pathway
        if old is new:
            return ()
        return pathway_differences(evaluate_pathway(record, old, as_of), evaluate_pathway(record, new, as_of))

    def _of_monitoring(self, record: MonitoringRecord, as_of: date, schedule: str) -> tuple[Difference, ...]:
        old, new = self.old.monitoring_under(schedule), self.new.monitoring_under(schedule)
        if old is new:
            return ()
        due = due_differences(evaluate_monitoring(record, old, as_of), evaluate_monitoring(record, new, as_of))
        return (*due, *result_differences(record, old, new, as_of))

    def of_cases(self, folder: Path) -> tuple[CaseDifference, ...]:
        """Where a clinic's cases are answered differently. Raises CaseError when a file of them cannot be read."""
        files = zip(read_vignettes(folder, self.old.pathway), read_vignettes(folder, self.new.pathway), strict=True)
        return tuple(found for old, new in files for found in self._of_file(old, new))

    def _of_file(self, old: CaseFile, new: CaseFile) -> Iterator[CaseDifference]:
        if old.fault or new.fault:
            raise CaseError(f"{old.path}: {old.fault or new.fault}")
        before = replay(old.cases, self.old.pathway)
        after = replay(new.cases, self.new.pathway)
        for left, right in zip(before, after, strict=True):
            yield from _answers(old.path.name, left, right)


def clinics_compared(pair: ProtocolPair, as_of: date | None, *, with_numbers: bool) -> Iterator[PatientDifferences]:
    """Every patient of every clinic, clinic by clinic, as of a day (None: today in each clinic).

    Reads across clinics: for whoever runs the server, never for a page.
    """
    for clinic in Clinic.objects.order_by("slug"):
        day = as_of or today_in(clinic)
        ids = patient_ids_by_clinic([clinic.pk])
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            rows = Patient.objects.filter(pk__in=batch).values_list("pk", "hospital_number") if with_numbers else ()
            numbers = dict(rows)
            for pk, record in sorted(monitoring_records(batch).items()):
                found = pair.of_record(record, day, clinic.monitoring_schedule)
                yield PatientDifferences(clinic.slug, str(pk), day, found, numbers.get(pk, ""))


def cohort_compared(pair: ProtocolPair, size: int, seed: int, as_of: date) -> Iterator[PatientDifferences]:
    """So many patients who do not exist; the same arguments give the same patients. Touches no database."""
    for patient in synthetic_cohort(seed, size, as_of):
        person = patient.record.treatment.patient.person
        yield PatientDifferences("cohort", person.id, as_of, pair.of_record(patient.record, as_of))


def _bands_once(protocol: MonitoringProtocol) -> MonitoringProtocol:
    """The protocol without the bands of single drugs at the drug: they stand under `thresholds` with all others."""
    drugs = {identity: replace(drug, threshold=()) for identity, drug in protocol.drugs.items()}
    return replace(protocol, drugs=drugs)


def _answers(file: str, old: Replayed, new: Replayed) -> Iterator[CaseDifference]:
    for field in FIELDS:
        before, after = old.computed[field], new.computed[field]
        if before != after:
            day = old.checkpoint.as_of_day
            yield CaseDifference(file, old.case.id, day, field, old.expected.get(field), before, after)
