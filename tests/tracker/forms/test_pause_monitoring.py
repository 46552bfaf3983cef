from collections.abc import Callable
from datetime import date
from typing import Any

from monitoring.models import Pause
from tests.factories import rows
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of


def pause(world: World, **typed: str) -> Any:
    usual = {"drug": "methotrexate", "from_on": "today", "until": "18/12/2026", "reason": "in hospital"}
    return world.post("pause_monitoring", world.patient.pk, by=world.nurse, **{**usual, **typed})


def test_a_drug_is_paused(world: World) -> None:
    assert pause(world).status_code == 302
    row = Pause.objects.get()
    assert (row.drug, row.from_on, row.until, row.reason) == (
        "methotrexate", date(2026, 11, 20), date(2026, 12, 18), "in hospital",
    )  # fmt: skip
    assert world.reconciled == [world.patient.pk]


def test_the_page_says_what_happens_when_it_ends(world: World) -> None:
    text = text_of(world.get("pause_monitoring", world.patient.pk))
    assert "While it is paused, tests are not asked for" in text
    assert (
        "On the day that you choose it ends by itself: everything that became due meanwhile is asked for at once"
        in text
    )


def test_an_end_is_asked_for(world: World, refused: Callable[..., str]) -> None:
    refused(pause(world, until=""), "until", "This is needed")
    refused(pause(world, until="20/12/2027"), "until", "183 days at most")
    refused(pause(world, until="19/12/2026"), "until", "28 days at most, until 18-Dec-2026; ask a doctor for longer")
    refused(pause(world, drug=""), "drug", "This is needed")


def test_a_drug_that_is_paused_already_is_named(world: World, refused: Callable[..., str]) -> None:
    rows.a_pause(world.patient, date(2026, 12, 4), drug="methotrexate")
    refused(pause(world), "drug", "already paused, 05-Jan-2026 until 04-Dec-2026: in hospital elsewhere")
    assert pause(world, drug="every").status_code == 302
