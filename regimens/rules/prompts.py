"""Questions that the software puts. Failure and remission are declared by a clinician, never by a rule."""

from datetime import date
from decimal import Decimal

from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.record import Assessment, Weight
from patients.rules.strength import is_below
from patients.rules.vocabulary import EnzymeName, MrcGrade, MuscleGroup
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import Drug
from regimens.rules.doses import at_target_since, daily_milligrams
from regimens.rules.findings import Phase, Prompt, SeverityGroup
from regimens.rules.scene import Scene, antibody_predicate
from regimens.rules.severity import SEVERE_BELOW, weak_where_it_counts
from regimens.rules.standing import Trial
from regimens.rules.vocabulary import CourseRole, PromptCode

MDA5 = "mda5"


def adequate_trials(scene: Scene) -> tuple[list[Prompt], tuple[Predicate, ...]]:
    """Prompts for trials that have lasted long enough, and why not yet for the others (reading 16)."""
    prompts: list[Prompt] = []
    not_yet: list[Predicate] = []
    needed = scene.protocol.settings.adequate_trial_weeks
    weight = scene.weight
    for trial in scene.present:
        drug = scene.protocol.drugs.get(trial.drug)
        if not trial.running or trial.outcome is not None or drug is None:
            continue
        weeks, words, known = _weeks(trial, drug, scene.as_of, weight)
        facts = (trial.reference,)
        if not known:
            not_yet.append(
                Predicate(f"{trial.name}: weeks at {words} are unknown, dose not recorded", Truth.UNKNOWN, facts)
            )
        elif weeks < needed:
            text = f"{trial.name}: needs {needed} weeks at {words}; has {weeks}"
            not_yet.append(Predicate(text, Truth.FALSE, facts))
        else:
            rule = "prompt.adequate_trial" if drug.target else "prompt.adequate_trial_no_target"
            text = f"{trial.name}: {weeks} weeks at {words} and no response recorded. Has it worked?"
            reason = scene.protocol.because(rule, Predicate(f"{weeks} weeks at {words}", Truth.TRUE, facts))
            prompts.append(Prompt(PromptCode.ADEQUATE_TRIAL, text, facts, reason))
    return prompts, tuple(not_yet)


