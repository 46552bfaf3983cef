"""What a dose that is being typed comes to: by body weight, a day, a week, beside what is printed of it.

Worked out from what is recorded, with the dose guard's own findings about the same dose beside it: no limit is defined
here. Amounts stay in the unit in which they were typed. What cannot be worked out is said, with what is lacking.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from patients.rules.record import Weight
from patients.rules.vocabulary import Vocabulary
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import DosePer, DoseRule, PathwayProtocol
from regimens.rules.doses import doses_per, rounded
from regimens.rules.guard_amounts import within_course
from regimens.rules.guard_doses import dose_findings
from regimens.rules.guard_findings import GuardCode, GuardFinding, in_order
from regimens.rules.guard_subject import Subject, dose_words, printed_rule, subject_of
from regimens.rules.guard_times_usual import times_usual_findings
from regimens.rules.infusion_dose import days_ago
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import DosePeriod, TreatmentRecord
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency

NO_BREAK = "\u00a0"
_SHORT = Context(prec=3)
_GRAMS_TOLD = Decimal("0.1")  # below it, mg reads better
_NO_SPAN = frozenset({Frequency.AS_TEXT, Frequency.NOT_RECORDED})
_IN_ALL = frozenset({Frequency.PER_COURSE, Frequency.SINGLE})
_ON_AVERAGE = frozenset({Frequency.ALTERNATE_DAYS, Frequency.EVERY_2_WEEKS, Frequency.EVERY_4_WEEKS})
# Findings after which nobody can call a dose "within what is printed".
_SPEAKS_AGAINST = frozenset(
    {
        *(GuardCode.METHOTREXATE_NOT_WEEKLY, GuardCode.TIMES_USUAL, GuardCode.WEEKLY_NOT_STATED, GuardCode.ABOVE_RANGE),
        *(GuardCode.ABOVE_START, GuardCode.BELOW_RANGE, GuardCode.DIVIDED_DOSES, GuardCode.FREQUENCY),
        *(GuardCode.ROUTE, GuardCode.NO_DATED_WEIGHT, GuardCode.NOT_CHECKED, GuardCode.ADULT_RANGES),
    }
)


class DoseAbout(Vocabulary):
    """What a line says of the dose."""

    DOSE = "dose", "Dose"
    BY_WEIGHT = "by_weight", "By weight"
    A_DAY = "a_day", "A day"
    A_WEEK = "a_week", "A week"
    IN_ALL = "in_all", "In all"
    PRINTED = "printed", "Printed"
    STEP = "step", "Step"


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One thing that the dose comes to. `known` False: the text says what is lacking."""

    about: DoseAbout
    text: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class DoseWorkedOut:
    """A dose in every way that it can be told, and what the dose guard says of it, the gravest first."""

    name: str
    lines: tuple[DoseLine, ...]
    said: tuple[GuardFinding, ...] = ()


def dose_worked_out(
    record: TreatmentRecord, protocol: PathwayProtocol, proposal: StartDrug | ChangeDose, as_of: date
) -> DoseWorkedOut | None:
    """What the proposal's dose comes to on its own day, with the latest weight on or before that day (kg).

    `record` is without the proposal. `said` are those of the dose guard's findings that are about how much, how often
    and by which route; the guard has more to say before anything is saved. None for a course that is not in the record.
    Raises nothing on odd records.
    """
    subject = subject_of(record, protocol, proposal, as_of)
    if subject is None:
        return None
    said = in_order([*times_usual_findings(subject), *dose_findings(subject)])
    if subject.dose.amount is None or subject.dose.unit is None:
        lacking = DoseLine(DoseAbout.DOSE, "No amount with its unit yet, so nothing can be worked out.", known=False)
        return DoseWorkedOut(subject.name, (lacking,), said)
    lines = [_dose(subject.dose), _by_weight(subject), *_spans(subject), *_printed(subject, said)]
    return DoseWorkedOut(subject.name, tuple(lines), said)


def amount_words(value: Decimal, unit: DoseUnit | str) -> str:
    """`7.5 mg`, the space unbreakable."""
    if unit is DoseUnit.MICROGRAM and value == 1:
        unit = "microgram"
    return f"{display_number(value)}{NO_BREAK}{unit.label if isinstance(unit, DoseUnit) else unit}"


def about(value: Decimal, unit: str) -> str:
    """Three digits of a quotient, "about" where that is not all of it: `0.25 mg/kg`, `about 0.214 mg/kg`."""
    short = _SHORT.plus(value)
    return f"{'' if short == value else 'about '}{amount_words(short, unit)}"


def per_kilogram(value: Decimal, unit: DoseUnit) -> str:
    """`0.25 mg/kg`; grams that would begin with zeros are told in mg."""
    if unit is DoseUnit.GRAM and value < _GRAMS_TOLD:
        return about(value * 1000, f"{DoseUnit.MILLIGRAM.label}/kg")
    return about(value, f"{unit.label}/kg")


def weight_words(weight: Weight, on: date, current_days: int) -> str:
    """`70 kg of 05-Apr-2026`; a weight older than so many days says so."""
    text = f"{amount_words(weight.kilograms, 'kg')} of {display_date(weight.on)}"
    age = (on - weight.on).days
    return f"{text} ({days_ago(age)}, more than {current_days}: weigh again)" if age > current_days else text


def no_weight(on: date) -> str:
    return f"No weight is recorded on or before {display_date(on)}"


