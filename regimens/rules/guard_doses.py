"""A dose against what is printed of it: how often, where it starts and where it ends, by weight where one is dated."""

import re
from decimal import Decimal

from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.wording import display_date, display_number, joined
from regimens.protocol.schema import DosePer, DoseRule
from regimens.rules.doses import MORE_OFTEN_THAN_WEEKLY, in_milligrams, milligrams, rounded, rounded_beside
from regimens.rules.findings import Phase
from regimens.rules.guard_amounts import Taken, kilograms_of, taken_per, within_course
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.guard_present import present_findings
from regimens.rules.guard_subject import METHOTREXATE, Subject, dose_words, printed_rule, weight_predicate
from regimens.rules.guard_weekday import weekday_findings
from regimens.rules.vocabulary import CourseRole, DoseBasis, Frequency, Route

PREDNISOLONE = "prednisolone"
# Words that say daily, or several times a week. Where they mean something else, a reason says so.
_MORE_OFTEN_IN_WORDS = re.compile(
    r"\b(?:daily|(?:every|each) (?:day|morning|evening|night)|(?:a|per) day|od|bd|tds|qds|mane|nocte"
    r"|(?:twice|thrice|(?:two|three|four|five|six|seven|[2-7]) times) (?:weekly|(?:a|per|each|every) week))\b",
    re.IGNORECASE,
)
NO_WEIGHT = "mg/kg cannot be checked: no dated weight"


def dose_findings(subject: Subject) -> list[GuardFinding]:
    """How often, by which route, and how much."""
    found = [*_weekly(subject), *weekday_findings(subject), *_route(subject), *present_findings(subject)]
    if subject.drug is None or subject.topical:
        return found
    rule = printed_rule(subject)
    if rule is None:
        return found + _nothing_printed(subject)
    if subject.slug != METHOTREXATE:
        found += _how_often(subject, rule)
    if subject.minor:
        return [*found, _age(subject, "guard.adult_ranges", Truth.TRUE)]
    if subject.scene.minor is None:
        found.append(_age(subject, "guard.age_not_recorded", Truth.UNKNOWN))
    return found + _amounts(subject, rule) + _usual_maintenance(subject)


def _weekly(subject: Subject) -> list[GuardFinding]:
    """Methotrexate at every age and by every route: any daily frequency stops, one not stated is asked about."""
    if subject.slug != METHOTREXATE:
        return []
    frequency, rule = subject.dose.frequency, "guard.methotrexate_weekly"
    in_words = frequency is Frequency.AS_TEXT and _MORE_OFTEN_IN_WORDS.search(subject.dose.frequency_text)
    if frequency in MORE_OFTEN_THAN_WEEKLY or in_words:
        words = f"{dose_words(subject.dose)}. It is taken once a week, never more often"
        how_often = subject.dose.frequency_text.strip() if in_words else frequency.label
        predicate = Predicate(f"{how_often}: more often than once a week", Truth.TRUE)
        return [subject.finding(GuardCode.METHOTREXATE_NOT_WEEKLY, words, rule, predicate)]
    if subject.how_often_unknown:
        predicate = Predicate("taken once a week", Truth.UNKNOWN)
        words = "that it is taken once a week is not stated"
        return [subject.finding(GuardCode.WEEKLY_NOT_STATED, words, rule, predicate)]
    if frequency is not Frequency.ONCE_WEEKLY:
        predicate = Predicate(f"{frequency.label}, not once a week", Truth.TRUE)
        words = f"entered is {frequency.label}, printed is once a week"
        return [subject.finding(GuardCode.FREQUENCY, words, "guard.frequency", predicate)]
    if subject.dose.weekday is None:
        unknown = Predicate("weekday", Truth.UNKNOWN)
        return [subject.finding(GuardCode.WEEKDAY, "once a week, weekday not recorded", "guard.weekday", unknown)]
    return []


def _route(subject: Subject) -> list[GuardFinding]:
    drug = subject.drug
    if drug is None or subject.route is Route.NOT_RECORDED or subject.route in drug.routes:
        return []
    printed = joined(tuple(route.label for route in drug.routes))
    words = f"entered is the {subject.route.label} route, printed is {printed}"
    predicate = Predicate(f"route: {subject.route.label}", Truth.TRUE)
    return [subject.finding(GuardCode.ROUTE, words, "guard.route", predicate)]


