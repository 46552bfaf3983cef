"""Questions about the corticosteroid: dependence, a dose above its target, a failure before anything else was tried."""

from datetime import date, timedelta
from decimal import Decimal

from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import Comparison, Settings
from regimens.rules.findings import Phase, Prompt, SeverityGroup
from regimens.rules.scene import Scene
from regimens.rules.standing import FAILING, Trial
from regimens.rules.steroid_doses import (
    SteroidLevel,
    daily_trials,
    last_raise,
    milligrams_now,
    steroid_levels,
    treated_since,
)
from regimens.rules.vocabulary import MilestoneKind, PromptCode
from regimens.rules.wording import question_in


def steroid_failed(scene: Scene) -> list[Prompt]:
    """Only while nothing else has been tried (readings 21 and 22)."""
    if scene.present or scene.course.phase not in (Phase.INDUCTION, Phase.RELAPSE):
        return []
    failed = [trial for trial in scene.trials if trial.corticosteroid and trial.present and trial.failed]
    if not failed:
        return []
    facts = tuple([trial.outcome_reference() for trial in failed])
    reason = scene.protocol.because("prompt.steroid_failed", Predicate("judged a failure", Truth.TRUE, facts))
    return [Prompt(PromptCode.STEROID_FAILED, reason.text, facts, reason)]


def steroid_questions(scene: Scene) -> list[Prompt]:
    """Dependence, and a dose above target. Neither is asked of a dose that is unknown, nor of one judged a failure."""
    if not scene.steroid_running:
        return []
    trials = [trial for trial in daily_trials(scene) if trial.running]
    if not trials or any(trial.failed for trial in trials):
        return []
    settings = scene.protocol.settings
    shortest = min(settings.steroid_target_weeks, settings.steroid_dependence_weeks)
    if min(trial.course.start_on for trial in scene.trials if trial.corticosteroid) > _weeks_ago(scene, shortest):
        return []
    now = milligrams_now(scene)
    if now is None or now < min(settings.steroid_target, settings.steroid_dependence_from):
        return []
    levels = steroid_levels(scene)
    treated = treated_since(levels)
    if treated is None:
        return []
    # One question about one dose: dependence says the more.
    return _dependence(scene, trials[0], levels, treated) or _above_target(scene, trials[0], levels, treated, now)


def _dependence(scene: Scene, trial: Trial, levels: list[SteroidLevel], treated: int) -> list[Prompt]:
    """Lowered and raised again for no recorded reason, or never lowered (reading 22).

    What is looked at begins where the treatment, or the time at such a dose, began. So the passing of days never
    changes which facts the question rests on.
    """
    settings = scene.protocol.settings
    limit = settings.steroid_dependence_from
    first = _at_or_above_since(levels, limit)
    if first is None:
        return []
    raised = last_raise(levels, treated)
    if (
        raised is not None
        and raised >= first
        and levels[treated].on <= _weeks_ago(scene, settings.steroid_dependence_weeks)
        and not _explained(scene, levels[raised].on)
    ):
        before, after = levels[raised - 1], levels[raised]
        words = f"raised from {_amount(before)} to {_amount(after)} on {display_date(after.on)}"
        facts = _facts(trial.reference, *before.facts, *after.facts)
        rule = "prompt.steroid_dependence_raised"
        return [_prompt(scene, PromptCode.STEROID_DEPENDENCE, rule, trial, facts, words, levels[treated].on)]
    if levels[first].on <= _weeks_ago(scene, settings.steroid_dependence_weeks_unlowered):
        words = f"{display_number(limit)} mg prednisolone a day or more since {display_date(levels[first].on)}"
        facts = _facts(trial.reference, *levels[first].facts)
        rule = "prompt.steroid_dependence_unlowered"
        return [_prompt(scene, PromptCode.STEROID_DEPENDENCE, rule, trial, facts, words, levels[treated].on)]
    return []


