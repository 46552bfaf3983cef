"""Questions about severity that only a clinician's statement can settle (readings 1, 2, 6, 33, 34)."""

from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.record import Assessment
from patients.rules.strength import is_below
from patients.rules.vocabulary import MuscleGroup
from patients.rules.wording import display_date
from regimens.rules.findings import Phase, Prompt, SeverityGroup
from regimens.rules.prompts_remission import declared
from regimens.rules.scene import Scene, antibody_predicate
from regimens.rules.severity import SEVERE_BELOW, weak_where_it_counts
from regimens.rules.vocabulary import PromptCode

MDA5 = "mda5"


def severity_questions(scene: Scene) -> list[Prompt]:
    """Each asks about one fact, which is its subject, so that no two open questions are ever the same one."""
    found: list[Prompt] = []
    severity = scene.severity
    if severity.group is not SeverityGroup.SEVERE and MDA5 in scene.antibodies:
        found.append(_ask(scene, "prompt.severity_mda5", antibody_predicate(scene.antibodies[MDA5])))
    if scene.course.phase is Phase.RELAPSE and severity.group is SeverityGroup.NOT_ASSESSED:
        found.append(_ask(scene, "prompt.severity_reassess", declared(scene.course.milestones[-1])))
    latest = _latest_strength(scene)
    if latest is None or latest.lowest_mrc is None:
        return found
    weak = is_below(latest.lowest_mrc, SEVERE_BELOW)
    if weak and latest.lowest_mrc_group is MuscleGroup.NOT_RECORDED:
        found.append(_ask(scene, "prompt.severity_group", _strength(latest)))
    elif weak and latest.lowest_mrc_group is MuscleGroup.DISTAL:
        found.append(_ask(scene, "prompt.severity_distal", _strength(latest)))
    elif severity.group is SeverityGroup.SEVERE and not weak_where_it_counts(latest) and _only_by_strength(scene):
        found.append(_ask(scene, "prompt.severity_confirm", _strength(latest)))
    return found


def _ask(scene: Scene, rule: str, predicate: Predicate) -> Prompt:
    reason = scene.protocol.because(rule, predicate)
    fact = predicate.facts[0]
    return Prompt(PromptCode.SEVERITY_QUESTION, reason.text, predicate.facts, reason, subject=f"{fact.kind}:{fact.id}")


def _strength(row: Assessment) -> Predicate:
    grade = row.lowest_mrc.label if row.lowest_mrc is not None else "not recorded"
    label = f"lowest strength {grade}, {display_date(row.on, row.precision)}"
    return Predicate(label, Truth.TRUE, (FactReference("assessment", row.id, label),))


def _latest_strength(scene: Scene) -> Assessment | None:
    start = scene.severity.window_from
    found: Assessment | None = None
    for row in scene.record.patient.assessments:
        if row.lowest_mrc is None or row.on > scene.as_of or (start is not None and row.on < start):
            continue
        if found is None or (row.on, entry_order(row.id)) > (found.on, entry_order(found.id)):
            found = row
    return found


def _only_by_strength(scene: Scene) -> bool:
    return all(isinstance(fact, Assessment) and not fact.severe_features for fact in scene.severity.severe)
