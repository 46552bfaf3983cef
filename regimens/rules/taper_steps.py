"""Which step of a taper is next to be decided, and how a decision moves the rest of the plan."""

from collections.abc import Iterable
from datetime import date

from patients.rules.entry_order import entry_order
from regimens.rules.record import Course, TaperDecision, TaperStep
from regimens.rules.vocabulary import TaperChoice


def decisions_by(course: Course, as_of: date) -> list[TaperDecision]:
    """The decisions made up to a day, in their order."""
    made = (decision for decision in course.taper_decisions if decision.on <= as_of)
    return sorted(made, key=lambda decision: (decision.on, entry_order(decision.id)))


def last_decision(course: Course, as_of: date) -> TaperDecision | None:
    return next(iter(decisions_by(course, as_of)[::-1]), None)


def decided_up_to(course: Course, as_of: date) -> date:
    """The last day whose planned steps are all decided on; `date.min` when nothing was decided.

    To go on settles the step that it is about, also where that lies ahead. To hold or to raise settles only what had
    come by then: the step that was held lies ahead again, and is decided on again.
    """
    found = date.min
    for decision in course.taper_decisions:
        if decision.on > as_of:
            continue
        settled = decision.planned_on if decision.choice is TaperChoice.CUT else None
        found = max(found, settled or decision.on)
    return found


def open_steps(course: Course, as_of: date) -> list[TaperStep]:
    """The planned steps that are still to be decided on, soonest first; days that have passed among them."""
    settled = decided_up_to(course, as_of)
    return sorted(
        (step for step in course.taper if step.on > settled), key=lambda step: (step.on, entry_order(step.id))
    )


def next_step(course: Course, as_of: date) -> TaperStep | None:
    """The step that a decision made now would usually be about.

    The first open one that comes after the dose recorded last: one whose dose is recorded already has been gone.
    """
    ahead = open_steps(course, as_of)
    recorded = max((dose.from_on for dose in course.doses if dose.from_on <= as_of), default=date.min)
    return next((step for step in ahead if step.on > recorded), ahead[0] if ahead else None)


def step_of(course: Course, planned_on: date) -> TaperStep | None:
    return next((step for step in course.taper if step.on == planned_on), None)


def after_hold(steps: Iterable[TaperStep], planned_on: date, until: date) -> list[TaperStep]:
    """The plan with this and all later steps moved on by the days of the hold; what came before stays as it was."""
    days = until - planned_on
    return [
        TaperStep(step.id, step.on + days if step.on >= planned_on else step.on, step.milligrams_per_day)
        for step in sorted(steps, key=lambda step: (step.on, entry_order(step.id)))
    ]


def after_raise(steps: Iterable[TaperStep], planned_on: date | None, on: date) -> list[TaperStep]:
    """What is left of the plan once the dose is raised: the steps that had come before. The rest is planned anew.

    The step that the decision is about does not count as taken, although its day may have come.
    """
    ordered = sorted(steps, key=lambda step: (step.on, entry_order(step.id)))
    return [step for step in ordered if step.on < on and (planned_on is None or step.on < planned_on)]
