"""Two judgements of one day: when they contradict each other, and what is asked then."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from patients.rules.vocabulary import DatePrecision
from regimens.rules.record import Outcome
from regimens.rules.same_day import contradict, contradicting_outcome
from regimens.rules.vocabulary import OutcomeKind

EARLIER = Outcome("7", date(2026, 11, 20), OutcomeKind.INTOLERANT)
NEW = Outcome("8", date(2026, 11, 20), OutcomeKind.RESPONDED)
WORKS = {OutcomeKind.RESPONDED, OutcomeKind.REMISSION, OutcomeKind.PARTIAL_RESPONSE}


def asked(new: Outcome, earlier: Outcome = EARLIER) -> str:
    at = datetime(2026, 11, 20, 9, 5)  # noqa: DTZ001 - by the clinic's clocks
    found = contradicting_outcome(new, earlier, drug="azathioprine", by="Nora Quill", at=at, protocol_version="1")
    return "" if found is None else found.text


def test_the_first_is_named_with_who_entered_it() -> None:
    assert asked(NEW) == (
        "azathioprine, responded: “not tolerated” of 20-Nov-2026 is recorded already, entered by Nora Quill on "
        "20-Nov-2026 at 09:05. If one is wrong, withdraw it. Do both hold?"
    )


@pytest.mark.parametrize("one", OutcomeKind)
@pytest.mark.parametrize("other", OutcomeKind)
def test_only_for_and_against_contradict(one: OutcomeKind, other: OutcomeKind) -> None:
    neutral = OutcomeKind.COMPLETED in (one, other)
    assert contradict(one, other) is (not neutral and (one in WORKS) is not (other in WORKS))


def test_another_day_or_a_day_that_is_known_otherwise_is_not_the_same() -> None:
    assert not asked(replace(NEW, on=date(2026, 11, 21)))
    assert not asked(replace(NEW, precision=DatePrecision.MONTH))
