"""A dose many times the usual: a slip of the unit, the decimal point, the tablet or the frequency.

Where the published algorithm prints no dose, the highest that a named review, label or trial gives stands in for it:
above it the guard asks, and sooner than elsewhere it needs a reason. No range is made of it (reading 41).
"""

from dataclasses import dataclass
from decimal import Decimal

from patients.rules.reasons import Predicate, Truth
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import DosePer, UsualUpper
from regimens.rules.doses import in_milligrams, rounded, rounded_beside, times_in_words
from regimens.rules.guard_amounts import Taken, taken_per, within_course
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.guard_subject import Subject, dose_words, printed_rule, weight_predicate
from regimens.rules.scene import IMMUNOGLOBULIN
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, Route


@dataclass(frozen=True, slots=True)
class _Usual:
    """The usual upper dose, each amount in mg. `printed`: by the published algorithm; otherwise the highest in use."""

    per: DosePer
    unit: DoseUnit
    flat: Decimal | None
    per_kilogram: Decimal | None
    per_square_metre: Decimal | None
    upper: UsualUpper | None
    source: str

    @property
    def printed(self) -> bool:
        return self.upper is None


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is taken beside one of the usual amounts, both in mg, mg/kg or mg/m².

    `by_weight`: a body weight brought the two together. `assumed`: a weight, a surface or a number of doses that is
    not known was assumed for it.
    """

    amount: Decimal
    limit: Decimal
    suffix: str
    by_weight: bool
    assumed: bool


def times_usual_findings(subject: Subject, at_most: int | None = None, told: str = "") -> list[GuardFinding]:
    """Above ten times the usual, or the drug's own number: at every age, for a child's dose above that many times an
    adult's is a slip too. Exactly that many times is not over. Of adults also what is above the highest dose in use.

    `at_most`: a smaller number of times than these, where nothing is assumed. `told`: the dose in words, where it was
    written down otherwise than it is compared.
    """
    if subject.drug is None or subject.topical or subject.dose.amount is None:
        return []
    usual = _usual(subject)
    if usual is None:
        return _no_usual(subject)
    taken = taken_per(usual.per, subject.dose)
    if taken is None:
        return [] if usual.printed and not subject.minor else [_not_comparable(subject)]
    pairs = _beside(subject, usual, taken)
    factors = [_factor(subject, usual, pair, at_most) for pair in pairs]
    over = next((i for i, pair in enumerate(pairs) if pair.amount > factors[i] * pair.limit), None)
    if over is not None:
        words = _words(subject, usual, taken, pairs[over], factors[over]) + _by_which_weight(subject, pairs[over])
        text = f"{told or dose_words(subject.dose)}. {words}"
        predicates = _predicates(subject, usual, pairs[over], taken)
        return [subject.finding(GuardCode.TIMES_USUAL, text, "guard.ten_times", *predicates)]
    return [] if usual.upper is None or subject.minor else _above_in_use(subject, usual.upper, taken, pairs)


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
            return _Usual(rule.per, rule.unit, flat, relative, None, None, rule.source)
    for upper in subject.drug.usual_uppers:
        if not upper.routes or subject.route in upper.routes:
            return _in_use(upper)
    return None


def _in_use(upper: UsualUpper) -> _Usual:
    amounts = (_mg(upper.unit, each) for each in (upper.amount, upper.per_kilogram, upper.per_square_metre))
    flat, per_kilogram, per_square_metre = amounts
    return _Usual(upper.per, upper.unit, flat, per_kilogram, per_square_metre, upper, upper.source)


def _mg(unit: DoseUnit, amount: Decimal | None) -> Decimal | None:
    return None if amount is None else in_milligrams(amount, unit)


def _beside(subject: Subject, usual: _Usual, taken: Taken) -> list[_Beside]:
    """The dose beside each usual amount that it can be compared with."""
    guard = subject.protocol.file.guard
    weight = subject.weight
    kilograms = weight.kilograms if weight is not None else guard.assumed_kilograms
    by_surface = taken.basis is DoseBasis.PER_SQUARE_METRE
    # Into how many doses a whole course is divided is not known.
    undivided = usual.per is DosePer.DOSE and subject.dose.frequency is Frequency.PER_COURSE
    if by_surface and usual.per_square_metre is not None:
        return [_Beside(taken.most, usual.per_square_metre, "/m²", by_weight=False, assumed=undivided)]
    # The weight is needed to bring a dose per kg and a flat limit together, and the reverse.
    weighed = taken.basis is DoseBasis.PER_KILOGRAM
    flat = {
        DoseBasis.FLAT: taken.most,
        DoseBasis.PER_KILOGRAM: taken.most * kilograms,
        DoseBasis.PER_SQUARE_METRE: taken.most * guard.assumed_square_metres,
    }[taken.basis]
    guessed = by_surface or undivided
    found = []
    if usual.flat is not None:
        found.append(_Beside(flat, usual.flat, "", weighed, guessed or (weighed and weight is None)))
    # Without a weight a flat limit is enough (reading 25): a weight is assumed only where there is none.
    if usual.per_kilogram is not None and (weighed or weight is not None or usual.flat is None):
        relative = taken.most if weighed else flat / kilograms
        assumed = guessed or (not weighed and weight is None)
        found.append(_Beside(relative, usual.per_kilogram, "/kg", not weighed, assumed))
    return found


def _factor(subject: Subject, usual: _Usual, pair: _Beside, at_most: int | None) -> int:
    """Above how many times the usual this drug's dose needs a reason. What is assumed only finds grave slips."""
    guard = subject.protocol.file.guard
    stop = subject.drug.dose_stop if subject.drug else None
    if stop is not None:
        return stop.times_usual
    if pair.assumed:
        return guard.times_usual
    times = guard.times_usual if usual.printed else guard.times_in_use
    return times if at_most is None else min(times, at_most)


