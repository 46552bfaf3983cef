"""What a taper's steps and an infusion cycle come to while they are being typed; see dose_words.py."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from patients.rules.entry_order import entry_order
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.dose_words import (
    DoseAbout,
    DoseLine,
    DoseWorkedOut,
    about,
    amount_words,
    no_weight,
    per_kilogram,
    weight_words,
)
from regimens.rules.guard_infusions import check_infusion, check_infusion_plan
from regimens.rules.guard_stopping import stopping_findings
from regimens.rules.guard_subject import sound, sound_weight
from regimens.rules.infusion_dose import worked_dose
from regimens.rules.proposals import Taper
from regimens.rules.record import Course, Infusion, InfusionPlan, TreatmentRecord
from regimens.rules.vocabulary import DoseUnit

_DAYS_A_WEEK = 7


def taper_worked_out(
    record: TreatmentRecord, protocol: PathwayProtocol, course: Course, steps: Sequence[tuple[date, Decimal]]
) -> DoseWorkedOut:
    """Each step in mg a day, by weight and a week, with the latest weight on or before its day; and the guard's words.

    `steps` are pairs of a first day and mg a day, 0 to stop. What is said is only about the stop, as when it is saved.
    """
    lines = [_step(record, protocol, on, milligrams) for on, milligrams in steps]
    if not lines:
        lines = [DoseLine(DoseAbout.STEP, "No step yet, so nothing can be worked out.", known=False)]
    said = stopping_findings(record, protocol, Taper(course=course.id, steps=tuple(steps)))
    return DoseWorkedOut(_name(protocol, course), tuple(lines), said)


def cycle_worked_out(
    record: TreatmentRecord, protocol: PathwayProtocol, course: Course, given: Infusion, as_of: date
) -> DoseWorkedOut:
    """An infusion cycle that was given: its whole amount by the dosing weight in kg, and a day; and the guard's words.

    The dosing weight is the one typed; without one the latest recorded on or before the first day.
    """
    said = check_infusion(record, protocol, course.id, given, as_of)
    total = sound(given.total)
    if total is None or given.unit is None:
        lacking = DoseLine(DoseAbout.IN_ALL, "No amount with its unit yet, so nothing can be worked out.", known=False)
        return DoseWorkedOut(_name(protocol, course), (lacking,), said)
    lines = [DoseLine(DoseAbout.IN_ALL, f"{amount_words(total, given.unit)}.")]
    lines.append(_cycle_by_weight(record, protocol, given, total))
    if given.days > 1:
        a_day = about(total / given.days, given.unit.label)
        lines.append(DoseLine(DoseAbout.A_DAY, f"{a_day}, if the {given.days} days have equal shares."))
    return DoseWorkedOut(_name(protocol, course), tuple(lines), said)


def plan_worked_out(
    record: TreatmentRecord, protocol: PathwayProtocol, course: Course, plan: InfusionPlan, as_of: date
) -> DoseWorkedOut:
    """The dose of the plan's next cycle, each step of the calculation, what to know about it, and the guard's words."""
    given = max(course.infusions, key=lambda one: (one.first_on, entry_order(one.id)), default=None)
    worked = worked_dose(plan, record.patient, as_of, protocol.catalogue.infusions, given)
    lines = [DoseLine(DoseAbout.IN_ALL, worked.summary, known=not worked.missing)]
    lines += [DoseLine(DoseAbout.STEP, step) for step in worked.steps]
    # The plan replaces the one before it: what is checked is the course as it would go on.
    checked = replace(record, courses=tuple(_unplanned(each, course) for each in record.courses))
    return DoseWorkedOut(
        _name(protocol, course), tuple(lines), check_infusion_plan(checked, protocol, course.id, plan, as_of)
    )


def _unplanned(each: Course, course: Course) -> Course:
    return replace(each, infusion_plan=None) if each.id == course.id else each


def _step(record: TreatmentRecord, protocol: PathwayProtocol, on: date, milligrams: Decimal) -> DoseLine:
    start = f"From {display_date(on)}: "
    amount = sound(milligrams)
    if amount is None:
        return DoseLine(DoseAbout.STEP, f"{start}{'stopped' if milligrams == 0 else 'this is no dose'}.")
    weight = sound_weight(record, on)
    week = amount_words(amount * _DAYS_A_WEEK, DoseUnit.MILLIGRAM)
    day = amount_words(amount, DoseUnit.MILLIGRAM)
    if weight is None:
        text = f"{start}{day} a day, {week} a week. {no_weight(on)}: mg/kg cannot be worked out."
        return DoseLine(DoseAbout.STEP, text, known=False)
    by_weight = per_kilogram(amount / weight.kilograms, DoseUnit.MILLIGRAM)
    used = weight_words(weight, on, protocol.file.guard.weight_current_days)
    return DoseLine(DoseAbout.STEP, f"{start}{day} a day ({by_weight}), {week} a week, with {used}.")


def _cycle_by_weight(record: TreatmentRecord, protocol: PathwayProtocol, given: Infusion, total: Decimal) -> DoseLine:
    assert given.unit is not None
    unit = f"{given.unit.label}/kg"
    typed = sound(given.dosing_weight)
    if typed is not None:
        return DoseLine(
            DoseAbout.BY_WEIGHT,
            f"{per_kilogram(total / typed, given.unit)}, with {amount_words(typed, 'kg')} as typed.",
        )
    weight = sound_weight(record, given.first_on)
    if weight is None:
        return DoseLine(DoseAbout.BY_WEIGHT, f"{no_weight(given.first_on)}: {unit} cannot be worked out.", known=False)
    used = weight_words(weight, given.first_on, protocol.file.guard.weight_current_days)
    return DoseLine(DoseAbout.BY_WEIGHT, f"{per_kilogram(total / weight.kilograms, given.unit)}, with {used}.")


def _name(protocol: PathwayProtocol, course: Course) -> str:
    entry = protocol.drugs.get(course.drug)
    return entry.name if entry else course.drug_text or course.drug
