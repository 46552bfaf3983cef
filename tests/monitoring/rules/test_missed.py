"""Booked visits missed one after another: more than two are not safe to go on with."""

from typing import Any

import pytest

from monitoring.rules.findings import MissedVisits
from monitoring.rules.missed import missed_visits
from monitoring.rules.record import MissedVisit, Result
from patients.rules.record import Person
from patients.rules.vocabulary import PatientStatus
from regimens.rules.record import Course
from tests.monitoring.rules.builders import after, bloods, course, done, protocol, record, result

TAKEN = course("methotrexate")


def missed(
    *days: int,
    results: list[Result] | None = None,
    day: int = 100,
    taken: tuple[Course, ...] = (TAKEN,),
    **more: Any,
) -> MissedVisits:
    visits = tuple(MissedVisit(f"visit-{on}", after(on)) for on in days)
    one = record(*taken, results=results or [], missed_visits=visits, **more)
    return missed_visits(one, protocol(), after(day))


@pytest.mark.parametrize(("days", "unsafe"), [((), False), ((10,), False), ((10, 20), False), ((10, 20, 30), True)])
def test_more_than_two_are_too_many(days: tuple[int, ...], unsafe: bool) -> None:
    found = missed(*days)
    assert (found.count, found.not_safe_to_continue) == (len(days), unsafe)
    assert (found.reason is None) == (not days)


def test_the_reason_names_the_drugs_the_visits_and_the_source() -> None:
    found = missed(30, 10, 20, results=bloods(5), taken=(TAKEN, course("azathioprine")))
    assert found.reason is not None
    assert found.reason.text == (
        "3 booked visits were missed since the last look that the drugs ask for, on 10-Jan-2026. "
        "More than 2 missed: not safe to continue azathioprine, methotrexate without asking the doctor"
    )
    assert found.reason.source.startswith("North Derbyshire shared care")
    assert (found.reason.rule_id, found.since) == ("bsr_2017.missed_visits", after(5))
    assert [fact.id for fact in found.visits] == ["visit-10", "visit-20", "visit-30"]
    assert found.reason.predicates[0].facts == found.visits
    assert {fact.kind for fact in found.visits} == {"contact"}


@pytest.mark.parametrize(("sampled", "count"), [(29, 1), (30, 1), (31, 0), (101, 3)])
def test_a_test_of_a_later_day_clears_what_was_missed(sampled: int, count: int) -> None:
    """One of the same day does not, and one from the future is not known yet."""
    found = missed(10, 20, 30, results=[result("albumin", sampled, "40")])
    assert (found.count, found.not_safe_to_continue) == (count, count == 3)


@pytest.mark.parametrize(
    ("item", "drug", "clears"),
    [
        ("full_blood_count", "methotrexate", True),
        ("blood_pressure", "leflunomide", True),
        ("tacrolimus_trough", "tacrolimus", True),
        ("tacrolimus_trough", "methotrexate", False),
        ("eye_screening", "methotrexate", False),
        ("eye_screening", "hydroxychloroquine", True),
        ("influenza_vaccine", "methotrexate", False),
        ("pneumocystis_decision", "prednisolone", False),
        ("hepatitis_b", "methotrexate", False),
    ],
)
def test_only_a_look_that_the_drugs_taken_ask_for_clears(item: str, drug: str, clears: bool) -> None:
    """A vaccine given, a decision recorded or another drug's level says nothing of what this drug does."""
    found = missed(10, 20, 30, results=done(item, 50), taken=(course(drug),))
    assert found.not_safe_to_continue != clears


def test_a_drug_that_was_stopped_no_longer_says_what_clears() -> None:
    taken = (TAKEN, course("tacrolimus", stop=40))
    assert missed(10, 20, 30, results=done("tacrolimus_trough", 35), taken=taken).not_safe_to_continue


def test_half_a_blood_count_clears_nothing() -> None:
    assert missed(10, 20, 30, results=[result("platelets", 50, "200")]).not_safe_to_continue


def test_a_sample_that_told_nothing_clears_nothing() -> None:
    clotted = [result("crp", 50, None, text="sample clotted")]
    assert missed(10, 20, 30, results=clotted).not_safe_to_continue


def test_visits_of_the_future_are_not_missed_yet() -> None:
    assert missed(10, 20, 30, day=29).count == 2
    assert missed(10, 20, 30, day=30).not_safe_to_continue


@pytest.mark.parametrize(
    "taken",
    [
        (),
        (course("folic_acid"),),
        (course("methotrexate", stop=100),),
        (course("methotrexate", start=101),),
        (course("methotrexate", never_given=True),),
        (course("", drug_text="nintedanib"),),
    ],
    ids=["none", "asks for nothing", "stopped", "not begun", "never given", "unknown"],
)
def test_without_a_drug_that_is_monitored_there_is_nothing_to_continue(taken: tuple[Course, ...]) -> None:
    found = missed(10, 20, 30, taken=taken)
    assert (found.count, found.not_safe_to_continue) == (3, False)


def test_nobody_who_has_left_care_is_asked_about() -> None:
    gone = Person("p", status=PatientStatus.TRANSFERRED, status_on=after(100))
    assert not missed(10, 20, 30, person=gone).not_safe_to_continue
    assert missed(10, 20, 30, day=99, person=gone).not_safe_to_continue
