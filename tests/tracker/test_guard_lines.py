"""Messages of one series stand under the newest of them, and none is lost."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from patients.rules.reasons import Reason, RuleKind
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from tracker.presenters.guard_lines import guard_lines

WHY = Reason("alt.high", "look again", RuleKind.LOCAL_READING, "a source", "1")


def alert(text: str, series: str = "") -> GuardFinding:
    return GuardFinding(GuardCode.OPEN_ALERT, GuardLevel.WARN, text, (), WHY, series=series)


def test_the_first_of_a_series_leads_and_the_others_follow_it() -> None:
    said = [
        alert("one"),
        alert("alt 3", "alt"),
        alert("two"),
        alert("ck 2", "ck"),
        alert("alt 2", "alt"),
        alert("alt 1", "alt"),
    ]
    lines = guard_lines(said)
    assert [line.finding.text for line in lines] == ["one", "alt 3", "two", "ck 2"]
    assert [[each.text for each in line.earlier] for line in lines] == [[], ["alt 2", "alt 1"], [], []]


def test_a_page_says_every_one_of_them() -> None:
    page = render_to_string("tracker/_guard_messages.html", {"guard": [alert("alt 3", "alt"), alert("alt 2", "alt")]})
    assert "and 1 earlier of the same test" in page
    assert page.index("alt 3") < page.index("and 1 earlier") < page.index("alt 2")
    assert "earlier of the same test" not in render_to_string("tracker/_guard_messages.html", {"guard": [alert("x")]})


def test_messages_of_another_check_are_lines_of_their_own() -> None:
    @dataclass(frozen=True)
    class Other:
        text: str

    assert len(guard_lines([Other("a"), Other("b")])) == 2  # type: ignore[list-item]  # as a result's question is
