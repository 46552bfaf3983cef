"""The next step in remission (readings 28 to 32)."""

from dataclasses import replace

from patients.rules.reasons import Predicate, Truth
from patients.rules.wording import display_date
from regimens.rules.findings import NextStepWord, Option, Tier
from regimens.rules.maintenance import MaintenanceStanding, last_cycle, step_drugs
from regimens.rules.options import Menu
from regimens.rules.plan import Plan
from regimens.rules.scene import IMMUNOGLOBULIN, Scene
from regimens.rules.standing import Trial

A, B, C = "maintenance_a", "maintenance_b", "maintenance_c"
CYCLOPHOSPHAMIDE = "cyclophosphamide"
ON_LINE = {1: NextStepWord.CONTINUE_LINE_1, 2: NextStepWord.CONTINUE_LINE_2, 3: NextStepWord.CONTINUE_LINE_3}


def plan_maintenance(scene: Scene, menu: Menu, steps: MaintenanceStanding) -> Plan:
    if steps.active_pairs or steps.active:
        return _plan_continue(scene, menu, steps)
    if steps.failed:
        return _plan_after_failure(menu, steps)
    cycle = last_cycle(scene)
    if cycle is not None and cycle.drug == CYCLOPHOSPHAMIDE:
        return _plan_single(scene, menu, "next.after_cyclophosphamide", [menu.given_in_cycles(cycle)])
    if cycle is not None:
        below = menu.as_alternatives(menu.partners(A), "next.maintenance_single_agent")
        options = [menu.given_in_cycles(cycle)]
        return Plan(NextStepWord.CONTINUE_MAINTENANCE, "next.continue_maintenance", options, below)
    alone = any(trial.running and not trial.failed for trial in scene.immunoglobulin)
    if alone and not scene.steroid_running:
        below = menu.as_alternatives(menu.partners(A), "next.maintenance_single_agent")
        options = [menu.immunoglobulin(running=True)]
        return Plan(NextStepWord.CONTINUE_MAINTENANCE, "next.continue_maintenance", options, below)
    return _plan_single(scene, menu, "next.maintenance_single_agent", [])


def _plan_single(scene: Scene, menu: Menu, rule: str, below: list[Option]) -> Plan:
    """List (a). What it cannot give falls to the steps above it, so that the list is never empty."""
    options = menu.partners(A)
    if not menu.is_open(A):
        return _plan_combination(menu, frozenset())
    if scene.monotherapy_situation and IMMUNOGLOBULIN not in menu.available.withheld:
        options = [menu.immunoglobulin(), *options]
    return Plan(NextStepWord.MAINTENANCE_SINGLE_AGENT, rule, options, [_below(option) for option in below])


def _below(option: Option) -> Option:
    return replace(option, tier=Tier.ALTERNATIVE)


def _plan_continue(scene: Scene, menu: Menu, steps: MaintenanceStanding) -> Plan:
    options = [menu.running_pair(drugs) for drugs in dict.fromkeys(pair.drugs for pair in steps.active_pairs)]
    singles = list({trial.drug: trial for trial in steps.active}.values())
    options += [menu.running(trial) for trial in singles]
    word, rule = NextStepWord.CONTINUE_MAINTENANCE, "next.continue_maintenance"
    below: list[Option] = []
    if not steps.active_pairs:
        only = singles[0] if len(singles) == 1 else None
        if only is not None and only.drug == CYCLOPHOSPHAMIDE and menu.is_open(A):
            return _plan_single(scene, menu, "next.after_cyclophosphamide", options)
        if scene.steroid_running and not all(trial.in_maintenance for trial in singles):
            word, rule = _tapering(scene, singles, only)
            if word is NextStepWord.MAINTENANCE_SINGLE_AGENT:
                known = {option.drugs for option in options}
                others = [option for option in menu.partners(A) if option.drugs not in known]
                below = menu.as_alternatives(others, "next.maintenance_single_agent")
    plan = Plan(word, rule, options, below)
    references = tuple([trial.reference for trial in singles])
    plan.predicates.append(Predicate("holds the remission", Truth.TRUE, references))
    return plan


def _tapering(scene: Scene, singles: list[Trial], only: Trial | None) -> tuple[NextStepWord, str]:
    """The corticosteroid still runs: the induction line goes on under its own name (reading 28)."""
    if only is not None and only.drug in step_drugs(scene.protocol).secondary:
        return NextStepWord.MAINTENANCE_SINGLE_AGENT, "next.maintenance_secondary"
    line = max(trial.line for trial in singles)
    if line:
        return ON_LINE[line], "next.taper_on_induction_line"
    return NextStepWord.CONTINUE_MAINTENANCE, "next.continue_maintenance"


def _plan_after_failure(menu: Menu, steps: MaintenanceStanding) -> Plan:
    last = steps.last_failed
    if last == "a":
        plan = _plan_combination(menu, steps.failed_pairs)
    else:
        plan = _plan_alternative(menu, steps.failed_pairs)
    text = f"maintenance step ({last}) failed, {display_date(steps.failed[last])}"
    plan.predicates.append(Predicate(text, Truth.TRUE, tuple([trial.reference for trial in steps.on[last]])))
    return plan


def _plan_combination(menu: Menu, failed_pairs: frozenset[tuple[str, ...]]) -> Plan:
    pairs = menu.partners(B, without=failed_pairs)
    if not any(not option.blocked for option in pairs):
        return _plan_alternative(menu, failed_pairs)
    plan = Plan(NextStepWord.MAINTENANCE_COMBINATION, "next.maintenance_combination", pairs)
    plan.alternatives = _untried(menu, A)
    return plan


def _plan_alternative(menu: Menu, failed_pairs: frozenset[tuple[str, ...]]) -> Plan:
    """Step (c), then what is untried on (a) and (b), then a specialist centre."""
    options = menu.partners(C)
    pairs = [option for option in menu.partners(B, without=failed_pairs) if not option.blocked]
    known = {option.drugs for option in options}
    lower = [option for option in _untried(menu, A) if option.drugs not in known]
    lower += menu.as_alternatives(pairs, "option.lower_line")
    specialist = menu.book.specialist
    word, rule = NextStepWord.MAINTENANCE_ALTERNATIVE, "next.maintenance_alternative"
    if any(not option.blocked for option in options):
        return Plan(word, rule, options, [*lower, specialist])
    if lower:
        return Plan(word, rule, [*lower, *options], [specialist])
    return Plan(word, "next.end_of_algorithm", [specialist, *options])


def _untried(menu: Menu, rung: str) -> list[Option]:
    return menu.as_alternatives(menu.untried(rung), "option.same_line")