def _nothing_printed(subject: Subject) -> list[GuardFinding]:
    """Where the dose is left to the specialist, that is said, and no range is made up (reading 41)."""
    assert subject.drug is not None
    if subject.role is CourseRole.SUPPORTIVE or subject.drug.role is CourseRole.SUPPORTIVE:
        return []
    words = "consult specialist: the published algorithm prints no dose"
    return [subject.finding(GuardCode.NO_PRINTED_DOSE, words, "guard.no_printed_dose", level=GuardLevel.NOTE)]


def _how_often(subject: Subject, rule: DoseRule) -> list[GuardFinding]:
    printed = rule.frequencies or (rule.start_frequencies if subject.starting else ())
    frequency = subject.dose.frequency
    if not printed or frequency in printed:
        return []
    if subject.how_often_unknown:
        if subject.dose.amount is None:
            return []
        unknown = Predicate("how often it is taken", Truth.UNKNOWN)
        words = f"{frequency.label}: only one dose at a time can be compared with what is printed"
        return [subject.finding(GuardCode.NOT_CHECKED, words, "guard.dose_not_checked", unknown, level=GuardLevel.NOTE)]
    labels = joined(tuple(dict.fromkeys(each.label for each in printed)))
    at_start = "" if rule.frequencies else " to start"
    predicate = Predicate(f"taken {frequency.label}", Truth.TRUE)
    words = f"entered is {frequency.label}, printed is {labels}{at_start}"
    return [subject.finding(GuardCode.FREQUENCY, words, "guard.frequency", predicate)]


def _age(subject: Subject, rule: str, truth: Truth) -> GuardFinding:
    born = subject.record.patient.person.born
    label = "day of birth not recorded" if born is None else f"born {display_date(born)}"
    person = FactReference("patient", subject.record.patient.person.id, label)
    words = subject.protocol.because(rule).text
    predicate = Predicate(f"under {subject.protocol.settings.adult_age} years", truth, (person,))
    return subject.finding(GuardCode.ADULT_RANGES, words, rule, predicate, level=GuardLevel.NOTE)


def _amounts(subject: Subject, rule: DoseRule) -> list[GuardFinding]:
    dose = subject.dose
    if dose.amount is None or dose.unit is None:
        unknown = Predicate("dose", Truth.UNKNOWN)
        words = "dose not recorded, so nothing of it could be checked"
        return [subject.finding(GuardCode.NOT_CHECKED, words, "guard.dose_not_checked", unknown, level=GuardLevel.NOTE)]
    rule = within_course(rule, dose) or rule
    assert rule.per is not None
    taken = taken_per(rule.per, dose)
    if taken is None or taken.basis is DoseBasis.PER_SQUARE_METRE:
        how = f"in {dose.unit.label}" if taken is None else "per m² of body surface"
        unknown = Predicate(f"dose {how}, printed in {rule.unit.label if rule.unit else 'mg'}", Truth.UNKNOWN)
        words = f"a dose {how} cannot be compared with the printed dose"
        return [subject.finding(GuardCode.NOT_CHECKED, words, "guard.dose_not_checked", unknown)]
    return [*_limits(subject, rule, taken), *_weights(subject, rule, taken), *_divided(subject, rule)]


def _limits(subject: Subject, rule: DoseRule, taken: Taken) -> list[GuardFinding]:
    """Each limit that the dose leaves; of two upper limits the start's is said only within the other."""
    kilograms = kilograms_of(subject.weight)
    found = []
    above = _above(subject, rule, taken, rule.maximum, None, GuardCode.ABOVE_RANGE, "")
    above += _above(subject, rule, taken, None, rule.maximum_per_kilogram, GuardCode.ABOVE_RANGE, "")
    found += above
    if subject.starting and not above:
        found += _above(subject, rule, taken, rule.start_maximum, None, GuardCode.ABOVE_START, "start of ")
    if not taken.exact:
        return found
    floor = rule.start_minimum if subject.starting else rule.minimum
    flat = taken.flat(taken.least, kilograms)
    if floor is None and rule.minimum is not None:
        floor = rule.minimum
    if floor is not None and flat is not None and flat < _mg(rule, floor):
        found.append(_below(subject, rule, flat, floor, "start of " if subject.starting else ""))
    if subject.starting and _first_in_this_treatment(subject):
        found += _below_by_weight(subject, rule, taken, kilograms)
    return found


