"""The patient record as its page shows it: what is recorded up to the day, newest first, active apart from stopped."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.enzymes import enzymes_as_results
from monitoring.rules.findings import DueFinding, DueStatus, ThresholdFinding
from monitoring.rules.levels import days_since_stop, taken_on
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.thresholds import flag
from monitoring.rules.units import conversion_in_words
from monitoring.selectors import Correction
from patients.protocol.load import load as load_activity
from patients.rules.reasons import Truth
from patients.rules.record import Assessment, Autoantibody, Condition, Height, PatientRecord, Weight
from regimens.models import DoseCheck
from regimens.protocol.load import load as load_pathway
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import PathwayFindings
from regimens.rules.guard_findings import GuardLevel
from regimens.rules.infusion_plan import is_infused
from regimens.rules.pathway import evaluate
from regimens.rules.record import Course, DosePeriod, Infusion, Milestone, Outcome, TaperStep, TreatmentRecord
from regimens.rules.response import responses
from regimens.rules.response_findings import Score
from regimens.rules.vocabulary import OutcomeKind
from tracker import display
from tracker.presenters.corrections import correction_words
from tracker.selectors import RecordPage, Standing
from tracker.timeline.layout import Names, lay_out
from tracker.timeline.marks import Timeline
from tracker.timeline.standing import standing_periods

FAILING = (OutcomeKind.INEFFECTIVE, OutcomeKind.STEROID_DEPENDENT, OutcomeKind.INTOLERANT)


@dataclass(frozen=True, slots=True)
class CheckShown:
    """What the dose guard said of one dose when it was saved, and why it was saved all the same."""

    dose_from: date
    messages: tuple[Mapping[str, str], ...]
    override_reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class CourseShown:
    """One course as of the day. `dose` is the present one, or the last one of a stopped course."""

    course: Course
    name: str
    dose: DosePeriod | None
    earlier_doses: tuple[DosePeriod, ...]
    outcomes: tuple[Outcome, ...]
    infusions: tuple[Infusion, ...]
    taper: tuple[TaperStep, ...]
    past_taper: tuple[TaperStep, ...]
    running: bool
    in_cycles: bool
    checks: tuple[CheckShown, ...] = ()
    score: Score | None = None

    @property
    def taper_step(self) -> TaperStep | None:
        """The step of the planned taper that has come since the last dose was entered: the dose meant to be taken."""
        step = self.past_taper[-1] if self.running and self.past_taper else None
        return step if step is not None and (self.dose is None or step.on > self.dose.from_on) else None


@dataclass(frozen=True, slots=True)
class FailedDrug:
    """A judgement that a drug did not do: which, when, why."""

    name: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ResultShown:
    """A result with its analyte's name and the bands of the protocol that it lies in."""

    result: Result
    name: str
    flags: tuple[ThresholdFinding, ...]
    above_limit: bool
    in_own_unit: str = ""
    corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Background:
    """Who the patient is beyond the banner, as of the day."""

    present_conditions: tuple[Condition, ...]
    past_conditions: tuple[Condition, ...]
    autoantibodies: tuple[Autoantibody, ...]
    weights: tuple[Weight, ...]
    heights: tuple[Height, ...]


@dataclass(frozen=True, slots=True)
class RecordShown:
    """Everything that the record page draws."""

    active: tuple[CourseShown, ...]
    stopped: tuple[CourseShown, ...]
    never_given: tuple[CourseShown, ...]
    failed: tuple[FailedDrug, ...]
    assessments: tuple[Assessment, ...]
    results: tuple[ResultShown, ...]
    urgent: tuple[ResultShown, ...]
    milestones: tuple[Milestone, ...]
    background: Background
    due: tuple[DueFinding, ...]
    later: tuple[DueFinding, ...]
    timeline: Timeline | None
    recorded_later: bool

    @property
    def overdue_count(self) -> int:
        """Items overdue, those put off included: a snooze never hides how late an item is."""
        return sum(1 for due in self.due if due.days_overdue > 0)