def _above_in_use(subject: Subject, upper: UsualUpper, taken: Taken, pairs: list[_Beside]) -> list[GuardFinding]:
    """A question above the highest dose in use, with the source that gives it; and where no weight is dated, that."""
    pair = next((pair for pair in pairs if not pair.assumed and pair.amount > pair.limit), None)
    if pair is None:
        unweighed = subject.weight is None and any(one.by_weight and one.assumed for one in pairs)
        return [_no_weight(subject, upper)] if unweighed and upper.per_kilogram is not None else []
    one = _mg(upper.unit, Decimal(1)) or Decimal(1)
    unit = f"{upper.unit.label}{pair.suffix}"
    limit = pair.limit / one
    span = f"a {upper.per.value}" if taken.exact and taken.most == taken.least else "at a time"
    text = f"{rounded_beside(pair.amount / one, limit)} {unit} {span} is above the highest dose in use"
    predicates = [Predicate(f"{text}: {upper.source}", Truth.TRUE)]
    if pair.by_weight and subject.weight is not None:
        predicates.append(weight_predicate(subject.weight))
    words = f"{text}, {display_number(limit)} {unit} a {upper.per.value}{_by_which_weight(subject, pair)}"
    if upper.per_square_metre is not None and pair.suffix != "/m²":
        other = f"{display_number(upper.per_square_metre)} {upper.unit.label}/m² a {upper.per.value}"
        words = f"{words}, or {other}, which cannot be checked: no body surface is kept here"
    said = f"{words} ({upper.source}); the published algorithm prints no dose: consult a specialist"
    # The rule is the number's own: it rests on whatever gives it.
    return [subject.finding(GuardCode.ABOVE_RANGE, said, upper.id, *predicates)]


def _no_weight(subject: Subject, upper: UsualUpper) -> GuardFinding:
    unknown = Predicate("body weight", Truth.UNKNOWN)
    words = f"{upper.unit.label}/kg cannot be checked: no dated weight"
    return subject.finding(GuardCode.NO_DATED_WEIGHT, words, "guard.no_dated_weight", unknown)


def _by_which_weight(subject: Subject, pair: _Beside) -> str:
    if not pair.by_weight:
        return ""
    weight = subject.weight
    if weight is not None:
        return f", with {display_number(weight.kilograms)} kg of {display_date(weight.on)}"
    assumed = display_number(subject.protocol.file.guard.assumed_kilograms)
    return f"; no dated weight, so {assumed} kg were assumed for this check only"


def _words(subject: Subject, usual: _Usual, taken: Taken, pair: _Beside, factor: int) -> str:
    times = times_in_words(factor)
    one = _mg(usual.unit, Decimal(1)) or Decimal(1)
    unit = f"{usual.unit.label}{pair.suffix} a {usual.per.value}"
    whole = taken.exact and taken.most == taken.least
    taken_unit = unit if whole else f"{usual.unit.label}{pair.suffix} at a time"
    if subject.minor:  # no adult dose is shown under 18 (reading 39)
        return f"More than {times} the usual highest dose of an adult"
    what = "the printed maximum of" if usual.printed else "the highest dose in use, about"
    amount, limit = rounded(pair.amount / one), display_number(pair.limit / one)
    return f"{amount} {taken_unit} is more than {times} {what} {limit} {unit}"


def _predicates(subject: Subject, usual: _Usual, pair: _Beside, taken: Taken) -> list[Predicate]:
    guard = subject.protocol.file.guard
    if usual.printed:
        found = [Predicate(f"printed maximum: {usual.source}", Truth.TRUE)]
    else:
        words = f"highest dose in use, for the dose guard only and no recommendation: {usual.source}"
        found = [Predicate(words, Truth.TRUE)]
    stop = subject.drug.dose_stop if subject.drug else None
    if stop is not None:
        found.append(
            Predicate(f"needs a reason above {times_in_words(stop.times_usual)} the usual: {stop.source}", Truth.TRUE)
        )
    if not taken.exact:
        found.append(Predicate("how often it is taken; one dose was compared", Truth.UNKNOWN))
    if pair.by_weight:
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
