"""The first step of starting a course: what is typed, and what is said of it. Nothing is recorded here."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from patients.drafts import draft_at
from patients.models import Draft
from regimens.models import Course, DoseCheck, DosePeriod
from regimens.rules.vocabulary import OutcomeKind
from tests.factories.rows import a_course, a_weight, an_alert, an_outcome
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
ABOVE_START = AZATHIOPRINE | {"amount": "100"}


def first(world: World, **typed: str) -> Any:
    return world.post("start_course", world.patient.pk, **typed)


def kept(world: World) -> Draft | None:
    return draft_at(world.doctor, reverse("start_course", args=[world.patient.pk]))


def test_what_was_typed_is_kept_for_the_next_step_and_nothing_is_recorded(world: World) -> None:
    asked = first(world, **AZATHIOPRINE, seen="")
    done = first(world, **AZATHIOPRINE, **sent_again(asked))
    assert (done.status_code, done["Location"]) == (302, reverse("start_course_baseline", args=[world.patient.pk]))
    draft = kept(world)
    assert draft is not None
    assert draft.typed["amount"] == ["50"]
    assert not Course.objects.filter(drug="azathioprine").exists()
    assert world.reconciled == []


def sent_again(asked: Any) -> dict[str, str]:
    """What a page that came back sends along the second time."""
    assert asked.status_code == 200, asked.content.decode()[:300]
    return {"seen": asked.context["form"].data["seen"], "draft_version": str(asked.context["keeping"].version)}


def test_the_catalogue_is_offered_by_generic_name_under_its_role(world: World) -> None:
    text = world.get("start_course", world.patient.pk).content.decode()
    assert '<optgroup label="Immunosuppressant">' in text
    assert '<option value="mycophenolate_mofetil">mycophenolate mofetil</option>' in text
    assert text.index('value="abatacept"') < text.index('value="azathioprine"')


def test_a_link_can_name_the_drug(world: World) -> None:
    text = world.get("start_course", world.patient.pk, query="?drug=tacrolimus").content.decode()
    assert '<option value="tacrolimus" selected>' in text


def test_a_link_with_another_drug_offers_what_was_begun_and_fills_nothing_of_it_in(world: World) -> None:
    first(world, **ABOVE_START)
    page = world.get("start_course", world.patient.pk, query="?drug=tacrolimus")
    text = page.content.decode()
    assert "You began this form and did not save it" in text
    assert '<option value="tacrolimus" selected>' in text
    assert 'value="100"' not in text


def test_what_was_begun_in_another_window_is_never_typed_over(world: World) -> None:
    first(world, **ABOVE_START)
    other = first(world, **AZATHIOPRINE | {"amount": "25"})
    again = first(world, **AZATHIOPRINE | {"amount": "25"}, seen=other.context["form"].data["seen"])
    assert again.status_code == 422
    assert "kept of this form already" in text_of(again)
    draft = kept(world)
    assert draft is not None
    assert draft.typed["amount"] == ["100"]


def test_a_drug_and_words_together_are_refused(world: World, refused: Callable[..., str]) -> None:
    typed = AZATHIOPRINE | {"drug_text": "tofacitinib"}
    text = refused(world.post("start_course", world.patient.pk, **typed), "drug", "one of the two")
    assert 'value="tofacitinib"' in text
    assert '<option value="azathioprine" selected>' in text


def test_a_drug_outside_the_list_needs_its_name(world: World, refused: Callable[..., str]) -> None:
    text = refused(first(world, **AZATHIOPRINE | {"drug": "outside"}), "drug", "name one")
    assert '<option value="outside" selected>' in text


def test_how_often_is_chosen_and_never_left_to_a_default(world: World, refused: Callable[..., str]) -> None:
    unsaid = AZATHIOPRINE | {"frequency": ""}
    refused(first(world, **unsaid), "frequency", "Choose how often")


def test_an_amount_needs_its_unit(world: World, refused: Callable[..., str]) -> None:
    text = refused(first(world, **AZATHIOPRINE | {"unit": ""}), "unit", "needs its unit")
    assert 'name="amount" value="50"' in text
    assert not Course.objects.filter(drug="azathioprine").exists()


def test_a_dose_of_nothing_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(first(world, **AZATHIOPRINE | {"amount": "0"}), "amount", "more than 0")


def test_a_weekly_dose_names_its_weekday_or_says_that_it_is_not_recorded(
    world: World, refused: Callable[..., str]
) -> None:
    weekly = AZATHIOPRINE | {"drug_text": "weekly drug", "drug": "outside", "frequency": "once_weekly"}
    refused(first(world, **weekly), "weekday", "Choose the weekday")
    assert world.begin(**weekly | {"weekday": "not_recorded"}).status_code == 302


def test_a_weekday_of_a_daily_dose_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(first(world, **AZATHIOPRINE | {"weekday": "monday"}), "weekday", "once a week")


def test_as_described_needs_its_words(world: World, refused: Callable[..., str]) -> None:
    refused(first(world, **AZATHIOPRINE | {"frequency": "as_text"}), "frequency_text", "Describe")


def test_an_overlap_names_the_running_course(world: World, refused: Callable[..., str]) -> None:
    typed = AZATHIOPRINE | {"drug": "prednisolone"}
    refused(first(world, **typed), "drug", "started on 05-Jan-2026 and has not stopped")


@pytest.mark.parametrize(("on", "status"), [("20/01/2027", 422), ("19/01/2027", 200)])
def test_a_start_may_lie_ahead_but_not_more_than_sixty_days(world: World, on: str, status: int) -> None:
    found = first(world, **ABOVE_START | {"on": on})
    assert found.status_code == status
    assert ("Check the year" in text_of(found)) is (status == 422)


def test_what_the_guard_says_is_shown_once_and_then_the_next_step_follows(world: World) -> None:
    asked = first(world, **ABOVE_START)
    text = text_of(asked)
    assert "Look at this first" in text
    assert "Warning: azathioprine: 100 mg a day is above the printed start of 50 mg a day" in text
    assert "Published algorithm: published algorithm, dose table" in text
    assert "Go on all the same" in text
    assert 'name="amount" value="100"' in asked.content.decode()
    assert first(world, **ABOVE_START, **sent_again(asked)).status_code == 302


def test_another_dose_than_was_shown_is_shown_again(world: World) -> None:
    asked = first(world, **ABOVE_START)
    again = first(world, **ABOVE_START | {"amount": "120"}, **sent_again(asked))
    assert again.status_code == 200
    assert "120 mg a day" in text_of(again)


def test_a_recorded_intolerance_is_said_at_once_and_its_reason_asked_for_later(world: World) -> None:
    before = a_course(world.patient, "azathioprine", date(2025, 1, 5), "50", stop_on=date(2025, 3, 1))
    an_outcome(before, OutcomeKind.INTOLERANT, date(2025, 3, 1), reaction="pancreatitis")
    asked = first(world, **AZATHIOPRINE)
    assert "not tolerated, 01-Mar-2025: pancreatitis" in text_of(asked)
    assert '<textarea name="override_reason"' not in asked.content.decode()
    assert first(world, **AZATHIOPRINE, **sent_again(asked)).status_code == 302
    assert DosePeriod.objects.filter(course__drug="azathioprine", course__start_on=date(2026, 4, 5)).count() == 0


def test_open_alerts_and_overdue_tests_are_said_with_the_guard_and_stay_to_the_last_step(world: World) -> None:
    an_alert(world.patient, text="platelets 90", grade="urgent", on=date(2026, 11, 2))
    asked = first(world, **AZATHIOPRINE)
    for words in ("open alert (urgent) of 02-Nov-2026: platelets 90", "monitoring of methotrexate overdue since"):
        assert words in text_of(asked)
    assert first(world, **AZATHIOPRINE, **sent_again(asked)).status_code == 302
    for step in ("start_course_baseline", "start_course_confirm"):
        assert "platelets 90" in text_of(world.get(step, world.patient.pk))
    assert world.confirm().status_code == 302
    codes = {one["code"] for one in DoseCheck.objects.get(course__drug="azathioprine").findings}
    assert {"open_alert", "monitoring_overdue", "baseline_screen"} <= codes


def test_what_the_dose_comes_to_stands_there_without_a_script(world: World) -> None:
    a_weight(world.patient, "50", date(2026, 4, 1))
    text = text_of(first(world, **ABOVE_START))
    assert "2 mg/kg each time, with 50 kg of 01-Apr-2026" in text
    assert "700 mg (14 mg/kg) a week" in text


def test_the_first_step_links_back_with_what_was_typed(world: World) -> None:
    first(world, **ABOVE_START)
    page = world.get("start_course", world.patient.pk, query="?draft=go-on").content.decode()
    assert 'name="amount" value="100"' in page
    assert '<option value="azathioprine" selected>' in page


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (date(2026, 11, 20), "started on 20-Nov-2026 and has not stopped. Stop it first"),
        (date(2026, 11, 21), "will start on 21-Nov-2026. Change it, or take it back if it was entered in error."),
    ],
)
def test_a_course_in_the_way_is_told_in_its_tense_and_leads_to_it(world: World, start: date, words: str) -> None:
    course = a_course(world.patient, "azathioprine", start, "50")
    refused = first(world, **AZATHIOPRINE, seen="")
    assert refused.status_code == 422
    assert words in text_of(refused)
    place = reverse("record_treatment", args=[world.patient.pk])
    assert f'href="{place}#course-{course.pk}"' in refused.content.decode()
    assert f'id="course-{course.pk}"' in world.get("record_treatment", world.patient.pk).content.decode()


def test_a_start_far_ahead_is_asked_about_once(world: World) -> None:
    a_weight(world.patient, "70", date(2026, 11, 1))
    typed = AZATHIOPRINE | {"on": "28/11/2026"}
    page = first(world, **typed, seen="")
    assert "the start on 28-Nov-2026 is 8 days ahead: check the day and the month" in text_of(page)
    assert first(world, **typed, **sent_again(page)).status_code == 302
