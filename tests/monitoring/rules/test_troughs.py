from decimal import Decimal

import pytest

from monitoring.rules.findings import DueStatus
from monitoring.rules.record import Snooze
from regimens.rules.vocabulary import Frequency
from tests.monitoring.rules.builders import after, bloods, course, dose, due_day, finding, record, result

TWICE, ONCE, UNKNOWN = Frequency.TWICE_DAILY, Frequency.ONCE_DAILY, Frequency.NOT_RECORDED


@pytest.mark.parametrize(
    ("drug", "frequency", "hours", "counts"),
    [
        ("ciclosporin", TWICE, "10.9", False),
        ("ciclosporin", TWICE, "11", True),
        ("ciclosporin", TWICE, "13", True),
        ("ciclosporin", TWICE, "13.1", False),
        ("ciclosporin", ONCE, "24", False),
        ("tacrolimus", TWICE, "10.9", False),
        ("tacrolimus", TWICE, "11", True),
        ("tacrolimus", TWICE, "13", True),
        ("tacrolimus", TWICE, "13.1", False),
        ("tacrolimus", TWICE, "24", False),
        ("tacrolimus", ONCE, "22.9", False),
        ("tacrolimus", ONCE, "23", True),
        ("tacrolimus", ONCE, "25", True),
        ("tacrolimus", ONCE, "25.1", False),
        ("tacrolimus", ONCE, "12", False),
        ("tacrolimus", UNKNOWN, "12", True),
        ("tacrolimus", UNKNOWN, "24", False),
        ("tacrolimus", TWICE, None, False),
        ("tacrolimus", TWICE, "NaN", False),
    ],
)
def test_what_counts_as_a_trough(drug: str, frequency: Frequency, hours: str | None, counts: bool) -> None:
    level = result(f"{drug}_level", 7, "8", hours_after_dose=None if hours is None else Decimal(hours))
    found = finding(record(course(drug, dose(0, "2", frequency)), results=[level]), f"{drug}_trough", 8)
    assert found is not None
    assert (found.due_on - level.sampled_on).days == (28 if counts else 0)
    assert (found.last_done_on == level.sampled_on) == counts
    assert ("not counted as a trough" in found.detail) != counts
    if hours is None:
        assert "how long after the dose is not recorded" in found.detail


def test_the_frequency_of_the_day_of_the_sample_decides() -> None:
    one = course("tacrolimus", dose(0, "2", TWICE), dose(30, "4", ONCE))
    early = result("tacrolimus_level", 29, "8", hours_after_dose=Decimal(12))
    late = result("tacrolimus_level", 37, "8", hours_after_dose=Decimal(24))
    assert due_day(record(one, results=[early]), "tacrolimus_trough", 29) == 57
    assert due_day(record(one, results=[early, late]), "tacrolimus_trough", 40) == 65


@pytest.mark.parametrize("amount", ["3", "1"])
def test_any_dose_change_calls_for_a_level_a_week_later(amount: str) -> None:
    one = course("tacrolimus", dose(0, "2", TWICE), dose(60, amount, TWICE))
    level = result("tacrolimus_level", 50, "8", hours_after_dose=Decimal(12))
    assert due_day(record(one, results=[level]), "tacrolimus_trough", 59) == 78
    assert due_day(record(one, results=[level]), "tacrolimus_trough", 60) == 67


@pytest.mark.parametrize(("sampled", "due"), [(4, 11), (5, 33), (6, 34), (7, 35)])
@pytest.mark.parametrize("base", [0, 60])
def test_a_level_from_the_fifth_day_on_is_the_first_and_the_next_comes_a_month_later(
    base: int, sampled: int, due: int
) -> None:
    """After the start and after a dose change alike; on the fourth day it has not settled."""
    one = course("tacrolimus", dose(0, "2", TWICE), dose(60, "1", TWICE))
    levels = [result("tacrolimus_level", day, "8", hours_after_dose=Decimal(12)) for day in {7, base + sampled}]
    kept = levels if base else [level for level in levels if level.sampled_on == after(sampled)]
    assert due_day(record(one, results=kept), "tacrolimus_trough", base + sampled) == base + due
    assert due_day(record(one, results=[]), "tacrolimus_trough", 3) == 7


