"""A reason as one sentence."""

from patients.rules.reasons import Predicate, Reason, RuleKind, Truth
from regimens.rules.wording import sentence


def test_a_reason_says_what_decided_it_and_what_it_rests_on() -> None:
    reason = Reason(
        "r",
        "the dose lies outside what is printed",
        RuleKind.LOCAL_READING,
        "reading 25",
        "1",
        (
            Predicate("90 mg a day is above 80 mg a day", Truth.TRUE),
            Predicate("a corticosteroid runs", Truth.FALSE),
            Predicate("body weight", Truth.UNKNOWN),
        ),
    )
    assert sentence(reason) == (
        "The dose lies outside what is printed (90 mg a day is above 80 mg a day; not so: a corticosteroid runs; "
        "not known: body weight). Local reading: reading 25."
    )
