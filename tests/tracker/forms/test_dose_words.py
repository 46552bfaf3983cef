"""What a dose comes to while it is typed, on every page with a dose, and the same words without a script."""

import re
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse

from patients.rules.vocabulary import Role
from regimens.models import Course, DosePeriod
from tests.factories.rows import a_course, a_patient, a_weight, an_infusion_plan
from tests.tracker.forms.conftest import World, member
from tests.tracker.pages import text_of

DOSE = {"amount": "35", "unit": "mg", "basis": "flat", "frequency": "once_daily"}
DAILY = {"on": "05/04/2026", "amount": "10", "unit": "mg", "basis": "flat", "frequency": "once_daily"}


def said(world: World, about: str, *, by: Any = None, **typed: str) -> Any:
    return world.post("dose_words", world.patient.pk, query=f"?about={about}", by=by, **typed)


@pytest.fixture
def weighed(world: World) -> World:
    a_weight(world.patient, "70", date(2026, 4, 1))
    return world


def test_a_start_is_worked_out_from_as_much_as_can_be_read(weighed: World) -> None:
    assert "Choose the drug and type the dose" in text_of(said(weighed, "start"))
    assert "nothing can be worked out" in text_of(said(weighed, "start", drug="azathioprine"))
    text = text_of(said(weighed, "start", drug="azathioprine", on="nonsense", **DOSE))
    assert "35 mg (0.5 mg/kg) a day." in text
    assert "245 mg (3.5 mg/kg) a week." in text
    assert DosePeriod.objects.filter(amount=35).count() == 0


def test_a_change_is_worked_out_and_daily_methotrexate_warned_about_in_the_guards_words(weighed: World) -> None:
    about = f"dose:{weighed.methotrexate.pk}"
    text = text_of(said(weighed, about, **DAILY))
    asked = text_of(weighed.post("change_dose", weighed.methotrexate.pk, **DAILY))
    words = "methotrexate: 10 mg, once a day. It is taken once a week, never more often"
    assert words in text
    assert words in asked
    weekly = said(weighed, about, **DAILY | {"frequency": "once_weekly", "weekday": "monday"})
    assert "10 mg, once a week, on Monday." in text_of(weekly)


def test_the_same_words_stand_on_the_page_that_comes_back_without_a_script(weighed: World) -> None:
    asked = text_of(weighed.post("change_dose", weighed.methotrexate.pk, **DAILY))
    assert "10 mg (about 0.143 mg/kg) a day." in asked
    assert "70 mg (1 mg/kg) a week." in asked


def test_the_steps_of_a_taper_are_worked_out_in_their_order(weighed: World) -> None:
    typed = {"step_1_0": "01/12/2026", "step_1_1": "14", "step_2_0": "01/01/2027", "step_2_1": "seven"}
    text = text_of(said(weighed, f"taper:{weighed.prednisolone.pk}", **typed))
    assert "From 01-Dec-2026: 14 mg a day (0.2 mg/kg), 98 mg a week" in text
    assert "01-Jan-2027" not in text


def test_an_infusion_and_a_plan_are_worked_out(weighed: World) -> None:
    course = a_course(weighed.patient, "normal_immunoglobulin", date(2026, 3, 1), route="intravenous")
    given = text_of(said(weighed, f"infusion:{course.pk}", first_on="05/04/2026", days="2", total="140", unit="g"))
    assert "2 g/kg, with 70 kg of 01-Apr-2026" in given
    plan = {"anchor": "last_given", "interval_days": "28", "days_per_cycle": "2", "unit": "g"}
    planned = text_of(said(weighed, f"plan:{course.pk}", **plan, amount_per_kilogram="2"))
    assert "2 g/kg × 70 kg = 140 g." in planned


def beside_the_form(response: Any) -> str:
    """What the page came with at the place of these words, where nothing may be fetched before somebody types."""
    found = re.search(r'<section class="dose-words".*?</section>', response.content.decode(), re.DOTALL)
    assert found is not None
    assert not re.search(r'hx-trigger="[^"]*\bload\b', found[0])
    return text_of(HttpResponse(found[0]))


