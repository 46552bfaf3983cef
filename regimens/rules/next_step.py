"""What the published algorithm puts next, as a question to the clinician: never a decision."""

from datetime import date

from patients.rules.reasons import Predicate, Truth
from patients.rules.wording import display_date
from regimens.rules.availability import intolerance_on
from regimens.rules.findings import AnnotationKind, NextStepWord, Option, Phase
from regimens.rules.lines import LINES, LineStanding, in_effect
from regimens.rules.maintenance import STEPS, MaintenanceStanding
from regimens.rules.next_maintenance import plan_maintenance
from regimens.rules.options import Menu
from regimens.rules.plan import Plan
from regimens.rules.scene import IMMUNOGLOBULIN, Scene
from regimens.rules.standing import Trial, reference_of

CONTINUE = {1: NextStepWord.CONTINUE_LINE_1, 2: NextStepWord.CONTINUE_LINE_2, 3: NextStepWord.CONTINUE_LINE_3}
ESCALATE = {2: NextStepWord.ESCALATE_LINE_2, 3: NextStepWord.ESCALATE_LINE_3}


def plan_next(scene: Scene, menu: Menu, lines: LineStanding, steps: MaintenanceStanding) -> Plan:
    """The plan for a patient whom the pathway covers. It always offers something, but in remission off treatment."""
    plan = _plan_by_phase(scene, menu, lines, steps)
    if plan.word is not NextStepWord.NONE_DRUG_FREE_REMISSION and all(option.blocked for option in plan.options):
        _offer_something(scene, menu, plan)
    _say_withheld(scene, plan)
    return plan


def _say_withheld(scene: Scene, plan: Plan) -> None:
    """Before anything else, whatever comes next: an added safety rule withholds what runs (reading 36)."""
    if not scene.blocked_drugs:
        return
    withheld = [trial for trial in scene.running if trial.immunosuppressant and scene.blocked(trial.drug)]
    if not withheld:
        return
    because: dict[str, None] = {}
    facts: dict[Predicate, None] = {}
    for trial in withheld:
        for held in scene.remarks[trial.drug]:
            if held.remark.annotation is AnnotationKind.BLOCKED:
                because[f"{trial.name}: {held.remark.text}"] = None
                facts.update(dict.fromkeys(held.reason(scene).predicates))
    plan.first = "; ".join(because)
    plan.predicates[:0] = [Predicate(plan.first, Truth.TRUE, reference_of(withheld)), *facts]
    if any(trial.drug in plan.drugs for trial in withheld):
        plan.rule = "next.running_withheld"


def _offer_something(scene: Scene, menu: Menu, plan: Plan) -> None:
    """Everything that runs is withheld, as methotrexate is once somebody is pregnant: what could take its place."""
    known = {option.drugs for option in plan.options}
    found = [option for option in plan.alternatives if option.drugs not in known]
    maintenance = scene.course.phase is Phase.MAINTENANCE
    rungs = [f"maintenance_{step}" for step in STEPS] if maintenance else [scene.rung(line) for line in LINES]
    for rung in rungs:
        if not any(not option.blocked for option in found):
            found = menu.as_alternatives([o for o in menu.partners(rung) if o.drugs not in known], "option.same_line")
    if scene.monotherapy_situation and IMMUNOGLOBULIN not in menu.available.withheld | plan.drugs:
        found.insert(0, menu.immunoglobulin())
    offered = {option.drugs for option in found}
    plan.options = [*(found or [menu.book.specialist]), *plan.options]
    plan.alternatives = [option for option in plan.alternatives if option.drugs not in offered]


def _plan_by_phase(scene: Scene, menu: Menu, lines: LineStanding, steps: MaintenanceStanding) -> Plan:
    phase = scene.course.phase
    if phase is Phase.MAINTENANCE:
        return plan_maintenance(scene, menu, steps)
    if phase is Phase.DRUG_FREE_REMISSION:
        return _plan_drug_free(scene, menu)
    if phase is Phase.RELAPSE and not scene.course.off_treatment:
        return _plan_relapse(scene, menu, lines, steps)
    return _plan_induction(scene, menu, lines)


def _plan_drug_free(scene: Scene, menu: Menu) -> Plan:
    running = [trial for trial in scene.trials if trial.running and trial.immunosuppressant]
    if not running:
        return Plan(NextStepWord.NONE_DRUG_FREE_REMISSION, "next.drug_free_remission")
    options = [menu.running(trial) for trial in _once(running)]
    return Plan(NextStepWord.CONTINUE_CURRENT, "next.running_in_drug_free_remission", options)


def _plan_induction(scene: Scene, menu: Menu, lines: LineStanding) -> Plan:
    reached = lines.reached
    if reached == 0:
        return _plan_start(scene, menu, lines)
    if reached in lines.failed:
        return _plan_after_failure(scene, menu, lines)
    if reached == 1 and not any(_holds(scene, trial) for trial in lines.on[1]):
        return _plan_complete_line_1(scene, menu, lines)
    return _plan_continue(scene, menu, lines, reached)


