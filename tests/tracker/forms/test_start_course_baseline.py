"""The second step of starting a course: what is wanted before the first dose."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from monitoring.models import Result
from patients.models import Weight
from patients.rules.vocabulary import ConditionKind, Role
from regimens.models import Course
from regimens.rules.vocabulary import OutcomeKind
from tests.factories.rows import a_condition, a_course, a_patient, a_result, an_outcome
from tests.tracker.forms.conftest import World, member
from tests.tracker.forms.test_start_course import AZATHIOPRINE
from tests.tracker.pages import query_budget, text_of

STEPS = ("start_course_baseline", "start_course_calendar", "start_course_confirm")


def page(world: World, **options: Any) -> Any:
    return world.get("start_course_baseline", world.patient.pk, **options)


def row_of(response: Any, item: str) -> tuple[Any, str]:
    found: tuple[Any, str] = next(row for row in response.context["rows"] if row[0].item == item)
    return found


def test_what_is_done_stands_with_its_value_and_day_and_what_is_missing_with_a_link(world: World) -> None:
    a_result(world.patient, "tpmt_activity", "", date(2026, 4, 1), text="normal")
    world.begin(**AZATHIOPRINE)
    found = page(world)
    text = text_of(found)
    tpmt, link = row_of(found, "tpmt")
    assert (tpmt.state, tpmt.value, link) == ("done", "normal", "")
    assert "01-Apr-2026" in text
    hiv, link = row_of(found, "hiv")
    back = reverse("start_course_baseline", args=[world.patient.pk]).replace("/", "%2F")
    assert hiv.state == "missing"
    assert link == f"{reverse('record_results', args=[world.patient.pk])}?item=hiv&next={back}"
    assert "never recorded" in text


def test_a_missing_result_is_recorded_and_the_step_shows_it_done(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    _hiv, link = row_of(page(world), "hiv")
    typed = {"sampled_on": "01/04/2026", "source": "hand", "hiv_test": "not detected"}
    response = world.client().post(link, typed)
    assert (response.status_code, response["Location"]) == (302, reverse(STEPS[0], args=[world.patient.pk]))
    assert Result.objects.get().text == "not detected"
    assert row_of(page(world), "hiv")[0].state == "done"
    assert not Course.objects.filter(drug="azathioprine").exists()


def test_a_missing_weight_is_recorded_on_its_own_page_and_leads_back(world: World) -> None:
    world.begin(**AZATHIOPRINE | {"drug": "mycophenolate_mofetil", "amount": "500"})
    _weight, link = row_of(page(world), "weight")
    response = world.client().post(link, {"on": "01/04/2026", "kilograms": "70"})
    assert response["Location"] == reverse(STEPS[0], args=[world.patient.pk])
    assert Weight.objects.get().kilograms == 70


def test_what_speaks_against_the_drug_is_said_and_what_is_about_its_dose_is_not(world: World) -> None:
    before = a_course(world.patient, "azathioprine", date(2025, 1, 5), "50", stop_on=date(2025, 3, 1))
    an_outcome(before, OutcomeKind.INTOLERANT, date(2025, 3, 1), reaction="pancreatitis")
    world.begin(**AZATHIOPRINE | {"amount": "100"})
    gates = [finding.text for finding in page(world).context["shown"].gates]
    assert any("not tolerated, 01-Mar-2025: pancreatitis" in text for text in gates)
    assert not any("above the printed start" in text for text in gates)


def test_pregnancy_is_said_with_its_source(world: World) -> None:
    a_condition(world.patient, ConditionKind.PREGNANCY, date(2026, 3, 1))
    world.begin(**AZATHIOPRINE | {"drug": "mycophenolate_mofetil", "amount": "500"})
    text = text_of(page(world))
    assert "withheld in pregnancy" in text
    assert "Added safety rule" in text


def test_a_drug_outside_the_catalogue_is_said_to_be_unknown(world: World) -> None:
    world.begin(**AZATHIOPRINE | {"drug": "outside", "drug_text": "tofacitinib"})
    assert "nothing is known here of what it needs before its first dose" in text_of(page(world))


def test_the_state_is_worked_out_anew_each_time(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    assert row_of(page(world), "tpmt")[0].state == "missing"
    a_result(world.patient, "tpmt_activity", "", date(2026, 4, 1), text="normal")
    assert row_of(page(world), "tpmt")[0].state == "done"


@pytest.mark.parametrize("step", STEPS)
def test_a_step_without_anything_typed_says_so_and_leads_to_the_first(world: World, step: str) -> None:
    found = world.get(step, world.patient.pk)
    assert found.status_code == 200
    assert "no drug and dose to go on with" in text_of(found)
    assert f'href="{reverse("start_course", args=[world.patient.pk])}"' in found.content.decode()


@pytest.mark.parametrize("step", STEPS)
def test_what_another_person_typed_is_not_shown(world: World, step: str) -> None:
    world.begin(**AZATHIOPRINE)
    assert "azathioprine" not in text_of(world.get(step, world.patient.pk, by=world.nurse))


@pytest.mark.parametrize("step", STEPS)
def test_a_stranger_is_told_nothing_and_who_may_not_start_a_course_why(world: World, step: str) -> None:
    assert world.get(step, world.patient.pk, by=world.stranger).status_code == 404
    refused = world.get(step, world.patient.pk, by=member(Role.AUDITOR, world.clinic))
    assert refused.status_code == 403


@pytest.mark.parametrize("step", ["start_course", *STEPS])
def test_no_address_of_the_flow_holds_what_was_typed(world: World, step: str) -> None:
    world.begin(**AZATHIOPRINE)
    text = world.get(step, world.patient.pk, query="?draft=go-on" if step == "start_course" else "").content.decode()
    links = [part.split('"')[0] for part in text.split('href="')[1:]]
    links = [link for link in links if not link.startswith("/protocol/")]  # what a rule is called
    assert not [link for link in links if "azathioprine" in link or "amount" in link]


@pytest.mark.parametrize("step", STEPS)
def test_other_patients_cost_a_step_nothing(world: World, step: str) -> None:
    world.begin(**AZATHIOPRINE)
    with CaptureQueriesContext(connection) as alone:
        world.get(step, world.patient.pk)
    for _ in range(3):
        other = a_patient(world.doctor)
        a_result(other, "hiv_test", "", date(2026, 4, 1), text="not detected")
        a_course(other, "prednisolone")
    with CaptureQueriesContext(connection) as among:
        world.get(step, world.patient.pk)
    assert len(among) == len(alone)
    assert len(among) <= query_budget(step), len(among)
