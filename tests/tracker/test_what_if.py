"""The sandbox: what is shown is what is saved, and what is not saved leaves nothing behind."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Staff
from regimens.actions import stop_course
from regimens.models import Course, DoseCheck, DosePeriod, TaperPlan, TaperStep
from regimens.rules.vocabulary import CourseRole, Route, StopReason
from tests.factories.rows import a_dose
from tests.tracker.forms.conftest import TODAY, World
from tests.tracker.forms.conftest import _frozen as _frozen
from tests.tracker.forms.conftest import world as world
from tests.tracker.pages import a_full_record, query_budget, text_of
from tracker.actions import MOST_CHANGES

AZATHIOPRINE = {
    "drug": "azathioprine",
    "on": "20/11/2026",
    "amount": "50",
    "unit": "mg",
    "frequency": "once_daily",
    "basis": "flat",
    "route": "oral",
}
MORE = {
    "on": "20/11/2026",
    "amount": "10",
    "unit": "mg",
    "frequency": "once_weekly",
    "weekday": "monday",
    "basis": "flat",
}
STOP = {"on": "20/11/2026", "reason": "ineffective"}
TAPER = {"step_1_0": "01/12/2026", "step_1_1": "10", "step_2_0": "01/01/2027", "step_2_1": "0"}


class Sandbox:
    """The page as a person uses it: each press of a button sends along what the page held."""

    def __init__(self, world: World, by: Staff | None = None) -> None:
        self.world, self.client = world, world.client(by)
        self.address = reverse("what_if", args=[world.patient.pk])
        self.response: Any = self.client.get(self.address)

    @property
    def carried(self) -> dict[str, str]:
        page = self.response.content.decode()
        first_form = page[page.index('id="changes"') :].split("</form>")[0]
        hidden = re.findall(r'<input type="hidden" name="((?:change-\d+-[^"]+)|digest)" value="([^"]*)">', first_form)
        return dict(hidden)

    def press(self, do: str, **typed: str) -> Any:
        self.response = self.client.post(self.address, {**self.carried, "do": do, **typed})
        return self.response

    def add(self, about: str, **typed: str) -> Any:
        return self.press("add", about=about, **typed)

    @property
    def text(self) -> str:
        return text_of(self.response)


@pytest.fixture(autouse=True)
def _reconciled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.views.what_if.reconcile_soon", world.reconciled.append)


@pytest.fixture
def sandbox(world: World) -> Sandbox:
    return Sandbox(world)


def about(kind: str, course: Course) -> str:
    return f"{kind}:{course.pk}"


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Course, DosePeriod, TaperPlan, TaperStep))


def test_the_record_and_its_options_lead_to_it(world: World) -> None:
    page = world.get("record", world.patient.pk).content.decode()
    address = reverse("what_if", args=[world.patient.pk])
    assert f'href="{address}"' in page
    assert f'href="{address}?drug=azathioprine"' in page
    assert address not in world.get("record", world.patient.pk, by=world.admin).content.decode()
    assert address not in world.get("record", world.patient.pk, query="?as_of=2026-11-01").content.decode()


def test_a_drug_in_the_address_opens_its_form(world: World) -> None:
    response = world.get("what_if", world.patient.pk, query="?drug=azathioprine")
    assert response.context["opened"].form["drug"].value() == "azathioprine"
    both = world.get("what_if", world.patient.pk, query="?drug=methotrexate&drug=mycophenolate_mofetil")
    assert both.context["opened"].form["drug"].value() == "mycophenolate_mofetil"
    unknown = world.get("what_if", world.patient.pk, query="?drug=%3Cscript%3E")
    assert unknown.status_code == 200
    assert "<script>" not in unknown.content.decode().split("<body>")[1]


def test_without_changes_it_shows_the_calendar_alone(sandbox: Sandbox) -> None:
    assert sandbox.response.status_code == 200
    assert "no-store" in sandbox.response["Cache-Control"]
    assert "Monitoring in the next 12 months" in sandbox.text
    assert "every result is normal" in sandbox.text
    assert "Where the patient would stand" not in sandbox.text
    assert "Save exactly this" not in sandbox.text


def test_each_kind_of_change_opens_the_form_of_its_page(sandbox: Sandbox, world: World) -> None:
    for kind, course, label in (
        ("start", None, "Started on"),
        ("dose", world.methotrexate, "The new dose is not known"),
        ("stop", world.methotrexate, "First day without the drug"),
        ("taper", world.prednisolone, "Step 12"),
    ):
        sandbox.press("open", about="start" if course is None else about(kind, course))
        assert sandbox.response.status_code == 200
        assert label in sandbox.text
        assert "Add to the list" in sandbox.text


def test_a_start_is_shown_before_anything_is_saved(sandbox: Sandbox) -> None:
    before = rows()
    sandbox.add("start", **AZATHIOPRINE)
    assert sandbox.response.status_code == 200
    assert "1. Start azathioprine on 20-Nov-2026: 50 mg once a day" in sandbox.text
    assert "Taken changes methotrexate, prednisolone" in sandbox.text
    assert "azathioprine, methotrexate" in sandbox.text or "methotrexate, prednisolone, azathioprine" in sandbox.text
    assert "TPMT (wait for the result)" in sandbox.text
    assert "Save exactly this" in sandbox.text
    assert rows() == before
    assert sandbox.world.reconciled == []
    assert "sessionid" not in sandbox.response.cookies


def test_the_comparison_stands_for_the_day_on_which_the_last_change_holds(sandbox: Sandbox, world: World) -> None:
    sandbox.add("start", **AZATHIOPRINE | {"on": "10/12/2026"})
    preview = sandbox.response.context["preview"]
    assert preview.on == date(2026, 12, 10)
    assert "Both for 10-Dec-2026, when the last of these changes holds" in sandbox.text
    assert "azathioprine" in {standing.drug for standing in preview.then.running}
    sandbox.add(about("taper", world.prednisolone), **TAPER)
    assert sandbox.response.context["preview"].on == date(2026, 12, 10)


def test_the_list_grows_and_shrinks(sandbox: Sandbox, world: World) -> None:
    sandbox.add("start", **AZATHIOPRINE)
    sandbox.add(about("stop", world.methotrexate), **STOP)
    assert "2. Stop methotrexate on 20-Nov-2026: ineffective" in sandbox.text
    assert [value for _, kinds in sandbox.response.context["choices"] for value, _ in kinds] == [
        "start",
        about("dose", world.prednisolone),
        about("stop", world.prednisolone),
        about("taper", world.prednisolone),
        "dose:proposed-1",
        "stop:proposed-1",
    ]
    sandbox.press("remove:1")
    assert "1. Stop methotrexate" in sandbox.text
    assert "azathioprine on" not in sandbox.text


def test_what_rests_on_a_removed_start_goes_with_it_and_the_rest_moves_up(sandbox: Sandbox, world: World) -> None:
    sandbox.add(about("stop", world.methotrexate), **STOP)
    sandbox.add("start", **AZATHIOPRINE)
    sandbox.add("dose:proposed-2", **MORE | {"on": "01/12/2026", "frequency": "once_daily", "weekday": ""})
    assert "3. Change the dose of azathioprine from 01-Dec-2026: 10 mg once a day" in sandbox.text
    sandbox.press("remove:1")
    assert "2. Change the dose of azathioprine" in sandbox.text
    sandbox.press("remove:1")
    assert "No change yet" in sandbox.text


@pytest.mark.parametrize("which", ["0", "7", "x", ""])
def test_removing_what_is_not_there_changes_nothing(sandbox: Sandbox, which: str) -> None:
    sandbox.add("start", **AZATHIOPRINE)
    assert "1. Start azathioprine" in text_of(sandbox.press(f"remove:{which}"))


def test_a_form_in_error_keeps_what_was_typed_and_the_list(sandbox: Sandbox, world: World) -> None:
    sandbox.add(about("stop", world.methotrexate), **STOP)
    response = sandbox.add("start", **AZATHIOPRINE | {"amount": "fifty"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "This change was not added" in page
    assert 'value="fifty"' in page
    assert "<title>Error:" in " ".join(page.split())
    assert "1. Stop methotrexate" in sandbox.text


@pytest.mark.parametrize(
    ("kind", "typed", "field", "words"),
    [
        ("start", AZATHIOPRINE | {"drug": "methotrexate"}, "drug", "There is already a course of this drug"),
        ("start", AZATHIOPRINE | {"on": "20/11/2027"}, "on", "more than 60 days ahead"),
        ("start", AZATHIOPRINE | {"drug_text": "tofacitinib"}, "drug", "one of the two"),
        ("dose", MORE | {"on": "01/01/1999"}, "on", "before the course started"),
        ("stop", STOP | {"on": "01/01/1999"}, "on", "cannot stop before it started"),
        ("taper", TAPER | {"step_2_1": "10"}, "step_1", "lower than the one before"),
    ],
)
def test_what_the_action_would_refuse_is_refused_here_beside_its_field(
    sandbox: Sandbox, world: World, kind: str, typed: dict[str, str], field: str, words: str
) -> None:
    course = {"dose": world.methotrexate, "stop": world.methotrexate, "taper": world.prednisolone}.get(kind)
    before = rows()
    response = sandbox.add("start" if course is None else about(kind, course), **typed)
    assert response.status_code == 422
    assert any(words in text for text in response.context["opened"].form.errors[field])
    assert rows() == before


def test_changes_are_judged_after_those_before_them(sandbox: Sandbox, world: World) -> None:
    sandbox.add(about("stop", world.methotrexate), **STOP)
    again = AZATHIOPRINE | {"drug": "methotrexate", "amount": "10", "frequency": "once_weekly", "weekday": "monday"}
    sandbox.add("start", **again)
    assert "2. Start methotrexate on 20-Nov-2026: 10 mg once a week, on Monday" in sandbox.text
    sandbox.press("remove:1")
    assert sandbox.response.status_code == 200
    assert "This change cannot be made" in sandbox.text
    assert "already a course of this drug" in sandbox.text
    assert "Save exactly this" not in sandbox.text
    sandbox.press("remove:1")
    assert "This change cannot be made" not in sandbox.text


def test_saving_makes_exactly_the_list_in_its_order(sandbox: Sandbox, world: World) -> None:
    sandbox.add(about("stop", world.methotrexate), **STOP, note="no better")
    sandbox.add("start", **AZATHIOPRINE, note="with TPMT")
    sandbox.add(
        "dose:proposed-2", **MORE | {"on": "04/12/2026", "amount": "100", "frequency": "once_daily", "weekday": ""}
    )
    sandbox.add(about("taper", world.prednisolone), **TAPER)
    response = sandbox.press("save")
    assert response.status_code == 302
    assert response["Location"] == reverse("record", args=[world.patient.pk])
    world.methotrexate.refresh_from_db()
    assert (world.methotrexate.stop_on, world.methotrexate.stop_note) == (TODAY, "no better")
    started = Course.objects.get(drug="azathioprine")
    assert (started.role, started.route, started.note) == (CourseRole.IMMUNOSUPPRESSANT, Route.ORAL, "with TPMT")
    assert [(dose.from_on, dose.amount) for dose in started.doses.order_by("from_on")] == [
        (TODAY, Decimal(50)),
        (date(2026, 12, 4), Decimal(100)),
    ]
    assert [step.milligrams_per_day for step in TaperPlan.objects.get().steps.all()] == [Decimal(10), Decimal(0)]
    assert world.reconciled == [world.patient.pk]
    assert "exactly as they were shown" in text_of(sandbox.client.get(response["Location"]))


def test_a_stop_of_the_dose_guard_needs_its_reason_which_is_kept_with_the_course(
    sandbox: Sandbox, world: World
) -> None:
    sandbox.add(about("dose", world.methotrexate), **MORE | {"frequency": "once_daily", "weekday": ""})
    assert "Reason to record change 1 all the same" in sandbox.text
    response = sandbox.press("save")
    assert response.status_code == 422
    assert "Say why this is right all the same" in sandbox.text
    assert DosePeriod.objects.filter(course=world.methotrexate).count() == 1
    # Typed once it stays, whatever else is pressed, and moves with its change.
    sandbox.press("open", about="start", **{"reason-1": "split dose, agreed"})
    assert 'name="reason-1" value="split dose, agreed"' in sandbox.response.content.decode()
    sandbox.add("start", **AZATHIOPRINE, **{"reason-1": "split dose, agreed"})
    assert sandbox.press("save", **{"reason-1": "split dose, agreed"}).status_code == 302
    check = DoseCheck.objects.get(course=world.methotrexate)
    assert check.override_reason == "split dose, agreed"
    assert {one["level"] for one in check.findings} >= {"stop"}
    kept = DoseCheck.objects.get(course__drug="azathioprine")
    assert "baseline_screen" in {one["code"] for one in kept.findings}
    assert kept.override_reason == ""


def test_a_warning_is_shown_and_asks_for_no_reason(sandbox: Sandbox) -> None:
    sandbox.add("start", **AZATHIOPRINE)
    assert "Warning: TPMT (wait for the result): needed before the first dose of azathioprine" in sandbox.text
    assert "all the same" not in sandbox.text


def test_the_guard_sees_each_change_after_those_before_it(sandbox: Sandbox, world: World) -> None:
    together = AZATHIOPRINE | {"drug": "tacrolimus", "amount": "1", "frequency": "twice_daily"}
    sandbox.add("start", **together)
    sandbox.add("start", **together | {"drug": "ciclosporin", "amount": "100"})
    said = [{finding.code.value for finding in change["guard"]} for change in sandbox.response.context["changes"]]
    assert "same_class" in said[1]
    assert "same_class" not in said[0]


def test_saving_nothing_is_refused(sandbox: Sandbox) -> None:
    response = sandbox.press("save")
    assert response.status_code == 422
    assert "There is no change to save" in sandbox.text


def test_one_change_that_cannot_be_made_saves_none(sandbox: Sandbox, world: World) -> None:
    sandbox.add(about("stop", world.methotrexate), **STOP)
    before = rows()
    response = sandbox.press(
        "save",
        **{
            "change-2-kind": "start",
            "change-2-course": "",
            **{f"change-2-field-{name}": text for name, text in AZATHIOPRINE.items()},
            "change-2-field-drug": "prednisolone",
        },
    )
    assert response.status_code == 422
    assert "This was not saved" in sandbox.text
    world.methotrexate.refresh_from_db()
    assert (world.methotrexate.stop_on, rows()) == (None, before)
    assert world.reconciled == []


def test_a_record_changed_since_is_shown_anew_with_everything_typed(sandbox: Sandbox, world: World) -> None:
    sandbox.add(about("stop", world.methotrexate), **STOP, note="no better")
    a_dose(world.methotrexate, "12.5", date(2026, 11, 19))
    response = sandbox.press("save")
    assert response.status_code == 409
    assert "the record was changed meanwhile" in sandbox.text
    assert "1. Stop methotrexate" in sandbox.text
    world.methotrexate.refresh_from_db()
    assert world.methotrexate.stop_on is None
    assert sandbox.press("save").status_code == 302
    world.methotrexate.refresh_from_db()
    assert world.methotrexate.stop_note == "no better"


def test_a_change_that_has_become_impossible_is_named_and_the_rest_kept(sandbox: Sandbox, world: World) -> None:
    sandbox.add("start", **AZATHIOPRINE)
    sandbox.add(about("dose", world.methotrexate), **MORE)
    stop = {"on": date(2026, 11, 1), "reason": StopReason.OTHER, "version": 1}
    stop_course(by=world.doctor, course_id=world.methotrexate.pk, **stop)
    response = sandbox.press("save")
    assert response.status_code == 409
    assert "The course had already stopped on that day" in sandbox.text
    sandbox.press("remove:2")
    assert sandbox.press("save").status_code == 302
    assert Course.objects.filter(drug="azathioprine").exists()


def test_a_new_day_asks_for_another_look(sandbox: Sandbox, world: World) -> None:
    sandbox.add(about("stop", world.methotrexate), **STOP)
    with time_machine.travel("2026-11-21 12:00:00+00:00", tick=False):
        sandbox.client.force_login(world.doctor)
        assert sandbox.press("save").status_code == 409
        assert sandbox.press("save").status_code == 302


def test_the_same_list_sent_twice_is_saved_once(sandbox: Sandbox, world: World) -> None:
    sandbox.add("start", **AZATHIOPRINE)
    sent = {**sandbox.carried, "do": "save"}
    assert sandbox.client.post(sandbox.address, sent).status_code == 302
    assert sandbox.client.post(sandbox.address, sent).status_code == 409
    assert Course.objects.filter(drug="azathioprine").count() == 1


def test_a_nurse_tries_and_saves_all_but_a_taper(world: World) -> None:
    sandbox = Sandbox(world, world.nurse)
    assert "Plan a taper" not in sandbox.text
    assert sandbox.press("open", about=about("taper", world.prednisolone)).status_code == 403
    sandbox = Sandbox(world, world.nurse)
    assert sandbox.add(about("taper", world.prednisolone), **TAPER).status_code == 403
    sandbox = Sandbox(world, world.nurse)
    carried = {"change-1-kind": "taper", "change-1-course": str(world.prednisolone.pk)}
    typed = {f"change-1-field-{name}": text for name, text in TAPER.items()}
    digest = sandbox.carried["digest"]
    response = sandbox.client.post(sandbox.address, {**carried, **typed, "digest": digest, "do": "save"})
    assert response.status_code == 403
    assert TaperPlan.objects.count() == 0
    sandbox = Sandbox(world, world.nurse)
    sandbox.add("start", **AZATHIOPRINE)
    assert sandbox.press("save").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_for_those_who_record_treatment_in_this_clinic(world: World, method: str) -> None:
    address = reverse("what_if", args=[world.patient.pk])
    assert getattr(world.client(world.stranger), method)(address).status_code == 404
    assert getattr(world.client(world.admin), method)(address).status_code == 403
    assert world.client().get(reverse("what_if", args=[world.patient.pk + 999])).status_code == 404


def test_a_course_of_another_patient_is_no_course_here(sandbox: Sandbox, world: World) -> None:
    other = World(**{**vars(world), "patient": a_full_record(world.doctor)})
    foreign = Course.objects.get(patient=other.patient, drug="azathioprine")
    assert sandbox.press("open", about=about("stop", foreign)).status_code == 404
    sandbox = Sandbox(world)
    carried = {"change-1-kind": "stop", "change-1-course": str(foreign.pk)}
    typed = {f"change-1-field-{name}": text for name, text in STOP.items()}
    response = sandbox.client.post(sandbox.address, {**sandbox.carried, **carried, **typed, "do": "save"})
    assert response.status_code == 422
    assert "No such course of this patient" in text_of(response)
    foreign.refresh_from_db()
    assert foreign.stop_on is None


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "open"},
        {"do": "open", "about": "never"},
        {"do": "add", "about": "start:x:y"},
        {"do": "open", "about": "dose:abc"},
        {"do": "open", "about": "stop:"},
        {"do": "add", "about": "dose:99999999999999999999999999"},
        {"change-1-kind": "stop", "change-1-course": "9" * 30},
        {"change-1-kind": "dose", "change-1-course": "proposed-4"},
        {"change-1-kind": "start", "change-1-field-drug": "\u0000"},
        {"change-2-kind": "start"},
        {"change-1-kind": "<b>"},
    ],
)
def test_no_odd_input_breaks_it(world: World, sent: dict[str, str]) -> None:
    assert world.post("what_if", world.patient.pk, **sent).status_code in (200, 404, 422)


def test_the_list_has_an_end(sandbox: Sandbox, world: World) -> None:
    for number in range(MOST_CHANGES):
        day = TODAY + timedelta(days=number + 1)
        sandbox.add(about("dose", world.methotrexate), **MORE | {"on": day.isoformat(), "amount": str(10 + number)})
        assert sandbox.response.status_code == 200
    response = sandbox.add("start", **AZATHIOPRINE)
    assert response.status_code == 422
    assert f"{MOST_CHANGES} changes are the most" in sandbox.text


def test_the_address_and_the_session_know_nothing_of_it(sandbox: Sandbox, world: World) -> None:
    before = dict(sandbox.client.session)
    sandbox.add("start", **AZATHIOPRINE)
    assert dict(sandbox.client.session) == before
    page = sandbox.response.content.decode()
    assert 'method="get"' not in page.split("<main")[1]
    assert set(re.findall(r'action="([^"]+)"', page.split("<main")[1])) == {sandbox.address}


def test_the_calendar_names_what_comes_and_goes_by_month(sandbox: Sandbox, world: World) -> None:
    sandbox.add(about("stop", world.methotrexate), **STOP)
    months = sandbox.response.context["preview"].months
    assert [month.first for month in months][:2] == [date(2026, 11, 1), date(2026, 12, 1)]
    assert any("full blood count" in name for month in months for name in month.removed)
    assert all(month.then <= month.now for month in months)
    sandbox = Sandbox(world)
    sandbox.add(
        "start",
        **AZATHIOPRINE
        | {"drug": "normal_immunoglobulin", "route": "intravenous", "amount": "", "unit": "", "frequency": ""},
    )
    shown = sandbox.response.context["preview"]
    assert len([cycle for month in shown.months for cycle in month.infusions]) == 14
    assert "20-Nov-2026 to 24-Nov-2026 (2 to 5 consecutive days)" in sandbox.text


@pytest.mark.parametrize("courses", [0, 1])
def test_it_keeps_within_its_queries(world: World, courses: int) -> None:
    world.patient = a_full_record(world.doctor) if courses else world.patient
    sandbox = Sandbox(world)
    with CaptureQueriesContext(connection) as counted:
        sandbox.add("start", **AZATHIOPRINE | {"drug": "tacrolimus"})
    assert sandbox.response.status_code == 200
    assert len(counted) <= query_budget("what_if"), len(counted)


def sent(number: int, kind: str, course: str, **typed: str) -> dict[str, str]:
    """One change of the list as the page's hidden fields hold it."""
    fields = {f"change-{number}-field-{name}": text for name, text in typed.items()}
    return {f"change-{number}-kind": kind, f"change-{number}-course": course, **fields}


