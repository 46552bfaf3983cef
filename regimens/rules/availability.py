"""Which drugs may still be offered, and why others may not (readings 10, 11, 19, 20, 36)."""

from dataclasses import dataclass
from datetime import date

from patients.rules.reasons import Predicate, Truth
from regimens.rules.findings import Annotation, AnnotationKind
from regimens.rules.lines import failed_trials
from regimens.rules.record import Outcome
from regimens.rules.scene import IMMUNOGLOBULIN, Scene, immunoglobulin_trials
from regimens.rules.standing import Trial
from regimens.rules.vocabulary import CourseRole, OutcomeKind, Route


@dataclass(slots=True)
class Availability:
    """What each drug's own history says. A drug in none of these is open."""

    scene: Scene
    history: dict[str, list[Annotation]]
    withheld: set[str]
    failed: dict[str, Trial]
    failed_before: set[str]
    tried: set[str]

    def may_start(self, drug: str) -> bool:
        """Neither blocked, unavailable, not tolerated, nor judged ineffective in this course of treatment."""
        return self.may_combine(drug) and drug not in self.failed

    def may_combine(self, drug: str) -> bool:
        """An ineffective drug may come back in a named combination (reading 19)."""
        return drug not in self.withheld and not self.scene.blocked(drug)


def availability_of(scene: Scene) -> Availability:
    failed = {trial.drug: trial for trial in failed_trials(scene)}
    found = Availability(scene, {}, set(), failed, set(), set())
    for trial in scene.trials:
        role = trial.course.role
        if not trial.drug or role in (CourseRole.SUPPORTIVE, CourseRole.OUTSIDE_PATHWAY):
            continue
        if trial.taken:
            found.tried.add(trial.drug)
        if trial.drug != IMMUNOGLOBULIN and (trial.outcome is not None or not trial.taken):
            _note_history(scene, found, trial)
    _note_immunoglobulin(scene, found)
    return found


def _note_history(scene: Scene, found: Availability, trial: Trial) -> None:
    drug = trial.drug
    if trial.unavailable:
        if not _taken_since(scene, trial):
            found.withheld.add(drug)
            _annotate(scene, found, trial, AnnotationKind.UNAVAILABLE, "option.unavailable", trial.barred)
    elif trial.intolerant:
        if not _taken_since(scene, trial):
            found.withheld.add(drug)
            _annotate(scene, found, trial, AnnotationKind.INTOLERANT_BEFORE, "option.intolerant_before")
    elif trial.failed:
        if not trial.present and not _worked_since(scene, trial):
            found.failed_before.add(drug)
        _annotate(scene, found, trial, AnnotationKind.FAILED_BEFORE, "option.failed_before")


def _taken_since(scene: Scene, trial: Trial) -> bool:
    """Given again, going on, or found to work after the judgement: the clinician has decided otherwise."""
    judgement = trial.barred or trial.outcome
    judged_on = trial.course.start_on if judgement is None else judgement.on
    return any(
        other is not trial
        and other.drug == trial.drug
        and other.taken
        and not other.unavailable
        and not other.intolerant
        and (other.course.start_on > judged_on or other.running or _worked_by(other, judged_on))
        for other in scene.trials
    )


def _worked_by(trial: Trial, day: date) -> bool:
    """Judged to work on that day or later."""
    return trial.succeeded and trial.outcome is not None and trial.outcome.on >= day


def _worked_since(scene: Scene, trial: Trial) -> bool:
    return any(
        other.drug == trial.drug and other.succeeded and other.course.start_on > trial.course.start_on
        for other in scene.trials
    )


def _annotate(
    scene: Scene,
    found: Availability,
    trial: Trial,
    kind: AnnotationKind,
    rule: str,
    judgement: Outcome | None = None,
) -> None:
    outcome = judgement or trial.outcome
    fact = trial.reference if outcome is None else trial.outcome_reference(outcome)
    reason = scene.protocol.because(rule, Predicate(fact.label, Truth.TRUE, (fact,)))
    text = reason.text
    if outcome is not None and outcome.reason:
        text = f"{text}: {outcome.reason}"
    found.history.setdefault(trial.drug, []).append(Annotation(kind, text, reason))


def _note_immunoglobulin(scene: Scene, found: Availability) -> None:
    """Failure ends it; intolerance by vein leaves the subcutaneous route (reading 10)."""
    by_vein: Trial | None = None
    under_skin = False
    for trial in immunoglobulin_trials(scene):
        if trial.failed and not trial.intolerant:
            found.withheld.add(IMMUNOGLOBULIN)
            _annotate(scene, found, trial, AnnotationKind.FAILED_BEFORE, "option.failed_before")
        elif trial.unavailable and not _taken_since(scene, trial):
            found.withheld.add(IMMUNOGLOBULIN)
            _annotate(scene, found, trial, AnnotationKind.UNAVAILABLE, "option.unavailable", trial.barred)
        elif trial.intolerant:
            if trial.course.route is Route.SUBCUTANEOUS:
                under_skin = True
                found.withheld.add(IMMUNOGLOBULIN)
                _annotate(scene, found, trial, AnnotationKind.INTOLERANT_BEFORE, "option.intolerant_before")
            else:
                by_vein = trial
    if by_vein is not None and not under_skin and IMMUNOGLOBULIN not in found.withheld:
        _annotate(scene, found, by_vein, AnnotationKind.CAUTION, "option.subcutaneous")


def steroid_refused(scene: Scene, drug: str) -> bool:
    """The corticosteroid itself was not tolerated, contraindicated or declined."""
    return any(
        trial.drug == drug and (trial.unavailable or trial.intolerant) and not _taken_since(scene, trial)
        for trial in scene.trials
    )


def intolerance_on(trials: list[Trial]) -> bool:
    return any(trial.counted is not None and trial.counted.kind is OutcomeKind.INTOLERANT for trial in trials)
