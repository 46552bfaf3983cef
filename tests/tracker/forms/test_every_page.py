"""What holds for each form page: who may open it, and that it is a form that works without a script."""

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from patients.rules.vocabulary import Role
from tests.factories.rows import a_condition, a_course, a_pause, a_result, a_weight, an_interval_override
from tests.tracker.forms.conftest import TODAY, World

PATIENT_PAGES = {
    "add_assessment": Role.NURSE,
    "add_weight": Role.NURSE,
    "add_condition": Role.NURSE,
    "end_condition": Role.NURSE,
    "add_antibody": Role.NURSE,
    "change_status": Role.ADMIN,
    "withdraw_entry": Role.NURSE,
    "start_course": Role.NURSE,
    "record_never_given": Role.DOCTOR,
    "add_milestone": Role.DOCTOR,
    "review_prompt": Role.DOCTOR,
    "record_results": Role.NURSE,
    "correct_result": Role.NURSE,
    "snooze_item": Role.NURSE,
    "not_needed": Role.NURSE,
    "record_contact": Role.NURSE,
    "take_sample": Role.NURSE,
    "assign_item": Role.NURSE,
    "assess_risk": Role.DOCTOR,
    "change_interval": Role.DOCTOR,
    "end_interval": Role.DOCTOR,
    "set_target_range": Role.DOCTOR,
    "share_care": Role.NURSE,
    "pause_monitoring": Role.NURSE,
    "resume_monitoring": Role.NURSE,
}
COURSE_PAGES = {
    "change_dose": Role.NURSE,
    "record_outcome": Role.DOCTOR,
    "stop_course": Role.NURSE,
    "reopen_course": Role.NURSE,
    "plan_taper": Role.DOCTOR,
    "decide_taper": Role.DOCTOR,
    "record_infusion": Role.NURSE,
    "plan_infusions": Role.NURSE,
}
LEAST_ROLE = PATIENT_PAGES | COURSE_PAGES

every_page = pytest.mark.parametrize("name", LEAST_ROLE)


def address(world: World, name: str) -> str:
    if name == "correct_result":
        return reverse(name, args=[a_result(world.patient, "albumin", "38", unit="g/L").pk])
    if name == "plan_infusions":
        infused = a_course(world.patient, "normal_immunoglobulin", route="intravenous")
        return reverse(name, args=[infused.pk])
    if name in COURSE_PAGES:
        return reverse(name, args=[world.prednisolone.pk])
    more: list[Any] = []
    if name == "end_condition":
        more = [a_condition(world.patient).pk]
    if name == "withdraw_entry":
        more = ["weight", a_weight(world.patient).pk]
    if name == "review_prompt":
        course = a_course(world.patient, "azathioprine", TODAY - timedelta(days=100), "100")
        more = ["adequate_trial", f"course-{course.pk}"]
    if name in ("snooze_item", "not_needed"):
        more = ["full_blood_count"]
    if name == "end_interval":
        more = [an_interval_override(world.patient, TODAY + timedelta(days=90)).pk]
    if name == "resume_monitoring":
        more = [a_pause(world.patient, TODAY + timedelta(days=30)).pk]
    if name == "set_target_range":
        more = ["ciclosporin_level"]
    queries = {"record_results": "?panel=liver", "take_sample": "?item=albumin", "assign_item": "?item=albumin"}
    return reverse(name, args=[world.patient.pk, *more]) + queries.get(name, "")


@every_page
def test_it_opens_for_the_least_role_that_may(world: World, name: str) -> None:
    staff = {Role.DOCTOR: world.doctor, Role.NURSE: world.nurse, Role.ADMIN: world.admin}[LEAST_ROLE[name]]
    response = world.client(staff).get(address(world, name))
    assert response.status_code == 200
    text = response.content.decode()
    assert 'method="post"' in text
    assert "csrfmiddlewaretoken" in text
    assert "EXAMPLE, Pat" in text
    assert "no-store" in response["Cache-Control"]


# Every role of a clinic may change a status.
@pytest.mark.parametrize("name", [name for name in LEAST_ROLE if name != "change_status"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_that_may_not_is_refused(world: World, name: str, method: str) -> None:
    staff = world.nurse if LEAST_ROLE[name] is Role.DOCTOR else world.admin
    assert getattr(world.client(staff), method)(address(world, name)).status_code == 403


@every_page
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_clinic_finds_nothing(world: World, name: str, method: str) -> None:
    assert getattr(world.client(world.stranger), method)(address(world, name)).status_code == 404


@every_page
def test_a_person_not_signed_in_is_sent_to_sign_in(world: World, name: str) -> None:
    where = address(world, name)
    response = Client().get(where)
    assert response.status_code == 302
    assert response["Location"].startswith(f"{reverse(settings.LOGIN_URL)}?next=")


@every_page
def test_a_post_without_the_token_is_refused(world: World, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.doctor)
    assert client.post(address(world, name)).status_code == 403


@every_page
def test_an_empty_form_saves_nothing_and_says_so(world: World, name: str) -> None:
    response = world.client().post(address(world, name))
    assert response.status_code == 422
    assert "This was not saved" in response.content.decode()
    assert "<title>Error:" in " ".join(response.content.decode().split())
    assert world.reconciled == []


class Controls(HTMLParser):
    """Ids of the controls that a person sees, and what the labels point at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "label":
            self.labelled.add(said.get("for") or "")
        if tag in ("select", "textarea") or (tag == "input" and said.get("type") != "hidden"):
            self.ids.append(said.get("id") or f"no id: {said}")


@every_page
def test_every_control_has_a_label_and_an_id_of_its_own(world: World, name: str) -> None:
    controls = Controls(world.client().get(address(world, name)).content.decode())
    assert controls.ids
    assert [found for found in controls.ids if found not in controls.labelled] == []
    assert len(controls.ids) == len(set(controls.ids))


def test_an_inactive_account_is_sent_to_sign_in(world: World) -> None:
    client = world.client()
    world.doctor.is_active = False
    world.doctor.save()
    assert client.get(address(world, "add_weight")).status_code == 302
