"""Possible remission: enzyme, strength and corticosteroid, each held for long enough (reading 27). Never declared here.

Each of the three gives since when it has held. The question is asked when all three have held for the weeks that the
protocol asks for, and the last measurement of each lies within these weeks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from patients.rules.entry_order import entry_order
from patients.rules.quick_init import quick_init
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.record import Assessment
from patients.rules.vocabulary import EnzymeName, MrcGrade
from patients.rules.wording import display_date, display_number
from regimens.rules.findings import Phase, Prompt
from regimens.rules.record import Milestone
from regimens.rules.scene import Scene
from regimens.rules.steroid_doses import milligrams_now, pulses, steroid_levels
from regimens.rules.vocabulary import CourseRole, PromptCode


@quick_init
@dataclass(frozen=True, slots=True)
class Held:
    """How long one of the three has held. `since` None: it does not hold now, or nobody knows (`truth`).

    `began` are the facts that it rests on from the beginning; `facts` are those to show, the latest included.
    """

    text: str
    truth: Truth
    since: date | None = None
    began: tuple[FactReference, ...] = ()
    facts: tuple[FactReference, ...] = ()


def declared(milestone: Milestone) -> Predicate:
    """A clinician's own statement about the disease."""
    label = f"{milestone.kind.label}, {display_date(milestone.on, milestone.precision)}"
    return Predicate(f"declared: {label}", Truth.TRUE, (FactReference("milestone", milestone.id, label),))


def possible_remission(scene: Scene) -> tuple[list[Prompt], tuple[Predicate, ...]]:
    """The question, or why not yet when all three hold today but not for long enough."""
    held = _held_now(scene)
    if not held:
        return [], ()
    weeks = scene.protocol.settings.remission_held_weeks
    span_from = scene.as_of - timedelta(weeks=weeks)
    short = [each for each in held if each.since is not None and each.since > span_from]
    if short:
        words = (f"possible remission: {each.text} needs {weeks} weeks; has {_weeks(each, scene)}" for each in short)
        return [], tuple([Predicate(text, Truth.FALSE, each.facts) for text, each in zip(words, short, strict=True)])
    predicates = [Predicate(_since_words(each), Truth.TRUE, each.facts) for each in held]
    reason = scene.protocol.because("prompt.possible_remission", *predicates)
    began = tuple(dict.fromkeys(fact for each in held for fact in each.began))
    return [Prompt(PromptCode.POSSIBLE_REMISSION, reason.text, began, reason)], ()


def drug_free_remission(scene: Scene) -> list[Prompt]:
    """Remission declared and nothing runs: is this remission off treatment?"""
    if scene.course.phase is not Phase.MAINTENANCE:
        return []
    if any(trial.running and trial.course.role is not CourseRole.SUPPORTIVE for trial in scene.trials):
        return []
    predicate = declared(scene.course.milestones[-1])
    stopped = [
        trial.reference for trial in scene.trials if trial.taken and trial.course.role is not CourseRole.SUPPORTIVE
    ]
    reason = scene.protocol.because("prompt.drug_free_remission", predicate)
    return [Prompt(PromptCode.POSSIBLE_REMISSION, reason.text, (*predicate.facts, *stopped), reason)]


def _held_now(scene: Scene) -> list[Held]:
    """The three, when each holds today; none when one does not, is not known, or was measured too long ago."""
    if not any(trial.present and trial.taken for trial in scene.trials):
        return []
    since = scene.course.since
    rows = [
        row for row in scene.record.patient.assessments if row.on <= scene.as_of and (since is None or row.on >= since)
    ]
    if not rows:
        return []
    rows.sort(key=lambda row: (row.on, entry_order(row.id)), reverse=True)
    span_from = scene.as_of - timedelta(weeks=scene.protocol.settings.remission_held_weeks)
    held: list[Held] = []
    for look in (_enzyme, _strength):
        one = look(rows, span_from)
        if one.truth is not Truth.TRUE:
            return []
        held.append(one)
    steroid = _steroid(scene)
    return [*held, steroid] if steroid.truth is Truth.TRUE else []


def _enzyme(rows: list[Assessment], span_from: date) -> Held:
    """CK against its own upper limit at each assessment, newest first."""
    return _run("CK within its upper limit", rows, _ck_normal, span_from, "CK")


def _strength(rows: list[Assessment], span_from: date) -> Held:
    """The form's maximum, or lowest grade 5; where both were taken, both."""
    return _run("strength normal", rows, _strength_normal, span_from, "strength")


def _run(
    text: str, rows: list[Assessment], normal: Callable[[Assessment], Truth | None], span_from: date, what: str
) -> Held:
    """The unbroken run of normal values up to the latest one; `normal` gives None where nothing was measured."""
    latest: Assessment | None = None
    first: Assessment | None = None
    for row in rows:
        truth = normal(row)
        if truth is None:
            continue
        if truth is not Truth.TRUE:
            if latest is None:
                return Held(text, truth)
            break
        latest, first = latest or row, row
        if latest.on <= span_from:
            break
    if latest is None or first is None or latest.on <= span_from:  # too long ago to speak for today
        return Held(text, Truth.UNKNOWN)
    began = (_measured(first, what),)
    return Held(text, Truth.TRUE, first.on, began, tuple(dict.fromkeys((*began, _measured(latest, what)))))


def _measured(row: Assessment, what: str) -> FactReference:
    return FactReference("assessment", row.id, f"{what}, {display_date(row.on, row.precision)}")


def _ck_normal(row: Assessment) -> Truth | None:
    found: Truth | None = None
    for enzyme in row.enzymes:
        if enzyme.name is EnzymeName.CK:
            if enzyme.upper_limit is None:
                return Truth.UNKNOWN
            if enzyme.value > enzyme.upper_limit:
                return Truth.FALSE
            found = Truth.TRUE
    return found


def _strength_normal(row: Assessment) -> Truth | None:
    form = row.mmt is not None and row.mmt_maximum is not None
    if row.lowest_mrc is None and not form:
        return None
    weak_by_form = row.mmt is not None and row.mmt_maximum is not None and row.mmt < row.mmt_maximum
    weak_by_grade = row.lowest_mrc not in (None, MrcGrade.FIVE)
    return Truth.FALSE if weak_by_form or weak_by_grade else Truth.TRUE


def _steroid(scene: Scene) -> Held:
    """Since when the daily corticosteroid, all courses together, has been below the limit without a break."""
    limit = scene.protocol.settings.remission_steroid_below
    text = f"corticosteroid below {display_number(limit)} mg prednisolone a day"
    pulsed = [trial for trial in scene.trials if trial.corticosteroid and trial.taken and pulses(trial, scene.protocol)]
    if any(trial.running for trial in pulsed):
        return Held(text, Truth.UNKNOWN)
    since = max((trial.course.stop_on for trial in pulsed if trial.course.stop_on), default=date.min)
    began: tuple[FactReference, ...] = ()
    now = milligrams_now(scene)
    if now is None or now >= limit:
        return Held(text, Truth.UNKNOWN if now is None else Truth.FALSE)
    levels = steroid_levels(scene)
    low = len(levels)
    while low and (total := levels[low - 1].milligrams) is not None and total < limit:
        low -= 1
    if low:
        since, began = max(since, levels[low].on), levels[low].facts
    return Held(text, Truth.TRUE, since, began, began)


def _weeks(held: Held, scene: Scene) -> int:
    return (scene.as_of - held.since).days // 7 if held.since is not None else 0


def _since_words(held: Held) -> str:
    if held.since is None or held.since == date.min:
        return f"{held.text}, throughout"
    return f"{held.text}, since {display_date(held.since)}"
