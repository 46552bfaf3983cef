"""What is missing from the record, or lies outside what is printed."""

from decimal import Decimal
from functools import lru_cache

from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import DoseRule, PathwayProtocol
from regimens.rules.doses import (
    MORE_OFTEN_THAN_WEEKLY,
    current_dose,
    in_milligrams,
    needs_weight,
    outside,
    rounded,
)
from regimens.rules.findings import Gap, GapCode, Phase, SeverityGroup
from regimens.rules.infusion_plan import rounding_slack
from regimens.rules.record import DosePeriod, Infusion
from regimens.rules.scene import IMMUNOGLOBULIN, Scene
from regimens.rules.severity import STRENGTH_UNKNOWN
from regimens.rules.standing import Trial, reference_of
from regimens.rules.vocabulary import CourseRole, Frequency, Route

METHOTREXATE = "methotrexate"
FOLIC_ACID = "folic_acid"
_RULES = {code: f"gap.{code.value}" for code in GapCode}
_DOSED_ROLES = frozenset({CourseRole.IMMUNOSUPPRESSANT, CourseRole.CORTICOSTEROID, CourseRole.IMMUNOGLOBULIN})


def gaps_of(scene: Scene) -> tuple[Gap, ...]:
    running = scene.running
    found: list[Gap] = []
    if running:
        found += _regimen_gaps(scene, running)
        found += _folic_acid_gap(scene, running)
        found += _dose_gaps(scene, running)
    if scene.severity.group is SeverityGroup.NOT_ASSESSED and not scene.course.in_remission:
        found.append(_gap(scene, GapCode.STRENGTH_NOT_ASSESSED, "strength not yet assessed", (), STRENGTH_UNKNOWN))
    for trial in scene.trials:
        if trial.course.undated_outcome is not None and trial.outcome is None:
            text = f"{trial.name}: {trial.course.undated_outcome.label}, on a day that is not recorded"
            unknown = Predicate(text, Truth.UNKNOWN, (trial.reference,))
            found.append(_gap(scene, GapCode.OUTCOME_NOT_DATED, text, (trial.reference,), unknown))
    return tuple(found)


def _gap(
    scene: Scene,
    code: GapCode,
    text: str,
    facts: tuple[FactReference, ...],
    *predicates: Predicate,
    rule: str = "",
) -> Gap:
    return Gap(code, text, facts, scene.protocol.because(rule or _RULES[code], *predicates))


def _regimen_gaps(scene: Scene, running: list[Trial]) -> list[Gap]:
    """A corticosteroid without its partner, and the reverse."""
    steroids = [trial for trial in running if trial.corticosteroid]
    partners = [trial for trial in running if trial.immunosuppressant]
    phase = scene.course.phase
    if steroids and not partners and phase is not Phase.DRUG_FREE_REMISSION:
        facts = reference_of(steroids)
        missing = Predicate("an immunosuppressant runs", Truth.FALSE)
        code = GapCode.STEROID_WITHOUT_PARTNER
        return [_gap(scene, code, code.label, facts, missing)]
    # In remission the corticosteroid is meant to be stopped.
    if partners and not steroids and phase in (Phase.INDUCTION, Phase.RELAPSE):
        facts = reference_of(partners)
        missing = Predicate("a corticosteroid runs", Truth.FALSE)
        code = GapCode.PARTNER_WITHOUT_STEROID
        return [_gap(scene, code, code.label, facts, missing)]
    return []


def _folic_acid_gap(scene: Scene, running: list[Trial]) -> list[Gap]:
    """Absent when it was stopped or refused; unknown when nobody wrote anything about it."""
    methotrexate = [trial for trial in running if trial.drug == METHOTREXATE]
    if not methotrexate or any(trial.drug == FOLIC_ACID for trial in running):
        return []
    seen = [trial for trial in scene.trials if trial.drug == FOLIC_ACID]
    if seen:
        text, truth = "methotrexate without folic acid", Truth.FALSE
    else:
        text, truth = "methotrexate: folic acid not recorded", Truth.UNKNOWN
    predicate = Predicate("folic acid runs", truth, reference_of(seen))
    code = GapCode.METHOTREXATE_WITHOUT_FOLIC_ACID
    return [_gap(scene, code, text, reference_of(methotrexate), predicate)]


def _dose_gaps(scene: Scene, running: list[Trial]) -> list[Gap]:
    found: list[Gap] = []
    unweighed: list[Trial] = []
    for trial in running:
        if trial.drug not in scene.protocol.drugs or trial.course.role not in _DOSED_ROLES:
            continue
        if trial.drug == IMMUNOGLOBULIN:
            found += [_outside_gap(scene, trial, words) for words in _infusion_words(scene, trial)]
        period = current_dose(trial.course, scene.as_of)
        if period is None or period.amount is None:
            if not any(infusion.first_on <= scene.as_of and infusion.total for infusion in trial.course.infusions):
                text = f"{trial.name}: dose not recorded"
                unknown = Predicate("dose", Truth.UNKNOWN, (trial.reference,))
                found.append(_gap(scene, GapCode.DOSE_NOT_RECORDED, text, (trial.reference,), unknown))
            continue
        rule = _rule_for(scene, trial)
        if rule is not None:
            found += _checked(scene, trial, rule, period)
            if scene.weight is None and needs_weight(rule, period):
                unweighed.append(trial)
    if unweighed:
        unknown = Predicate("body weight", Truth.UNKNOWN)
        facts = reference_of(unweighed)
        names = ", ".join(dict.fromkeys(trial.name for trial in unweighed))
        text = f"no dated weight: {names} cannot be checked by weight"
        found.append(_gap(scene, GapCode.NO_DATED_WEIGHT, text, facts, unknown))
    return found


