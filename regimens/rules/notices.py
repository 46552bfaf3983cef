"""What must be seen about the whole patient, whatever comes next."""

from patients.rules.reasons import Predicate, Reason, Truth
from patients.rules.vocabulary import PatientStatus
from patients.rules.wording import display_date, display_number
from regimens.rules.doses import daily_milligrams
from regimens.rules.findings import Phase
from regimens.rules.lines import ladder_of
from regimens.rules.scene import Scene, condition_predicate
from regimens.rules.vocabulary import CourseRole

METHYLPREDNISOLONE = "methylprednisolone"
PREDNISOLONE = "prednisolone"


def notices_of(scene: Scene) -> tuple[Reason, ...]:
    because = scene.protocol.because
    found: list[Reason] = []
    person = scene.record.patient.person
    ended = person.status is not PatientStatus.ACTIVE
    if ended and (person.status_on is None or person.status_on <= scene.as_of):
        found.append(because("notice.not_under_care", Predicate(person.status.label, Truth.TRUE)))
    if scene.minor:
        found.append(because("notice.child"))
    elif scene.minor is None:
        found.append(because("notice.age_not_recorded"))
    for banner in scene.protocol.file.banners if scene.conditions else ():
        present = [scene.conditions[kind] for kind in banner.conditions if kind in scene.conditions]
        if present:
            found.append(because(banner.id, *[condition_predicate(condition) for condition in present]))
    found += _early_notes(scene)
    found += _drug_notes(scene)
    return tuple(found)


def _early_notes(scene: Scene) -> list[Reason]:
    """Early consideration that the published text allows, while the drug has not been used (reading 15)."""
    if not scene.early:
        return []
    tried = {trial.drug for trial in scene.trials if trial.taken}
    found = []
    for remark, annotation in scene.early:
        names = [scene.protocol.drugs[drug].name for drug in remark.drugs if drug not in tried]
        if names:
            reason = annotation.reason
            text = f"{', '.join(names)}: {reason.text}"
            found.append(
                Reason(reason.rule_id, text, reason.kind, reason.source, reason.protocol_version, reason.predicates)
            )
    return found


def _drug_notes(scene: Scene) -> list[Reason]:
    because = scene.protocol.because
    found: list[Reason] = []
    named = ladder_of(scene.protocol).lines
    induction = scene.course.phase in (Phase.INDUCTION, Phase.RELAPSE)
    for trial in scene.trials:
        if not trial.running:
            continue
        fact = Predicate(f"{trial.name} runs", Truth.TRUE, (trial.reference,))
        if trial.course.role is CourseRole.OUTSIDE_PATHWAY or (
            not trial.drug and trial.course.role is CourseRole.IMMUNOSUPPRESSANT
        ):
            found.append(because("notice.outside_pathway", fact))
        elif trial.immunosuppressant and induction and trial.drug not in named:
            found.append(because("notice.not_in_induction", fact))
        elif trial.drug == METHYLPREDNISOLONE:
            found.append(because("notice.equivalence", fact))
        elif trial.drug == PREDNISOLONE and scene.course.phase is Phase.MAINTENANCE:
            daily = daily_milligrams(trial.course, scene.as_of, None)
            if daily is not None and daily >= scene.protocol.settings.remission_steroid_below:
                words = f"{display_number(daily)} mg a day on {display_date(scene.as_of)}"
                found.append(because("notice.usual_maintenance_dose", Predicate(words, Truth.TRUE, (trial.reference,))))
    return found