def _plan_start(scene: Scene, menu: Menu, lines: LineStanding) -> Plan:
    """Nothing that defines a line has been started. Immunoglobulin that was judged to work goes on by itself."""
    running = [trial for trial in scene.immunoglobulin if trial.running and not trial.failed]
    alone = scene.monotherapy_situation and IMMUNOGLOBULIN not in menu.available.withheld
    # On its first day the choice is still being made; from the next day on it is under way (reading 10).
    under_way = alone and any(trial.course.start_on < scene.as_of for trial in running)
    if under_way or any(trial.succeeded for trial in running):
        options = [menu.immunoglobulin(running=True)]
        rest = menu.as_alternatives(_line_1(scene, menu), "next.start_line_1")
        return Plan(NextStepWord.CONTINUE_CURRENT, "next.continue_immunoglobulin", options, rest)
    if not menu.is_open(scene.rung(1)):
        return _plan_upward(scene, menu, lines, 1, "next.line_not_available")
    first = _line_1(scene, menu)
    if alone:
        return Plan(NextStepWord.START_TREATMENT, "next.start_treatment", [menu.immunoglobulin(), *first])
    return Plan(NextStepWord.START_LINE_1, "next.start_line_1", first)


def _line_1(scene: Scene, menu: Menu) -> list[Option]:
    rung = scene.rung(1)
    return [*menu.base(rung), *menu.partners(rung)]


def _plan_complete_line_1(scene: Scene, menu: Menu, lines: LineStanding) -> Plan:
    if not menu.is_open(scene.rung(1)):
        return _plan_upward(scene, menu, lines, 1, "next.line_not_available")
    plan = Plan(NextStepWord.COMPLETE_LINE_1, "next.complete_line_1", menu.partners(scene.rung(1)))
    plan.predicates.append(
        Predicate("an immunosuppressant of line 1 runs", Truth.FALSE, reference_of(lines.steroid_begun))
    )
    return plan


def _held(scene: Scene, lines: LineStanding, line: int) -> list[Trial]:
    """What runs and has not failed. A drug given in cycles that awaits its judgement counts as running; one whose
    cycles were completed, or worked, counts when nothing else runs."""
    acting = [trial for trial in lines.on[line] if not trial.running and _holds(scene, trial)]
    running = [
        trial
        for trial in scene.present
        if (trial.running and not trial.failed and not trial.unavailable) or (trial in acting and trial.outcome is None)
    ]
    return running or acting


def _holds(scene: Scene, trial: Trial) -> bool:
    if trial.failed or trial.unavailable:
        return False
    return trial.running or in_effect(scene, trial) or (_in_cycles(scene, trial) and trial.succeeded)


def _in_cycles(scene: Scene, trial: Trial) -> bool:
    drug = scene.protocol.drugs.get(trial.drug)
    return drug is not None and drug.given_in_cycles


def _plan_continue(scene: Scene, menu: Menu, lines: LineStanding, line: int) -> Plan:
    held = _held(scene, lines, line)
    if held:
        options = [menu.running(trial) if trial.running else menu.given_in_cycles(trial) for trial in _once(held)]
    else:
        # Its drugs were stopped for another reason than failure: the line goes on with what it has (reading 23).
        if not menu.is_open(scene.rung(line)):
            return _plan_upward(scene, menu, lines, line, "next.line_not_available")
        options = menu.partners(scene.rung(line))
    plan = Plan(CONTINUE[line], "next.continue_line", options)
    plan.alternatives = _untried_on(scene, menu, line, options) if held else []
    plan.predicates.append(Predicate(f"line {line} has failed", Truth.FALSE, reference_of(lines.on[line])))
    return plan


def _once(trials: list[Trial]) -> list[Trial]:
    """One trial a drug: the latest."""
    return list({trial.drug: trial for trial in trials}.values())


def _plan_after_failure(scene: Scene, menu: Menu, lines: LineStanding) -> Plan:
    reached = lines.reached
    failed_on = lines.failed_since(reached)
    rescue = [
        trial
        for trial in scene.present
        if failed_on is not None
        and trial.running
        and not trial.failed
        and not trial.unavailable
        and trial.course.start_on >= failed_on
    ]
    if rescue:
        options = [menu.running(trial) for trial in _once(rescue)]
        plan = Plan(NextStepWord.CONTINUE_CURRENT, "next.continue_current", options)
        plan.alternatives = _untried_below(scene, menu, reached + 1, options)
        return plan
    plan = _plan_upward(scene, menu, lines, reached, "next.escalate")
    if failed_on is not None:
        text = f"line {reached} failed, {display_date(failed_on)}"
        plan.predicates.append(Predicate(text, Truth.TRUE, reference_of(lines.on[reached])))
    return plan