def present(page: RecordPage, corrections: Mapping[int, Sequence[Correction]] | None = None) -> RecordShown:
    """The page's content from what the selectors read; `corrections` by the id of the result that stands now."""
    standing = page.standing
    as_of, record = standing.as_of, standing.record
    pathway_protocol, monitoring_protocol = load_pathway(), standing.protocol
    names = _names(pathway_protocol, monitoring_protocol)
    checks = {str(check.dose_id): check for check in page.dose_checks}
    zone = standing.patient.clinic.time_zone
    scores = _latest_scores(standing)
    courses = [
        replace(_course(course, names, as_of, checks, zone), score=scores.get(course.id))
        for course in _newest_first(record.treatment.courses, as_of)
    ]
    milestones = (milestone for milestone in record.treatment.milestones if milestone.on <= as_of)
    attention = [due for due in standing.monitoring.due if due.status is not DueStatus.NOT_DUE]
    return RecordShown(
        active=tuple(shown for shown in courses if shown.running),
        stopped=tuple(shown for shown in courses if not shown.running and not shown.course.never_given),
        never_given=tuple(shown for shown in courses if shown.course.never_given),
        failed=_failed(courses),
        assessments=_assessments(record.treatment.patient, as_of),
        results=_with_corrections(_results(record, monitoring_protocol, as_of), corrections or {}, zone),
        urgent=urgent_results(record, monitoring_protocol, as_of),
        milestones=tuple(sorted(milestones, key=lambda milestone: (milestone.on, milestone.id), reverse=True)),
        background=_background(record.treatment.patient, as_of),
        due=tuple(sorted(attention, key=_by_due_day)),
        later=tuple(sorted(set(standing.monitoring.due) - set(attention), key=_by_due_day)),
        timeline=lay_out(
            record,
            standing_periods(record.treatment, as_of, _pathway_on(record.treatment, pathway_protocol)),
            standing.monitoring,
            names,
            as_of,
        ),
        recorded_later=_recorded_later(record, as_of),
    )


def _pathway_on(record: TreatmentRecord, protocol: PathwayProtocol) -> Callable[[date], PathwayFindings]:
    return lambda day: evaluate(record, protocol, day)


def _by_due_day(due: DueFinding) -> tuple[date, str, str]:
    return due.due_on, due.name, due.occasion


def _names(pathway: PathwayProtocol, monitoring: MonitoringProtocol) -> Names:
    def drug(slug: str) -> str:
        return pathway.drugs[slug].name if slug in pathway.drugs else slug

    def analyte(slug: str) -> str:
        return monitoring.analytes[slug].name if slug in monitoring.analytes else slug

    return Names(drugs=drug, analytes=analyte)


def _newest_first(courses: tuple[Course, ...], as_of: date) -> list[Course]:
    begun = (course for course in courses if course.start_on <= as_of)
    return sorted(begun, key=lambda course: (course.start_on, course.id), reverse=True)


def _check(dose: DosePeriod, check: DoseCheck, zone: str) -> CheckShown:
    at = check.recorded_at.astimezone(ZoneInfo(zone))
    by = check.recorded_by.get_full_name() or check.recorded_by.username
    messages = tuple({**message, "label": GuardLevel(message["level"]).label} for message in check.findings)
    return CheckShown(dose.from_on, messages, check.override_reason, by, f"{display.day(at.date())} at {at:%H:%M}")


def _course(course: Course, names: Names, as_of: date, checks: Mapping[str, DoseCheck], zone: str) -> CourseShown:
    doses = sorted((dose for dose in course.doses if dose.from_on <= as_of), key=lambda dose: (dose.from_on, dose.id))
    outcomes = (outcome for outcome in course.outcomes if outcome.on <= as_of)
    infusions = (infusion for infusion in course.infusions if infusion.first_on <= as_of)
    return CourseShown(
        course=course,
        name=names.course(course),
        dose=doses[-1] if doses else None,
        earlier_doses=tuple(reversed(doses[:-1])),
        outcomes=tuple(sorted(outcomes, key=lambda outcome: (outcome.on, outcome.id), reverse=True)),
        infusions=tuple(sorted(infusions, key=lambda infusion: (infusion.first_on, infusion.id), reverse=True)),
        taper=tuple(sorted((step for step in course.taper if step.on > as_of), key=lambda step: step.on)),
        past_taper=tuple(sorted((step for step in course.taper if step.on <= as_of), key=lambda step: step.on)),
        running=not course.never_given and (course.stop_on is None or course.stop_on > as_of),
        in_cycles=bool(course.infusions) or is_infused(course.route, load_pathway().drugs.get(course.drug)),
        checks=tuple(_check(dose, checks[dose.id], zone) for dose in reversed(doses) if dose.id in checks),
    )