def _weeks(trial: Trial, drug: Drug, as_of: date, weight: Weight | None) -> tuple[int, str, bool]:
    """(whole weeks, of what, known)."""
    target = drug.target
    if target is None:
        return (as_of - trial.course.start_on).days // 7, "any dose (no target dose published)", True
    words = f"target dose ({display_number(target.amount)} {target.unit.label} a {target.per.value} or more)"
    known, since = at_target_since(trial.course, target, as_of, weight)
    return ((as_of - since).days // 7 if since else 0), words, known


def prompts_of(scene: Scene, adequate: list[Prompt]) -> tuple[Prompt, ...]:
    found = list(adequate)
    if scene.course.phase in (Phase.INDUCTION, Phase.RELAPSE):
        found += _possible_remission(scene)
        found += _steroid_failed(scene)
        found += _severity_questions(scene)
    elif scene.course.phase is Phase.MAINTENANCE and not any(
        trial.running and trial.course.role is not CourseRole.SUPPORTIVE for trial in scene.trials
    ):
        reason = scene.protocol.because("prompt.drug_free_remission")
        found.append(Prompt(PromptCode.POSSIBLE_REMISSION, reason.text, (), reason))
    return tuple(found)


def _possible_remission(scene: Scene) -> list[Prompt]:
    """All three hold: enzyme, strength, corticosteroid (reading 27). A value that is missing asks nothing."""
    if not any(trial.present and trial.taken for trial in scene.trials):
        return []
    since = scene.course.since
    rows = [
        row for row in scene.record.patient.assessments if row.on <= scene.as_of and (since is None or row.on >= since)
    ]
    if not rows:
        return []
    rows.sort(key=lambda row: (row.on, row.id))
    predicates = (_enzyme_normal(rows), _strength_normal(rows), _steroid_low(scene))
    if any(predicate is None or predicate.truth is not Truth.TRUE for predicate in predicates):
        return []
    held = tuple(predicate for predicate in predicates if predicate is not None)
    reason = scene.protocol.because("prompt.possible_remission", *held)
    facts = tuple(dict.fromkeys(fact for predicate in held for fact in predicate.facts))
    return [Prompt(PromptCode.POSSIBLE_REMISSION, reason.text, facts, reason)]


def _enzyme_normal(rows: list[Assessment]) -> Predicate | None:
    """The latest CK against its own upper limit."""
    for row in reversed(rows):
        for enzyme in row.enzymes:
            if enzyme.name is EnzymeName.CK:
                fact = FactReference(
                    "assessment", row.id, f"CK {display_number(enzyme.value)}, {display_date(row.on, row.precision)}"
                )
                if enzyme.upper_limit is None:
                    return Predicate("CK within its upper limit, which is not recorded", Truth.UNKNOWN, (fact,))
                truth = Truth.TRUE if enzyme.value <= enzyme.upper_limit else Truth.FALSE
                return Predicate("CK within its upper limit", truth, (fact,))
    return None


def _strength_normal(rows: list[Assessment]) -> Predicate | None:
    """The latest strength: the form's maximum, or lowest grade 5; where both were taken, both."""
    for row in reversed(rows):
        form = row.mmt is not None and row.mmt_maximum is not None
        if not form and row.lowest_mrc is None:
            continue
        weak_by_form = row.mmt is not None and row.mmt_maximum is not None and row.mmt < row.mmt_maximum
        weak_by_grade = row.lowest_mrc not in (None, MrcGrade.FIVE)
        truth = Truth.FALSE if weak_by_form or weak_by_grade else Truth.TRUE
        fact = FactReference("assessment", row.id, f"strength, {display_date(row.on, row.precision)}")
        return Predicate("strength normal", truth, (fact,))
    return None


def _steroid_low(scene: Scene) -> Predicate:
    limit = scene.protocol.settings.remission_steroid_below
    weight = scene.weight
    total = Decimal(0)
    facts = []
    for trial in scene.trials:
        if not (trial.running and trial.corticosteroid):
            continue
        facts.append(trial.reference)
        drug = scene.protocol.drugs.get(trial.drug)
        daily = daily_milligrams(trial.course, scene.as_of, weight)
        if daily is None or drug is None or drug.prednisolone_equivalence is None:
            return Predicate("prednisolone equivalent not known", Truth.UNKNOWN, tuple(facts))
        total += daily * drug.prednisolone_equivalence
    truth = Truth.TRUE if total < limit else Truth.FALSE
    text = f"corticosteroid below {display_number(limit)} mg prednisolone a day"
    return Predicate(text, truth, tuple(facts))


def _steroid_failed(scene: Scene) -> list[Prompt]:
    """Only while nothing else has been tried (readings 21 and 22)."""
    failed = [trial for trial in scene.trials if trial.corticosteroid and trial.present and trial.failed]
    if not failed or scene.present:
        return []
    facts = tuple([trial.outcome_reference() for trial in failed])
    reason = scene.protocol.because("prompt.steroid_failed", Predicate("judged a failure", Truth.TRUE, facts))
    return [Prompt(PromptCode.STEROID_FAILED, reason.text, facts, reason)]


def _severity_questions(scene: Scene) -> list[Prompt]:
    found: list[Prompt] = []
    severity = scene.severity

    def ask(rule: str, *predicates: Predicate) -> None:
        reason = scene.protocol.because(rule, *predicates)
        facts = tuple(fact for predicate in predicates for fact in predicate.facts)
        found.append(Prompt(PromptCode.SEVERITY_QUESTION, reason.text, facts, reason))

    if severity.group is not SeverityGroup.SEVERE and MDA5 in scene.antibodies:
        ask("prompt.severity_mda5", antibody_predicate(scene.antibodies[MDA5]))
    if scene.course.phase is Phase.RELAPSE and severity.group is SeverityGroup.NOT_ASSESSED:
        ask("prompt.severity_reassess")
    latest = _latest_strength(scene)
    if latest is None or latest.lowest_mrc is None:
        return found
    label = f"lowest strength {latest.lowest_mrc.label}, {display_date(latest.on, latest.precision)}"
    predicate = Predicate(label, Truth.TRUE, (FactReference("assessment", latest.id, label),))
    if is_below(latest.lowest_mrc, SEVERE_BELOW) and latest.lowest_mrc_group is MuscleGroup.NOT_RECORDED:
        ask("prompt.severity_group", predicate)
    elif is_below(latest.lowest_mrc, SEVERE_BELOW) and latest.lowest_mrc_group is MuscleGroup.DISTAL:
        ask("prompt.severity_distal", predicate)
    elif severity.group is SeverityGroup.SEVERE and not weak_where_it_counts(latest) and _only_by_strength(scene):
        ask("prompt.severity_confirm", predicate)
    return found


def _latest_strength(scene: Scene) -> Assessment | None:
    start = scene.severity.window_from
    rows = [
        row
        for row in scene.record.patient.assessments
        if row.lowest_mrc is not None and row.on <= scene.as_of and (start is None or row.on >= start)
    ]
    return max(rows, key=lambda row: (row.on, row.id)) if rows else None


def _only_by_strength(scene: Scene) -> bool:
    return all(isinstance(fact, Assessment) and not fact.severe_features for fact in scene.severity.severe)