def _dose(dose: DosePeriod) -> DoseLine:
    """The dose as it was typed; a weekly one always with its weekday, or that it is not recorded."""
    text = dose_words(dose)
    if dose.frequency is Frequency.ONCE_WEEKLY:
        text = f"{text}, on {dose.weekday.label}" if dose.weekday else f"{text}, weekday not recorded"
    return DoseLine(DoseAbout.DOSE, f"{text}.")


def _by_weight(subject: Subject) -> DoseLine:
    """One dose per kg, or what a dose per kg comes to."""
    dose, weight = subject.dose, subject.weight
    assert dose.amount is not None
    assert dose.unit is not None
    each = "in all" if dose.frequency in _IN_ALL else "each time"
    if dose.frequency is Frequency.PER_DAY_TOTAL:
        each = "a day"
    if dose.basis is DoseBasis.PER_SQUARE_METRE:
        text = f"No body surface is kept here: {dose.unit.label} cannot be worked out from {dose.unit.label}/m²."
        return DoseLine(DoseAbout.BY_WEIGHT, text, known=False)
    if weight is None:
        lacking = f"{dose.unit.label}/kg" if dose.basis is DoseBasis.FLAT else dose.unit.label
        return DoseLine(DoseAbout.BY_WEIGHT, f"{no_weight(subject.on)}: {lacking} cannot be worked out.", known=False)
    if dose.basis is DoseBasis.FLAT:
        came_to = per_kilogram(dose.amount / weight.kilograms, dose.unit)
    else:
        came_to = amount_words(dose.amount * weight.kilograms, dose.unit)
    days = subject.protocol.file.guard.weight_current_days
    return DoseLine(DoseAbout.BY_WEIGHT, f"{came_to} {each}, with {weight_words(weight, subject.on, days)}.")


def _spans(subject: Subject) -> list[DoseLine]:
    """How much in a day and in a week, as far as how often it is taken tells that."""
    dose = subject.dose
    if dose.frequency in _NO_SPAN:
        how = "is described in words" if dose.frequency is Frequency.AS_TEXT else "is not recorded"
        text = f"How often it is taken {how}: a day and a week cannot be added up."
        return [DoseLine(DoseAbout.A_WEEK, text, known=False)]
    if dose.frequency in _IN_ALL:
        return [DoseLine(DoseAbout.IN_ALL, f"{_amounts(subject, Decimal(1))}; no week can be added up.")]
    found = []
    for about_span, per, span in ((DoseAbout.A_DAY, DosePer.DAY, "day"), (DoseAbout.A_WEEK, DosePer.WEEK, "week")):
        times = doses_per(per, dose.frequency)
        if times is not None:
            average = dose.frequency in _ON_AVERAGE and (times % 1 != 0)
            text = f"{_amounts(subject, times)} a {span}{' on average' if average else ''}"
            found.append(DoseLine(about_span, f"{text}{_on_one_day(dose, per)}."))
    return found


def _amounts(subject: Subject, times: Decimal) -> str:
    """So many doses together: the amount, and per kg or from mg/kg where a weight tells that."""
    dose, weight = subject.dose, subject.weight
    assert dose.amount is not None
    assert dose.unit is not None
    taken = dose.amount * times
    if dose.basis is DoseBasis.FLAT:
        text = amount_words(taken, dose.unit)
        return f"{text} ({per_kilogram(taken / weight.kilograms, dose.unit)})" if weight else text
    suffix = "/kg" if dose.basis is DoseBasis.PER_KILOGRAM else "/m²"
    text = amount_words(taken, f"{dose.unit.label}{suffix}")
    if dose.basis is DoseBasis.PER_KILOGRAM and weight is not None:
        return f"{amount_words(taken * weight.kilograms, dose.unit)} ({text})"
    return text


def _on_one_day(dose: DosePeriod, per: DosePer) -> str:
    if per is not DosePer.WEEK or dose.frequency is not Frequency.ONCE_WEEKLY:
        return ""
    return f", all of it on {dose.weekday.label}" if dose.weekday else ", all of it on one day (weekday not recorded)"


def _printed(subject: Subject, said: tuple[GuardFinding, ...]) -> list[DoseLine]:
    """What is printed, what its limit per kg comes to, and whether the dose lies within. No adult dose for a child."""
    if subject.drug is None:
        text = "This drug is not in the catalogue: there is no printed dose to compare with."
        return [DoseLine(DoseAbout.PRINTED, text, known=False)]
    rule = printed_rule(subject)
    if rule is None or subject.minor:
        return []
    text = f"{rule.text}{_limit_by_weight(subject, rule)}."
    if not any(finding.code in _SPEAKS_AGAINST for finding in said):
        text = f"{text} This dose is within that."
    return [DoseLine(DoseAbout.PRINTED, text)]


def _limit_by_weight(subject: Subject, rule: DoseRule) -> str:
    """What the printed maximum per kg is for this patient."""
    bound = within_course(rule, subject.dose) or rule
    limit, weight = bound.maximum_per_kilogram, subject.weight
    if limit is None or weight is None or bound.unit is None or bound.per is None:
        return ""
    kilograms = amount_words(weight.kilograms, "kg")
    most = rounded(limit * weight.kilograms)
    relative = amount_words(limit.normalize(_SHORT), f"{bound.unit.label}/kg")
    return f"; {relative} a {bound.per.value} is {most}{NO_BREAK}{bound.unit.label} with {kilograms}"
