"""What is recorded already stands beside the field that would change or repeat it, with its day."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from monitoring.rules.vocabulary import MonitoredBy
from patients.rules.vocabulary import ConditionKind, DatePrecision
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind
from tests.factories import rows
from tests.tracker.forms.conftest import TODAY, World
from tests.tracker.pages import text_of
from tracker.presenters.earlier import MOST, on_day, since, together

LATER = date(2027, 1, 4)


def an_interval(world: World) -> None:
    rows.an_interval_override(world.patient, LATER, item="full_blood_count")
    rows.an_interval_override(world.patient, TODAY, 56, drug="prednisolone")  # over by today


def a_sharing(world: World) -> None:
    rows.shared_care(world.patient, MonitoredBy.US, drug="methotrexate")
    rows.shared_care(world.patient, MonitoredBy.GP, date(2026, 4, 5), drug="methotrexate")


def a_pause(world: World) -> None:
    rows.a_pause(world.patient, LATER, drug="methotrexate")
    rows.a_pause(world.patient, TODAY, drug="prednisolone")  # over by today


def some_conditions(world: World) -> None:
    rows.a_condition(world.patient, ConditionKind.ILD, date(2025, 6, 30), precision=DatePrecision.YEAR.value)
    rows.a_condition(world.patient, ConditionKind.PREGNANCY, date(2024, 1, 5), to_on=date(2024, 9, 1))


def a_milestone(world: World) -> None:
    rows.a_milestone(world.patient, MilestoneKind.REMISSION, date(2026, 2, 3))


def an_outcome(world: World) -> None:
    rows.an_outcome(world.methotrexate, OutcomeKind.INEFFECTIVE, date(2026, 2, 3))
    rows.an_outcome(world.prednisolone, OutcomeKind.INTOLERANT, date(2026, 2, 4))  # of another course


@pytest.mark.parametrize(
    ("page", "recorded", "says"),
    [
        (
            "change_interval",
            an_interval,
            "methotrexate, full blood count: every 28 days until 04-Jan-2027 since 05-Jan-2026",
        ),
        (
            "share_care",
            a_sharing,
            f"methotrexate: looked after by {MonitoredBy.GP.label}, Oak Lane Practice since 05-Apr-2026",
        ),
        ("pause_monitoring", a_pause, "methotrexate: paused until 04-Jan-2027 since 05-Jan-2026"),
        ("add_condition", some_conditions, f"{ConditionKind.ILD.label} since about 2025"),
        ("add_milestone", a_milestone, "remission since 03-Feb-2026"),
        ("record_outcome", an_outcome, "ineffective on 03-Feb-2026"),
    ],
)
def test_what_holds_now_stands_beside_its_field(
    world: World, page: str, recorded: Callable[[World], Any], says: str
) -> None:
    about = world.methotrexate.pk if page == "record_outcome" else world.patient.pk
    assert "Recorded before:" not in text_of(world.get(page, about))
    recorded(world)
    found = text_of(world.get(page, about)).split("Recorded before: ")[1:]
    assert len(found) == 1
    assert found[0].startswith(says)
    # What is over, or of another course, is not what holds now.
    assert not found[0].startswith(f"{says};")


def test_of_many_the_first_are_told_and_how_many_more_there_are() -> None:
    assert together([]) == ""
    assert together("abc") == "a; b; c"
    assert together("a" * (MOST + 1)) == "a; a; a; 1 more in the record"


def test_a_day_known_in_part_says_so() -> None:
    assert on_day("70 kg", date(2026, 4, 5)) == "70 kg on 05-Apr-2026"
    assert since("remission", date(2026, 4, 15), DatePrecision.MONTH) == "remission since about Apr-2026"
