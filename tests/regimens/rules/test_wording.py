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


def test_a_stop_at_the_end_of_a_rule_is_not_doubled() -> None:
    reason = Reason("r", "Xylitol is no drug.", RuleKind.SAFETY_RULE, "X", "1")
    assert sentence(reason) == "Xylitol is no drug. Added safety rule: X."
    shouted = Reason("r", "beyond MAX.XX", RuleKind.SAFETY_RULE, "X", "1")
    assert sentence(shouted).startswith("Beyond MAX.XX. ")