def _explained(scene: Scene, raised_on: date) -> bool:
    """Whether a clinician recorded about that time why it was raised: another drug failed, or the disease relapsed."""
    days = scene.protocol.settings.steroid_raise_explained_days
    recorded = [
        outcome.on
        for trial in scene.trials
        if trial.immunosuppressant
        for outcome in trial.course.outcomes
        if outcome.kind in FAILING and outcome.on <= scene.as_of
    ]
    recorded += [each.on for each in scene.course.milestones if each.kind is MilestoneKind.RELAPSE]
    return any(abs((day - raised_on).days) <= days for day in recorded)


def _above_target(scene: Scene, trial: Trial, levels: list[SteroidLevel], treated: int, now: Decimal) -> list[Prompt]:
    """Above the usual maintenance dose after the weeks in which a taper is expected to have reached it.

    Not while the dose is being changed, and not under 18: the dose is printed for adults (reading 39).
    """
    settings = scene.protocol.settings
    if _reached(now, settings) or levels[treated].on > _weeks_ago(scene, settings.steroid_target_weeks):
        return []
    if scene.minor or _changed_after(levels, treated, _weeks_ago(scene, settings.steroid_settled_weeks)):
        return []
    # A lower step of the same taper is no new question; another raise is.
    raised = last_raise(levels, treated)
    facts = _facts(trial.reference, *levels[treated if raised is None else raised].facts)
    target = display_number(settings.steroid_target)
    word = "below" if settings.steroid_target_comparison is Comparison.BELOW else "at most"
    words = (
        f"{display_number(now)} mg prednisolone a day on {display_date(scene.as_of)}; usual maintenance {word} "
        f"{target} mg"
    )
    rule = "prompt.steroid_above_target"
    prompt = PromptCode.STEROID_ABOVE_TARGET
    return [_prompt(scene, prompt, rule, trial, facts, words, levels[treated].on, _number_printed_for(scene))]


def _number_printed_for(scene: Scene) -> Predicate:
    severe = scene.severity.group is SeverityGroup.SEVERE
    return Predicate(
        "the published text prints this number for non-severe disease and none for severe disease"
        + (", as here" if severe else ""),
        Truth.TRUE,
    )


def _prompt(
    scene: Scene,
    code: PromptCode,
    rule: str,
    trial: Trial,
    facts: tuple[FactReference, ...],
    words: str,
    treated_on: date,
    *more: Predicate,
) -> Prompt:
    weeks = (scene.as_of - treated_on).days // 7
    reason = scene.protocol.because(
        rule,
        Predicate(words, Truth.TRUE, facts),
        Predicate(f"{weeks} weeks of corticosteroid without a break", Truth.TRUE, (trial.reference,)),
        *more,
    )
    return Prompt(
        code,
        f"{trial.name}: {words}. {question_in(reason)}",
        facts,
        reason,
        subject=f"course:{trial.course.id}",
    )


def _reached(now: Decimal, settings: Settings) -> bool:
    if settings.steroid_target_comparison is Comparison.BELOW:
        return now < settings.steroid_target
    return now <= settings.steroid_target


def _changed_after(levels: list[SteroidLevel], treated: int, day: date) -> bool:
    """Whether the total was lowered or raised after the day: somebody is looking after it."""
    return any(
        levels[place].on > day and levels[place].milligrams != levels[place - 1].milligrams
        for place in range(treated + 1, len(levels))
    )


def _at_or_above_since(levels: list[SteroidLevel], limit: Decimal) -> int | None:
    """The place from which the total has been at the limit or above it, and known, up to now."""
    place = len(levels)
    while place and (total := levels[place - 1].milligrams) is not None and total >= limit:
        place -= 1
    return place if place < len(levels) else None


def _facts(*facts: FactReference) -> tuple[FactReference, ...]:
    return tuple(dict.fromkeys(facts))


def _amount(level: SteroidLevel) -> str:
    return "an unknown dose" if level.milligrams is None else f"{display_number(level.milligrams)} mg"


def _weeks_ago(scene: Scene, weeks: int) -> date:
    return scene.as_of - timedelta(weeks=weeks)