def test_each_page_comes_with_the_words_for_what_it_opens_with(weighed: World) -> None:
    course = a_course(weighed.patient, "normal_immunoglobulin", date(2026, 3, 1), route="intravenous")
    an_infusion_plan(course)
    opened = beside_the_form(weighed.get("change_dose", weighed.methotrexate.pk))
    assert "7.5 mg (about 0.107 mg/kg) a week, all of it on" in opened
    assert "2 g/kg × 70 kg = 140 g." in beside_the_form(weighed.get("plan_infusions", course.pk))
    assert "No amount with its unit yet" in beside_the_form(weighed.get("record_infusion", course.pk))
    assert "No step yet" in beside_the_form(weighed.get("plan_taper", weighed.prednisolone.pk))
    assert "Choose the drug and type the dose" in beside_the_form(weighed.get("start_course", weighed.patient.pk))
    for page in ("start_course", "what_if"):
        linked = beside_the_form(weighed.get(page, weighed.patient.pk, query="?drug=azathioprine"))
        assert "No amount with its unit yet, so nothing can be worked out." in linked


@pytest.mark.parametrize(
    ("page", "about"), [("change_dose", "dose"), ("plan_taper", "taper"), ("record_infusion", "infusion")]
)
def test_each_page_asks_about_its_own_course(world: World, page: str, about: str) -> None:
    text = world.get(page, world.prednisolone.pk).content.decode()
    assert f"/dose-words/?about={about}%3A{world.prednisolone.pk}" in text
    assert 'aria-live="polite"' in text
    assert "delay:300ms" in text


def test_the_sandbox_works_out_a_dose_of_a_course_that_it_began_itself(weighed: World) -> None:
    start = {"drug": "azathioprine", "on": "05/04/2026", "route": "oral", **DOSE}
    listed = {"change-1-kind": "start", **{f"change-1-field-{name}": text for name, text in start.items()}}
    text = text_of(said(weighed, "dose:proposed-1", **listed, on="01/06/2026", **DOSE | {"amount": "70"}))
    assert "70 mg (1 mg/kg) a day." in text
    assert not Course.objects.filter(drug="azathioprine").exists()
    opened = weighed.post("what_if", weighed.patient.pk, do="open", about="start")
    assert "/dose-words/?about=start" in opened.content.decode()
    again = weighed.post("what_if", weighed.patient.pk, do="open", about="dose:proposed-1", **listed)
    assert "nothing can be worked out" in beside_the_form(again)


def test_the_sandbox_opens_a_form_beside_a_change_of_a_course_that_is_not_there(world: World) -> None:
    listed = {f"change-1-field-{name}": text for name, text in DAILY.items()}
    listed |= {"change-1-kind": "dose", "change-1-course": "999999"}
    opened = world.post("what_if", world.patient.pk, do="open", about="start", **listed)
    assert "Choose the drug" in beside_the_form(opened)


def test_what_is_not_there_is_not_found(world: World) -> None:
    elsewhere = a_course(a_patient(world.stranger), "prednisolone")
    assert said(world, f"dose:{elsewhere.pk}", **DAILY).status_code == 404
    assert said(world, "dose:nonsense", **DAILY).status_code == 404
    assert said(world, "nonsense", **DAILY).status_code == 404


def test_who_may_not_record_treatment_is_refused_and_a_stranger_told_nothing(world: World) -> None:
    assert said(world, "start", by=world.stranger, drug="azathioprine").status_code == 404
    assert said(world, "start", by=member(Role.AUDITOR, world.clinic)).status_code == 403
    assert world.get("dose_words", world.patient.pk).status_code == 405


def test_no_weight_and_an_old_one_are_said(world: World) -> None:
    none = text_of(said(world, "start", drug="azathioprine", **DOSE))
    assert "No weight is recorded on or before 20-Nov-2026: mg/kg cannot be worked out." in none
    a_weight(world.patient, "70", date(2024, 1, 1))
    assert "weigh again" in text_of(said(world, "start", drug="azathioprine", **DOSE))
