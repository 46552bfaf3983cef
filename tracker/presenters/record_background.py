"""Who the patient is beyond the banner, as the background tab shows it."""

from dataclasses import dataclass
from datetime import date

from patients.rules.entry_order import entry_order
from patients.rules.record import Assessment, Autoantibody, Condition, Height, PatientRecord, Weight


@dataclass(frozen=True, slots=True)
class Background:
    """Who the patient is beyond the banner, as of the day."""

    present_conditions: tuple[Condition, ...]
    past_conditions: tuple[Condition, ...]
    autoantibodies: tuple[Autoantibody, ...]
    weights: tuple[Weight, ...]
    heights: tuple[Height, ...]


def present_background(patient: PatientRecord, as_of: date) -> Background:
    """What is recorded up to the day, newest first, present conditions apart from past ones."""
    begun = [condition for condition in patient.conditions if condition.from_on <= as_of]
    begun.sort(key=lambda condition: (condition.from_on, entry_order(condition.id)), reverse=True)
    present_now = tuple(each for each in begun if each.to_on is None or each.to_on >= as_of)
    weights = (weight for weight in patient.weights if weight.on <= as_of)
    heights = (height for height in patient.heights if height.on <= as_of)
    return Background(
        present_conditions=present_now,
        past_conditions=tuple(each for each in begun if each not in present_now),
        autoantibodies=tuple(each for each in patient.autoantibodies if each.on is None or each.on <= as_of),
        weights=tuple(sorted(weights, key=lambda weight: (weight.on, entry_order(weight.id)), reverse=True)),
        heights=tuple(sorted(heights, key=lambda height: (height.on, entry_order(height.id)), reverse=True)),
    )


def assessments_up_to(patient: PatientRecord, as_of: date) -> tuple[Assessment, ...]:
    """The assessments up to the day, the newest first."""
    seen = (assessment for assessment in patient.assessments if assessment.on <= as_of)
    return tuple(sorted(seen, key=lambda assessment: (assessment.on, entry_order(assessment.id)), reverse=True))
