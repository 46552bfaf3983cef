from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from monitoring.actions import reconcile
from monitoring.models import DueItem, Result
from monitoring.panels import PANELS, outside_panels
from monitoring.protocol.load import load
from regimens.rules.vocabulary import Frequency
from tests.factories.rows import a_course, a_dose, a_patient, a_result
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of

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


def after(world: World, query: str, **typed: str) -> str:
    """What the next page says once the results are saved."""
    client = world.client(world.nurse)
    response = client.post(reverse("record_results", args=[world.patient.pk]) + query, typed, follow=True)
    assert response.redirect_chain
    return text_of(response)


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


LEVEL = {"sampled_on": "05/04/2026", "source": "hand", "tacrolimus_level_0": "6.2", "tacrolimus_level_1": "ng/mL"}


def level(**typed: str) -> dict[str, str]:
    parts = {"dosed_on": "2", "dosed_at": "3", "hours": "4", "brand": "5", "assay": "6"}
    named = {f"tacrolimus_level_{parts[name]}": text for name, text in typed.items() if name in parts}
    return LEVEL | {k: v for k, v in typed.items() if k not in parts} | named


def test_a_level_keeps_its_hours_after_the_dose_as_old_letters_give_them(
    world: World, refused: Callable[..., str]
) -> None:
    assert record(world, "?panel=trough", **level(hours="12", brand="Adoport", assay="LC-MS")).status_code == 302
    row = Result.objects.get()
    assert (row.hours_after_dose, row.dosed_at, row.brand, row.assay) == (12, None, "Adoport", "LC-MS")
    refused(record(world, "?panel=trough", **level(hours="169")), "tacrolimus_level", "0 to 168")


def test_the_hours_follow_from_the_times_of_dose_and_sample(world: World) -> None:
    assert (
        record(world, "?panel=trough", **level(sampled_at="8.30", dosed_on="04/04/2026", dosed_at="2045")).status_code
        == 302
    )
    row = Result.objects.get()
    assert (row.dosed_on, row.dosed_at, row.sampled_at) == (date(2026, 4, 4), time(20, 45), time(8, 30))
    assert row.hours_after_dose == Decimal("11.75")


@pytest.mark.parametrize(
    ("sampled_on", "dosed_on", "hours"),
    [("29/03/2026", "28/03/2026", "11"), ("25/10/2026", "24/10/2026", "13"), ("05/04/2026", "04/04/2026", "12")],
)
def test_a_night_in_which_the_clocks_change_is_as_long_as_it_was(
    world: World, sampled_on: str, dosed_on: str, hours: str
) -> None:
    done = record(
        world, "?panel=trough", **level(sampled_on=sampled_on, sampled_at="08:00", dosed_on=dosed_on, dosed_at="20:00")
    )
    assert done.status_code == 302
    assert Result.objects.get().hours_after_dose == Decimal(hours)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"dosed_on": "04/04/2026"}, "tacrolimus_level", "its day and its time together"),
        ({"dosed_at": "20:30"}, "tacrolimus_level", "its day and its time together"),
        ({"dosed_on": "04/04/2026", "dosed_at": "20:30"}, "sampled_at", "give the time of the sample as well"),
        (
            {"dosed_on": "05/04/2026", "dosed_at": "20:30", "sampled_at": "08:30"},
            "tacrolimus_level",
            "the sample was taken before the dose",
        ),
        (
            {"dosed_on": "04/04/2026", "dosed_at": "20:30", "sampled_at": "08:30", "hours": "11"},
            "tacrolimus_level",
            "the times give 12 hours after the dose, not 11",
        ),
        ({"sampled_at": "25:00"}, "sampled_at", "24-hour clock"),
        ({"dosed_on": "yesterday"}, "tacrolimus_level", "Day of the last dose: Enter a day"),
        ({"tacrolimus_level_0": "", "brand": "Adoport"}, "tacrolimus_level", "Enter the value"),
        ({"tacrolimus_level_0": "", "hours": "12"}, "tacrolimus_level", "Enter the value"),
        (
            {"sampled_on": "29/03/2026", "sampled_at": "08:00", "dosed_on": "29/03/2026", "dosed_at": "01:30"},
            "tacrolimus_level",
            "never showed this time",
        ),
        (
            {"sampled_on": "25/10/2026", "sampled_at": "13:00", "dosed_on": "25/10/2026", "dosed_at": "01:30"},
            "tacrolimus_level",
            "showed this time twice",
        ),
    ],
)
def test_times_that_do_not_go_together_are_refused(
    world: World, refused: Callable[..., str], typed: dict[str, str], field: str, words: str
) -> None:
    refused(record(world, "?panel=trough", **level(**typed)), field, words)
    assert not Result.objects.exists()


