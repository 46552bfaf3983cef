"""Which drugs may still be offered, and why others may not (readings 10, 11, 19, 20, 36)."""

from dataclasses import dataclass
from datetime import date

from patients.rules.reasons import Predicate, Truth
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import Annotation, AnnotationKind
from regimens.rules.lines import failed_trials
from regimens.rules.record import Outcome
from regimens.rules.scene import IMMUNOGLOBULIN, Scene
from regimens.rules.standing import Trial
from regimens.rules.vocabulary import CourseRole, OutcomeKind, Route

_NOT_OFFERED_ROLES = (CourseRole.SUPPORTIVE, CourseRole.OUTSIDE_PATHWAY)


class HistoryNote:
    """A judgement that must be seen beside a drug. Made into an annotation when an option first shows it."""

    __slots__ = ("_annotation", "judgement", "kind", "rule", "trial")

    def __init__(self, kind: AnnotationKind, rule: str, trial: Trial, judgement: Outcome | None) -> None:
        self.kind = kind
        self.rule = rule
        self.trial = trial
        self.judgement = judgement
        self._annotation: Annotation | None = None

    def annotation(self, protocol: PathwayProtocol) -> Annotation:
        if self._annotation is None:
            outcome = self.judgement
            fact = self.trial.reference if outcome is None else self.trial.outcome_reference(outcome)
            reason = protocol.because(self.rule, Predicate(fact.label, Truth.TRUE, (fact,)))
            text = reason.text
            if outcome is not None and outcome.reason:
                text = f"{text}: {outcome.reason}"
            self._annotation = Annotation(self.kind, text, reason)
        return self._annotation


@dataclass(slots=True)
class Availability:
    """What each drug's own history says. A drug in none of these is open."""

    scene: Scene
    history: dict[str, list[HistoryNote]]
    withheld: set[str]
    failed: dict[str, Trial]
    failed_before: set[str]
    tried: set[str]
    shut: set[str]
    """Withheld, or blocked by an added safety rule."""


def availability_of(scene: Scene) -> Availability:
    failed = {trial.drug: trial for trial in failed_trials(scene)}
    found = Availability(scene, {}, set(), failed, set(), set(), set(scene.blocked_drugs))
    for trial in scene.trials:
        if not trial.drug or trial.course.role in _NOT_OFFERED_ROLES:
            continue
        if trial.taken:
            found.tried.add(trial.drug)
        if (trial.outcome is not None or not trial.taken) and trial.drug != IMMUNOGLOBULIN:
            _note_history(scene, found, trial)
    if scene.immunoglobulin:
        _note_immunoglobulin(scene, found)
    return found


def _note_history(scene: Scene, found: Availability, trial: Trial) -> None:
    drug = trial.drug
    if trial.unavailable:
        if not _taken_since(scene, trial):
            _withhold(found, drug)
            _annotate(found, trial, AnnotationKind.UNAVAILABLE, "option.unavailable", trial.barred)
    elif trial.intolerant:
        if not _taken_since(scene, trial):
            _withhold(found, drug)
            _annotate(found, trial, AnnotationKind.INTOLERANT_BEFORE, "option.intolerant_before")
    elif trial.failed:
        if not trial.present and not _worked_since(scene, trial):
            found.failed_before.add(drug)
        _annotate(found, trial, AnnotationKind.FAILED_BEFORE, "option.failed_before")


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


def _withhold(found: Availability, drug: str) -> None:
    found.withheld.add(drug)
    found.shut.add(drug)


def _annotate(
    found: Availability, trial: Trial, kind: AnnotationKind, rule: str, judgement: Outcome | None = None
) -> None:
    note = HistoryNote(kind, rule, trial, judgement or trial.outcome)
    found.history.setdefault(trial.drug, []).append(note)


def _note_immunoglobulin(scene: Scene, found: Availability) -> None:
    """Failure ends it; intolerance by vein leaves the subcutaneous route (reading 10)."""
    by_vein: Trial | None = None
    under_skin = False
    for trial in scene.immunoglobulin:
        if trial.failed and not trial.intolerant:
            _withhold(found, IMMUNOGLOBULIN)
            _annotate(found, trial, AnnotationKind.FAILED_BEFORE, "option.failed_before")
        elif trial.unavailable and not _taken_since(scene, trial):
            _withhold(found, IMMUNOGLOBULIN)
            _annotate(found, trial, AnnotationKind.UNAVAILABLE, "option.unavailable", trial.barred)
        elif trial.intolerant:
            if trial.course.route is Route.SUBCUTANEOUS:
                under_skin = True
                _withhold(found, IMMUNOGLOBULIN)
                _annotate(found, trial, AnnotationKind.INTOLERANT_BEFORE, "option.intolerant_before")
            else:
                by_vein = trial
    if by_vein is not None and not under_skin and IMMUNOGLOBULIN not in found.withheld:
        _annotate(found, by_vein, AnnotationKind.CAUTION, "option.subcutaneous")


def steroid_refused(scene: Scene, drug: str) -> bool:
    """The corticosteroid itself was not tolerated, contraindicated or declined."""
    return any(
        trial.drug == drug and (trial.unavailable or trial.intolerant) and not _taken_since(scene, trial)
        for trial in scene.trials
    )


def intolerance_on(trials: list[Trial]) -> bool:
    return any(trial.counted is not None and trial.counted.kind is OutcomeKind.INTOLERANT for trial in trials)


def judgement_stands(scene: Scene, trial: Trial) -> bool:
    """Whether a judgement against the drug still counts: not given again, going on, or found to work since."""
    return not _taken_since(scene, trial)
