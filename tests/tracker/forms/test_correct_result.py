"""Correcting a result: another row takes its place, and what stood there stays readable."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from monitoring.models import Result
from tests.factories.rows import a_result
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of

RIGHT = {"sampled_on": "05/04/2026", "source": "hand", "albumin_0": "38", "albumin_1": "g/L", "reason": "misread"}


@pytest.fixture
def wrong(world: World) -> Result:
    return a_result(world.patient, "albumin", "8.3", date(2026, 4, 5), unit="g/L")


def correct(world: World, row: Result, **typed: str) -> Any:
    return world.post("correct_result", row.pk, by=world.nurse, **RIGHT | typed)


def test_another_value_takes_its_place_at_the_same_moment(world: World, wrong: Result) -> None:
    assert correct(world, wrong).status_code == 302
    old, new = Result.objects.order_by("pk")
    assert (old.value, old.superseded_by, old.superseded_reason) == (Decimal("8.3"), world.nurse, "misread")
    assert (new.value, new.replaces, new.recorded_at, new.recorded_by) == (38, old, old.superseded_at, world.nurse)
    assert world.reconciled == [world.patient.pk]


def test_the_form_begins_with_how_it_stands(world: World) -> None:
    row = a_result(
        world.patient,
        "tacrolimus_level",
        "6.20",
        date(2026, 4, 5),
        unit="ug/L",
        comparator=">=",
        sampled_at=time(8, 30),
        received_on=date(2026, 4, 6),
        source="letter",
        dosed_on=date(2026, 4, 4),
        dosed_at=time(20, 30),
        hours_after_dose=Decimal(12),
        brand="Adoport",
        assay="LC-MS",
    )
    page = world.get("correct_result", row.pk, by=world.nurse).content.decode()
    for name, value in {
        "tacrolimus_level_0": "&gt;=6.2",
        "tacrolimus_level_2": "04-Apr-2026",
        "tacrolimus_level_3": "20:30",
        "tacrolimus_level_5": "Adoport",
        "tacrolimus_level_6": "LC-MS",
        "sampled_on": "05-Apr-2026",
        "sampled_at": "08:30",
        "received_on": "06-Apr-2026",
    }.items():
        assert f'name="{name}" value="{value}"' in page, name
    assert '<option value="letter" selected>' in page
    assert 'name="tacrolimus_level_4" value=' not in page  # the hours follow from the times


def test_hours_that_were_typed_stay_hours(world: World) -> None:
    row = a_result(world.patient, "tacrolimus_level", "6", date(2026, 4, 5), unit="ng/mL", hours_after_dose=Decimal(9))
    assert 'name="tacrolimus_level_4" value="9"' in world.get("correct_result", row.pk).content.decode()


def test_a_source_that_people_do_not_choose_is_kept(world: World) -> None:
    row = a_result(world.patient, "albumin", "8.3", date(2026, 4, 5), unit="g/L", source="laboratory")
    assert '<option value="laboratory" selected>' in world.get("correct_result", row.pk).content.decode()
    assert correct(world, row, source="laboratory").status_code == 302
    assert Result.objects.get(superseded_at=None).source == "laboratory"


def test_the_day_alone_can_be_wrong(world: World, wrong: Result) -> None:
    assert correct(world, wrong, albumin_0="8.3", sampled_on="06/04/2026").status_code == 302
    assert Result.objects.get(superseded_at=None).sampled_on == date(2026, 4, 6)


def test_a_finding_in_words_is_corrected_in_words(world: World) -> None:
    row = a_result(world.patient, "hiv_test", "", date(2026, 4, 5), text="postive")
    typed = {"sampled_on": "05/04/2026", "source": "hand", "reason": "typing error", "hiv_test": "negative"}
    assert world.post("correct_result", row.pk, by=world.nurse, **typed).status_code == 302
    assert Result.objects.get(superseded_at=None).text == "negative"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"albumin_0": "8.3"}, "", "Nothing was changed"),
        ({"albumin_0": ""}, "albumin", "enter a value"),
        ({"albumin_0": "380"}, "albumin", "cannot be right"),
        ({"reason": ""}, "reason", "This is needed"),
        ({"reason": " . " * 101}, "reason", "at most 300"),
        ({"sampled_on": "21/11/2026"}, "sampled_on", "in the future"),
        ({"received_on": "04/04/2026"}, "received_on", "before its sample was taken"),
    ],
)
def test_what_cannot_be_is_refused_and_the_old_value_stands(
    world: World, wrong: Result, refused: Callable[..., str], typed: dict[str, str], field: str, words: str
) -> None:
    refused(correct(world, wrong, **typed), field, words)
    assert Result.objects.get().superseded_at is None


def test_a_value_far_from_the_last_one_is_asked_about_and_not_compared_with_what_it_replaces(world: World) -> None:
    wrong = a_result(world.patient, "alt", "620", date(2026, 4, 5), unit="U/L")
    typed = {"sampled_on": "05/04/2026", "source": "hand", "alt_1": "U/L", "reason": "decimal point"}
    assert world.post("correct_result", wrong.pk, by=world.nurse, alt_0="62", **typed).status_code == 302
    second = Result.objects.get(superseded_at=None)
    a_result(world.patient, "alt", "60", date(2026, 3, 5), unit="U/L")
    asked = world.post("correct_result", second.pk, by=world.nurse, alt_0="6200", **typed)
    assert (asked.status_code, "the last was 60 U/L on 05-Mar-2026" in text_of(asked)) == (200, True)
    seen = asked.context["form"].data["seen"]
    assert world.post("correct_result", second.pk, by=world.nurse, alt_0="6200", seen=seen, **typed).status_code == 302


def test_the_record_tells_what_stood_there_who_changed_it_and_why(world: World, wrong: Result) -> None:
    correct(world, wrong)
    new = Result.objects.get(superseded_at=None)
    correct(world, new, albumin_0="39", reason="read again")
    record = world.get("record_flowsheet", world.patient.pk, by=world.nurse, query="?correct=1")
    page = text_of(record)
    by = world.nurse.username
    assert f"corrected from 8.3 g/L, sampled 05-Apr-2026, on 20-Nov-2026 at 12:00 by {by}, because: misread" in page
    assert f"corrected from 38 g/L, sampled 05-Apr-2026, on 20-Nov-2026 at 12:00 by {by}, because: read again" in page
    last = Result.objects.get(superseded_at=None)
    assert reverse("correct_result", args=[last.pk]) in record.content.decode()
    assert "corrected from 8.3 g/L" in text_of(world.get("correct_result", last.pk, by=world.nurse))


def test_two_windows_the_second_sees_both_versions_and_what_was_typed_is_kept(world: World, wrong: Result) -> None:
    second = world.get("correct_result", wrong.pk).context["form"].initial["version"]
    correct(world, wrong)
    now = Result.objects.get(superseded_at=None)
    stale = world.post("correct_result", wrong.pk, **RIGHT | {"albumin_0": "40", "version": second})
    page = text_of(stale)
    assert (stale.status_code, Result.objects.get(superseded_at=None)) == (409, now)
    rows = {row.label: (row.typed, row.now, row.differs) for row in stale.context["compared"]}
    assert rows["albumin"] == ("40 g/L", "38 g/L", True)
    assert rows["Sampled on"] == ("05-Apr-2026", "05-Apr-2026", False)
    assert rows["What was wrong"] == ("misread", None, False)
    assert f"albumin 38 g/L on 05-Apr-2026, entered by {world.nurse.username} on 20-Nov-2026 at 12:00" in page
    # Saved once more in sight of the other, it takes that one's place: the chain has all three.
    sent = stale.context["form"].data
    assert (sent["albumin_0"], sent["version"]) == ("40", str(now.pk))
    assert world.post("correct_result", wrong.pk, **sent.dict()).status_code == 302
    last = Result.objects.get(superseded_at=None)
    assert (last.value, last.replaces, last.replaces.replaces) == (40, now, wrong)


def test_a_page_that_knows_no_version_is_of_the_result_in_its_address(world: World, wrong: Result) -> None:
    correct(world, wrong)
    assert correct(world, wrong, albumin_0="40").status_code == 409
    assert world.get("correct_result", wrong.pk).context["form"].initial["albumin"][0] == "38"


def test_what_was_withdrawn_and_another_clinics_are_not_found(world: World, wrong: Result) -> None:
    correct(world, wrong)
    now = Result.objects.get(superseded_at=None)
    typed = RIGHT | {"albumin_0": "40"}
    for pk in (wrong.pk, now.pk):
        assert world.post("correct_result", pk, by=world.stranger, **typed).status_code == 404
    world.client().post(reverse("withdraw_entry", args=[world.patient.pk, "result", now.pk]), {"reason": "error"})
    for pk in (wrong.pk, now.pk):
        assert world.post("correct_result", pk, **typed).status_code == 404
    assert not Result.objects.filter(superseded_at=None).exists()


def test_a_test_that_the_protocol_dropped_can_only_be_withdrawn(world: World) -> None:
    row = a_result(world.patient, "gold", "1", date(2026, 4, 5))
    assert world.get("correct_result", row.pk).status_code == 404