def _above(
    subject: Subject,
    rule: DoseRule,
    taken: Taken,
    limit: Decimal | None,
    per_kilogram: Decimal | None,
    code: GuardCode,
    what: str,
) -> list[GuardFinding]:
    kilograms = kilograms_of(subject.weight)
    by_weight = limit is None
    printed = per_kilogram if by_weight else limit
    amount = taken.per_kilogram(taken.most, kilograms) if by_weight else taken.flat(taken.most, kilograms)
    if printed is None or amount is None or amount <= _mg(rule, printed):
        return []
    unit = _span(rule, by_weight=by_weight)
    taken_unit = unit if taken.exact and taken.most == taken.least else f"{_unit(rule, by_weight=by_weight)} at a time"
    text = f"{_shown(rule, amount, printed)} {taken_unit} is above the printed {what}{display_number(printed)} {unit}"
    return [_outside(subject, code, text, taken, needs_weight=by_weight is (taken.basis is DoseBasis.FLAT))]


def _below(subject: Subject, rule: DoseRule, amount: Decimal, floor: Decimal, what: str) -> GuardFinding:
    unit = _span(rule, by_weight=False)
    text = f"{_shown(rule, amount, floor)} {unit} is below the printed {what}{display_number(floor)} {unit}"
    predicate = Predicate(text, Truth.TRUE)
    return subject.finding(GuardCode.BELOW_RANGE, text, "guard.dose_outside_range", predicate)


def _below_by_weight(subject: Subject, rule: DoseRule, taken: Taken, kilograms: Decimal | None) -> list[GuardFinding]:
    """Below the start by weight, unless the flat maximum is what keeps it there (from 160 kg at 0.5 mg/kg)."""
    floor = rule.start_minimum_per_kilogram
    amount = taken.per_kilogram(taken.least, kilograms)
    flat = taken.flat(taken.least, kilograms)
    if floor is None or amount is None or amount >= _mg(rule, floor):
        return []
    if rule.maximum is not None and flat is not None and flat >= _mg(rule, rule.maximum):
        return []
    unit = _span(rule, by_weight=True)
    text = f"{_shown(rule, amount, floor)} {unit} is below the printed start of {display_number(floor)} {unit}"
    return [_outside(subject, GuardCode.BELOW_RANGE, text, taken, needs_weight=taken.basis is DoseBasis.FLAT)]


def _outside(subject: Subject, code: GuardCode, text: str, taken: Taken, *, needs_weight: bool) -> GuardFinding:
    predicates = [Predicate(text, Truth.TRUE)]
    if needs_weight and subject.weight is not None:
        predicates.append(weight_predicate(subject.weight))
        text = f"{text}, with {display_number(subject.weight.kilograms)} kg of {display_date(subject.weight.on)}"
    return subject.finding(code, text, "guard.dose_outside_range", *predicates)


def _first_in_this_treatment(subject: Subject) -> bool:
    """Whether this starts the drug in the present course of treatment; later starts are not printed by weight."""
    if subject.scene.course.phase not in (Phase.INDUCTION, Phase.RELAPSE):
        return False
    return not any(trial.present and trial.taken and trial.drug == subject.slug for trial in subject.scene.trials)


