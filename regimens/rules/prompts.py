"""Questions that the software puts. Failure and remission are declared by a clinician, never by a rule.

What each question rests on is in the module of its kind; what was answered, and when it is put again, in reviews.py.
"""

from patients.rules.reasons import Predicate
from patients.rules.vocabulary import PatientStatus
from regimens.rules.findings import Phase, Prompt
from regimens.rules.prompts_deterioration import deterioration_question
from regimens.rules.prompts_remission import drug_free_remission, possible_remission
from regimens.rules.prompts_severity import severity_questions
from regimens.rules.prompts_steroid import steroid_failed, steroid_questions
from regimens.rules.prompts_trial import trial_questions
from regimens.rules.scene import Scene

_ACTIVE = (Phase.INDUCTION, Phase.RELAPSE)


def adequate_trials(scene: Scene) -> tuple[list[Prompt], tuple[Predicate, ...]]:
    """What waits for time to pass: adequate trials and a possible remission, asked or with why not yet."""
    if not _under_care(scene):
        return [], ()
    prompts, not_yet = trial_questions(scene)
    if scene.course.phase in _ACTIVE:
        remission, short = possible_remission(scene)
        prompts += remission
        not_yet += short
    return prompts, tuple(not_yet)


def prompts_of(scene: Scene, prompts: list[Prompt]) -> tuple[Prompt, ...]:
    """Every question as of the day, `prompts` of `adequate_trials` first, whether or not a clinician answered it."""
    if not _under_care(scene):
        return ()
    found = [*prompts, *deterioration_question(scene)]
    if scene.course.phase in _ACTIVE:
        found += steroid_failed(scene)
        found += severity_questions(scene)
    else:
        found += drug_free_remission(scene)
    found += steroid_questions(scene)
    return tuple(found)


def _under_care(scene: Scene) -> bool:
    """There is nobody to decide for once a patient has died or is followed elsewhere."""
    person = scene.record.patient.person
    if person.status is PatientStatus.ACTIVE:
        return True
    return person.status_on is not None and person.status_on > scene.as_of
