"""Induction, maintenance, relapse: declared by a clinician as milestones, never computed (readings 27, 33 to 35)."""

from dataclasses import dataclass
from datetime import date

from patients.rules.entry_order import entry_order
from patients.rules.quick_init import quick_init
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import Phase, PhaseFinding
from regimens.rules.record import Milestone, TreatmentRecord
from regimens.rules.standing import FAILING, Trial
from regimens.rules.vocabulary import CourseRole, MilestoneKind

# On one day a relapse is the later word, so that nobody is called well by mistake.
_LATER_WORD = {MilestoneKind.REMISSION: 0, MilestoneKind.DRUG_FREE_REMISSION: 1, MilestoneKind.RELAPSE: 2}
_PATHWAY_ROLES = frozenset({CourseRole.IMMUNOSUPPRESSANT, CourseRole.CORTICOSTEROID, CourseRole.IMMUNOGLOBULIN})


@quick_init
@dataclass(frozen=True, slots=True)
class TreatmentCourse:
    """The present course of treatment. `began_on` None means since presentation."""

    phase: Phase
    since: date | None
    began_on: date | None
    remission_on: date | None
    milestones: tuple[Milestone, ...]
    relapse_on: date | None
    off_treatment: bool

    @property
    def in_remission(self) -> bool:
        return self.phase in (Phase.MAINTENANCE, Phase.DRUG_FREE_REMISSION)


def known_milestones(record: TreatmentRecord, as_of: date) -> tuple[Milestone, ...]:
    """Milestones up to the day, oldest first."""
    if not record.milestones:
        return ()
    known = [milestone for milestone in record.milestones if milestone.on <= as_of]
    known.sort(key=lambda milestone: (milestone.on, _LATER_WORD[milestone.kind], entry_order(milestone.id)))
    return tuple(known)


def present_course(milestones: tuple[Milestone, ...], trials: list[Trial]) -> TreatmentCourse:
    """Walks through the milestones; a relapse off treatment begins a new course (reading 34)."""
    phase = Phase.INDUCTION
    since: date | None = None
    began_on: date | None = None
    remission_on: date | None = None
    relapse_on: date | None = None
    off_treatment = False
    for milestone in milestones:
        since = milestone.on
        if milestone.kind is MilestoneKind.REMISSION:
            phase, remission_on = Phase.MAINTENANCE, milestone.on
        elif milestone.kind is MilestoneKind.DRUG_FREE_REMISSION:
            phase, remission_on, began_on = Phase.DRUG_FREE_REMISSION, milestone.on, milestone.on
        else:
            off_treatment = phase is Phase.DRUG_FREE_REMISSION
            if not off_treatment and _nothing_ran(trials, milestone.on, remission_on):
                off_treatment, began_on = True, milestone.on
            phase, relapse_on = Phase.RELAPSE, milestone.on
    return TreatmentCourse(phase, since, began_on, remission_on, milestones, relapse_on, off_treatment)


def _nothing_ran(trials: list[Trial], relapse_on: date, remission_on: date | None) -> bool:
    """Treated before, all of it stopped before the relapse, and no immunosuppressant judged a failure meanwhile."""
    treated = False
    for trial in trials:
        course = trial.course
        if course.start_on >= relapse_on or not trial.taken or course.role not in _PATHWAY_ROLES:
            continue
        treated = True
        if course.stop_on is None or course.stop_on >= relapse_on:
            return False
        if course.role is CourseRole.IMMUNOSUPPRESSANT:
            for outcome in course.outcomes:
                late = remission_on is None or outcome.on > remission_on
                if outcome.kind in FAILING and outcome.on <= relapse_on and late:
                    return False
    return treated


def in_maintenance_on(milestones: tuple[Milestone, ...], day: date) -> bool:
    """Whether the last word on or before `day` was remission. Milestones come before courses on the same day."""
    last: Milestone | None = None
    for milestone in milestones:
        if milestone.on > day:
            break
        last = milestone
    return last is not None and last.kind is MilestoneKind.REMISSION


def phase_finding(course: TreatmentCourse, protocol: PathwayProtocol) -> PhaseFinding:
    rule = f"phase.{course.phase.value}"
    if course.phase is Phase.RELAPSE:
        rule = "phase.relapse_off_treatment" if course.off_treatment else "phase.relapse_on_treatment"
    if not course.milestones:
        return PhaseFinding(course.phase, None, (protocol.because(rule),))
    last = course.milestones[-1]
    label = f"{last.kind.label}, {display_date(last.on, last.precision)}"
    fact = FactReference("milestone", last.id, label)
    reason = protocol.because(rule, Predicate(f"declared: {label}", Truth.TRUE, (fact,)))
    return PhaseFinding(course.phase, course.since, (reason,))
