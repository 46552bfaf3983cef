"""A dose many times the usual: a slip of the unit, the decimal point, the tablet or the frequency."""

from dataclasses import dataclass
from decimal import Decimal

from patients.rules.reasons import Predicate, Truth
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import DosePer, UsualUpper
from regimens.rules.doses import in_milligrams, rounded, times_in_words
from regimens.rules.guard_amounts import Taken, taken_per, within_course
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.guard_subject import Subject, dose_words, printed_rule, weight_predicate
from regimens.rules.scene import IMMUNOGLOBULIN
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Route


@dataclass(frozen=True, slots=True)
class _Usual:
    """The usual upper dose, each amount in mg. `printed`: by the published algorithm; otherwise the highest in use."""

    per: DosePer
    unit: DoseUnit
    flat: Decimal | None
    per_kilogram: Decimal | None
    per_square_metre: Decimal | None
    printed: bool
    source: str


def times_usual_findings(subject: Subject) -> list[GuardFinding]:
    """Above ten times the usual, or the drug's own number: at every age, for a child's dose above that many times an
    adult's is a slip too. Exactly that many times is not over.
    """
    if subject.drug is None or subject.topical or subject.dose.amount is None:
        return []
    usual = _usual(subject)
    if usual is None:
        return _no_usual(subject)
    taken = taken_per(usual.per, subject.dose)
    if taken is None:
        return [] if usual.printed and not subject.minor else [_not_comparable(subject)]
    over = _over(subject, usual, taken)
    if over is None:
        return []
    words, predicates = over
    text = f"{dose_words(subject.dose)}. {words}"
    return [subject.finding(GuardCode.TIMES_USUAL, text, "guard.ten_times", *predicates)]


def _usual(subject: Subject) -> _Usual | None:
    """The printed maximum; where none is printed, the highest dose in use, kept for this check alone."""
    assert subject.drug is not None
    rule = printed_rule(subject)
    if rule is None and subject.slug == IMMUNOGLOBULIN:
        # Printed by vein; that many times it is too much by any route.
        rule = next((rule for rule in subject.drug.doses if rule.per is not None), None)
    if rule is not None and rule.unit is not None:
        rule = within_course(rule, subject.dose) or rule
        if rule.unit is not None and rule.per is not None:
            flat, relative = _mg(rule.unit, rule.maximum), _mg(rule.unit, rule.maximum_per_kilogram)
            return _Usual(rule.per, rule.unit, flat, relative, None, True, rule.source)
    for upper in subject.drug.usual_uppers:
        if not upper.routes or subject.route in upper.routes:
            return _in_use(upper)
    return None


def _in_use(upper: UsualUpper) -> _Usual:
    amounts = (_mg(upper.unit, each) for each in (upper.amount, upper.per_kilogram, upper.per_square_metre))
    flat, per_kilogram, per_square_metre = amounts
    return _Usual(upper.per, upper.unit, flat, per_kilogram, per_square_metre, False, upper.source)


def _mg(unit: DoseUnit, amount: Decimal | None) -> Decimal | None:
    return None if amount is None else in_milligrams(amount, unit)


def _over(subject: Subject, usual: _Usual, taken: Taken) -> tuple[str, list[Predicate]] | None:
    """The first usual amount that the dose exceeds more than so many times, with what that rests on."""
    guard = subject.protocol.file.guard
    weight = subject.weight
    kilograms = weight.kilograms if weight is not None else guard.assumed_kilograms
    surface = guard.assumed_square_metres
    # The weight is needed to bring a dose per kg and a flat limit together, and the reverse.
    flat: tuple[Decimal, bool] = {
        DoseBasis.FLAT: (taken.most, False),
        DoseBasis.PER_KILOGRAM: (taken.most * kilograms, True),
        DoseBasis.PER_SQUARE_METRE: (taken.most * surface, False),
    }[taken.basis]
    relative = (taken.most, False) if taken.basis is DoseBasis.PER_KILOGRAM else (flat[0] / kilograms, True)
    per_surface = taken.most if taken.basis is DoseBasis.PER_SQUARE_METRE else None
    if per_surface is not None and usual.per_square_metre is not None:
        limits = [(per_surface, False, usual.per_square_metre, "/m²")]
    else:
        limits = [] if usual.flat is None else [(*flat, usual.flat, "")]
        # Without a weight a flat limit is enough (reading 25): a weight is assumed only where there is none.
        if usual.per_kilogram is not None and not (relative[1] and weight is None and usual.flat is not None):
            limits.append((*relative, usual.per_kilogram, "/kg"))
    for amount, by_weight, limit, suffix in limits:
        if amount > _factor(subject) * limit:
            words = _words(subject, usual, taken, amount, limit, suffix)
            return words + _by_which_weight(subject, by_weight), _predicates(subject, usual, by_weight, taken)
    return None