def _rule_for(scene: Scene, trial: Trial) -> DoseRule | None:
    """The printed dose with limits. Doses by vein do not bind other routes."""
    if trial.drug == IMMUNOGLOBULIN and trial.course.route is Route.SUBCUTANEOUS:
        return None
    return _printed_rule(scene.protocol, trial.drug, scene.group)


@lru_cache(maxsize=256)
def _printed_rule(protocol: PathwayProtocol, drug: str, group: SeverityGroup) -> DoseRule | None:
    """The drug's first printed dose with limits, that of the group first."""
    rules = [rule for rule in protocol.drugs[drug].doses if rule.per is not None]
    own = f"{group.value}_"
    for rule in rules:
        if any(rung.startswith(own) for rung in rule.rungs):
            return rule
    return rules[0] if rules else None


def _checked(scene: Scene, trial: Trial, rule: DoseRule, period: DosePeriod) -> list[Gap]:
    # Once a week is no adult dose: it is checked at every age.
    weekly = _weekly_gap(scene, trial, period) if trial.drug == METHOTREXATE else None
    if weekly is not None and period.frequency in MORE_OFTEN_THAN_WEEKLY:
        return [weekly]
    found = [] if weekly is None else [weekly]
    # Printed doses are for adults (reading 39).
    if scene.minor:
        return found
    first = not any(dose.from_on < period.from_on for dose in trial.course.doses)
    for words in outside(rule, period, scene.weight, first=first):
        found.append(_outside_gap(scene, trial, words))
    return found


def _weekly_gap(scene: Scene, trial: Trial, period: DosePeriod) -> Gap | None:
    """Methotrexate is taken once a week. Another frequency is wrong; one not recorded, or in words, is not known."""
    if period.frequency is Frequency.ONCE_WEEKLY:
        return None
    if period.frequency in (Frequency.NOT_RECORDED, Frequency.AS_TEXT):
        text = f"{trial.name}: that it is taken once a week is not recorded"
        truth, code = Truth.UNKNOWN, GapCode.DOSE_NOT_RECORDED
    else:
        text = f"{trial.name}: {period.frequency.label}, but it is taken once a week"
        truth, code = Truth.FALSE, GapCode.DOSE_OUTSIDE_RANGE
    predicate = Predicate("taken once a week", truth, (trial.reference,))
    return _gap(scene, code, text, (trial.reference,), predicate, rule="gap.methotrexate_not_weekly")


def _outside_gap(scene: Scene, trial: Trial, words: str) -> Gap:
    predicate = Predicate(words, Truth.TRUE, (trial.reference,))
    return _gap(scene, GapCode.DOSE_OUTSIDE_RANGE, f"{trial.name}: {words}", (trial.reference,), predicate)


def _infusion_words(scene: Scene, trial: Trial) -> list[str]:
    """The latest immunoglobulin cycle against the printed dose and days. Only a cycle with its total can be judged."""
    as_of = scene.as_of
    rule = _rule_for(scene, trial)
    given = [
        infusion for infusion in trial.course.infusions if infusion.first_on <= as_of and _is_amount(infusion.total)
    ]
    if not given or rule is None:
        return []
    cycle = max(given, key=lambda infusion: (infusion.first_on, entry_order(infusion.id)))
    when = display_date(cycle.first_on)
    found = []
    low, high = rule.days_minimum, rule.days_maximum
    if low is not None and high is not None and not low <= cycle.days <= high:
        days = "1 day" if cycle.days == 1 else f"{cycle.days} days"
        found.append(f"cycle of {when} given over {days}, printed are {low} to {high} days")
    most = rule.maximum_per_kilogram
    if most is not None and cycle.unit is rule.unit and _is_amount(cycle.dosing_weight) and cycle.dosing_weight:
        found += _above_printed(trial, cycle, most, cycle.dosing_weight, when)
    return found


def _above_printed(trial: Trial, cycle: Infusion, most: Decimal, kilograms: Decimal, when: str) -> list[str]:
    """What lies above the printed amount per kg by more than rounding to the plan's vials explains."""
    if cycle.total is None or cycle.unit is None or cycle.total <= most * kilograms:
        return []
    over = in_milligrams(cycle.total - most * kilograms, cycle.unit)
    slack = rounding_slack(trial.course.infusion_plan)
    if slack is not None and over is not None and over <= slack:
        return []
    unit = f"{cycle.unit.label}/kg"
    relative = rounded(cycle.total / kilograms)
    return [f"cycle of {when}: {relative} {unit} is above {display_number(most)} {unit} a course"]


def _is_amount(value: Decimal | None) -> bool:
    return value is not None and value.is_finite() and value > 0
