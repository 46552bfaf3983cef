"""How a letter ranks results: what asks for something, what changed, and what is in range only where that is known."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from monitoring.protocol.load import load
from monitoring.rules.record import Result
from tests.factories import records
from tracker.letters.results import VACCINES, Ranked, ranked_results
from tracker.letters.room import Keeper, Room
from tracker.letters.runs import Line

AS_OF = records.DAY + timedelta(days=100)
PLENTY = Room(lines=9, values=9, findings=9, letters=99, size=9)


def ranked(*results: Result, days: int | None = None, as_of: date = AS_OF) -> Ranked:
    return ranked_results(records.monitoring(results=results), load(), as_of, days)


def words(line: Line) -> str:
    return "".join(run["text"] for run in line)


def summed_up(found: Ranked, room: Room = PLENTY) -> list[str]:
    return [words(line) for line in found.summed_up(Keeper(room))]


def alt(value: str, day: int = 50, limit: str | None = "40", **fields: str) -> Result:
    return records.result("alt", value, day, unit="U/L", upper_limit=limit and Decimal(limit), **fields)


def test_what_needs_action_stands_before_what_is_above_its_limit_and_both_say_so_in_bold() -> None:
    found = ranked(alt("41"), records.result("neutrophils", "0.4", 50, unit="10*9/L"))
    assert [told.sign for told in found.pressing] == ["urgent", "above the upper limit"]
    first = found.pressing[0].line()
    assert [run["text"] for run in first if run["strong"]] == ["urgent"]
    assert "neutrophils" in words(first)
    assert words(found.pressing[1].line()) == "above the upper limit: ALT 41\u00a0U/L (24-Feb-2026)"


@pytest.mark.parametrize(("value", "place"), [("40", "in_range"), ("41", "pressing")])
def test_the_upper_limit_itself_is_in_range(value: str, place: str) -> None:
    found = ranked(alt(value))
    assert len(getattr(found, place)) == 1


@pytest.mark.parametrize(
    "result", [alt("30", comparator=">"), alt("50", comparator="<"), records.result("crp", "3", 50, unit="mg/L")]
)
def test_what_no_limit_speaks_about_is_not_called_in_range(result: Result) -> None:
    found = ranked(result)
    assert not found.in_range
    (told,) = found.without_limit or found.pressing
    assert told.sign in ("", "cannot be told")


def test_a_value_back_in_range_has_changed_and_says_what_it_was() -> None:
    (told,) = ranked(alt("120", 10), alt("30")).changed
    assert words(told.line()) == ("ALT 30\u00a0U/L (24-Feb-2026): back in range, before 120\u00a0U/L on 15-Jan-2026")
    assert not ranked(alt("31", 10), alt("30")).changed


def test_a_finding_in_other_words_than_before_has_changed() -> None:
    before, same, other = (
        records.result("eye_check", "", day, text=text)
        for day, text in ((10, "no cataract"), (50, "No  cataract"), (50, "early cataract"))
    )
    assert not ranked(before, same).changed
    (told,) = ranked(before, other).changed
    assert told.before == "no cataract on 15-Jan-2026"


def test_the_rest_is_a_line_of_each_kind_by_day_with_how_many_more_there_are() -> None:
    found = ranked(alt("30"), records.result("creatinine", "60", 60, unit="umol/L", upper_limit=Decimal(90)))
    assert summed_up(found) == [
        "In range: creatinine 60\u00a0µmol/L (06-Mar-2026); ALT 30\u00a0U/L (24-Feb-2026)",
    ]
    assert summed_up(found, Room(lines=9, values=1, findings=9, letters=99, size=9)) == [
        "In range: creatinine 60\u00a0µmol/L (06-Mar-2026) … and 1 more in the record"
    ]


def test_vaccines_are_one_line_however_old_and_none_is_said() -> None:
    given = records.result("influenza_vaccine", "", -900, text="given")
    found = ranked(given, days=30)
    assert words(found.vaccine_line()) == "Vaccines: influenza: given (20-Jul-2023)"
    assert found.is_empty
    assert words(ranked().vaccine_line()) == "Vaccines: none recorded"


def test_each_vaccine_of_the_protocol_is_among_them() -> None:
    assert set(VACCINES) == {name for name, each in load().analytes.items() if each.name.endswith("vaccine")}


@pytest.mark.parametrize(("days", "told"), [(50, 1), (49, 0)])
def test_older_results_and_later_ones_are_left_out(days: int, told: int) -> None:
    assert len(ranked(alt("30"), alt("90", 101), days=days).in_range) == told
