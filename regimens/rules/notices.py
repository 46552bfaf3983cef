"""What must be seen about the whole patient, whatever comes next."""

from patients.rules.reasons import Predicate, Reason, Truth
from patients.rules.vocabulary import PatientStatus
from patients.rules.wording import display_date, display_number
from regimens.rules.doses import daily_milligrams
from regimens.rules.findings import Phase
from regimens.rules.lines import ladder_of
from regimens.rules.scene import Scene, condition_predicate
from regimens.rules.standing import Trial
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
    if scene.conditions:
        found += _banners(scene)
    if scene.early:
        found += _early_notes(scene)
    for trial in scene.running:
        note = _drug_note(scene, trial)
        if note is not None:
            found.append(note)
    return tuple(found)


def _banners(scene: Scene) -> list[Reason]:
    found = []
    for banner in scene.protocol.file.banners:
        present = [scene.conditions[kind] for kind in banner.conditions if kind in scene.conditions]
        if present:
            predicates = [condition_predicate(condition) for condition in present]
            found.append(scene.protocol.because(banner.id, *predicates))
    return found


def _early_notes(scene: Scene) -> list[Reason]:
    """Early consideration that the published text allows, while the drug has not been used (reading 15)."""
    tried = {trial.drug for trial in scene.trials if trial.taken}
    found = []
    for held in scene.early:
        names = [scene.protocol.drugs[drug].name for drug in held.remark.drugs if drug not in tried]
        if names:
            reason = held.reason(scene)
            text = f"{', '.join(names)}: {reason.text}"
            found.append(
                Reason(reason.rule_id, text, reason.kind, reason.source, reason.protocol_version, reason.predicates)
            )
    return found


def _drug_note(scene: Scene, trial: Trial) -> Reason | None:
    """What must be said of a drug that runs."""
    role = trial.course.role
    rule = ""
    if role is CourseRole.OUTSIDE_PATHWAY or (not trial.drug and role is CourseRole.IMMUNOSUPPRESSANT):
        rule = "notice.outside_pathway"
    elif (
        trial.immunosuppressant
        and trial.drug not in ladder_of(scene.protocol).lines
        and scene.course.phase in (Phase.INDUCTION, Phase.RELAPSE)
    ):
        rule = "notice.not_in_induction"
    elif trial.drug == METHYLPREDNISOLONE:
        rule = "notice.equivalence"
    elif trial.drug == PREDNISOLONE and scene.course.phase is Phase.MAINTENANCE:
        return _usual_dose_note(scene, trial)
    if not rule:
        return None
    return scene.protocol.because(rule, Predicate(f"{trial.name} runs", Truth.TRUE, (trial.reference,)))


def _usual_dose_note(scene: Scene, trial: Trial) -> Reason | None:
    daily = daily_milligrams(trial.course, scene.as_of, None)
    if daily is None or daily < scene.protocol.settings.remission_steroid_below:
        return None
    words = f"{display_number(daily)} mg a day on {display_date(scene.as_of)}"
    return scene.protocol.because("notice.usual_maintenance_dose", Predicate(words, Truth.TRUE, (trial.reference,)))
