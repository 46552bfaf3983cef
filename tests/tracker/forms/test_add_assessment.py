from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from patients.entries import supersede
from patients.models import Assessment, AssessmentEnzyme
from tests.factories.rows import a_patient, an_assessment
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of

WHOLE = {
    "on": "05/04/2026",
    "physician_global": "6.5",
    "patient_global": "7",
    "extramuscular_global": "2",
    "haq": "1.125",
    "mmt": "120",
    "mmt_maximum": "150",
    "cmas": "38",
    "das": "7.5",
    "lowest_mrc": "4-",
    "lowest_mrc_group": "proximal",
    "ck_0": "2400",
    "ck_1": "U/L",
    "ck_2": "200",
    "ldh_0": "8.5",
    "ldh_1": "ukat/L",
    "fvc_percent": "88",
    "dlco_percent": "71.5",
    "severe_features": ["severe_weakness", "severe_dysphagia"],
    "notes": "Tube feeding started.",
}


def test_the_whole_core_set_is_recorded(world: World) -> None:
    assert world.post("add_assessment", world.patient.pk, by=world.nurse, **WHOLE).status_code == 302
    row = Assessment.objects.get()
    assert (row.on, row.precision, row.recorded_by) == (date(2026, 4, 5), "day", world.nurse)
    assert (row.physician_global, row.patient_global, row.haq) == (Decimal("6.5"), Decimal("7"), Decimal("1.125"))
    assert (row.cmas, row.das) == (38, Decimal("7.5"))
    assert (row.mmt, row.mmt_maximum, row.lowest_mrc, row.lowest_mrc_group) == (Decimal("120"), 150, "4-", "proximal")
    assert (row.fvc_percent, row.dlco_percent) == (Decimal("88"), Decimal("71.5"))
    assert row.severe_features == ["severe_weakness", "severe_dysphagia"]
    assert row.notes == "Tube feeding started."
    enzymes = {enzyme.name: (enzyme.value, enzyme.unit, enzyme.upper_limit) for enzyme in row.enzymes.all()}
    assert enzymes == {"ck": (Decimal("2400"), "U/L", Decimal("200")), "ldh": (Decimal("8.5"), "ukat/L", None)}
    assert world.reconciled == [world.patient.pk]


def test_one_measure_is_enough(world: World) -> None:
    typed = {"on": "about 05/04/2026", "haq": "0", "lowest_mrc_group": "not_recorded"}
    assert world.post("add_assessment", world.patient.pk, **typed).status_code == 302
    row = Assessment.objects.get()
    assert (row.haq, row.physician_global, row.mmt_maximum, row.precision) == (Decimal(0), None, None, "estimated")


@pytest.mark.parametrize(("name", "value"), [("cmas", "0"), ("das", "0")])
def test_a_juvenile_measure_alone_is_enough(world: World, name: str, value: str) -> None:
    typed = {"on": "05/04/2026", "lowest_mrc_group": "not_recorded", name: value}
    assert world.post("add_assessment", world.patient.pk, **typed).status_code == 302
    assert getattr(Assessment.objects.get(), name) == 0


def test_nothing_entered_is_refused(world: World, refused: Callable[..., str]) -> None:
    typed = {"on": "05/04/2026", "lowest_mrc_group": "not_recorded"}
    refused(world.post("add_assessment", world.patient.pk, **typed), "", "Nothing was entered")


@pytest.mark.parametrize(
    ("field", "wrong", "right", "words"),
    [
        ("physician_global", "10.1", "10", "0 to 10 cm"),
        ("patient_global", "-0.1", "0", "0 to 10 cm"),
        ("extramuscular_global", "10.1", "10", "0 to 10 cm"),
        ("haq", "1.1", "1.125", "steps of 0.125"),
        ("haq", "3.125", "3", "HAQ is 0 to 3"),
        ("fvc_percent", "200.1", "200", "0 to 200 percent"),
        ("dlco_percent", "200.1", "200", "0 to 200 percent"),
        ("mmt", "151", "150", "The MMT total is 0 to 150 on this form"),
        ("fvc_percent", "7000", "0", "0 to 200 percent"),
        ("physician_global", "1000", "0", "0 to 10 cm"),
        ("cmas", "53", "52", "0 to 52"),
        ("cmas", "38.5", "38.0", "whole number"),
        ("das", "20.1", "20", "0 to 20"),
    ],
)
def test_a_value_outside_its_instrument_is_refused_beside_it(
    world: World, refused: Callable[..., str], field: str, wrong: str, right: str, words: str
) -> None:
    text = refused(world.post("add_assessment", world.patient.pk, **WHOLE | {field: wrong}), field, words)
    assert f'value="{wrong}"' in text
    assert world.post("add_assessment", world.patient.pk, **WHOLE | {field: right}).status_code == 302


def test_an_mmt_total_needs_its_form(world: World, refused: Callable[..., str]) -> None:
    refused(
        world.post("add_assessment", world.patient.pk, **WHOLE | {"mmt_maximum": ""}), "mmt_maximum", "needs its form"
    )


