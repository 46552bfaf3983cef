"""Another interval for one patient: which decision holds for which test, and that none delays the look after a rise."""

from dataclasses import replace
from decimal import Decimal

import pytest

from monitoring.rules.calendar import calendar
from monitoring.rules.findings import DueFinding
from monitoring.rules.record import IntervalOverride
from patients.rules.reasons import RuleKind, Truth
from regimens.rules.record import Course
from regimens.rules.vocabulary import Frequency
from tests.monitoring.rules.builders import (
    after,
    bloods,
    course,
    done,
    dose,
    due_day,
    finding,
    infusion,
    protocol,
    record,
    result,
)

WEEKLY = Frequency.ONCE_WEEKLY
STEADY = (0, 14, 28, 42, 70, 98, 126)
# Long taken, last looked at on day 126: the schedule asks again on day 210.
METHOTREXATE = course("methotrexate", dose(0, "15", WEEKLY))


def decided(
    days: int, drug: str = "", item: str = "", since: int = 130, until: int = 400, name: str = "one"
) -> IntervalOverride:
    return IntervalOverride(name, after(since), after(until), days, "stable for years", drug, item, "Dr Ada Lee")


def albumin(*overrides: IntervalOverride, day: int = 140, taken: Course = METHOTREXATE) -> DueFinding:
    found = finding(record(taken, results=bloods(*STEADY), overrides=overrides), "albumin", day)
    assert found is not None
    return found


@pytest.mark.parametrize(("day", "due"), [(129, 210), (130, 182), (399, 182), (400, 210)])
def test_a_decision_holds_from_its_day_to_before_its_end(day: int, due: int) -> None:
    assert albumin(decided(56), day=day).due_on == after(due)


def test_the_reason_says_who_decided_why_and_until_when() -> None:
    found = albumin(decided(168, "methotrexate"))
    assert found.due_on == after(126 + 168)
    reason, override = found.driver.reason, found.driver.override
    assert reason.text == ("methotrexate: every 24 weeks, decided by Dr Ada Lee until 09-Feb-2027: stable for years")
    assert (reason.kind, reason.rule_id) == (RuleKind.LOCAL_READING, "methotrexate.bloods")
    assert reason.source.startswith("Decision for this patient; otherwise BSR/BHPR 2017")
    assert override is not None
    assert (override.kind, override.id, found.driver.interval_days) == ("interval_override", "one", 168)


@pytest.mark.parametrize(
    ("overrides", "days"),
    [
        ((decided(56), decided(100, name="two")), 56),
        ((decided(56), decided(100, item="albumin", name="two")), 100),
        ((decided(56, item="albumin"), decided(100, "methotrexate", name="two")), 100),
        ((decided(56, "methotrexate"), decided(100, "methotrexate", "albumin", name="two")), 100),
        ((decided(56, "methotrexate", "albumin"), decided(20, "methotrexate", "albumin", name="two")), 20),
        ((decided(56, "azathioprine"), decided(20, item="crp", name="two")), 84),
    ],
    ids=["shorter of two", "item over all", "drug over item", "both over drug", "shorter of two as exact", "others"],
)
def test_the_most_specific_decision_wins(overrides: tuple[IntervalOverride, ...], days: int) -> None:
    assert albumin(*overrides).due_on == after(126 + days)
    assert albumin(*reversed(overrides)).due_on == after(126 + days)


def test_other_drugs_keep_their_interval() -> None:
    one = record(
        METHOTREXATE, course("azathioprine"), results=bloods(*STEADY), overrides=(decided(168, "methotrexate"),)
    )
    found = finding(one, "albumin", 140)
    assert found is not None
    assert (found.driver.drug, found.due_on) == ("azathioprine", after(210))
    assert [(other.drug, other.due_on) for other in found.other_drivers] == [("methotrexate", after(294))]


RAISED = course("methotrexate", dose(0, "10", WEEKLY), dose(200, "15", WEEKLY))


def raised(*overrides: IntervalOverride, looks: tuple[int, ...] = (), day: int = 200) -> DueFinding:
    found = finding(record(RAISED, results=bloods(*STEADY, 190, *looks), overrides=overrides), "albumin", day)
    assert found is not None
    return found


