"""The dose guard on the form pages: shown once, decided by the person, and standing in the record afterwards."""

from datetime import date
from typing import Any

import pytest

from patients.rules.vocabulary import ConditionKind
from regimens.models import Course, DoseCheck, DosePeriod, Infusion
from regimens.rules.vocabulary import OutcomeKind, Route
from tests.factories.rows import a_condition, a_course, a_dose, a_result, a_weight, an_infusion_plan, an_outcome
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of

AZATHIOPRINE = {
    "drug": "azathioprine",
    "on": "05/04/2026",
    "route": "oral",
    "amount": "50",
    "unit": "mg",
    "basis": "flat",
    "frequency": "once_daily",
}
DAILY = {"on": "05/04/2026", "amount": "10", "unit": "mg", "basis": "flat", "frequency": "once_daily"}


def seen_on(response: Any) -> str:
    return str(response.context["form"].data["seen"])


ABOVE = DAILY | {"amount": "30", "frequency": "once_weekly", "weekday": "monday"}


def test_a_warning_comes_back_once_and_then_is_saved(world: World) -> None:
    asked = world.post("change_dose", world.methotrexate.pk, **ABOVE)
    assert asked.status_code == 200
    assert DosePeriod.objects.filter(course=world.methotrexate).count() == 1
    text = text_of(asked)
    assert "Not saved yet: look at this first" in text
    assert "Warning: methotrexate: 30 mg a week is above the printed 25 mg a week" in text
    assert "Published algorithm: published algorithm, dose table" in text
    assert "Save all the same" in text
    assert 'name="amount" value="30"' in asked.content.decode()
    assert "Reason to record" not in text
    saved = world.post("change_dose", world.methotrexate.pk, **ABOVE, seen=seen_on(asked))
    assert saved.status_code == 302
    assert DoseCheck.objects.get().override_reason == ""


def test_another_dose_than_was_shown_is_shown_again(world: World) -> None:
    asked = world.post("change_dose", world.methotrexate.pk, **ABOVE)
    again = world.post("change_dose", world.methotrexate.pk, **ABOVE | {"amount": "35"}, seen=seen_on(asked))
    assert again.status_code == 200
    assert "35 mg a week" in text_of(again)


def test_a_stop_asks_for_its_reason(world: World) -> None:
    asked = world.post("change_dose", world.methotrexate.pk, **DAILY)
    assert asked.status_code == 200
    text = text_of(asked)
    assert "Not saved: this needs a reason" in text
    assert "Needs a reason before it is saved: methotrexate: 10 mg, once a day" in text
    assert '<textarea name="override_reason"' in asked.content.decode()
    assert "Reason to record this all the same (optional)" not in text
    blank = world.post("change_dose", world.methotrexate.pk, **DAILY, seen=seen_on(asked))
    assert blank.status_code == 422
    assert blank.context["form"].errors["override_reason"] == ["Say why this is right all the same."]
    assert DosePeriod.objects.filter(course=world.methotrexate).count() == 1
    said = DAILY | {"seen": seen_on(blank), "override_reason": "dose of a trial"}
    assert world.post("change_dose", world.methotrexate.pk, **said).status_code == 302
    assert DoseCheck.objects.get().override_reason == "dose of a trial"


def test_a_reason_without_having_seen_is_asked_about_first(world: World) -> None:
    asked = world.post("change_dose", world.methotrexate.pk, **DAILY, override_reason="because")
    assert asked.status_code == 200
    assert "because</textarea>" in asked.content.decode()
    assert DosePeriod.objects.filter(course=world.methotrexate).count() == 1


def test_the_reason_is_not_asked_for_before_it_is_needed(world: World) -> None:
    page = world.get("change_dose", world.methotrexate.pk).content.decode()
    assert '<input type="hidden" name="override_reason"' in page
    assert "<textarea" not in page


def test_a_recorded_intolerance_stops_the_start(world: World) -> None:
    before = a_course(world.patient, "azathioprine", date(2025, 1, 5), "50", stop_on=date(2025, 3, 1))
    an_outcome(before, OutcomeKind.INTOLERANT, date(2025, 3, 1), reaction="pancreatitis")
    asked = world.post("start_course", world.patient.pk, **AZATHIOPRINE)
    assert "not tolerated, 01-Mar-2025: pancreatitis" in text_of(asked)
    assert f'href="/patients/{world.patient.pk}/treatment/#outcome-' in asked.content.decode()