def test_non_severe_cannot_be_confirmed_beside_a_severe_feature(world: World, refused: Callable[..., str]) -> None:
    typed = WHOLE | {"non_severe_confirmed": "on"}
    refused(world.post("add_assessment", world.patient.pk, **typed), "non_severe_confirmed", "severe feature")
    assert world.post("add_assessment", world.patient.pk, **typed | {"severe_features": []}).status_code == 302


def test_an_upper_limit_without_its_value_is_refused(world: World, refused: Callable[..., str]) -> None:
    typed = WHOLE | {"ck_0": ""}
    text = refused(world.post("add_assessment", world.patient.pk, **typed), "ck", "Enter the value")
    assert 'name="ck_2" value="200"' in text


def test_an_enzyme_below_zero_names_itself_and_nothing_is_half_saved(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("add_assessment", world.patient.pk, **WHOLE | {"ldh_0": "-1"}), "ldh", "lactate dehydrogenase")
    assert not Assessment.objects.exists()
    assert not AssessmentEnzyme.objects.exists()


def test_everything_typed_survives_one_error(world: World, refused: Callable[..., str]) -> None:
    text = refused(world.post("add_assessment", world.patient.pk, **WHOLE | {"haq": "1.1.1"}), "haq", "Enter a number")
    for name in ("on", "physician_global", "mmt", "ck_0", "ck_2", "ldh_0", "fvc_percent"):
        assert f'name="{name}" value="{WHOLE[name]}"' in text
    assert '<option value="ukat/L" selected>' in text
    assert '<option value="4-" selected>' in text
    assert text.count("checked") == 2
    assert "Tube feeding started.</textarea>" in text


def test_the_last_assessment_stands_beside_the_fields(world: World) -> None:
    an_assessment(world.patient, date(2025, 1, 1), haq="3")
    last = an_assessment(
        world.patient,
        date(2026, 4, 5),
        haq="1.5",
        mmt="140",
        mmt_maximum=150,
        cmas=41,
        das="6.5",
        lowest_mrc="3+",
        lowest_mrc_group="axial",
        severe_features=["myocarditis"],
    )
    AssessmentEnzyme.objects.create(assessment=last, name="ck", value="900", upper_limit="200")
    text = world.get("add_assessment", world.patient.pk).content.decode()
    for said in ("1.5", "140 of 150", "41", "6.5", "3+, axial", "900\u00a0U/L, upper limit 200", "myocarditis"):
        assert f"was {said} on 05-Apr-2026" in text
    assert 'name="haq" value' not in text


def test_a_second_one_of_a_day_is_asked_about_once_and_leads_to_the_one_that_stands(world: World) -> None:
    typed = {"on": "05/04/2026", "lowest_mrc_group": "not_recorded"}
    assert (
        world.post("add_assessment", world.patient.pk, by=world.nurse, physician_global="3", **typed).status_code == 302
    )
    first = Assessment.objects.get()
    asked = world.post("add_assessment", world.patient.pk, physician_global="7", **typed)
    page = text_of(asked)
    assert (asked.status_code, Assessment.objects.count()) == (200, 1)
    assert "an assessment of 05-Apr-2026 is recorded already, entered by" in page
    assert "physician global 3 cm" in page
    assert "Save it as a second one" in page
    assert reverse("withdraw_entry", args=[world.patient.pk, "assessment", first.pk]) in asked.content.decode()
    # Another window was quicker: what stands there is another one, and is asked about as well.
    an_assessment(world.patient, date(2026, 4, 5))
    seen = asked.context["form"].data["seen"]
    again = world.post("add_assessment", world.patient.pk, physician_global="7", seen=seen, **typed)
    assert (again.status_code, Assessment.objects.count()) == (200, 2)
    seen = again.context["form"].data["seen"]
    assert world.post("add_assessment", world.patient.pk, physician_global="7", seen=seen, **typed).status_code == 302


def test_one_withdrawn_another_patients_and_another_day_are_not_asked_about(world: World) -> None:
    an_assessment(a_patient(world.nurse), date(2026, 4, 5))
    an_assessment(world.patient, date(2026, 4, 4))
    gone = an_assessment(world.patient, date(2026, 4, 5))
    supersede(gone, by=world.doctor, reason="entered in error")
    assert world.post("add_assessment", world.patient.pk, **WHOLE).status_code == 302


def test_an_upper_limit_of_the_other_unit_is_refused(world: World, refused: Callable[..., str]) -> None:
    typed = {"on": "05/04/2026", "lowest_mrc_group": "not_recorded", "ck_0": "9.1", "ck_1": "ukat/L"}
    words = "an upper limit of 320 µkat/L cannot be right. It is 50 to 2000 U/L, or 0.83 to 33.33 µkat/L"
    refused(world.post("add_assessment", world.patient.pk, ck_2="320", **typed), "ck", words)
    assert world.post("add_assessment", world.patient.pk, ck_2="5.3", **typed).status_code == 302
