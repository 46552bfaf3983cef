"""Two judgements of one day on one course that speak against each other: meant, or a slip? Asked about once."""

from datetime import datetime

from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from patients.rules.same_day import HOUSE, DayQuestion, entered_words
from patients.rules.wording import display_date
from regimens.rules.record import Outcome
from regimens.rules.vocabulary import OutcomeKind

RULE_ID = "outcomes.same_day"
_WORKS = frozenset({OutcomeKind.RESPONDED, OutcomeKind.REMISSION, OutcomeKind.PARTIAL_RESPONSE})
_AGAINST = frozenset({
    OutcomeKind.INEFFECTIVE,
    OutcomeKind.STEROID_DEPENDENT,
    OutcomeKind.INTOLERANT,
    OutcomeKind.CONTRAINDICATED,
    OutcomeKind.DECLINED,
})  # fmt: skip


def contradicting_outcome(
    new: Outcome, earlier: Outcome, *, drug: str, by: str, at: datetime, protocol_version: str
) -> DayQuestion | None:
    """A question about a judgement beside an earlier one of the same course and day; None where both may hold.

    One says that the drug works, the other speaks against it. Completed as planned speaks for neither. `by` entered the
    earlier one, `at` by the clinic's clocks. What is known by its month only is of the same day as that very month.
    """
    if (new.on, new.precision) != (earlier.on, earlier.precision) or not contradict(new.kind, earlier.kind):
        return None
    day = display_date(earlier.on, earlier.precision)
    text = (
        f"{drug}, {new.kind.label}: “{earlier.kind.label}” of {day} is recorded already, {entered_words(by, at)}. "
        "If one is wrong, withdraw it. Do both hold?"
    )
    fact = FactReference("outcome", earlier.id, f"{drug}: {earlier.kind.label}, {day}")
    predicate = Predicate("a judgement of this day says the opposite of this course", Truth.TRUE, (fact,))
    reason = Reason(RULE_ID, text, RuleKind.LOCAL_READING, HOUSE, protocol_version, (predicate,))
    return DayQuestion(text, reason, fact)


def contradict(one: OutcomeKind, other: OutcomeKind) -> bool:
    """Whether one of the two says that the drug works and the other speaks against it."""
    return (one in _WORKS and other in _AGAINST) or (one in _AGAINST and other in _WORKS)
