"""How late an item is: both sides of each step."""

import pytest

from monitoring.rules.lateness import Lateness, is_late


@pytest.mark.parametrize(
    ("days", "interval", "steps"),
    [
        (0, 14, set()),
        (1, 14, {Lateness.ANY}),
        (7, 14, {Lateness.ANY}),
        (8, 14, {Lateness.ANY, Lateness.OVER_A_WEEK}),
        (14, 14, {Lateness.ANY, Lateness.OVER_A_WEEK}),
        (15, 14, set(Lateness)),
        (6, 5, {Lateness.ANY, Lateness.OVER_AN_INTERVAL}),
        (400, None, {Lateness.ANY, Lateness.OVER_A_WEEK}),
    ],
)
def test_steps_of_lateness(days: int, interval: int | None, steps: set[Lateness]) -> None:
    assert {step for step in Lateness if is_late(days, interval, step)} == steps