def _latest_scores(standing: Standing) -> dict[str, Score]:
    """The latest response score over each course that has one, by course id."""
    found = responses(
        standing.record.treatment, load_pathway(), load_activity(), standing.as_of, standing.pathway
    ).courses
    return {each.course.id: each.response.latest for each in found if each.response.latest is not None}


def _failed(courses: list[CourseShown]) -> tuple[FailedDrug, ...]:
    """The judgements of failure, newest first. Which drugs count as failed for a line is said by the pathway."""
    found = [
        FailedDrug(shown.name, outcome) for shown in courses for outcome in shown.outcomes if outcome.kind in FAILING
    ]
    return tuple(sorted(found, key=lambda failed: (failed.outcome.on, failed.outcome.id), reverse=True))


def _assessments(patient: PatientRecord, as_of: date) -> tuple[Assessment, ...]:
    seen = (assessment for assessment in patient.assessments if assessment.on <= as_of)
    return tuple(sorted(seen, key=lambda assessment: (assessment.on, assessment.id), reverse=True))


def _results(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> tuple[ResultShown, ...]:
    seen = [result for result in record.results if result.sampled_on <= as_of]
    seen.sort(key=lambda result: (result.sampled_on, result.analyte, result.id), reverse=True)
    return _shown(seen, record, protocol, as_of)


def _with_corrections(
    results: tuple[ResultShown, ...], corrections: Mapping[int, Sequence[Correction]], zone: str
) -> tuple[ResultShown, ...]:
    words = {str(pk): tuple(correction_words(step, zone) for step in steps) for pk, steps in corrections.items()}
    return tuple(replace(row, corrected=words.get(row.result.id, ())) for row in results)


def _shown(
    results: Iterable[Result], record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date
) -> tuple[ResultShown, ...]:
    seen = [result for result in record.results if result.sampled_on <= as_of]
    beside = [*seen, *enzymes_as_results(record.treatment.patient.assessments, as_of)]
    shown = []
    for result in results:
        analyte = protocol.analytes.get(result.analyte)
        above = result.value is not None and result.upper_limit is not None and result.value > result.upper_limit
        courses, day = record.treatment.courses, result.sampled_on
        taken = {course.drug for course in taken_on(courses, day)}
        flags = flag(result, protocol, others=beside, drugs=taken, stopped=days_since_stop(courses, day))
        own = conversion_in_words(analyte, result.value, result.comparator, result.unit) if analyte else ""
        shown.append(ResultShown(result, analyte.name if analyte else result.analyte, flags, above, own))
    return tuple(shown)


def urgent_results(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> tuple[ResultShown, ...]:
    """The newest result of each analyte that lies in a band which asks for action, the newest first."""
    newest: dict[str, Result] = {}
    for result in sorted(record.results, key=lambda result: (result.sampled_on, result.id)):
        if result.sampled_on <= as_of:
            newest[result.analyte] = result
    shown = _shown(newest.values(), record, protocol, as_of)
    asking = [row for row in shown if any(flag.truth is Truth.TRUE for flag in row.flags)]
    return tuple(sorted(asking, key=lambda row: (row.result.sampled_on, row.name), reverse=True))


def _background(patient: PatientRecord, as_of: date) -> Background:
    begun = [condition for condition in patient.conditions if condition.from_on <= as_of]
    begun.sort(key=lambda condition: (condition.from_on, condition.id), reverse=True)
    present_now = tuple(each for each in begun if each.to_on is None or each.to_on >= as_of)
    weights = (weight for weight in patient.weights if weight.on <= as_of)
    heights = (height for height in patient.heights if height.on <= as_of)
    return Background(
        present_conditions=present_now,
        past_conditions=tuple(each for each in begun if each not in present_now),
        autoantibodies=tuple(each for each in patient.autoantibodies if each.on is None or each.on <= as_of),
        weights=tuple(sorted(weights, key=lambda weight: (weight.on, weight.id), reverse=True)),
        heights=tuple(sorted(heights, key=lambda height: (height.on, height.id), reverse=True)),
    )


def _recorded_later(record: MonitoringRecord, as_of: date) -> bool:
    """Whether the record holds facts from after the day, which this page leaves out."""
    treatment = record.treatment
    days = [course.start_on for course in treatment.courses]
    days += [assessment.on for assessment in treatment.patient.assessments]
    days += [result.sampled_on for result in record.results]
    return any(day > as_of for day in days)