def test_a_decision_of_before_an_increase_delays_no_look_after_it() -> None:
    found = raised(decided(168, "methotrexate"))
    assert (found.due_on, found.driver.override) == (after(214), None)
    last = found.driver.reason.predicates[-1]
    assert last.truth is Truth.FALSE
    assert "does not make this look later" in last.text
    assert last.facts[0].id == "one"
    assert raised(decided(168), looks=(214,), day=215).due_on == after(228)
    # 6 weeks after the increase the dose counts as stable, and the decision holds again.
    assert raised(decided(168), looks=(214, 228, 242), day=243).due_on == after(242 + 168)
    assert raised(decided(7), day=200).due_on == after(197)


@pytest.mark.parametrize(("since", "due"), [(199, 214), (200, 190 + 168), (201, 190 + 168)])
def test_a_decision_of_the_day_of_the_increase_or_later_stands(since: int, due: int) -> None:
    assert raised(decided(168, since=since), day=202).due_on == after(due)


def test_a_decision_of_before_the_drug_was_begun_only_brings_looks_nearer() -> None:
    new = course("azathioprine", start=150)
    looks = bloods(150, 164, 178, 192, 220, 248, 276)
    assert due_day(record(new, results=looks, overrides=(decided(168),)), "albumin", 280) == 276 + 84
    assert due_day(record(new, results=looks, overrides=(decided(28),)), "albumin", 280) == 276 + 28
    assert due_day(record(new, results=looks, overrides=(decided(168, since=150),)), "albumin", 280) == 276 + 168


def test_the_pair_is_spaced_only_by_a_decision_for_each_of_it() -> None:
    both = (course("leflunomide"), METHOTREXATE)

    def due(*overrides: IntervalOverride) -> tuple[int, str]:
        found = finding(record(*both, results=bloods(*STEADY), overrides=overrides), "albumin", 140)
        assert found is not None
        return (found.due_on - after(0)).days - 126, found.driver.drug_name

    assert due() == (28, "leflunomide with methotrexate")
    assert due(decided(168, "methotrexate")) == (28, "leflunomide with methotrexate")
    assert due(decided(168, "methotrexate"), decided(56, "leflunomide", name="two"))[0] == 56
    assert due(decided(56))[0] == 56


def test_a_vaccine_an_eye_check_a_review_and_a_level_follow_only_a_decision_that_names_them() -> None:
    taken = course("ciclosporin", dose(0, "100", Frequency.TWICE_DAILY))
    seen = [*bloods(*STEADY), *done("influenza_vaccine", 0)]
    for item in ("influenza_vaccine", "ciclosporin_trough", "risk_review"):
        usual = due_day(record(taken, results=seen), item, 140)
        assert due_day(record(taken, results=seen, overrides=(decided(3),)), item, 140) == usual
    named = decided(100, item="influenza_vaccine", since=0)
    assert due_day(record(taken, results=seen, overrides=(named,)), "influenza_vaccine", 140) == 100


def test_a_level_is_spaced_by_a_decision_that_names_it() -> None:
    taken = course("tacrolimus", dose(0, "2", Frequency.TWICE_DAILY))
    level = result("tacrolimus_level", 126, "8", hours_after_dose=Decimal(12))
    named = decided(84, item="tacrolimus_trough")
    one = record(taken, results=[level], overrides=(named,))
    assert due_day(one, "tacrolimus_trough", 140) == 126 + 84
    changed = replace(taken, doses=(*taken.doses, dose(150, "1", Frequency.TWICE_DAILY)))
    # The level after the change is due as if nothing had been decided: 28 days after the last one.
    assert due_day(record(changed, results=[level], overrides=(named,)), "tacrolimus_trough", 150) == 154


def test_baselines_nadir_counts_and_infusions_are_not_spaced() -> None:
    override = decided(300, since=0)
    pulses = course("cyclophosphamide", infusions=(infusion(0),))
    plain, spaced = (record(pulses, overrides=rows) for rows in ((), (override,)))
    assert due_day(spaced, "full_blood_count", 1) == due_day(plain, "full_blood_count", 1)
    immunoglobulin = course("normal_immunoglobulin", infusions=(infusion(0, days=2),))
    assert due_day(record(immunoglobulin, overrides=(override,)), "immunoglobulin_infusion", 1) == 28


def test_the_calendar_follows_a_decision_to_its_end() -> None:
    one = record(METHOTREXATE, results=bloods(*STEADY), overrides=(decided(28, until=200),))
    shown = calendar(one, protocol(), after(140), after(400))
    days = [(visit.on - after(0)).days for visit in shown.visits if "albumin" in {item.item for item in visit.items}]
    assert days == [154, 182, 182 + 84, 182 + 168]
