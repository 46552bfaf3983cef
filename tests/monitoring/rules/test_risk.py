"""Risk tiers of the risk-adaptive schedule, and the yearly review under every schedule."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import load
from monitoring.rules.calendar import calendar
from monitoring.rules.findings import DueFinding, DueStatus
from monitoring.rules.record import IntervalOverride, MonitoringRecord, RiskAssessment
from monitoring.rules.schedule import evaluate
from monitoring.rules.vocabulary import RiskTier
from patients.rules.reasons import RuleKind, Truth
from regimens.rules.record import Course
from regimens.rules.vocabulary import Frequency
from tests.monitoring.rules.builders import after, bloods, course, dose, protocol, record

ADAPTIVE = load(schedule="risk_adaptive")
STEADY = (0, 14, 28, 42, 70, 98, 126)
WEEKLY = Frequency.ONCE_WEEKLY
METHOTREXATE = course("methotrexate", dose(0, "15", WEEKLY))


def judged(tier: RiskTier, day: int, name: str = "risk") -> RiskAssessment:
    return RiskAssessment(name, after(day), tier)


def due(one: MonitoringRecord, day: int, item: str = "albumin", schedule: MonitoringProtocol = ADAPTIVE) -> DueFinding:
    return next(found for found in evaluate(one, schedule, after(day)).due if found.item == item)


def steady(taken: Course = METHOTREXATE, **plan: Any) -> MonitoringRecord:
    return record(taken, results=bloods(*STEADY), **plan)


@pytest.mark.parametrize(
    ("tier", "days", "kind"),
    [
        (RiskTier.HIGH, 28, RuleKind.LOCAL_READING),
        (RiskTier.STANDARD, 84, RuleKind.NATIONAL_GUIDELINE),
        (RiskTier.LOW, 168, RuleKind.LOCAL_READING),
    ],
)
def test_the_tier_sets_the_long_term_interval(tier: RiskTier, days: int, kind: RuleKind) -> None:
    found = due(steady(risk=(judged(tier, 100),)), 130)
    assert (found.due_on, found.driver.interval_days) == (after(126 + days), days)
    assert f"({tier.label}, assessed on 15-Apr-2026)" in found.driver.reason.text
    assert found.driver.reason.kind is kind
    last = found.driver.reason.predicates[-1]
    assert (last.truth, last.facts[0].kind, last.facts[0].id) == (Truth.TRUE, "risk_assessment", "risk")


def test_under_the_fixed_schedule_a_tier_changes_nothing() -> None:
    found = due(steady(risk=(judged(RiskTier.LOW, 100),)), 130, schedule=protocol())
    assert (found.due_on, found.driver.reason.text) == (after(210), "methotrexate, phase C: every 12 weeks")


@pytest.mark.parametrize(("day", "days"), [(100 + 364, 168), (100 + 365, 84)])
def test_an_assessment_counts_for_a_year(day: int, days: int) -> None:
    found = due(steady(risk=(judged(RiskTier.LOW, 100),)), day)
    assert found.due_on == after(126 + days)
    outdated = days == 84
    assert ("more than 52 weeks ago: taken as standard" in found.driver.reason.text) == outdated
    assert found.driver.reason.predicates[-1].truth is (Truth.UNKNOWN if outdated else Truth.TRUE)


def test_without_an_assessment_the_standard_tier_stands_in_and_says_so() -> None:
    found = due(steady(), 130)
    assert (found.due_on, found.driver.reason.predicates[-1].truth) == (after(210), Truth.UNKNOWN)
    assert "the risk is not assessed: taken as standard" in found.driver.reason.text
    assert due(steady(risk=(judged(RiskTier.HIGH, 131),)), 130).due_on == after(210)


def test_the_last_assessment_counts() -> None:
    rows = (judged(RiskTier.LOW, 120, "b"), judged(RiskTier.HIGH, 100, "a"))
    assert due(steady(risk=rows), 130).due_on == after(294)


def test_the_early_phases_and_the_looks_after_an_increase_are_the_same_for_everybody() -> None:
    low = (judged(RiskTier.LOW, 0),)
    young = record(METHOTREXATE, results=bloods(0, 14), risk=low)
    assert due(young, 20).due_on == after(28)
    raised = course("methotrexate", dose(0, "10", WEEKLY), dose(200, "15", WEEKLY))
    assert due(record(raised, results=bloods(*STEADY, 190), risk=low), 200).due_on == after(214)


@pytest.mark.parametrize("drug", ["ciclosporin", "tacrolimus"])
def test_what_stays_monthly_is_never_spaced_by_the_tier(drug: str) -> None:
    taken = course(drug, dose(0, "2", Frequency.TWICE_DAILY))
    days = {tier: due(steady(taken, risk=(judged(tier, 100),)), 130).driver.interval_days for tier in RiskTier}
    assert days == {RiskTier.LOW: 28, RiskTier.STANDARD: 28, RiskTier.HIGH: 14}
    pair = record(course("leflunomide"), METHOTREXATE, results=bloods(*STEADY), risk=(judged(RiskTier.LOW, 100),))
    assert due(pair, 130).due_on == after(154)


def test_a_decision_for_the_patient_goes_before_the_tier() -> None:
    override = IntervalOverride("o", after(127), after(500), 56, "anxious", "methotrexate", "", "Dr A")
    found = due(steady(risk=(judged(RiskTier.LOW, 100),), overrides=(override,)), 130)
    assert (found.due_on, found.driver.override is not None) == (after(126 + 56), True)


# The review. The rule is asked from 22-Nov-2026 on: day 321 after START.
ASKED_FROM = (date(2026, 11, 22) - after(0)).days
SCHEDULES = (protocol(), ADAPTIVE)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=["2017", "risk-adaptive"])
def test_the_first_review_is_due_twelve_weeks_after_the_start_or_after_the_rule(schedule: MonitoringProtocol) -> None:
    old = due(steady(), 330, "risk_review", schedule)
    assert (old.due_on, old.status) == (after(ASKED_FROM + 84), DueStatus.NOT_DUE)
    new = due(record(course("methotrexate", start=400)), 400, "risk_review", schedule)
    assert new.due_on == after(484)
    assert new.driver.reason.kind is RuleKind.NATIONAL_GUIDELINE


@pytest.mark.parametrize("schedule", SCHEDULES, ids=["2017", "risk-adaptive"])
def test_a_risk_assessment_is_the_review_and_it_is_due_again_in_a_year(schedule: MonitoringProtocol) -> None:
    one = record(course("methotrexate", start=400), risk=(judged(RiskTier.LOW, 470),))
    found = due(one, 470, "risk_review", schedule)
    assert (found.due_on, found.last_done_on) == (after(470 + 364), after(470))
    assert found.last_done_by is not None
    assert (found.last_done_by.kind, found.last_done_by.id) == ("risk_assessment", "risk")
    assert due(one, 469, "risk_review", schedule).due_on == after(484)


def test_a_review_made_for_an_earlier_drug_counts_and_a_further_drug_asks_no_sooner() -> None:
    both = (course("methotrexate", start=400), course("azathioprine", start=600))
    one = record(*both, risk=(judged(RiskTier.LOW, 550),))
    found = due(one, 610, "risk_review")
    assert found.due_on == after(550 + 364)
    assert len(found.other_drivers) == 1
    alone = record(both[1], risk=(judged(RiskTier.LOW, 550),))
    assert due(alone, 610, "risk_review").due_on == after(550 + 364)
    assert due(record(both[1], risk=(judged(RiskTier.LOW, 10),)), 610, "risk_review").due_on == after(684)


def test_a_drug_without_repeated_bloods_asks_for_no_review() -> None:
    for drug in ("hydroxychloroquine", "folic_acid", "prednisolone"):
        items = {found.item for found in evaluate(record(course(drug)), ADAPTIVE, after(10)).due}
        assert "risk_review" not in items


def test_the_calendar_takes_the_review_as_done_and_the_risk_as_found_unchanged() -> None:
    one = record(
        course("methotrexate", dose(400, "15", WEEKLY), start=400),
        risk=(judged(RiskTier.LOW, 470),),
        results=bloods(400),
    )
    shown = calendar(one, ADAPTIVE, after(471), after(471 + 3 * 364))
    reviews = [(visit.on - after(0)).days for visit in shown.visits if "risk_review" in {i.item for i in visit.items}]
    assert len(reviews) == 3
    assert all(later - earlier <= 364 for earlier, later in zip([470, *reviews], reviews, strict=False))
    bloods_on = [(visit.on - after(0)).days for visit in shown.visits if "albumin" in {i.item for i in visit.items}]
    assert {later - earlier for earlier, later in zip(bloods_on[7:], bloods_on[8:], strict=False)} == {168}
    assert shown.notes == ()


def test_the_tier_in_the_calendar_falls_back_when_it_is_outdated() -> None:
    """Nobody is left at a wider interval because nobody looked: without the review the calendar shows 12 weeks."""
    unasked = {name: replace(drug, review=()) for name, drug in ADAPTIVE.drugs.items()}
    one = steady(risk=(judged(RiskTier.LOW, 60),))
    shown = calendar(one, replace(ADAPTIVE, drugs=unasked), after(130), after(130 + 2 * 364))
    days = [(visit.on - after(0)).days for visit in shown.visits if "albumin" in {item.item for item in visit.items}]
    outdated = 60 + 365
    assert days == [294, *range(outdated, 130 + 2 * 364 + 1, 84)]
