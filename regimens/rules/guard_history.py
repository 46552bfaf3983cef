"""What the record says of the same drug before: not tolerated, unavailable, ineffective.

Whether a judgement still holds is decided where the pathway decides what to offer (availability.py): a later start,
a course still going on, or a later success undoes it.
"""

from dataclasses import replace
from datetime import date

from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.wording import display_date
from regimens.rules.availability import judgement_stands
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.guard_subject import Subject, course_fact, same_drug
from regimens.rules.record import Course, Outcome
from regimens.rules.scene import IMMUNOGLOBULIN, Scene, scene_of
from regimens.rules.standing import Trial
from regimens.rules.vocabulary import OutcomeKind, Route


def history_findings(subject: Subject) -> list[GuardFinding]:
    """Judged by what is known on the later of the day and the day of asking."""
    courses = [course for course in subject.record.courses if same_drug(subject, course)]
    if not courses:
        return []
    if subject.slug != IMMUNOGLOBULIN:
        return _of(subject, courses)
    under_skin = [course for course in courses if course.route is Route.SUBCUTANEOUS]
    by_vein = [course for course in courses if course.route is not Route.SUBCUTANEOUS]
    if subject.route is not Route.SUBCUTANEOUS:
        return _of(subject, by_vein) + _of(subject, under_skin)
    # Intolerance by vein must not condemn the subcutaneous route (reading 10).
    return _of(subject, under_skin) + [_other_route(subject, finding) for finding in _of(subject, by_vein)]


def _other_route(subject: Subject, finding: GuardFinding) -> GuardFinding:
    if finding.code is not GuardCode.NOT_TOLERATED:
        return finding
    words = subject.protocol.because("guard.other_route").text
    return subject.finding(
        GuardCode.OTHER_ROUTE, words, "guard.other_route", *finding.reason.predicates, level=GuardLevel.NOTE
    )


def _of(subject: Subject, courses: list[Course]) -> list[GuardFinding]:
    """Each judgement that stands against these courses of one drug."""
    # One name for all, so that a drug outside the catalogue is the same drug in whatever letters it was written.
    named = tuple(replace(course, drug=subject.slug, drug_text=subject.name) for course in courses)
    scene = scene_of(replace(subject.record, courses=named), subject.protocol, subject.known_on)
    found: list[GuardFinding] = []
    for trial in scene.trials:
        found += _intolerance(subject, scene, trial)
        if trial.unavailable and judgement_stands(scene, trial):
            found.append(_judged(subject, trial, trial.barred, GuardCode.UNAVAILABLE, "guard.unavailable"))
        ineffective = trial.failed and not trial.intolerant
        if ineffective and subject.starting and judgement_stands(scene, trial):
            rule, level = "guard.ineffective_before", GuardLevel.NOTE
            found.append(_judged(subject, trial, trial.outcome, GuardCode.INEFFECTIVE_BEFORE, rule, level))
    return found + _undated(subject, scene)


def _intolerance(subject: Subject, scene: Scene, trial: Trial) -> list[GuardFinding]:
    if not trial.intolerant or not judgement_stands(scene, trial):
        return []
    return [_judged(subject, trial, trial.outcome, GuardCode.NOT_TOLERATED, "guard.not_tolerated")]


def _judged(
    subject: Subject,
    trial: Trial,
    outcome: Outcome | None,
    code: GuardCode,
    rule: str,
    level: GuardLevel = GuardLevel.WARN,
) -> GuardFinding:
    """The judgement in words: what, when, and what was said of it."""
    if outcome is None:
        words = f"never given, {display_date(trial.course.start_on, trial.course.start_precision)}"
        fact = course_fact(trial.course, subject.name)
    else:
        words = f"{outcome.kind.label}, {display_date(outcome.on, outcome.precision)}"
        fact = FactReference("outcome", outcome.id, f"{subject.name}: {words}")
        said = ". ".join(part for part in (outcome.reaction.strip(), outcome.reason.strip()) if part)
        words = f"{words}: {said}" if said else words
    return subject.finding(code, words, rule, Predicate(words, Truth.TRUE, (fact,)), level=level)


def _undated(subject: Subject, scene: Scene) -> list[GuardFinding]:
    """An intolerance whose day nobody recorded is still recorded, unless the drug was judged or begun again since."""
    found = []
    for trial in scene.trials:
        course = trial.course
        if course.undated_outcome is not OutcomeKind.INTOLERANT or course.outcomes:
            continue
        if any(_begun_since(other.course, course.start_on) for other in scene.trials if other is not trial):
            continue
        words = "not tolerated, on a day that is not recorded"
        predicate = Predicate(words, Truth.TRUE, (course_fact(course, subject.name),))
        found.append(subject.finding(GuardCode.NOT_TOLERATED, words, "guard.not_tolerated", predicate))
    return found


def _begun_since(other: Course, day: date) -> bool:
    return not other.never_given and other.start_on > day and other.undated_outcome is None
