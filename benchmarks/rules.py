"""Pathway, scores and monitoring for a synthetic cohort, on one core, without a database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import TypeVar

from benchmarks.calibration import seconds_of
from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from patients.protocol.activity import ActivityProtocol
from patients.rules.improvement import ImprovementScore, NotComparable, Points, improvement
from patients.rules.population import criteria_for
from patients.rules.quick_points import Baseline
from patients.rules.record import Assessment, PatientRecord
from regimens.protocol.load import load as load_pathway
from regimens.rules.baselines import has_core_measure
from regimens.rules.pathway import evaluate as evaluate_pathway
from regimens.rules.response import responses
from tracker.cohort.synthetic import synthetic_cohort

SEED = 20261122
TODAY = date(2026, 11, 22)
_CHUNK = 500
_ROUNDS = 3
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class RuleTimes:
    """Processor seconds for the whole cohort.

    `scores` is the Total Improvement Score (points and category) of every later assessment against the first one;
    `components` the full score of the latest against the first, as a page shows it; `response` the response to each
    course and each line, from pathway findings that the caller has.
    """

    patients: int
    pathway: float
    scores: float
    components: float
    response: float
    monitoring: float


def measure_rules(patients: int) -> RuleTimes:
    """Evaluates every patient, one after the other. The cohort is made chunk by chunk and its making is not counted."""
    pathway_protocol, monitoring_protocol = load_pathway(), load_monitoring()
    activity = pathway_protocol.activity
    pathway = scores = components = response = monitoring = 0.0
    for chunk in _chunks(patients):
        treatments = [record.treatment for record in chunk]
        known = [(each, evaluate_pathway(each, pathway_protocol, TODAY)) for each in treatments]
        pathway += _quickest(treatments, lambda each: evaluate_pathway(each, pathway_protocol, TODAY))
        scores += _quickest(treatments, lambda each: _scores(each.patient, activity))
        components += _quickest(treatments, lambda each: _score(each.patient, activity))
        response += _quickest(known, lambda each: responses(each[0], pathway_protocol, activity, TODAY, each[1]))
        monitoring += _quickest(chunk, lambda each: evaluate_monitoring(each, monitoring_protocol, TODAY))
    return RuleTimes(patients, pathway, scores, components, response, monitoring)


def _scores(patient: PatientRecord, activity: ActivityProtocol) -> list[Points | tuple[str, ...] | None]:
    """None for each that has too little to compare, and the reasons for each that cannot be compared."""
    rows = _measured(patient)
    if len(rows) < 2:
        return []
    first = Baseline(rows[0], criteria_for(patient.person, rows[0].on), activity)
    return [first.compare(row) for row in rows[1:]]


def _score(patient: PatientRecord, activity: ActivityProtocol) -> ImprovementScore | NotComparable | None:
    """None for a patient without two assessments to compare."""
    rows = _measured(patient)
    if len(rows) < 2:
        return None
    first, last = rows[0], rows[-1]
    return improvement(first, last, criteria_for(patient.person, first.on), activity)


def _measured(patient: PatientRecord) -> list[Assessment]:
    """Assessments with anything to score, oldest first."""
    return sorted([row for row in patient.assessments if has_core_measure(row)], key=attrgetter("on", "id"))


def _quickest(items: list[Item], work: Callable[[Item], object]) -> float:
    """Seconds of the quickest of a few rounds. What one item gives is let go before the next, as every job does."""

    def once() -> None:
        for item in items:
            work(item)

    return min(seconds_of(once) for _ in range(_ROUNDS))


def _chunks(patients: int) -> Iterator[list[MonitoringRecord]]:
    records = (patient.record for patient in synthetic_cohort(SEED, patients, TODAY))
    while chunk := list(islice(records, _CHUNK)):
        yield chunk