@pytest.mark.parametrize(("hours", "counts"), [("10.99", False), ("11", True), ("13", True), ("13.01", False)])
def test_a_level_at_another_time_is_kept_and_does_not_count(world: World, hours: str, counts: bool) -> None:
    twice = {"frequency": Frequency.TWICE_DAILY.value}
    a_dose(a_course(world.patient, "tacrolimus", date(2026, 3, 1)), "2", **twice)
    page = after(world, "?panel=trough", **level(hours=hours))
    assert Result.objects.get().hours_after_dose == Decimal(hours)
    words = f"taken {hours} h after the dose (11 to 13 h needed). It is kept, but is not a trough and does not count"
    assert (words in page) is not counts
    reconcile(patient_ids=[world.patient.pk])
    item = DueItem.objects.get(item="tacrolimus_trough", status="open")
    assert (item.last_done_on == date(2026, 4, 5)) is counts


@pytest.mark.parametrize(("hours", "counts"), [("12", False), ("24", True), ("25.01", False)])
def test_once_a_day_a_trough_is_taken_after_a_day(world: World, hours: str, counts: bool) -> None:
    a_dose(a_course(world.patient, "tacrolimus", date(2026, 3, 1)), "2")
    page = after(world, "?panel=trough", **level(hours=hours))
    assert ("(23 to 25 h needed). It is kept, but is not a trough" in page) is not counts


def test_the_page_says_which_hours_count_and_what_an_unknown_frequency_is_held_to(world: World) -> None:
    page = text_of(world.get("record_results", world.patient.pk, query="?panel=trough"))
    assert "Counts as a trough 11 to 13 hours after the dose, 23 to 25 hours when it is taken once a day." in page
    assert "not recorded how often it is taken (“in total each day”), 11 to 13 hours are asked for" in page


def test_a_level_of_a_drug_that_was_not_running_is_said_to_count_for_nothing(world: World) -> None:
    assert "no course that asks for this level was running on 05-Apr-2026" in after(
        world, "?panel=trough", **level(hours="12")
    )


def test_the_last_value_and_its_day_stand_beside_the_field(world: World) -> None:
    a_result(world.patient, "alt", "61", date(2026, 1, 5), unit="U/L")
    a_result(world.patient, "alt", "62", date(2026, 2, 5), unit="U/L")
    a_result(world.patient, "albumin", "38", date(2026, 2, 4), unit="g/L")
    page = text_of(world.get("record_results", world.patient.pk, query="?panel=liver"))
    assert "Last recorded" in page
    assert "62 U/L on 05-Feb-2026" in page
    assert "38 g/L on 04-Feb-2026" in page
    assert "61 U/L" not in page


def test_another_unit_is_shown_in_the_analytes_own(world: World) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "hand", "creatinine_0": "0.9", "creatinine_1": "mg/dL"}
    page = after(world, "?panel=kidney", **typed)
    assert "creatinine: entered 0.9 mg/dL = 79.6 µmol/L." in page
    assert (Result.objects.get().value, Result.objects.get().unit) == (Decimal("0.9"), "mg/dL")


def test_bounds_hold_for_other_units_too(world: World, refused: Callable[..., str]) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "hand", "haemoglobin_0": "132", "haemoglobin_1": "g/dL"}
    refused(
        record(world, "?panel=blood-count", **typed), "haemoglobin", "132 g/dL cannot be right. Expected 20 to 260 g/L"
    )


