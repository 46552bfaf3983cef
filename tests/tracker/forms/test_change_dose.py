from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.models import Draft
from regimens.actions import NewDose, change_dose
from regimens.models import Course, DoseCheck, DosePeriod
from regimens.rules.vocabulary import DoseUnit, Frequency, Weekday
from tests.factories.rows import a_course, a_dose, a_patient, a_pause, an_alert
from tests.tracker.forms.conftest import TODAY, World
from tests.tracker.pages import text_of

TEN = {
    "on": "05/04/2026",
    "amount": "10",
    "unit": "mg",
    "basis": "flat",
    "frequency": "once_weekly",
    "weekday": "monday",
}


def test_a_change_is_a_new_period(world: World) -> None:
    assert world.save("change_dose", world.methotrexate.pk, by=world.nurse, **TEN).status_code == 302
    first, second = world.methotrexate.doses.order_by("from_on")
    assert (first.amount, second.amount, second.from_on) == (Decimal("7.5"), Decimal(10), date(2026, 4, 5))
    assert second.weekday == "monday"
    assert world.reconciled == [world.patient.pk]


def test_the_page_shows_the_doses_so_far(world: World) -> None:
    text = world.get("change_dose", world.methotrexate.pk).content.decode()
    assert "Change the dose: methotrexate" in text
    assert "7.5\u00a0mg once a week, on Monday" in text
    assert "05-Jan-2026" in text


def test_an_empty_amount_must_be_meant(world: World, refused: Callable[..., str]) -> None:
    unknown = TEN | {"amount": "", "unit": ""}
    refused(world.post("change_dose", world.methotrexate.pk, **unknown), "amount", "tick that it is not known")
    assert world.save("change_dose", world.methotrexate.pk, **unknown, dose_unknown="on").status_code == 302
    assert world.methotrexate.doses.get(from_on=date(2026, 4, 5)).amount is None


def test_an_amount_and_not_known_contradict(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("change_dose", world.methotrexate.pk, **TEN, dose_unknown="on"), "dose_unknown", "not both")


def test_a_weekly_dose_needs_its_weekday(world: World, refused: Callable[..., str]) -> None:
    text = refused(world.post("change_dose", world.methotrexate.pk, **TEN | {"weekday": ""}), "weekday", "Choose")
    assert 'name="amount" value="10"' in text


def test_a_day_before_the_course_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("change_dose", world.methotrexate.pk, **TEN | {"on": "04/01/2026"}), "on", "before the course")


def test_a_second_dose_from_one_day_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("change_dose", world.methotrexate.pk, **TEN | {"on": "05/01/2026"}), "on", "already has a dose")


def opened(world: World, course: Course | None = None) -> dict[str, str]:
    """What a browser would send of the form as it opens."""
    form = world.get("change_dose", (course or world.methotrexate).pk).context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    return {name: str(value) for name, value in values.items() if value not in (None, False, "")}


def said(response: Any) -> list[str]:
    assert response.status_code == 200, response.content.decode()[:400]
    return [finding.text for finding in response.context["guard"]]


def test_the_form_opens_with_the_present_dose_and_one_field_is_changed(world: World) -> None:
    page = world.get("change_dose", world.methotrexate.pk).content.decode()
    for there in ('name="amount" value="7.5"', '<option value="mg" selected>', '<option value="monday" selected>'):
        assert there in page
    assert "Recorded before: 7.5" in page
    assert "Route: oral." in page
    filled = opened(world)
    assert filled["frequency"] == "once_weekly"
    assert (
        world.save("change_dose", world.methotrexate.pk, **filled | {"on": "today", "amount": "5"}).status_code == 302
    )
    now = world.methotrexate.doses.get(from_on=TODAY)
    assert (now.amount, now.unit, now.frequency, now.weekday) == (5, "mg", "once_weekly", "monday")


def test_nothing_counts_as_typed_until_it_is_changed(world: World) -> None:
    world.post("change_dose", world.methotrexate.pk, **opened(world), keep_draft="yes")
    assert not Draft.objects.exists()
    world.post("change_dose", world.methotrexate.pk, **opened(world) | {"amount": "10"}, keep_draft="yes")
    assert Draft.objects.get().typed["amount"] == ["10"]


def test_saving_without_any_change_is_refused(world: World, refused: Callable[..., str]) -> None:
    response = world.post("change_dose", world.methotrexate.pk, **opened(world) | {"on": "today"})
    refused(response, "on", "This is the dose that holds on 20-Nov-2026 already, so nothing would change.")
    assert world.methotrexate.doses.count() == 1