def test_the_baseline_screen_is_asked_about(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    asked = world.get("start_course_confirm", world.patient.pk)
    assert "TPMT (wait for the result): needed before the first dose of azathioprine" in text_of(asked)
    a_result(world.patient, "tpmt_activity", "", date(2026, 4, 1), text="normal")
    said = world.get("start_course_confirm", world.patient.pk).context["shown"].everything
    assert [finding for finding in said if finding.code.value == "baseline_screen"]
    assert not [finding for finding in said if "TPMT" in finding.text]


def test_pregnancy_is_said_with_its_source(world: World) -> None:
    a_condition(world.patient, ConditionKind.PREGNANCY, date(2026, 3, 1))
    weekly = DAILY | {"frequency": "once_weekly", "weekday": "monday"}
    text = text_of(world.post("change_dose", world.methotrexate.pk, **weekly))
    assert "methotrexate: withheld in pregnancy" in text
    assert "Added safety rule" in text


def test_notes_alone_hold_nothing_and_stand_in_the_record(world: World) -> None:
    a_dose(world.methotrexate, "15", date(2026, 3, 2))
    weekly = DAILY | {"frequency": "once_weekly", "weekday": "monday"}
    assert world.post("change_dose", world.methotrexate.pk, **weekly).status_code == 302
    text = text_of(world.get("record_treatment", world.patient.pk))
    assert "Dose guard, dose from 05-Apr-2026 (1)" in text
    assert "Note: methotrexate: folic acid is not recorded beside it" in text


def test_a_dose_saved_against_a_stop_says_so_in_the_record(world: World) -> None:
    world.doctor.first_name, world.doctor.last_name = "Dora", "Doctor"
    said = DAILY | {"override_reason": "dose of a trial"}
    asked = world.post("change_dose", world.methotrexate.pk, **said)
    assert world.post("change_dose", world.methotrexate.pk, **said, seen=seen_on(asked)).status_code == 302
    text = text_of(world.get("record_treatment", world.patient.pk))
    assert "saved against the dose guard" in text
    assert "Dose from 05-Apr-2026: “dose of a trial”, Dora Doctor, 20-Nov-2026 at 12:00" in text
    assert "saved against" not in text_of(world.get("record_treatment", world.patient.pk, query="?as_of=2026-04-04"))


def test_a_dose_changed_meanwhile_is_shown_and_nothing_typed_is_lost(world: World) -> None:
    page = world.get("change_dose", world.methotrexate.pk)
    version = page.context["form"]["version"].value()
    a_dose(world.methotrexate, "15", date(2026, 4, 1))
    Course.objects.filter(pk=world.methotrexate.pk).update(version=version + 1)
    weekly = DAILY | {"frequency": "once_weekly", "weekday": "monday", "version": version}
    stale = world.post("change_dose", world.methotrexate.pk, **weekly)
    assert stale.status_code == 409
    text = text_of(stale)
    assert "dose from 01-Apr-2026: 15 mg once a week, on Monday" in text
    assert 'name="amount" value="10"' in stale.content.decode()
    assert world.post("change_dose", world.methotrexate.pk, **weekly | {"version": version + 1}).status_code == 302


def test_an_infusion_of_far_too_much_is_saved_with_its_reason(world: World) -> None:
    course = a_course(world.patient, "normal_immunoglobulin", date(2026, 3, 1), route=Route.INTRAVENOUS.value)
    a_weight(world.patient, "70", date(2026, 3, 1))
    given = {"first_on": "05/04/2026", "days": "1", "total": "1500", "unit": "g"}
    asked = world.post("record_infusion", course.pk, **given)
    text = text_of(asked)
    assert asked.status_code == 200
    assert "given over 1 day, printed are 2 to 5 days" in text
    assert "more than twice the printed maximum" in text
    assert not Infusion.objects.exists()
    seen = seen_on(asked)
    assert "Say why this is right all the same." in text_of(
        world.post("record_infusion", course.pk, **given, seen=seen)
    )
    why = {"override_reason": "two cycles in one", "seen": seen}
    assert world.post("record_infusion", course.pk, **given, **why).status_code == 302
    assert Infusion.objects.get().note == "Why this amount: two cycles in one"


def test_an_infusion_that_is_only_asked_about_needs_no_reason(world: World) -> None:
    course = a_course(world.patient, "normal_immunoglobulin", date(2026, 3, 1), route=Route.INTRAVENOUS.value)
    a_weight(world.patient, "60", date(2026, 3, 1))
    an_infusion_plan(course, days_per_cycle=2)
    given = {"first_on": "05/04/2026", "days": "2", "total": "60", "unit": "mg"}
    asked = world.post("record_infusion", course.pk, **given)
    assert "60 mg given, planned are 120 g" in text_of(asked)
    assert "Why it is right all the same" not in text_of(asked)
    assert world.post("record_infusion", course.pk, **given, seen=seen_on(asked)).status_code == 302


@pytest.mark.parametrize("page", ["start_course", "change_dose"])
def test_another_clinic_is_told_nothing(world: World, page: str) -> None:
    of = world.patient.pk if page == "start_course" else world.methotrexate.pk
    response = world.post(page, of, by=world.stranger, **AZATHIOPRINE | {"amount": "100"})
    assert response.status_code == 404


def test_the_guard_needs_no_script_and_no_inline_style(world: World) -> None:
    page = world.post("change_dose", world.methotrexate.pk, **DAILY).content.decode()
    assert " style=" not in page
    assert "<style" not in page