def test_a_value_far_from_the_last_one_is_asked_about_once(world: World) -> None:
    a_result(world.patient, "alt", "62", date(2026, 2, 5), unit="U/L")
    typed = {"sampled_on": "05/04/2026", "source": "hand", "alt_0": "620", "alt_1": "U/L"}
    asked = record(world, **typed)
    assert asked.status_code == 200
    page = text_of(asked)
    assert "Not saved yet: look at this first" in page
    assert "ALT 620 U/L: the last was 62 U/L on 05-Feb-2026; this is 10 times higher" in page
    assert Result.objects.count() == 1
    assert world.reconciled == []
    seen = asked.context["form"].data["seen"]
    other = record(world, **typed | {"alt_0": "6200", "seen": seen})
    assert "this is 100 times higher" in text_of(other)
    assert record(world, **typed | {"seen": seen}).status_code == 302
    assert Result.objects.count() == 2


def test_a_second_value_of_one_day_is_asked_about_once_with_a_way_to_correct_the_first(world: World) -> None:
    first = a_result(world.patient, "alt", "35", date(2026, 4, 5), unit="U/L", recorded_by=world.doctor)
    typed = {"sampled_on": "05/04/2026", "source": "hand", "alt_0": "38", "alt_1": "U/L"}
    asked = record(world, **typed)
    page = text_of(asked)
    assert asked.status_code == 200
    assert "ALT 38 U/L: 35 U/L of 05-Apr-2026 is recorded already, entered by" in page
    assert "Is this of another sample of that day, or a correction?" in page
    assert reverse("correct_result", args=[first.pk]) in asked.content.decode()
    assert Result.objects.count() == 1
    seen = asked.context["form"].data["seen"]
    assert record(world, **typed | {"alt_0": "39", "seen": seen}).status_code == 200
    assert record(world, **typed | {"seen": seen}).status_code == 302
    assert Result.objects.count() == 2


def test_the_very_same_entry_is_refused_and_the_same_value_from_elsewhere_is_asked_about(
    world: World, refused: Callable[..., str]
) -> None:
    a_result(world.patient, "alt", "35", date(2026, 4, 5), unit="U/L", source="hand")
    typed = {"sampled_on": "05/04/2026", "source": "hand", "alt_0": "35", "alt_1": "U/L"}
    refused(record(world, **typed), "alt", "already recorded")
    asked = record(world, **typed | {"source": "letter"})
    assert asked.status_code == 200
    assert "ALT 35 U/L: this value of 05-Apr-2026 is recorded already" in text_of(asked)
    assert Result.objects.count() == 1


def test_another_day_another_test_and_another_patient_ask_nothing(world: World) -> None:
    a_result(world.patient, "alt", "35", date(2026, 4, 4), unit="U/L")
    a_result(world.patient, "ast", "35", date(2026, 4, 5), unit="U/L")
    a_result(a_patient(world.nurse), "alt", "35", date(2026, 4, 5), unit="U/L")
    assert record(world, sampled_on="05/04/2026", source="hand", alt_0="38", alt_1="U/L").status_code == 302


def test_a_later_value_asks_nothing_of_an_earlier_one(world: World) -> None:
    a_result(world.patient, "alt", "62", date(2026, 5, 5), unit="U/L")
    assert record(world, sampled_on="05/04/2026", source="hand", alt_0="620", alt_1="U/L").status_code == 302


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


def test_the_last_upper_limit_is_a_hint_and_never_filled_in(world: World) -> None:
    a_result(world.patient, "alt", "62", date(2026, 2, 5), unit="U/L", upper_limit=Decimal(45))
    text = world.get("record_results", world.patient.pk, query="?panel=liver").content.decode()
    assert 'data-last-limit="45" data-last-unit="U/L"' in text
    assert 'value="45"' not in text