@pytest.mark.parametrize("course", ["9" * 5000, "9" * 30, "-1", "0{id}", "\u0661", "²", "x\x00", "proposed-1", ""])
@pytest.mark.parametrize("do", ["show", "save", "remove:1"])
def test_what_names_no_course_is_refused_in_words(world: World, do: str, course: str) -> None:
    course = course.replace("{id}", str(world.methotrexate.pk))
    digest = world.get("what_if", world.patient.pk).context["digest"]
    answer = world.post("what_if", world.patient.pk, do=do, digest=digest, **sent(1, "dose", course, **MORE))
    assert answer.status_code == (422 if do == "save" else 200)
    assert ("No such course of this patient" in text_of(answer)) is (do != "remove:1")
    assert DosePeriod.objects.filter(course=world.methotrexate).count() == 1


@pytest.mark.parametrize("place", ["9" * 5000, "0", "2", "-1", "\u0661", "x"])
def test_what_names_no_place_takes_nothing_away(world: World, place: str) -> None:
    answer = world.post("what_if", world.patient.pk, do=f"remove:{place}", **sent(1, "start", "", **AZATHIOPRINE))
    assert len(answer.context["changes"]) == 1


def test_more_changes_than_fit_are_refused_and_none_is_left_out(world: World) -> None:
    digest = world.get("what_if", world.patient.pk).context["digest"]
    data: dict[str, str] = {"do": "save", "digest": digest}
    for number in range(1, MOST_CHANGES + 2):
        data |= sent(number, "start", "", **AZATHIOPRINE | {"drug": "outside", "drug_text": f"drug {number}"})
    answer = world.post("what_if", world.patient.pk, **data)
    assert answer.status_code == 422
    assert f"{MOST_CHANGES} changes are the most that can be saved at once" in text_of(answer)
    assert not Course.objects.filter(drug="").exists()
