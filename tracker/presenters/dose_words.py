"""A dose that is being typed, worked out from as much of its form as can be read already. Every form with a dose."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from patients.inputs import PartialDay
from regimens.protocol.load import load
from regimens.rules.dose_words import DoseWorkedOut, dose_worked_out
from regimens.rules.dose_words_planned import cycle_worked_out, plan_worked_out, taper_worked_out
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import Course, DosePeriod, Infusion, InfusionPlan, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, DoseBasis, Frequency, InfusionAnchor, Route, Weekday, WeightBasis
from regimens.taper_forms import TAPER_ROWS

# What could be read of a form: its fields' values, without those that stand in the way.
Read = Mapping[str, Any]


def started_dose(record: TreatmentRecord, read: Read, today: date) -> DoseWorkedOut | None:
    """The dose of a course about to start; None until a drug is named."""
    drug, text = read.get("drug", ""), read.get("drug_text", "")
    if not drug and not text:
        return None
    entry = load().drugs.get(drug)
    on = _day(read, today)
    start = StartDrug(
        on=on,
        drug=drug,
        drug_text=text,
        role=entry.role if entry else CourseRole.OUTSIDE_PATHWAY,
        route=read.get("route") or Route.NOT_RECORDED,
        dose=typed_dose(read, on),
    )
    return dose_worked_out(record, load(), start, today)


def changed_dose(record: TreatmentRecord, course: Course, read: Read, today: date) -> DoseWorkedOut | None:
    """Another dose of a course."""
    on = max(_day(read, today), course.start_on)
    change = ChangeDose(course=course.id, on=on, dose=typed_dose(read, on))
    return dose_worked_out(record, load(), change, today)


def tapered_doses(record: TreatmentRecord, course: Course, read: Read, today: date) -> DoseWorkedOut | None:
    """The steps of a taper that can be read, in the order of their days."""
    steps = [read[name] for name in TAPER_ROWS if read.get(name) is not None]
    pairs = sorted((step.on, step.milligrams_per_day) for step in steps)
    return taper_worked_out(record, load(), course, pairs)


def given_cycle(record: TreatmentRecord, course: Course, read: Read, today: date) -> DoseWorkedOut | None:
    """An infusion cycle that was given."""
    given = Infusion(
        "typed",
        read.get("first_on") or today,
        max(1, read.get("days") or 1),
        read.get("total"),
        read.get("unit"),
        read.get("dosing_weight"),
        read.get("dosing_weight_on"),
    )
    return cycle_worked_out(record, load(), course, given, today)


def planned_cycles(record: TreatmentRecord, course: Course, read: Read, today: date) -> DoseWorkedOut | None:
    """A plan of infusions; None while its days cannot be read."""
    days = read.get("days_per_cycle")
    if not days or days < 1:
        return None
    plan = InfusionPlan(
        id="typed",
        anchor=read.get("anchor") or InfusionAnchor.LAST_GIVEN,
        interval_days=read.get("interval_days"),
        dates=tuple(read.get("dates") or ()),
        days_per_cycle=days,
        amount=read.get("amount"),
        amount_per_kilogram=read.get("amount_per_kilogram") if read.get("amount") is None else None,
        unit=read.get("unit"),
        weight_basis=read.get("weight_basis") or WeightBasis.ACTUAL,
        vial_sizes=tuple(read.get("vial_sizes") or ()),
    )
    return plan_worked_out(record, load(), course, plan, today)


def typed_dose(read: Read, on: date) -> DosePeriod:
    """The dose as far as it can be read; without an amount it has no unit."""
    amount, weekday = read.get("amount"), read.get("weekday", "")
    return DosePeriod(
        "",
        on,
        amount,
        read.get("unit") if amount is not None else None,
        read.get("basis") or DoseBasis.FLAT,
        read.get("frequency") or Frequency.NOT_RECORDED,
        read.get("frequency_text", ""),
        Weekday(weekday) if weekday in set(Weekday) else None,
    )


def _day(read: Read, today: date) -> date:
    on = read.get("on")
    return on.on if isinstance(on, PartialDay) else on or today


Worked = Callable[[TreatmentRecord, Course, Read, date], DoseWorkedOut | None]
OF_A_COURSE: Mapping[str, Worked] = {
    "dose": changed_dose,
    "taper": tapered_doses,
    "infusion": given_cycle,
    "plan": planned_cycles,
}


def course_named(courses: Sequence[Course], identity: str) -> Course | None:
    """The course that a form is about; None for one that is not in the record, or was never given."""
    return next((course for course in courses if course.id == identity and not course.never_given), None)
