"""Two assessments side by side: the response score, and kept apart from it the IMACS definitions of change."""

from dataclasses import dataclass
from datetime import date

from patients.protocol.activity import ActivityProtocol
from patients.rules.deterioration import Deterioration, awaiting_confirmation, deteriorations
from patients.rules.imacs import DefinitionOfImprovement, improved
from patients.rules.improvement import ImprovementScore, improvement
from patients.rules.population import PopulationFound, population_of
from patients.rules.reasons import FactReference, Reason
from patients.rules.record import Assessment
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.baselines import has_core_measure
from regimens.rules.findings import PathwayFindings
from regimens.rules.record import TreatmentRecord
from regimens.rules.response import responses
from regimens.rules.response_findings import Responses


@dataclass(frozen=True, slots=True)
class Comparison:
    """`score` is None when the two cannot be compared; `problems` then say why. `improvement` is the IMACS definition.

    `days` lie between the two. The population is that of the day of the baseline.
    """

    baseline: FactReference
    baseline_on: date
    follow_up: FactReference
    follow_up_on: date
    days: int
    population: PopulationFound
    score: ImprovementScore | None
    problems: tuple[str, ...]
    improvement: DefinitionOfImprovement | None


@dataclass(frozen=True, slots=True)
class DeteriorationFound:
    """Worse than the reference assessment at a visit, and at the one after it: `second` is None until that one."""

    reference: FactReference
    first: FactReference
    second: FactReference | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class ResponseFindings:
    """Everything about response as of a day. `assessments` are those that can be chosen, newest first.

    `comparison` is None with fewer than two of them. `deteriorations` are confirmed at two visits in a row, oldest
    first; `awaiting` was seen at the last visit only. `not_found` names a chosen assessment that is not there.
    """

    as_of: date
    responses: Responses
    assessments: tuple[FactReference, ...]
    comparison: Comparison | None
    deteriorations: tuple[DeteriorationFound, ...]
    awaiting: DeteriorationFound | None
    not_found: tuple[str, ...] = ()


def response_findings(
    record: TreatmentRecord,
    protocol: PathwayProtocol,
    activity: ActivityProtocol,
    as_of: date,
    pathway: PathwayFindings,
    *,
    baseline: str = "",
    follow_up: str = "",
) -> ResponseFindings:
    """Responses, and the comparison of two assessments chosen by id.

    Without a choice (or with one that is not there) it is the baseline of the present line, or else the first
    assessment; and the latest one after it.
    """
    found = responses(record, protocol, activity, as_of, pathway)
    rows = [row for row in record.patient.assessments if row.on <= as_of and has_core_measure(row)]
    rows.sort(key=_by_day)
    by_id = {row.id: row for row in rows}
    line = found.present_line
    usual = line.response.baseline.id if line is not None and line.response.baseline is not None else ""
    comparison = None
    if len(rows) > 1:
        before = by_id.get(baseline) or by_id.get(usual) or rows[0]
        later = [row for row in rows if row.on > before.on]
        after = by_id.get(follow_up) or (later[-1] if later else rows[-1])
        comparison = compare(record, activity, before, after)
    confirmed, awaiting = _deteriorations(rows, activity, as_of)
    return ResponseFindings(
        as_of=as_of,
        responses=found,
        assessments=tuple([assessment_fact(row) for row in reversed(rows)]),
        comparison=comparison,
        deteriorations=confirmed,
        awaiting=awaiting,
        not_found=tuple([asked for asked in (baseline, follow_up) if asked and asked not in by_id]),
    )


def compare(
    record: TreatmentRecord, activity: ActivityProtocol, baseline: Assessment, follow_up: Assessment
) -> Comparison:
    """`follow_up` against `baseline`. Total: what cannot be compared is said in `problems`."""
    person = record.patient.person
    population = population_of(person, activity, baseline.on)
    score: ImprovementScore | None = None
    definition: DefinitionOfImprovement | None = None
    problems: tuple[str, ...] = ()
    if follow_up.on <= baseline.on:
        problems = ("the follow-up must be later than the baseline",)
    else:
        try:
            answer = improvement(baseline, follow_up, population.population, activity)
            definition = improved(baseline, follow_up, activity)
        except ValueError as error:
            problems = (str(error),)
        else:
            if isinstance(answer, ImprovementScore):
                score = answer
            else:
                problems = answer.problems
    return Comparison(
        baseline=assessment_fact(baseline),
        baseline_on=baseline.on,
        follow_up=assessment_fact(follow_up),
        follow_up_on=follow_up.on,
        days=(follow_up.on - baseline.on).days,
        population=population,
        score=score,
        problems=problems,
        improvement=definition,
    )


def assessment_fact(row: Assessment) -> FactReference:
    return FactReference("assessment", row.id, f"assessment, {display_date(row.on, row.precision)}")


def _deteriorations(
    rows: list[Assessment], activity: ActivityProtocol, as_of: date
) -> tuple[tuple[DeteriorationFound, ...], DeteriorationFound | None]:
    """Deteriorations confirmed, and one that the next visit will tell; assessments on an unknown form are left out."""
    known = [row for row in rows if row.mmt_maximum is None or row.mmt_maximum in activity.scales]
    awaiting = awaiting_confirmation(known, activity, as_of)
    return (
        tuple([_found(each) for each in deteriorations(known, activity, as_of)]),
        None if awaiting is None else _found(awaiting),
    )


def _found(each: Deterioration) -> DeteriorationFound:
    second = None if each.second is None else assessment_fact(each.second)
    return DeteriorationFound(assessment_fact(each.reference), assessment_fact(each.first), second, each.reason)


def _by_day(row: Assessment) -> tuple[date, str]:
    return row.on, row.id