def _factor(subject: Subject) -> int:
    """Above how many times the usual this drug's dose needs a reason."""
    stop = subject.drug.dose_stop if subject.drug else None
    return stop.times_usual if stop else subject.protocol.file.guard.times_usual


def _by_which_weight(subject: Subject, by_weight: bool) -> str:
    if not by_weight:
        return ""
    weight = subject.weight
    if weight is not None:
        return f", with {display_number(weight.kilograms)} kg of {display_date(weight.on)}"
    assumed = display_number(subject.protocol.file.guard.assumed_kilograms)
    return f"; no dated weight, so {assumed} kg were assumed for this check only"


def _words(subject: Subject, usual: _Usual, taken: Taken, amount: Decimal, limit: Decimal, suffix: str) -> str:
    times = times_in_words(_factor(subject))
    one = _mg(usual.unit, Decimal(1)) or Decimal(1)
    unit = f"{usual.unit.label}{suffix} a {usual.per.value}"
    whole = taken.exact and taken.most == taken.least
    taken_unit = unit if whole else f"{usual.unit.label}{suffix} at a time"
    if subject.minor:  # no adult dose is shown under 18 (reading 39)
        return f"More than {times} the usual highest dose of an adult"
    what = "the printed maximum of" if usual.printed else "the highest dose in use, about"
    return f"{rounded(amount / one)} {taken_unit} is more than {times} {what} {display_number(limit / one)} {unit}"


def _predicates(subject: Subject, usual: _Usual, by_weight: bool, taken: Taken) -> list[Predicate]:
    guard = subject.protocol.file.guard
    if usual.printed:
        found = [Predicate(f"printed maximum: {usual.source}", Truth.TRUE)]
    else:
        words = f"highest dose in use, for this check only and no recommendation: {usual.source}"
        found = [Predicate(words, Truth.TRUE)]
    stop = subject.drug.dose_stop if subject.drug else None
    if stop is not None:
        found.append(
            Predicate(f"needs a reason above {times_in_words(stop.times_usual)} the usual: {stop.source}", Truth.TRUE)
        )
    if not taken.exact:
        found.append(Predicate("how often it is taken; one dose was compared", Truth.UNKNOWN))
    if by_weight:
        assumed = f"body weight; {display_number(guard.assumed_kilograms)} kg were assumed for this check only"
        weight = subject.weight
        found.append(Predicate(assumed, Truth.UNKNOWN) if weight is None else weight_predicate(weight))
    if taken.basis is DoseBasis.PER_SQUARE_METRE and usual.per_square_metre is None:
        assumed = f"body surface; {display_number(guard.assumed_square_metres)} m² were assumed for this check only"
        found.append(Predicate(assumed, Truth.UNKNOWN))
    return found


def _no_usual(subject: Subject) -> list[GuardFinding]:
    """No source here says what is usual; for a drug that suppresses nothing that needs no words."""
    assert subject.drug is not None
    if CourseRole.SUPPORTIVE in (subject.role, subject.drug.role):
        return []
    unknown = Predicate("usual dose", Truth.UNKNOWN)
    by_route = "" if subject.route is Route.NOT_RECORDED else f" by the {subject.route.label} route"
    words = f"no usual dose{by_route} is known here, so a slip of the unit would not be found"
    return [subject.finding(GuardCode.NOT_CHECKED, words, "guard.dose_not_checked", unknown, level=GuardLevel.NOTE)]


def _not_comparable(subject: Subject) -> GuardFinding:
    unit = subject.dose.unit
    unknown = Predicate("dose in a unit of mass", Truth.UNKNOWN)
    words = f"a dose in {unit.label if unit else 'an unknown unit'} cannot be compared with the usual one"
    return subject.finding(GuardCode.NOT_CHECKED, words, "guard.dose_not_checked", unknown)
