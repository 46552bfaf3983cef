"""Monitoring of a drug paused: another drug that asks takes over, and without one the item waits, as late as ever."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from monitoring.rules.calendar import calendar
from monitoring.rules.findings import DueFinding, DueStatus
from monitoring.rules.record import MonitoringRecord, Pause, SharedCare, Snooze
from monitoring.rules.vocabulary import MonitoredBy
from regimens.rules.record import Course
from regimens.rules.vocabulary import Frequency, Route
from tests.monitoring.rules.builders import BLOODS, after, bloods, course, dose, finding, infusion, protocol, record


def pause(drug: str, first: int, until: int, ended: int | None = None, name: str = "pause") -> Pause:
    return Pause(name, after(first), after(until), "in hospital", drug, None if ended is None else after(ended))


def albumin(*courses: Course, day: int, looks: tuple[int, ...] = (0,), **plan: Any) -> DueFinding:
    found = finding(record(*courses, results=bloods(*looks), **plan), "albumin", day)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("day", "status", "late"),
    [
        (6, DueStatus.NOT_DUE, 0),
        (13, DueStatus.PAUSED, 0),
        (30, DueStatus.PAUSED, 16),
        (39, DueStatus.PAUSED, 25),
        (40, DueStatus.OVERDUE, 26),
    ],
)
def test_a_paused_item_is_parked_and_as_late_as_ever(day: int, status: DueStatus, late: int) -> None:
    found = albumin(course("methotrexate"), day=day, pauses=(pause("methotrexate", 5, 40),))
    assert (found.status, found.days_overdue, found.due_on) == (status, late, after(14))
    assert found.paused_until == (after(40) if status is DueStatus.PAUSED else None)
    assert found.driver.paused_until == (after(40) if day < 40 else None)


def test_a_pause_of_every_drug_and_one_that_is_resumed_early() -> None:
    one = course("methotrexate")
    assert albumin(one, day=20, pauses=(pause("", 5, 40),)).status is DueStatus.PAUSED
    resumed = (pause("", 5, 40, ended=20),)
    assert albumin(one, day=19, pauses=resumed).paused_until == after(20)
    assert albumin(one, day=20, pauses=resumed).status is DueStatus.OVERDUE
    assert albumin(one, day=20, pauses=(pause("azathioprine", 5, 40),)).status is DueStatus.OVERDUE


def test_another_drug_that_asks_takes_over() -> None:
    both = (course("azathioprine", start=300), course("methotrexate"))
    looks = (0, 14, 28, 42, 70, 98, 126, 210, 294, 300)
    found = albumin(*both, day=301, looks=looks, pauses=(pause("azathioprine", 300, 340),))
    assert (found.driver.drug, found.due_on, found.status) == ("methotrexate", after(384), DueStatus.NOT_DUE)
    assert [(other.drug, other.paused_until) for other in found.other_drivers] == [("azathioprine", after(340))]
    assert albumin(*both, day=340, looks=looks, pauses=(pause("azathioprine", 300, 340),)).driver.drug == "azathioprine"


def test_when_all_are_paused_it_waits_for_the_first_that_is_looked_after_again() -> None:
    both = (course("azathioprine"), course("methotrexate"))
    found = albumin(
        *both, day=20, pauses=(pause("azathioprine", 1, 60, name="a"), pause("methotrexate", 1, 40, name="b"))
    )
    assert (found.status, found.paused_until, found.due_on) == (DueStatus.PAUSED, after(40), after(14))


def test_a_pause_goes_before_a_snooze() -> None:
    one = record(
        course("methotrexate"),
        results=bloods(0),
        snoozes=(Snooze("albumin", after(14), after(60), "away"),),
        pauses=(pause("", 5, 40),),
    )
    found = finding(one, "albumin", 20)
    assert found is not None
    assert (found.status, found.snoozed_until, found.paused_until) == (DueStatus.PAUSED, after(60), after(40))


def test_the_pair_stays_monthly_while_one_of_it_is_looked_after() -> None:
    both = (course("leflunomide"), course("methotrexate"))
    looks = (0, 14, 28, 42, 70, 98, 126, 154)
    one_paused = albumin(*both, day=160, looks=looks, pauses=(pause("methotrexate", 150, 250),))
    assert (one_paused.driver.drug_name, one_paused.due_on) == ("leflunomide with methotrexate", after(182))
    both_paused = albumin(*both, day=180, looks=looks, pauses=(pause("", 150, 250),))
    assert (both_paused.status, both_paused.due_on) == (DueStatus.PAUSED, after(182))


def days_of(found: MonitoringRecord, item: str, day: int, until: int) -> list[int]:
    shown = calendar(found, protocol(), after(day), after(until))
    return [(visit.on - after(0)).days for visit in shown.visits if item in {one.item for one in visit.items}]


def test_the_calendar_takes_what_is_paused_up_again_on_the_day() -> None:
    one = record(course("methotrexate"), results=bloods(0, 14), pauses=(pause("methotrexate", 20, 50),))
    assert days_of(one, "albumin", 21, 120) == [50, 78, 106]
    ahead = record(course("methotrexate"), results=bloods(0, 14), pauses=(pause("methotrexate", 25, 50),))
    assert days_of(ahead, "albumin", 21, 120) == [50, 78, 106]
    resumed = replace(one, pauses=(pause("methotrexate", 20, 50, ended=35),))
    assert days_of(resumed, "albumin", 21, 120) == [35, 49, 77, 105]


@pytest.mark.parametrize(("start", "status"), [(10, DueStatus.PAUSED), (11, DueStatus.OVERDUE)])
def test_a_drug_begun_after_the_pause_began_is_not_paused(start: int, status: DueStatus) -> None:
    found = albumin(course("azathioprine", start=start), day=60, looks=(0, start), pauses=(pause("", 10, 150),))
    assert (found.status, found.due_on) == (status, after(start + 14))


@pytest.mark.parametrize(
    ("amount", "status", "until"),
    [("15", DueStatus.OVERDUE, None), ("5", DueStatus.PAUSED, after(150)), (None, DueStatus.OVERDUE, None)],
    ids=["raised", "lowered", "not known"],
)
def test_an_increase_after_the_pause_began_is_asked_about(
    amount: str | None, status: DueStatus, until: date | None
) -> None:
    one = course("methotrexate", dose(0, "10", Frequency.ONCE_WEEKLY), dose(60, amount, Frequency.ONCE_WEEKLY))
    paused = (pause("methotrexate", 10, 150),)
    found = albumin(one, day=100, pauses=paused)
    assert (found.status, found.paused_until) == (status, until)
    assert albumin(one, day=59, pauses=paused).status is DueStatus.PAUSED
    anew = (pause("methotrexate", 10, 150, ended=60, name="a"), pause("methotrexate", 60, 150, name="b"))
    assert albumin(one, day=100, pauses=anew).status is DueStatus.PAUSED


def test_drugs_are_taken_together_only_since_the_last_of_them_began() -> None:
    both = (course("methotrexate"), course("leflunomide", start=40))
    found = albumin(*both, day=100, looks=(0, 14, 28, 40), pauses=(pause("", 30, 150),))
    assert (found.status, found.paused_until) == (DueStatus.OVERDUE, None)
    assert found.driver.drug == "leflunomide"


@pytest.mark.parametrize("given", [5, 10, 20])
def test_a_nadir_count_is_never_paused(given: int) -> None:
    pulse = course("cyclophosphamide", infusions=(infusion(given),), route=Route.INTRAVENOUS)
    one = record(pulse, results=bloods(0), pauses=(pause("", 10, 150),))
    found = finding(one, "full_blood_count", given + 10)
    assert found is not None
    assert (found.status, found.due_on, found.driver.phase) == (
        DueStatus.DUE,
        after(given + 10),
        "10 days after a pulse",
    )


def test_what_is_paused_calls_nobody_in_and_pulls_nothing_forward() -> None:
    both = (course("methotrexate"), course("hydroxychloroquine", start=-1456))
    one = record(*both, results=bloods(0), pauses=(pause("methotrexate", 5, 40),))
    for item in BLOODS:
        found = finding(one, item, 15)
        assert found is not None
        assert found.status is DueStatus.PAUSED
    eyes = finding(one, "eye_screening", 15)
    assert eyes is not None
    assert eyes.visit_on == max(eyes.due_on, after(15))


def test_who_looks_after_the_drug_is_said_and_it_stays_due() -> None:
    def shared(identity: str, day: int, drug: str, who: MonitoredBy) -> SharedCare:
        return SharedCare(identity, after(day), drug, who, "" if who is MonitoredBy.US else "High Street")

    rows = (
        shared("1", 0, "", MonitoredBy.GP),
        shared("2", 100, "methotrexate", MonitoredBy.OTHER),
        shared("3", 150, "methotrexate", MonitoredBy.US),
        shared("4", 200, "", MonitoredBy.OTHER),
    )
    who = {
        day: albumin(course("methotrexate"), day=day, shared_care=rows).driver.monitored_by
        for day in (0, 99, 100, 150, 200)
    }
    assert who == {
        0: MonitoredBy.GP,
        99: MonitoredBy.GP,
        100: MonitoredBy.OTHER,
        150: MonitoredBy.US,
        200: MonitoredBy.US,
    }
    assert albumin(course("methotrexate"), day=20, shared_care=rows).status is DueStatus.OVERDUE
    assert albumin(course("azathioprine"), day=200, shared_care=rows).driver.monitored_by is MonitoredBy.OTHER
    assert albumin(course("azathioprine"), day=200).driver.monitored_by is MonitoredBy.US


def test_a_pair_is_ours_when_either_drug_is() -> None:
    both = (course("leflunomide"), course("methotrexate", start=1))
    looks = (0, 14, 28, 42, 70, 98, 126, 154)
    gp = SharedCare("1", date(2026, 1, 1), "methotrexate", MonitoredBy.GP, "High Street")
    assert albumin(*both, day=160, looks=looks, shared_care=(gp,)).driver.monitored_by is MonitoredBy.US
    all_gp = replace(gp, drug="")
    assert albumin(*both, day=160, looks=looks, shared_care=(all_gp,)).driver.monitored_by is MonitoredBy.GP