def test_what_was_filled_in_and_fits_no_longer_goes_with_the_one_field_that_is_changed(world: World) -> None:
    unknown = opened(world) | {"on": "today", "dose_unknown": "on"}
    assert world.save("change_dose", world.methotrexate.pk, **unknown).status_code == 302
    assert world.methotrexate.doses.get(from_on=TODAY).amount is None
    weekly = a_course(world.patient, "abatacept")
    a_dose(weekly, "125", frequency="once_weekly", weekday="friday")
    monthly = opened(world, weekly) | {"on": "today", "frequency": "every_4_weeks"}
    assert world.save("change_dose", weekly.pk, **monthly).status_code == 302
    assert weekly.doses.get(from_on=TODAY).weekday == ""


def test_a_raise_is_held_once_by_open_alerts_and_overdue_tests_and_keeps_them(world: World) -> None:
    an_alert(world.patient, text="platelets 90", grade="urgent", on=date(2026, 11, 2))
    an_alert(world.patient, text="eosinophils 0.7", status="acknowledged")
    an_alert(world.patient, text="long ago", status="closed", closed_at="2026-02-01T12:00Z")
    raised = opened(world) | {"on": "today", "amount": "10"}
    asked = world.post("change_dose", world.methotrexate.pk, **raised)
    texts = said(asked)
    assert "open alert (urgent) of 02-Nov-2026: platelets 90" in texts
    assert [text for text in texts if "eosinophils 0.7" in text]
    assert not [text for text in texts if "long ago" in text]
    (overdue,) = [text for text in texts if text.startswith("monitoring of methotrexate overdue since 05-Jan-2026")]
    assert "full blood count" in overdue
    seen = asked.context["form"].data["seen"]
    assert world.post("change_dose", world.methotrexate.pk, **raised, seen=seen).status_code == 302
    kept = DoseCheck.objects.get(dose__from_on=TODAY)
    alert = next(one for one in kept.findings if one["code"] == "open_alert")
    assert (alert["level"], alert["source"]) == ("warn", "BSR/BHPR 2017")


def test_a_lower_dose_is_not_held_by_them(world: World) -> None:
    an_alert(world.patient, text="platelets 90")
    a_dose(world.methotrexate, "15", date(2026, 2, 2))
    lower = opened(world) | {"on": "today", "amount": "10"}
    assert world.post("change_dose", world.methotrexate.pk, **lower).status_code == 302


def test_monitoring_that_is_paused_holds_nothing_and_another_patients_alert_neither(world: World) -> None:
    an_alert(a_patient(world.doctor), text="another person")
    a_pause(world.patient, date(2026, 12, 20), TODAY)
    raised = opened(world) | {"on": "today", "amount": "10"}
    assert world.post("change_dose", world.methotrexate.pk, **raised).status_code == 302
    raised = opened(world) | {"on": "today", "amount": "15"}
    assert world.post("change_dose", world.methotrexate.pk, by=world.stranger, **raised).status_code == 404


def test_another_weekday_within_seven_days_is_asked_about(world: World) -> None:
    moved = opened(world) | {"on": "today", "weekday": "saturday"}
    (asked,) = [
        text for text in said(world.post("change_dose", world.methotrexate.pk, **moved)) if "instead of" in text
    ]
    assert "the last dose on Monday falls on 16-Nov-2026 and the first on Saturday on 21-Nov-2026, 5 days" in asked
    assert "safe from 23-Nov-2026 on: the first Saturday is then 28-Nov-2026" in asked
    assert world.save("change_dose", world.methotrexate.pk, **moved).status_code == 302


@pytest.mark.parametrize("other_day", [False, True])
def test_mine_is_saved_over_anothers_dose_of_the_same_day(world: World, other_day: bool) -> None:
    mine = opened(world) | {"on": "today", "amount": "5"}
    theirs = change_dose(
        by=world.nurse,
        course_id=world.methotrexate.pk,
        on=date(2026, 11, 19) if other_day else TODAY,
        dose=NewDose(
            amount=Decimal(10), unit=DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY
        ),
    )
    stale = world.post("change_dose", world.methotrexate.pk, **mine)
    assert stale.status_code == 409
    assert "Save mine over it" in text_of(stale)
    carried = {bound.html_name: bound.value() for bound in stale.context["form"].hidden_fields()}
    over = mine | {"version": carried["version"], "replaces": carried["replaces"] or ""}
    assert world.save("change_dose", world.methotrexate.pk, **over).status_code == 302
    theirs.refresh_from_db()
    assert (theirs.superseded_at is None) is other_day
    now = DosePeriod.objects.current().get(course=world.methotrexate, from_on=TODAY)
    assert (now.amount, now.replaces) == (5, None if other_day else theirs)
