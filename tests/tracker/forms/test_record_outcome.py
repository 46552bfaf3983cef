from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse

from regimens.models import Outcome
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of


def judge(world: World, **changed: str) -> Any:
    typed = {"on": "05/04/2026", "kind": "intolerant", "reason": "", "reaction": "nausea", **changed}
    return world.post("record_outcome", world.methotrexate.pk, **typed)


def test_a_judgement_is_recorded_apart_from_the_stop(world: World) -> None:
    assert judge(world).status_code == 302
    row = Outcome.objects.get()
    assert (row.on, row.kind, row.reaction, row.course) == (
        date(2026, 4, 5),
        "intolerant",
        "nausea",
        world.methotrexate,
    )
    world.methotrexate.refresh_from_db()
    assert world.methotrexate.stop_on is None
    assert world.reconciled == [world.patient.pk]


def test_a_judgement_against_a_drug_needs_its_reason(world: World, refused: Callable[..., str]) -> None:
    refused(judge(world, kind="ineffective", reaction=""), "reason", "Say why")
    assert judge(world, kind="ineffective", reaction="", reason="CK rising on 20 mg").status_code == 302
    assert judge(world, kind="responded", reaction="", reason="", on="06/04/2026").status_code == 302


def test_a_reaction_belongs_to_not_tolerated(world: World, refused: Callable[..., str]) -> None:
    text = refused(judge(world, kind="responded"), "reaction", "A reaction belongs")
    assert 'value="nausea"' in text


def test_an_outcome_before_the_course_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(judge(world, on="04/01/2026"), "on", "before the course started")
    assert judge(world, on="05/01/2026").status_code == 302


def test_an_outcome_in_the_future_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(judge(world, on="21/11/2026"), "on", "in the future")
    assert judge(world, on="20/11/2026").status_code == 302


def test_one_that_contradicts_another_of_its_day_is_asked_about_once(world: World) -> None:
    assert judge(world).status_code == 302
    first = Outcome.objects.get()
    asked = judge(world, kind="responded", reaction="")
    page = text_of(asked)
    assert (asked.status_code, Outcome.objects.count()) == (200, 1)
    assert "methotrexate, responded: “not tolerated” of 05-Apr-2026 is recorded already, entered by" in page
    assert reverse("withdraw_entry", args=[world.patient.pk, "outcome", first.pk]) in asked.content.decode()
    seen = asked.context["form"].data["seen"]
    assert judge(world, kind="responded", reaction="", seen=seen).status_code == 302
    assert judge(world, kind="ineffective", reaction="", reason="CK rising", on="06/04/2026").status_code == 302
