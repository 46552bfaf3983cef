"""What of the baseline screen is named before a drug is started."""

from datetime import date

import pytest

from monitoring.protocol.load import load
from monitoring.rules.guard import baseline_findings
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.schedule import evaluate
from patients.rules.vocabulary import Sex
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.vocabulary import Route
from tests.factories.records import course, monitoring, on, person, result

PROTOCOL = load()


def missing(record: MonitoringRecord, drug: str, day: int = 0, route: Route = Route.ORAL) -> tuple[GuardFinding, ...]:
    return baseline_findings(record, PROTOCOL, drug, on(day), route)


def named(found: tuple[GuardFinding, ...], words: str) -> list[GuardFinding]:
    return [finding for finding in found if words in finding.text]


def test_tpmt_is_named_before_azathioprine_with_its_reason() -> None:
    (finding,) = named(missing(monitoring(), "azathioprine"), "TPMT")
    assert (finding.code, finding.level) == (GuardCode.BASELINE_SCREEN, GuardLevel.WARN)
    assert "wait for the result" in finding.text
    assert "nothing is recorded" in finding.text
    assert finding.reason.rule_id == "azathioprine.tpmt"
    assert "BSR/BHPR 2017" in finding.reason.source


def test_what_was_done_is_not_named() -> None:
    done = result("tpmt_activity", "", -400, text="normal")
    assert not named(missing(monitoring(results=(done,)), "azathioprine"), "TPMT")


def test_a_screen_done_after_the_day_does_not_count() -> None:
    done = result("tpmt_activity", "", 1, text="normal")
    assert named(missing(monitoring(results=(done,)), "azathioprine"), "TPMT")


@pytest.mark.parametrize(("day", "too_old"), [(-364, False), (-365, True)])
def test_one_that_is_too_old_is_named_with_its_day(day: int, too_old: bool) -> None:
    done = result("chest_x_ray", "", day, text="clear")
    found = named(missing(monitoring(results=(done,)), "methotrexate"), "chest")
    assert bool(found) is too_old
    if found:
        assert "last recorded on" in found[0].text
        assert [fact.id for fact in found[0].facts] == [done.id]


def pregnancy_tests(*days: int) -> tuple[Result, ...]:
    return tuple(result("pregnancy_test", "", day, text="negative") for day in days)


@pytest.mark.parametrize(
    ("days", "complete"), [((), False), ((-1,), False), ((-7, -1), False), ((-9, -1), True), ((-40, -1), False)]
)
def test_two_pregnancy_tests_come_before_mycophenolate(days: tuple[int, ...], complete: bool) -> None:
    woman = person(sex=Sex.FEMALE, born=date(1990, 1, 1))
    found = missing(monitoring(person=woman, results=pregnancy_tests(*days)), "mycophenolate_mofetil")
    assert bool(named(found, "pregnancy")) is not complete


def test_a_man_needs_no_pregnancy_test() -> None:
    man = person(sex=Sex.MALE, born=date(1990, 1, 1))
    assert not named(missing(monitoring(person=man), "mycophenolate_mofetil"), "pregnancy")


def test_only_the_drug_about_to_start_is_asked_about() -> None:
    record = monitoring(course("methotrexate", -30))
    found = missing(record, "azathioprine")
    assert all(finding.reason.rule_id.startswith(("azathioprine.", "conventional.")) for finding in found)


@pytest.mark.parametrize("drug", sorted(PROTOCOL.drugs))
def test_what_is_named_is_what_the_record_will_call_due(drug: str) -> None:
    found = missing(monitoring(), drug, route=Route.INTRAVENOUS)
    with_course = monitoring(course(drug, 0, route=Route.INTRAVENOUS))
    due = evaluate(with_course, PROTOCOL, on(0)).due
    asked = {
        driver.rule_id for each in due for driver in (each.driver, *each.other_drivers) if driver.phase == "baseline"
    }
    assert {finding.reason.rule_id for finding in found} == asked


def test_an_unknown_drug_asks_for_nothing() -> None:
    assert missing(monitoring(), "tofacitinib") == ()
