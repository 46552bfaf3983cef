"""The amount of an infusion that was given, beside the amount that its plan comes to on that day."""

from datetime import date
from decimal import Decimal

from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.wording import display_number
from regimens.rules.doses import in_milligrams, milligrams, times_in_words
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.guard_subject import Subject
from regimens.rules.infusion_dose import worked_dose
from regimens.rules.infusion_plan import is_unfinished, later
from regimens.rules.record import Infusion, InfusionPlan
from regimens.rules.vocabulary import DoseUnit


def plan_findings(subject: Subject, infusion: Infusion, as_of: date) -> list[GuardFinding]:
    """More, or less, than planned by more than the protocol lets pass; far more needs a reason.

    Of a cycle that may still go on, the days so far are compared. Silent where there is no plan, or where the amount
    or the weight is not known: the cycle itself is said to be unchecked then.
    """
    plan = subject.course.infusion_plan if subject.course else None
    given = milligrams(subject.dose)
    if plan is None or plan.unit is None or given is None:
        return []
    so_far = as_of <= later(infusion.first_on, infusion.days) and is_unfinished(plan, [infusion])
    amount = _planned(subject, plan, infusion, infusion.days if so_far else plan.days_per_cycle)
    wanted = None if amount is None else in_milligrams(amount, plan.unit)
    if amount is None or not wanted:
        return []
    settings = subject.protocol.catalogue.infusions
    if abs(given - wanted) * 100 <= settings.amount_differs_percent * wanted:
        return []
    grave = given > settings.times_amount * wanted
    words = f"{_told(subject.dose.amount, subject.dose.unit)} given, planned are {_told(amount, plan.unit)}"
    if so_far:
        words = f"{words} for {infusion.days} of {plan.days_per_cycle} days"
    if grave:
        words = f"{words}: more than {times_in_words(settings.times_amount)} as much"
    fact = FactReference("infusion_plan", plan.id, f"plan of {subject.name}")
    level = GuardLevel.STOP if grave else GuardLevel.WARN
    predicate = Predicate(words, Truth.TRUE, (fact,))
    return [subject.finding(GuardCode.PLANNED_AMOUNT, words, "guard.infusion_amount", predicate, level=level)]


def _planned(subject: Subject, plan: InfusionPlan, infusion: Infusion, days: int) -> Decimal | None:
    """What the plan comes to for so many days of a cycle, in its unit; None where its weight is not known."""
    settings = subject.protocol.catalogue.infusions
    worked = worked_dose(plan, subject.record.patient, infusion.first_on, settings)
    if worked.amount is None or days >= plan.days_per_cycle:
        return worked.amount
    if len(worked.days) == plan.days_per_cycle:
        return sum(worked.days[:days], Decimal(0))
    return worked.amount * days / plan.days_per_cycle


def _told(amount: Decimal | None, unit: DoseUnit | None) -> str:
    return f"{display_number(amount or Decimal(0))} {unit.label if unit else ''}"
