"""What may be added beside the next step: immunoglobulin, a missing corticosteroid, pulses in severe disease."""

from regimens.rules.availability import steroid_refused
from regimens.rules.findings import Option, Phase, SeverityGroup
from regimens.rules.options import Menu
from regimens.rules.plan import Plan
from regimens.rules.scene import IMMUNOGLOBULIN, Scene
from regimens.rules.vocabulary import CourseRole

PULSE = "methylprednisolone_sodium_succinate"
ORAL = "prednisolone"


def adjuncts(scene: Scene, menu: Menu, plan: Plan) -> tuple[Option, ...]:
    """What may be added at this step: immunoglobulin, and a corticosteroid that belongs to it and does not run."""
    if scene.course.phase is Phase.DRUG_FREE_REMISSION:
        return ()
    found: list[Option] = []
    offered = plan.drugs
    if scene.course.phase is not Phase.MAINTENANCE:
        found += _steroid_adjuncts(scene, menu, offered)
    if IMMUNOGLOBULIN not in menu.available.withheld and IMMUNOGLOBULIN not in offered:
        running = any(trial.running for trial in scene.immunoglobulin)
        option = menu.immunoglobulin(running=running)
        # First where it may be the only treatment (reading 10).
        found.insert(0 if scene.monotherapy_situation else len(found), option)
    return tuple(found)


def _steroid_adjuncts(scene: Scene, menu: Menu, offered: set[str]) -> list[Option]:
    rung = scene.rung(1)
    found: list[Option] = []
    severe = scene.group is SeverityGroup.SEVERE
    if severe and PULSE not in offered and not _pulsed(scene) and not steroid_refused(scene, PULSE):
        found.append(menu.adjunct(rung, PULSE, "adjunct.pulse"))
    if ORAL not in offered and not scene.steroid_running and not steroid_refused(scene, ORAL):
        found.append(menu.adjunct(rung, ORAL, "adjunct.steroid_base"))
    return found


def _pulsed(scene: Scene) -> bool:
    return any(
        trial.present and trial.drug == PULSE and trial.course.role is CourseRole.CORTICOSTEROID
        for trial in scene.trials
    )
