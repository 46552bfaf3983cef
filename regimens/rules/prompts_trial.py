"""Adequate trials: long enough at target dose, and no response recorded (reading 16)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.rules.entry_order import entry_order
from patients.rules.improvement import Points, points_between
from patients.rules.measures import measured
from patients.rules.population import criteria_for
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.record import Assessment
from patients.rules.vocabulary import ResponseCategory
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import Drug
from regimens.rules.baselines import baseline_for, has_core_measure
from regimens.rules.dose_reference import dose_reference
from regimens.rules.doses import at_target_since
from regimens.rules.findings import Prompt
from regimens.rules.lines import in_effect
from regimens.rules.prompts_remission import declared
from regimens.rules.record import DosePeriod
from regimens.rules.scene import Scene
from regimens.rules.standing import Trial
from regimens.rules.vocabulary import PromptCode


def trial_questions(scene: Scene) -> tuple[list[Prompt], list[Predicate]]:
    """Prompts for trials that have lasted long enough without a response, and why not yet for the others."""
    prompts: list[Prompt] = []
    not_yet: list[Predicate] = []
    for trial in scene.present:
        drug = scene.protocol.drugs.get(trial.drug)
        if drug is not None and trial.outcome is None and (trial.running or in_effect(scene, trial)):
            prompt, predicate = _look(scene, trial, drug)
            if prompt is not None:
                prompts.append(prompt)
            if predicate is not None:
                not_yet.append(predicate)
    return prompts, not_yet


def _look(scene: Scene, trial: Trial, drug: Drug) -> tuple[Prompt | None, Predicate | None]:
    held = _remission_under(scene, trial)
    if held is not None:
        return None, held
    needed = scene.protocol.settings.adequate_trial_weeks if drug.trial is None else drug.trial.weeks
    span = _span(scene, trial, drug)
    if span.since is None and not span.known:
        text = f"{trial.name}: weeks {span.words} are unknown, dose not recorded"
        return None, Predicate(text, Truth.UNKNOWN, (trial.reference,))
    weeks = (scene.as_of - span.since).days // 7 if span.since is not None else 0
    if weeks < needed:
        text = f"{trial.name}: needs {needed} weeks {span.words}; has {weeks}"
        return None, Predicate(text, Truth.FALSE, (trial.reference,))
    response = _response(scene, trial)
    if response.worked:
        return None, Predicate(
            f"{trial.name}: has worked so far: {response.predicate.text}", Truth.TRUE, response.facts
        )
    long_enough = Predicate(f"{weeks} weeks {span.words}", Truth.TRUE, (trial.reference, *span.facts))
    rule = "prompt.adequate_trial" if drug.target else "prompt.adequate_trial_no_target"
    text = f"{trial.name}: {weeks} weeks {span.words} and no response recorded. Has it worked?"
    reason = scene.protocol.because(rule, long_enough, response.predicate)
    facts = tuple(dict.fromkeys((trial.reference, *span.facts, *response.facts)))
    return Prompt(PromptCode.ADEQUATE_TRIAL, text, facts, reason, subject=f"course:{trial.course.id}"), None


def _remission_under(scene: Scene, trial: Trial) -> Predicate | None:
    """Remission that was declared while the drug was taken, and still holds, says that it has worked."""
    course = scene.course
    if not course.in_remission or course.remission_on is None or trial.course.start_on > course.remission_on:
        return None
    milestone = next(each for each in reversed(course.milestones) if each.on == course.remission_on)
    day = display_date(milestone.on, milestone.precision)
    text = f"{trial.name}: remission was declared under it, {day}"
    return Predicate(text, Truth.TRUE, (trial.reference, *declared(milestone).facts))


@dataclass(frozen=True, slots=True)
class _Span:
    """Since when, at what, and the dose that reached it. `known` is False when the dose of today is not known."""

    since: date | None
    words: str
    known: bool
    facts: tuple[FactReference, ...] = ()


def _span(scene: Scene, trial: Trial, drug: Drug) -> _Span:
    target = drug.target
    if target is None:
        counted = "since its start" if drug.given_in_cycles else "at any dose"
        return _Span(trial.course.start_on, f"{counted} (no target dose published)", known=True)
    words = f"at target dose ({display_number(target.amount)} {target.unit.label} a {target.per.value} or more)"
    known, since = at_target_since(trial.course, target, scene.as_of, scene.weight)
    reached = _dose_from(trial, since)
    if reached is None:
        return _Span(since, words, known)
    return _Span(since, words, known, (dose_reference(trial, reached),))


def _dose_from(trial: Trial, since: date | None) -> DosePeriod | None:
    """The dose period with which the target was reached."""
    if since is None:
        return None
    course = trial.course
    reached = [dose for dose in course.doses if max(dose.from_on, course.start_on) == since]
    return min(reached, key=lambda dose: (dose.from_on, entry_order(dose.id)), default=None)


@dataclass(frozen=True, slots=True)
class _Response:
    """What the Total Improvement Score since the start says. `worked` only for a score that may be relied on."""

    worked: bool
    predicate: Predicate
    facts: tuple[FactReference, ...] = ()


_UNKNOWN = "Total Improvement Score since the start of the course"


def _response(scene: Scene, trial: Trial) -> _Response:
    """The newest assessment that compares with the one at the start of the course."""
    known = [row for row in scene.record.patient.assessments if row.on <= scene.as_of]
    baseline = baseline_for(known, trial.course.start_on, scene.protocol.settings)
    if baseline is None:
        return _Response(False, Predicate(f"{_UNKNOWN}: no assessment at its start", Truth.UNKNOWN))
    later = [row for row in known if row.on > max(baseline.on, trial.course.start_on) and has_core_measure(row)]
    later.sort(key=lambda row: (row.on, entry_order(row.id)), reverse=True)
    for row in later:
        points = _points(scene, baseline, row)
        if points is not None and points.sufficient:
            return _judged(points, (_fact(baseline), _fact(row)))
    missing = "no later assessment compares with the one at its start" if later else "no assessment since its start"
    return _Response(False, Predicate(f"{_UNKNOWN}: {missing}", Truth.UNKNOWN, (_fact(baseline),)), (_fact(baseline),))


def _points(scene: Scene, baseline: Assessment, row: Assessment) -> Points | None:
    activity = scene.protocol.activity
    forms = {each.mmt_maximum for each in (baseline, row) if each.mmt_maximum is not None}
    if not all(form in activity.scales for form in forms):
        return None  # a form of the muscle test that the protocol does not know compares with nothing
    population = criteria_for(scene.record.patient.person, baseline.on)
    return points_between(measured(baseline, activity), measured(row, activity), population, activity)


def _judged(points: Points, facts: tuple[FactReference, ...]) -> _Response:
    """A partial score is a lower bound: one below minimal leaves open whether the whole one would be."""
    score = f"{'at least ' if points.partial else ''}{display_number(Decimal(points.tenths) / 10)} of 100"
    below = points.category is ResponseCategory.NONE
    words = f"Total Improvement Score {score} since the start of the course"
    if not below:
        return _Response(True, Predicate(f"{words}, {points.category.label}", Truth.TRUE, facts), facts)
    truth = Truth.UNKNOWN if points.partial else Truth.TRUE
    return _Response(False, Predicate(f"{words}, below minimal response", truth, facts), facts)


def _fact(row: Assessment) -> FactReference:
    return FactReference("assessment", row.id, f"assessment, {display_date(row.on, row.precision)}")
