"""A start that lies far ahead: both sides of the protocol's number of days."""

import pytest

from regimens.rules.guard_ahead import ahead_findings
from regimens.rules.guard_findings import GuardLevel
from regimens.rules.proposals import StartDrug
from regimens.rules.vocabulary import CourseRole
from tests.regimens.rules.build import PROTOCOL, dose, on

DAYS = PROTOCOL.file.guard.start_ahead_days


@pytest.mark.parametrize(("day", "asked"), [(-400, False), (0, False), (DAYS, False), (DAYS + 1, True)])
def test_a_start_is_asked_about_beyond_the_days_of_the_protocol(day: int, asked: bool) -> None:
    start = StartDrug(on=on(day), drug="azathioprine", role=CourseRole.IMMUNOSUPPRESSANT, dose=dose("50"))
    found = ahead_findings(PROTOCOL, start, on(0))
    assert bool(found) is asked
    assert DAYS == 7
    for finding in found:
        assert finding.text == "the start on 09-Jan-2024 is 8 days ahead: check the day and the month"
        assert (finding.level, finding.reason.rule_id) == (GuardLevel.WARN, "guard.start_ahead")