def test_a_way_back_is_gone_to_after_saving_and_by_cancel(world: World) -> None:
    query = "?panel=liver&next=%2Fworklist%2F%3Fbucket%3Doverdue"
    page = world.get("record_results", world.patient.pk, query=query)
    assert 'href="/worklist/?bucket=overdue"' in page.content.decode()
    assert record(world, query, **LIVER)["Location"] == "/worklist/?bucket=overdue"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", "worklist/"])
def test_a_way_back_to_elsewhere_is_not_taken(world: World, elsewhere: str) -> None:
    query = "?" + urlencode({"panel": "liver", "next": elsewhere})
    assert record(world, query, **LIVER)["Location"] == reverse("record", args=[world.patient.pk])


def test_the_way_back_is_carried_through_the_choice_of_tests(world: World) -> None:
    text = world.get("record_results", world.patient.pk, query="?next=%2Fworklist%2F").content.decode()
    assert 'href="?panel=liver&amp;next=%2Fworklist%2F"' in text
    assert text.count('<input type="hidden" name="next" value="/worklist/">') == 2
    assert '<option value="liver">Liver function</option>' in text
    away = world.get("record_results", world.patient.pk, query="?item=weight&next=%2Fworklist%2F")
    assert away["Location"] == f"{reverse('add_weight', args=[world.patient.pk])}?next=%2Fworklist%2F"


def test_each_row_says_what_its_boxes_are_and_where_its_error_stands(world: World) -> None:
    text = record(world, **LIVER | {"alt_0": "many"}).content.decode()
    assert '<label class="visually-hidden" for="id_alt_0">ALT: Value</label>' in text
    assert 'aria-describedby="id_alt_error id_alt_before id_alt_said"' in text
    assert 'id="id_alt_error"' in text
    assert 'href="#id_alt_0"' in text


@pytest.mark.parametrize(("typed", "says"), [("99", False), ("101", True)])
def test_a_result_that_needs_action_is_said_before_any_alert_is_raised(world: World, typed: str, says: bool) -> None:
    page = after(world, "?panel=liver", **LIVER | {"alt_0": typed, "alt_2": ""})
    assert "The results are recorded." in page
    assert (f"ALT {typed} U/L: above 100 U/L" in page) is says


def test_an_upper_limit_of_the_other_unit_is_refused(world: World, refused: Callable[..., str]) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "hand", "ck_0": "9.1", "ck_1": "ukat/L"}
    refused(record(world, "?analyte=ck", **typed, ck_2="320"), "ck", "an upper limit of 320 µkat/L cannot be right")
    assert record(world, "?analyte=ck", **typed, ck_2="5.3").status_code == 302


def test_a_time_of_today_that_has_not_come_is_refused_by_the_clinics_clocks(
    world: World, refused: Callable[..., str]
) -> None:
    typed = {"sampled_on": "20/11/2026", "source": "hand", "alt_0": "38", "alt_1": "U/L"}
    words = "This time has not come yet: it is 12:00 in the clinic."
    refused(record(world, **typed, sampled_at="12:01"), "sampled_at", words)
    assert record(world, **typed, sampled_at="12:00").status_code == 302
    assert record(world, **typed | {"sampled_on": "19/11/2026"}, sampled_at="23:59").status_code == 302


def test_neutrophils_above_all_white_cells_of_the_sample_are_asked_about(world: World) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "hand", "white_cells_0": "5.1", "white_cells_1": "10*9/L"}
    typed |= {"neutrophils_0": "8.2", "neutrophils_1": "10*9/L"}
    count = "?analyte=white_cells&analyte=neutrophils"
    asked = record(world, count, **typed)
    words = "neutrophils 8.2 ×10⁹/L is more than white cells of the same sample, 5.1 ×10⁹/L on 05-Apr-2026"
    assert (asked.status_code, words in text_of(asked)) == (200, True)
    # As well where the whole was entered before; two samples of known times are two samples.
    a_result(world.patient, "white_cells", "5.1", date(2026, 4, 5), unit="10*9/L", sampled_at=time(8))
    alone = {name: text for name, text in typed.items() if not name.startswith("white")}
    assert words in text_of(record(world, count, **alone))
    assert record(world, count, **alone, sampled_at="14:00").status_code == 302
