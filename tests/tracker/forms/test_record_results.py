from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from monitoring.models import Result
from monitoring.panels import PANELS, outside_panels
from monitoring.protocol.load import load
from tests.tracker.forms.conftest import World

LIVER = {
    "sampled_on": "05/04/2026",
    "received_on": "07/04/2026",
    "source": "hand",
    "alt_0": "<5",
    "alt_1": "U/L",
    "alt_2": "40",
    "albumin_0": "3.8",
    "albumin_1": "g/dL",
}


def record(world: World, query: str = "?panel=liver", **typed: str) -> Any:
    return world.post("record_results", world.patient.pk, query=query, by=world.nurse, **typed)


def test_a_panel_is_recorded_with_comparator_unit_and_limit(world: World) -> None:
    assert record(world, **LIVER).status_code == 302
    alt, albumin = Result.objects.order_by("pk")
    assert (alt.analyte, alt.value, alt.comparator, alt.unit, alt.upper_limit) == ("alt", 5, "<", "U/L", 40)
    assert (albumin.value, albumin.comparator, albumin.unit) == (Decimal("3.8"), "", "g/dL")
    assert (alt.sampled_on, alt.received_on, alt.source) == (date(2026, 4, 5), date(2026, 4, 7), "hand")
    assert world.reconciled == [world.patient.pk]


@pytest.mark.parametrize(("typed", "comparator"), [("≤5", "<="), (">= 5", ">="), ("> 5", ">"), ("5", ""), ("5.0", "")])
def test_comparators_are_read(world: World, typed: str, comparator: str) -> None:
    assert record(world, **LIVER | {"alt_0": typed}).status_code == 302
    result = Result.objects.get(analyte="alt")
    assert (result.value, result.comparator) == (Decimal(5), comparator)


@pytest.mark.parametrize("typed", ["5<", "about 5", "5,2", "1e3", "-5", "<", "=5"])
def test_what_is_no_number_is_refused_and_kept(world: World, refused: Callable[..., str], typed: str) -> None:
    refused(record(world, **LIVER | {"alt_0": typed}), "alt", "Value: Enter a number")
    assert not Result.objects.exists()


def test_nothing_typed_is_lost_on_an_error(world: World, refused: Callable[..., str]) -> None:
    text = refused(record(world, **LIVER | {"received_on": "04/04/2026"}), "received_on", "before its sample was taken")
    assert 'name="alt_0" value="&lt;5"' in text
    assert 'name="alt_2" value="40"' in text
    assert '<option value="g/dL" selected>' in text
    assert record(world, **LIVER | {"received_on": "05/04/2026"}).status_code == 302


def test_an_impossible_value_is_refused_at_its_row(world: World, refused: Callable[..., str]) -> None:
    refused(record(world, **LIVER | {"albumin_0": "420", "albumin_1": "g/L"}), "albumin", "cannot be right")


def test_a_unit_of_another_analyte_is_not_taken(world: World, refused: Callable[..., str]) -> None:
    refused(record(world, **LIVER | {"alt_1": "g/L"}), "alt", "Unit: Select a valid choice")


def test_an_empty_report_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(record(world, sampled_on="05/04/2026", source="hand"), "", "at least one result")


def test_a_sample_of_tomorrow_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(record(world, **LIVER | {"sampled_on": "21/11/2026", "received_on": ""}), "sampled_on", "in the future")


def test_a_trough_keeps_its_hours_after_the_dose(world: World, refused: Callable[..., str]) -> None:
    trough = {
        "sampled_on": "05/04/2026",
        "source": "hand",
        "tacrolimus_level_0": "6.2",
        "tacrolimus_level_1": "ng/mL",
        "tacrolimus_level_2": "12",
    }
    assert record(world, "?panel=trough", **trough).status_code == 302
    assert Result.objects.get().hours_after_dose == Decimal(12)
    far = trough | {"tacrolimus_level_2": "169"}
    refused(record(world, "?panel=trough", **far), "tacrolimus_level", "0 to 168")


def test_hours_without_a_level_are_refused(world: World, refused: Callable[..., str]) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "hand", "tacrolimus_level_2": "12"}
    refused(record(world, "?panel=trough", **typed), "tacrolimus_level", "Enter the value")


def test_a_due_item_asks_for_what_satisfies_it(world: World) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "letter", "tpmt_activity": "normal"}
    assert record(world, "?item=tpmt", **typed).status_code == 302
    result = Result.objects.get()
    assert (result.analyte, result.text, result.value, result.source) == ("tpmt_activity", "normal", None, "letter")


def test_an_action_done_is_recorded_in_words(world: World) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "hand", "emergency_card": "card given"}
    assert record(world, "?item=emergency_card", **typed).status_code == 302
    assert Result.objects.get().text == "card given"


def test_tests_can_be_chosen_one_by_one(world: World) -> None:
    page = world.get("record_results", world.patient.pk, query="?analyte=hba1c&analyte=hiv_test&analyte=nonsense")
    assert list(page.context["form"].analyte_ids) == ["hba1c", "hiv_test"]


def test_without_a_choice_the_page_offers_one(world: World) -> None:
    page = world.get("record_results", world.patient.pk)
    text = page.content.decode()
    assert page.context["form"] is None
    for panel in PANELS:
        assert f'href="?panel={panel.slug}"' in text
    assert 'name="analyte" value="hba1c"' in text


@pytest.mark.parametrize("query", ["?panel=nonsense", "?item=nonsense"])
def test_an_unknown_panel_or_item_is_not_found(world: World, query: str) -> None:
    assert world.get("record_results", world.patient.pk, query=query).status_code == 404


@pytest.mark.parametrize("item", ["weight", "height"])
def test_weight_and_height_go_to_the_patient(world: World, item: str) -> None:
    response = world.get("record_results", world.patient.pk, query=f"?item={item}")
    assert response["Location"] == reverse("add_weight", args=[world.patient.pk])


def test_an_infusion_item_has_no_results_to_enter(world: World) -> None:
    page = world.get("record_results", world.patient.pk, query="?item=immunoglobulin_infusion")
    assert (page.status_code, page.context["form"]) == (200, None)
    assert "Done by an infusion, not by a result" in page.content.decode()


def test_every_analyte_but_weight_and_height_can_be_entered_and_every_panel_is_known() -> None:
    analytes = load().analytes
    in_panels = {analyte for panel in PANELS for analyte in panel.analytes}
    assert in_panels <= set(analytes)
    assert in_panels | {analyte.id for analyte in outside_panels(analytes)} == set(analytes) - {"weight", "height"}
    assert len({panel.slug for panel in PANELS}) == len(PANELS)
