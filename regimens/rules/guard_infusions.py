"""An infusion cycle against what is printed of it: its days, its interval, its amount by the weight it was dosed on.

A cycle that was given is a fact, and may be recorded whatever it was. An amount that is many times the planned or the
printed one is more often a slip of the unit: it needs a reason. Everything else is asked about, and of a plan all is.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.record import Weight
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import DosePer, DoseRule, PathwayProtocol
from regimens.rules.doses import in_milligrams, milligrams, rounded
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel, in_order
from regimens.rules.guard_planned_amount import plan_findings
from regimens.rules.guard_subject import (
    Subject,
    printed_rule,
    sound,
    sound_weight,
    subject_of,
    weight_predicate,
)
from regimens.rules.guard_times_usual import times_usual_findings
from regimens.rules.infusion_plan import day_before, is_unfinished, later, rounding_slack
from regimens.rules.proposals import ChangeDose
from regimens.rules.record import Course, DosePeriod, Infusion, InfusionPlan, TreatmentRecord
from regimens.rules.vocabulary import DoseUnit, Frequency


def check_infusion(
    record: TreatmentRecord, protocol: PathwayProtocol, course: str, infusion: Infusion, as_of: date
) -> tuple[GuardFinding, ...]:
    """Everything to say about a cycle of a course, the gravest first; `record` is without it. Raises nothing.

    `as_of` is the day of asking; weights and the cycle before are those on or before the cycle's own first day. Days of
    a cycle that were recorded as they were given are one with it.
    """
    taken = next((one for one in record.courses if one.id == course), None)
    if taken is None:
        return ()
    whole, rows = _with_the_days_before(infusion, taken)
    others = replace(taken, infusions=tuple(one for one in taken.infusions if one not in rows))
    return _check(_with(record, others), protocol, course, whole, as_of, planned=False)


def _with_the_days_before(infusion: Infusion, course: Course) -> tuple[Infusion, tuple[Infusion, ...]]:
    """The cycle up to this entry as one, and the entries of its days before. A part unknown leaves the sum unknown."""
    rows: list[Infusion] = []
    whole = infusion
    before = day_before(whole, course.infusions)
    while before is not None and before not in rows:
        rows.append(before)
        total, unit = _together(before, whole)
        whole = replace(
            whole,
            first_on=before.first_on,
            days=before.days + whole.days,
            total=total,
            unit=unit,
            dosing_weight=whole.dosing_weight if whole.dosing_weight is not None else before.dosing_weight,
            dosing_weight_on=whole.dosing_weight_on if whole.dosing_weight is not None else before.dosing_weight_on,
        )
        before = day_before(whole, course.infusions)
    return whole, tuple(rows)


def _together(one: Infusion, other: Infusion) -> tuple[Decimal | None, DoseUnit | None]:
    """Both amounts as one, in mg where their units differ; nothing where one of them cannot be told."""
    if one.total is None or other.total is None or one.unit is None or other.unit is None:
        return None, None
    if one.unit is other.unit:
        return one.total + other.total, one.unit
    first, second = in_milligrams(one.total, one.unit), in_milligrams(other.total, other.unit)
    return (None, None) if first is None or second is None else (first + second, DoseUnit.MILLIGRAM)


def _check(
    record: TreatmentRecord, protocol: PathwayProtocol, course: str, infusion: Infusion, as_of: date, *, planned: bool
) -> tuple[GuardFinding, ...]:
    subject = subject_of(record, protocol, ChangeDose(course=course, on=infusion.first_on, dose=_dose(infusion)), as_of)
    if subject is None or subject.drug is None:
        return ()
    found = _slips(subject, infusion, planned=planned)
    if not planned:
        found += plan_findings(subject, infusion, as_of)
    rule = printed_rule(subject)
    if rule is None or subject.minor:
        return in_order(found)
    found += _days(subject, rule, infusion, as_of)
    found += _interval(subject, rule, infusion)
    if all(finding.code is not GuardCode.TIMES_USUAL for finding in found):
        found += _amount(subject, rule, infusion, planned=planned)
    return in_order(found)


def _slips(subject: Subject, infusion: Infusion, *, planned: bool) -> list[GuardFinding]:
    """Many times the printed maximum or the highest dose in use, by the weight that the cycle was dosed on.

    What is printed or known of one dose is compared with one day of the cycle.
    """
    rule, told = printed_rule(subject), ""
    dose, days = subject.dose, max(1, infusion.days)
    if dose.amount is not None and (rule is None or rule.per is DosePer.DOSE):
        unit = dose.unit.label if dose.unit else ""
        told = f"{display_number(dose.amount)} {unit} over {days} day{'' if days == 1 else 's'}"
        subject = replace(subject, dose=replace(dose, amount=dose.amount / days, frequency=Frequency.SINGLE))
    if planned:
        found = times_usual_findings(subject, told=told)
    else:
        weighed = replace(subject, weight=_weight(subject, infusion))
        found = times_usual_findings(weighed, subject.protocol.catalogue.infusions.times_amount, told)
    checked = [finding for finding in found if finding.code is not GuardCode.NOT_CHECKED]
    return [replace(finding, level=GuardLevel.WARN) for finding in checked] if planned else checked


def check_infusion_plan(
    record: TreatmentRecord, protocol: PathwayProtocol, course: str, plan: InfusionPlan, as_of: date
) -> tuple[GuardFinding, ...]:
    """Everything to say about a plan of infusions, the gravest first: its cycles are checked as if they were given.

    A dose per kg is checked per kg, so that neither an unknown weight nor the rounding to vials enters into it.
    """
    taken = next((one for one in record.courses if one.id == course), None)
    if taken is None:
        return ()
    weight = sound_weight(record, as_of)
    kilograms = weight.kilograms if weight else protocol.file.guard.assumed_kilograms
    total, dosed = plan.amount, None
    if plan.amount_per_kilogram is not None:
        total, dosed = plan.amount_per_kilogram * kilograms, kilograms
    found: dict[str, GuardFinding] = {}
    for first_on in _planned_days(taken, plan, as_of):
        cycle = Infusion("planned", first_on, plan.days_per_cycle, total, plan.unit, dosed, first_on if dosed else None)
        for finding in _check(_with(record, taken), protocol, course, cycle, as_of, planned=True):
            found.setdefault(finding.code, finding)
        taken = replace(taken, infusions=(*taken.infusions, replace(cycle, id=f"planned-{first_on}")))
    return in_order(list(found.values()))


def _planned_days(course: Course, plan: InfusionPlan, as_of: date) -> list[date]:
    """The first days of the planned cycles; of a plan that counts from the last cycle, one interval."""
    if plan.interval_days is None:
        return sorted(plan.dates)
    last = max((given.first_on for given in course.infusions if given.first_on <= as_of), default=None)
    if last is None:
        return [course.start_on, later(course.start_on, plan.interval_days)]
    return [later(last, plan.interval_days)]


def _with(record: TreatmentRecord, course: Course) -> TreatmentRecord:
    return replace(record, courses=tuple(course if one.id == course.id else one for one in record.courses))


def _dose(infusion: Infusion) -> DosePeriod:
    """The whole cycle as a dose."""
    return DosePeriod(
        infusion.id, infusion.first_on, sound(infusion.total), infusion.unit, frequency=Frequency.PER_COURSE
    )


def _days(subject: Subject, rule: DoseRule, infusion: Infusion, as_of: date) -> list[GuardFinding]:
    """A cycle whose next day is not past may go on, where the plan wants more of it: that is a note."""
    low, high = rule.days_minimum, rule.days_maximum
    if low is None or high is None or low <= infusion.days <= high:
        return []
    days = "1 day" if infusion.days == 1 else f"{infusion.days} days in a row"
    plan = subject.course.infusion_plan if subject.course else None
    if plan is not None and as_of <= later(infusion.first_on, infusion.days) and is_unfinished(plan, [infusion]):
        words = f"{days} of {plan.days_per_cycle} given so far; the rest is recorded as it is given"
        so_far = Predicate(words, Truth.TRUE)
        return [subject.finding(GuardCode.CYCLE_DAYS, words, "guard.infusion_days", so_far, level=GuardLevel.NOTE)]
    words = f"given over {days}, printed are {low} to {high} days"
    return [subject.finding(GuardCode.CYCLE_DAYS, words, "guard.infusion_days", Predicate(words, Truth.TRUE))]


def _interval(subject: Subject, rule: DoseRule, infusion: Infusion) -> list[GuardFinding]:
    """Sooner after the cycle before than printed. A later one is for the monitoring schedule to say."""
    assert subject.course is not None
    before = [
        (given.first_on, given.id)
        for given in subject.course.infusions
        if given.id != infusion.id and given.first_on < infusion.first_on
    ]
    if rule.interval_days is None or not before:
        return []
    last_on, identity = max(before, key=lambda one: (one[0], entry_order(one[1])))
    days = (infusion.first_on - last_on).days
    if days >= rule.interval_days:
        return []
    fact = FactReference("infusion", identity, f"{subject.name}, cycle of {display_date(last_on)}")
    after = "1 day" if days == 1 else f"{days} days"
    words = f"{after} after the cycle of {display_date(last_on)}, printed are {rule.interval_days} days"
    predicate = Predicate(words, Truth.TRUE, (fact,))
    return [subject.finding(GuardCode.CYCLE_INTERVAL, words, "guard.infusion_interval", predicate)]


def _amount(subject: Subject, rule: DoseRule, infusion: Infusion, *, planned: bool) -> list[GuardFinding]:
    """The amount of a course by weight, or of one of its doses. A planned dose per kg stands for itself."""
    total = milligrams(subject.dose)
    if total is None or rule.unit is None:
        words = "the amount is not recorded in a unit of mass, so it could not be checked"
        unknown = Predicate("amount of the cycle", Truth.UNKNOWN)
        level = GuardLevel.NOTE
        return [subject.finding(GuardCode.NOT_CHECKED, words, "guard.dose_not_checked", unknown, level=level)]
    if rule.per is DosePer.DOSE:
        return _each_day(subject, rule, total / max(1, infusion.days))
    if rule.maximum_per_kilogram is None:
        return []
    weight = _weight(subject, infusion)
    if weight is None:
        unknown = Predicate("body weight", Truth.UNKNOWN)
        words = f"{rule.unit.label}/kg cannot be checked: no dated weight"
        return [subject.finding(GuardCode.NO_DATED_WEIGHT, words, "guard.no_dated_weight", unknown)]
    relative = total / weight.kilograms / _one(rule)
    if relative <= rule.maximum_per_kilogram:
        return []
    over = total - rule.maximum_per_kilogram * weight.kilograms * _one(rule)
    slack = rounding_slack(subject.course.infusion_plan if subject.course else None)
    by_rounding = slack is not None and over <= slack
    unit = f"{rule.unit.label}/kg a {rule.per.value if rule.per else 'course'}"
    text = f"{rounded(relative)} {unit} is above the printed {display_number(rule.maximum_per_kilogram)} {unit}"
    if planned and infusion.dosing_weight is not None:
        predicate = Predicate(text, Truth.TRUE)
        return [subject.finding(GuardCode.ABOVE_RANGE, text, "guard.dose_outside_range", predicate)]
    said = f"{text}, with {display_number(weight.kilograms)} kg of {display_date(weight.on)}"
    if by_rounding:
        said = f"{said}: rounded up to whole vials"
    predicates = (Predicate(text, Truth.TRUE), weight_predicate(weight))
    level = GuardLevel.NOTE if by_rounding else GuardLevel.WARN
    return [subject.finding(GuardCode.ABOVE_RANGE, said, "guard.dose_outside_range", *predicates, level=level)]


def _each_day(subject: Subject, rule: DoseRule, milligrams_a_day: Decimal) -> list[GuardFinding]:
    amount = milligrams_a_day / _one(rule)
    unit = f"{rule.unit.label if rule.unit else 'mg'} a day"
    for limit, outside, code, word in (
        (rule.maximum, rule.maximum is not None and amount > rule.maximum, GuardCode.ABOVE_RANGE, "above"),
        (rule.minimum, rule.minimum is not None and amount < rule.minimum, GuardCode.BELOW_RANGE, "below"),
    ):
        if outside and limit is not None:
            text = f"{rounded(amount)} {unit} is {word} the printed {display_number(limit)} {unit}"
            return [subject.finding(code, text, "guard.dose_outside_range", Predicate(text, Truth.TRUE))]
    return []


def _weight(subject: Subject, infusion: Infusion) -> Weight | None:
    """The weight that the cycle was dosed on, where it was recorded; otherwise the latest one by then."""
    dosed = sound(infusion.dosing_weight)
    if dosed is None:
        return sound_weight(subject.record, infusion.first_on)
    return Weight(f"of-infusion-{infusion.id}", infusion.dosing_weight_on or infusion.first_on, dosed)


def _one(rule: DoseRule) -> Decimal:
    assert rule.unit is not None
    return in_milligrams(Decimal(1), rule.unit) or Decimal(1)
