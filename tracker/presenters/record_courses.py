"""Courses as a page shows them: active apart from stopped apart from never given, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from patients.protocol.load import load as load_activity
from patients.rules.entry_order import entry_order
from regimens.models import DoseCheck
from regimens.protocol.load import load as load_pathway
from regimens.rules.guard_findings import GuardLevel
from regimens.rules.infusion_plan import is_infused
from regimens.rules.record import Course, DosePeriod, Infusion, Milestone, Outcome, TaperDecision, TaperStep
from regimens.rules.response import responses
from regimens.rules.response_findings import Score
from regimens.rules.vocabulary import OutcomeKind
from tracker import display
from tracker.selectors import RecordPage, Standing
from tracker.timeline.treatment import Names

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
    decisions: tuple[TaperDecision, ...]
    running: bool
    in_cycles: bool
    checks: tuple[CheckShown, ...] = ()
    score: Score | None = None

    @property
    def taper_step(self) -> TaperStep | None:
        """The step of the planned taper that has come since the last dose was entered: the dose meant to be taken."""
        step = self.past_taper[-1] if self.running and self.past_taper else None
        return step if step is not None and (self.dose is None or step.on > self.dose.from_on) else None

    @property
    def dose_since(self) -> date | None:
        """The day of the present dose where it is later than the start; "since" alone would date it wrongly."""
        later = self.dose is not None and self.dose.from_on > self.course.start_on
        return self.dose.from_on if later and self.dose is not None else None


@dataclass(frozen=True, slots=True)
class FailedDrug:
    """A judgement that a drug did not do: which, when, why."""

    name: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class TreatmentShown:
    """Everything that the treatment tab draws; the three lists are never mixed."""

    active: tuple[CourseShown, ...]
    stopped: tuple[CourseShown, ...]
    never_given: tuple[CourseShown, ...]
    milestones: tuple[Milestone, ...]

    @property
    def failed(self) -> tuple[FailedDrug, ...]:
        """The judgements of failure, newest first. Which drugs count as failed for a line is said by the pathway."""
        found = [
            FailedDrug(shown.name, outcome)
            for shown in (*self.active, *self.stopped, *self.never_given)
            for outcome in shown.outcomes
            if outcome.kind in FAILING
        ]
        return tuple(
            sorted(found, key=lambda failed: (failed.outcome.on, entry_order(failed.outcome.id)), reverse=True)
        )


def present_treatment(page: RecordPage, names: Names) -> TreatmentShown:
    """What is recorded of the treatment up to the page's day."""
    standing = page.standing
    as_of, treatment = standing.as_of, standing.record.treatment
    checks = {str(check.dose_id): check for check in page.dose_checks}
    scores = _latest_scores(standing)
    courses = [
        replace(_course(course, names, as_of, checks, standing.patient.clinic.time_zone), score=scores.get(course.id))
        for course in _newest_first(treatment.courses, as_of)
    ]
    milestones = (milestone for milestone in treatment.milestones if milestone.on <= as_of)
    return TreatmentShown(
        active=tuple(shown for shown in courses if shown.running),
        stopped=tuple(shown for shown in courses if not shown.running and not shown.course.never_given),
        never_given=tuple(shown for shown in courses if shown.course.never_given),
        milestones=tuple(
            sorted(milestones, key=lambda milestone: (milestone.on, entry_order(milestone.id)), reverse=True)
        ),
    )


def _newest_first(courses: tuple[Course, ...], as_of: date) -> list[Course]:
    begun = (course for course in courses if course.start_on <= as_of)
    return sorted(begun, key=lambda course: (course.start_on, entry_order(course.id)), reverse=True)


def _check(dose: DosePeriod, check: DoseCheck, zone: str) -> CheckShown:
    at = check.recorded_at.astimezone(ZoneInfo(zone))
    by = check.recorded_by.get_full_name() or check.recorded_by.username
    messages = tuple({**message, "label": GuardLevel(message["level"]).label} for message in check.findings)
    return CheckShown(dose.from_on, messages, check.override_reason, by, f"{display.day(at.date())} at {at:%H:%M}")


def _course(course: Course, names: Names, as_of: date, checks: Mapping[str, DoseCheck], zone: str) -> CourseShown:
    doses = sorted(
        (dose for dose in course.doses if dose.from_on <= as_of), key=lambda dose: (dose.from_on, entry_order(dose.id))
    )
    outcomes = (outcome for outcome in course.outcomes if outcome.on <= as_of)
    decisions = (decision for decision in course.taper_decisions if decision.on <= as_of)
    infusions = (infusion for infusion in course.infusions if infusion.first_on <= as_of)
    return CourseShown(
        course=course,
        name=names.course(course),
        dose=doses[-1] if doses else None,
        earlier_doses=tuple(reversed(doses[:-1])),
        outcomes=tuple(sorted(outcomes, key=lambda outcome: (outcome.on, entry_order(outcome.id)), reverse=True)),
        infusions=tuple(
            sorted(infusions, key=lambda infusion: (infusion.first_on, entry_order(infusion.id)), reverse=True)
        ),
        taper=tuple(sorted((step for step in course.taper if step.on > as_of), key=lambda step: step.on)),
        past_taper=tuple(sorted((step for step in course.taper if step.on <= as_of), key=lambda step: step.on)),
        decisions=tuple(sorted(decisions, key=lambda decision: (decision.on, entry_order(decision.id)), reverse=True)),
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
