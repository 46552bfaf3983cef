"""Pathway and monitoring for a synthetic cohort, on one core, without a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from benchmarks.calibration import seconds_of
from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from regimens.protocol.load import load as load_pathway
from regimens.rules.pathway import evaluate as evaluate_pathway
from tracker.cohort.synthetic import synthetic_cohort

SEED = 20261122
TODAY = date(2026, 11, 22)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class RuleTimes:
    """Processor seconds for the whole cohort."""

    patients: int
    pathway: float
    monitoring: float

    @property
    def both(self) -> float:
        return self.pathway + self.monitoring


def measure_rules(patients: int) -> RuleTimes:
    """Evaluates every patient once. The cohort is made chunk by chunk and its making is not counted."""
    pathway_protocol, monitoring_protocol = load_pathway(), load_monitoring()
    pathway = monitoring = 0.0
    for chunk in _chunks(patients):
        pathway += seconds_of(lambda: [evaluate_pathway(r.treatment, pathway_protocol, TODAY) for r in chunk])  # noqa: B023
        monitoring += seconds_of(lambda: [evaluate_monitoring(r, monitoring_protocol, TODAY) for r in chunk])  # noqa: B023
    return RuleTimes(patients, pathway, monitoring)


def _chunks(patients: int) -> Iterator[list[MonitoringRecord]]:
    records = (patient.record for patient in synthetic_cohort(SEED, patients, TODAY))
    while chunk := list(islice(records, _CHUNK)):
        yield chunk