def test_an_invalid_level_says_so_only_while_no_later_one_is_valid() -> None:
    one = course("tacrolimus", dose(0, "2", TWICE))
    wrong = result("tacrolimus_level", 7, "8", hours_after_dose=Decimal(3))
    right = result("tacrolimus_level", 8, "8", hours_after_dose=Decimal(12))
    found = finding(record(one, results=[right, wrong]), "tacrolimus_trough", 10)
    assert found is not None
    assert (found.detail, found.last_done_by and found.last_done_by.id) == ("", "tacrolimus_level-8")


def test_a_trough_is_not_pulled_forward_before_the_fifth_day() -> None:
    found = finding(record(course("tacrolimus", dose(0, "2", TWICE))), "tacrolimus_trough", 0)
    assert found is not None
    assert (found.due_on - found.visit_on).days == 0
    assert found.driver.not_before is not None
    assert (found.driver.not_before - found.driver.due_on).days == -2


def test_other_times_of_the_same_dose_call_for_a_level_a_week_later() -> None:
    switched = course("tacrolimus", dose(0, "2", TWICE), dose(60, "4", ONCE))
    level = result("tacrolimus_level", 50, "8", hours_after_dose=Decimal(12))
    found = finding(record(switched, results=[level]), "tacrolimus_trough", 60)
    assert found is not None
    assert found.due_on == after(67)
    assert "taken at other times" in found.driver.reason.text
    written = course("tacrolimus", dose(0, "2", TWICE), dose(60, "4", Frequency.PER_DAY_TOTAL))
    assert due_day(record(written, results=[level]), "tacrolimus_trough", 60) == 78


@pytest.mark.parametrize(
    ("day", "hours", "counts"), [(60, "12", True), (60, "24", True), (60, "18", False), (61, "12", False)]
)
def test_on_the_day_of_a_switch_the_sample_may_follow_the_dose_before(day: int, hours: str, counts: bool) -> None:
    switched = course("tacrolimus", dose(0, "2", TWICE), dose(60, "4", ONCE))
    level = result("tacrolimus_level", day, "8", hours_after_dose=Decimal(hours))
    found = finding(record(switched, results=[level]), "tacrolimus_trough", 62)
    assert found is not None
    assert (found.last_done_on == level.sampled_on) == counts


def test_another_brand_calls_for_a_level_a_week_later_and_for_no_more_bloods() -> None:
    switched = course("tacrolimus", dose(0, "2", TWICE, brand="Prograf"), dose(60, "2", TWICE, brand="Adoport"))
    level = result("tacrolimus_level", 50, "8", hours_after_dose=Decimal(12))
    looks = [level, *bloods(0, 14, 28, 42, 50)]
    found = finding(record(switched, results=looks), "tacrolimus_trough", 60)
    assert found is not None
    assert found.due_on == after(67)
    assert "another brand dispensed on 06-Mar-2026" in found.driver.reason.text
    assert due_day(record(switched, results=looks), "albumin", 60) == 78
    same = course("tacrolimus", dose(0, "2", TWICE, brand="Prograf"), dose(60, "2", TWICE))
    assert due_day(record(same, results=looks), "tacrolimus_trough", 60) == 78


def test_a_snooze_of_before_a_dose_change_does_not_put_off_the_level_after_it() -> None:
    changed = course("tacrolimus", dose(0, "2", TWICE), dose(60, "1", TWICE))
    level = result("tacrolimus_level", 50, "8", hours_after_dose=Decimal(12))
    for made, status in ((59, DueStatus.DUE), (60, DueStatus.SNOOZED)):
        snooze = Snooze("tacrolimus_trough", after(made), after(200), "away")
        found = finding(record(changed, results=[level], snoozes=(snooze,)), "tacrolimus_trough", 67)
        assert found is not None
        assert found.status is status