def _weights(subject: Subject, rule: DoseRule, taken: Taken) -> list[GuardFinding]:
    """A weight that is missing, or old. Missing, it is a warning where nothing else limits the dose (reading 25)."""
    by_kilogram = rule.maximum_per_kilogram is not None or rule.start_minimum_per_kilogram is not None
    per_kilogram = taken.basis is DoseBasis.PER_KILOGRAM
    by_flat = rule.maximum is not None or rule.minimum is not None
    if not (by_kilogram and not per_kilogram) and not (by_flat and per_kilogram):
        return []
    if subject.weight is None:
        unlimited = rule.maximum is None if not per_kilogram else rule.maximum_per_kilogram is None
        words = NO_WEIGHT if not unlimited or by_kilogram else "mg cannot be worked out from mg/kg: no dated weight"
        unknown = Predicate("body weight", Truth.UNKNOWN)
        level = GuardLevel.WARN if unlimited else GuardLevel.NOTE
        return [subject.finding(GuardCode.NO_DATED_WEIGHT, words, "guard.no_dated_weight", unknown, level=level)]
    limit = subject.protocol.file.guard.weight_current_days
    age = (subject.on - subject.weight.on).days
    if age <= limit:
        return []
    predicate = weight_predicate(subject.weight)
    words = f"the weight of {display_date(subject.weight.on)} is {age} days old"
    return [subject.finding(GuardCode.OLD_WEIGHT, words, "guard.old_weight", predicate, level=GuardLevel.NOTE)]


def _divided(subject: Subject, rule: DoseRule) -> list[GuardFinding]:
    """More than one dose may hold at a time, and not divided, or not known to be."""
    limit = rule.undivided_maximum
    one = milligrams(subject.dose)
    if subject.dose.basis is DoseBasis.PER_KILOGRAM and one is not None:
        one = one * subject.weight.kilograms if subject.weight else None
    if limit is None or one is None or one <= _mg(rule, limit):
        return []
    unit = _span(rule, by_weight=False)
    if subject.dose.frequency is Frequency.ONCE_DAILY:
        at_once = f"{_shown(rule, one, limit)} {unit} as one dose"
        words = f"{at_once}; more than {display_number(limit)} {unit} is taken in 2 divided doses"
        predicate = Predicate(at_once, Truth.TRUE)
        return [subject.finding(GuardCode.DIVIDED_DOSES, words, "guard.divided_doses", predicate)]
    if subject.dose.frequency is Frequency.PER_DAY_TOTAL:
        unknown = Predicate("taken in 2 divided doses", Truth.UNKNOWN)
        words = f"{_shown(rule, one, limit)} {unit} in total; that it is taken in 2 divided doses is not stated"
        return [subject.finding(GuardCode.DIVIDED_DOSES, words, "guard.divided_doses", unknown, level=GuardLevel.NOTE)]
    return []


def _usual_maintenance(subject: Subject) -> list[GuardFinding]:
    """In remission the corticosteroid is meant to fall below 5 mg a day."""
    if subject.slug != PREDNISOLONE or subject.scene.course.phase is not Phase.MAINTENANCE:
        return []
    taken = taken_per(DosePer.DAY, subject.dose)
    daily = None if taken is None or not taken.exact else taken.flat(taken.least, kilograms_of(subject.weight))
    if daily is None or daily < subject.protocol.settings.remission_steroid_below:
        return []
    words = f"{rounded(daily)} mg a day in remission"
    predicate = Predicate(words, Truth.TRUE)
    rule = "guard.usual_maintenance_dose"
    text = f"{words}: {subject.protocol.because(rule).text}"
    return [subject.finding(GuardCode.USUAL_MAINTENANCE, text, rule, predicate, level=GuardLevel.NOTE)]


def _mg(rule: DoseRule, limit: Decimal) -> Decimal:
    assert rule.unit is not None
    found = in_milligrams(limit, rule.unit)
    return limit if found is None else found


def _shown(rule: DoseRule, amount: Decimal, beside: Decimal) -> str:
    """An amount in mg, in the rule's unit, as a person reads it."""
    return rounded_beside(amount / _mg(rule, Decimal(1)), beside)


def _span(rule: DoseRule, *, by_weight: bool) -> str:
    assert rule.per is not None
    return f"{_unit(rule, by_weight=by_weight)} a {rule.per.value}"


def _unit(rule: DoseRule, *, by_weight: bool) -> str:
    assert rule.unit is not None
    return f"{rule.unit.label}{'/kg' if by_weight else ''}"