def _plan_upward(scene: Scene, menu: Menu, lines: LineStanding, line: int, rule: str) -> Plan:
    """The next line above that has anything to give; at the top what reading 24 says."""
    for above in LINES[line:]:
        if menu.is_open(scene.rung(above)):
            plan = Plan(ESCALATE[above], rule, menu.partners(scene.rung(above)))
            plan.alternatives = _alternatives(scene, menu, lines, line, plan.options)
            if above > line + 1:
                plan.predicates.append(Predicate(f"line {above - 1} has a drug left to give", Truth.FALSE))
            return plan
    return _plan_top(scene, menu)


def _alternatives(scene: Scene, menu: Menu, lines: LineStanding, line: int, offered: list[Option]) -> list[Option]:
    """Untried drugs of the line in hand and below. After intolerance those of the line come first (reading 19)."""
    same = _untried_on(scene, menu, line, offered)
    lower = _untried_below(scene, menu, line, offered + same)
    if intolerance_on(lines.on[line]):
        return same + lower
    return sorted(same + lower, key=lambda option: option.rung)


def _untried_on(scene: Scene, menu: Menu, line: int, offered: list[Option]) -> list[Option]:
    known = {option.drugs for option in offered}
    return menu.as_alternatives(menu.untried(scene.rung(line), known), "option.same_line")


def _untried_below(scene: Scene, menu: Menu, line: int, offered: list[Option]) -> list[Option]:
    found: list[Option] = []
    known = {option.drugs for option in offered}
    for below in reversed(LINES[: line - 1]):
        untried = menu.untried(scene.rung(below), known)
        known.update([option.drugs for option in untried])
        found += untried
    return menu.as_alternatives(found, "option.lower_line")


def _plan_top(scene: Scene, menu: Menu) -> Plan:
    """Line 3 has failed or nothing is left on it: its other drugs, lower drugs, a specialist centre (reading 24)."""
    top = menu.partners(scene.rung(3))
    offered = [option for option in top if not option.blocked]
    lower = _untried_below(scene, menu, 4, top)
    specialist = menu.book.specialist
    if offered:
        return Plan(NextStepWord.LINE_3_ALTERNATIVE, "next.line_3_alternative", top, [*lower, specialist])
    if lower:
        return Plan(NextStepWord.LINE_3_ALTERNATIVE, "next.line_3_alternative", [*lower, *top], [specialist])
    return Plan(NextStepWord.LINE_3_ALTERNATIVE, "next.end_of_algorithm", [specialist, *top])


def _plan_relapse(scene: Scene, menu: Menu, lines: LineStanding, steps: MaintenanceStanding) -> Plan:
    """Relapse on treatment (reading 33)."""
    relapse_on = scene.course.relapse_on
    if relapse_on is None or lines.reached == 0:
        return _plan_induction(scene, menu, lines)
    fresh = [
        trial
        for trial in scene.present
        if trial.course.start_on >= relapse_on and not trial.failed and not trial.unavailable
    ]
    fresh = [trial for trial in fresh if _holds(scene, trial)]
    reached = lines.reached
    if fresh:
        if any(trial.line == reached for trial in fresh) and reached not in lines.failed:
            return _plan_continue_fresh(scene, menu, fresh, reached)
        options = [menu.running(trial) if trial.running else menu.given_in_cycles(trial) for trial in _once(fresh)]
        return Plan(NextStepWord.CONTINUE_CURRENT, "next.continue_current", options)
    if reached == 1 and not any(trial.taken for trial in scene.present):
        return _plan_complete_line_1(scene, menu, lines)
    plan = _plan_upward(scene, menu, lines, reached, "next.relapse")
    plan.alternatives = [*plan.alternatives, *_maintenance_way(menu, steps, plan)]
    _say_relapse(plan, relapse_on)
    return plan


def _plan_continue_fresh(scene: Scene, menu: Menu, fresh: list[Trial], line: int) -> Plan:
    options = [menu.running(trial) if trial.running else menu.given_in_cycles(trial) for trial in _once(fresh)]
    plan = Plan(CONTINUE[line], "next.continue_line", options)
    plan.alternatives = _untried_on(scene, menu, line, options)
    return plan


def _maintenance_way(menu: Menu, steps: MaintenanceStanding, plan: Plan) -> list[Option]:
    """Steps b and c as the other way after a relapse."""
    known = {option.drugs for option in (*plan.options, *plan.alternatives)}
    found = [
        option
        for rung in ("maintenance_b", "maintenance_c")
        for option in menu.partners(rung, without=steps.failed_pairs)
        if option.drugs not in known
    ]
    return menu.as_alternatives(found, "option.relapse_maintenance")


def _say_relapse(plan: Plan, relapse_on: date) -> None:
    plan.predicates.append(Predicate(f"relapse on treatment, {display_date(relapse_on)}", Truth.TRUE))
