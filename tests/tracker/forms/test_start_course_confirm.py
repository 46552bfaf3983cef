"""The last step of starting a course: the only one that writes, once, and only what stood on the page."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from patients.actions.drafts import throw_away
from patients.models import Draft
from patients.rules.vocabulary import ConditionKind
from regimens.models import Course, DoseCheck, DosePeriod
from regimens.rules.vocabulary import OutcomeKind
from tests.factories.rows import a_condition, a_course, a_result, an_outcome
from tests.tracker.forms.conftest import World, unseen_fields
from tests.tracker.forms.test_start_course import AZATHIOPRINE
from tests.tracker.pages import text_of
from tracker.views.forms.start_course_confirm import StartCourseConfirm

NO_DOSE = {"amount": "", "unit": "", "frequency": ""}
CONFIRM = "start_course_confirm"


def started() -> list[Course]:
    return list(Course.objects.filter(drug="azathioprine"))


def sent_from(page: Any) -> dict[str, Any]:
    """What the page's own form sends."""
    return unseen_fields(page.context["form"])


def begun_anew(world: World, **typed: str) -> Draft:
    """Thrown away in another window and begun once more: a draft of its own, that has come to the same version."""
    before = Draft.objects.get()
    throw_away(by=world.doctor, draft_id=before.pk)
    world.begin(**typed)
    Draft.objects.exclude(pk=before.pk).update(version=before.version)
    return Draft.objects.exclude(pk=before.pk).get()


def not_tolerated(world: World) -> None:
    before = a_course(world.patient, "azathioprine", date(2025, 1, 5), "50", stop_on=date(2025, 3, 1))
    an_outcome(before, OutcomeKind.INTOLERANT, date(2025, 3, 1), reaction="pancreatitis")


def test_a_catalogue_drug_is_started_with_its_dose(world: World) -> None:
    response = world.start(by=world.nurse, **AZATHIOPRINE)
    assert (response.status_code, response["Location"]) == (302, reverse("record", args=[world.patient.pk]))
    (course,) = started()
    assert (course.start_on, course.start_precision, course.role) == (date(2026, 4, 5), "day", "immunosuppressant")
    assert course.recorded_by == world.nurse
    dose = DosePeriod.objects.get(course=course)
    assert (dose.amount, dose.unit, dose.frequency, dose.from_on) == (Decimal(50), "mg", "once_daily", date(2026, 4, 5))
    assert world.reconciled == [world.patient.pk]
    assert not Draft.objects.exists()


def test_what_is_known_only_in_part_is_recorded_as_such(world: World) -> None:
    typed = AZATHIOPRINE | NO_DOSE | {"on": "2025", "route": "not_recorded"}
    assert world.start(**typed).status_code == 302
    (course,) = started()
    assert (course.start_on, course.start_precision) == (date(2025, 7, 1), "year")
    dose = DosePeriod.objects.get(course=course)
    assert (dose.amount, dose.unit, dose.frequency) == (None, "", "not_recorded")


def test_a_drug_outside_the_catalogue_is_named_in_words(world: World) -> None:
    assert world.start(**AZATHIOPRINE | {"drug": "outside", "drug_text": "tofacitinib"}).status_code == 302
    course = Course.objects.get(drug_text="tofacitinib")
    assert (course.drug, course.role) == ("", "outside_pathway")


def test_a_weekday_that_is_not_recorded_is_kept_as_such(world: World) -> None:
    weekly = {"drug_text": "weekly drug", "drug": "outside", "frequency": "once_weekly", "weekday": "not_recorded"}
    assert world.start(**AZATHIOPRINE | weekly).status_code == 302
    dose = DosePeriod.objects.get(course__drug_text="weekly drug")
    assert (dose.frequency, dose.weekday) == ("once_weekly", "")


def test_everything_stands_on_one_page(world: World) -> None:
    world.begin(**AZATHIOPRINE | {"amount": "100", "note": "after the flare"})
    text = text_of(world.get(CONFIRM, world.patient.pk))
    assert "100 mg, once a day" in text
    assert "100 mg a day is above the printed start of 50 mg a day" in text
    assert "TPMT (wait for the result): needed before the first dose of azathioprine" in text
    assert "Monitoring that it adds" in text
    assert "after the flare" in text


@pytest.mark.parametrize("step", ["start_course", "start_course_baseline", "start_course_calendar", CONFIRM])
def test_leaving_at_any_step_records_nothing(world: World, step: str) -> None:
    world.begin(**AZATHIOPRINE)
    world.get(step, world.patient.pk)
    assert started() == []
    assert world.reconciled == []


def test_the_same_page_sent_twice_starts_one_course(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    assert world.post(CONFIRM, world.patient.pk, **sent).status_code == 302
    again = world.post(CONFIRM, world.patient.pk, **sent)
    assert again.status_code == 409
    assert "the course was started already" in text_of(again)
    assert len(started()) == 1


def test_nothing_is_started_by_a_page_that_was_not_seen(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    blind = world.post(CONFIRM, world.patient.pk, **sent | {"seen": ""})
    assert blind.status_code == 409
    assert started() == []


def test_what_came_up_meanwhile_is_shown_before_anything_is_started(world: World) -> None:
    world.begin(**AZATHIOPRINE | {"drug": "mycophenolate_mofetil", "amount": "500"})
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    a_condition(world.patient, ConditionKind.PREGNANCY, date(2026, 3, 1))
    held = world.post(CONFIRM, world.patient.pk, **sent)
    assert held.status_code == 409
    text = text_of(held)
    assert "the record was changed meanwhile, and there is more to look at" in text
    assert [finding.text for finding in held.context["unseen"] if "pregnancy" in finding.text]
    assert not Course.objects.filter(drug="mycophenolate_mofetil").exists()
    assert world.post(CONFIRM, world.patient.pk, **sent_from(held)).status_code == 302


def test_what_is_no_longer_missing_holds_nothing_up(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    a_result(world.patient, "tpmt_activity", "", date(2026, 4, 1), text="normal")
    assert world.post(CONFIRM, world.patient.pk, **sent).status_code == 302
    assert "TPMT" not in str(DoseCheck.objects.get().findings)


def test_another_dose_typed_in_another_window_is_shown_first(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    world.begin(**AZATHIOPRINE | {"amount": "25"})
    held = world.post(CONFIRM, world.patient.pk, **sent)
    assert held.status_code == 409
    assert "changed in another window" in text_of(held)
    assert "25 mg, once a day" in text_of(held)
    assert started() == []
    assert world.post(CONFIRM, world.patient.pk, **sent_from(held)).status_code == 302
    assert DosePeriod.objects.get(course__drug="azathioprine").amount == 25


@pytest.mark.parametrize(
    ("anew", "said"),
    [
        ({"amount": "25"}, "Amount: this page showed “50”; now it is “25”"),
        (NO_DOSE, "Amount: this page showed “50”; now it is “nothing typed”"),
        ({"drug": "mycophenolate_mofetil", "amount": "500"}, "Drug: this page showed “azathioprine”; now it is"),
        ({"on": "06/04/2026"}, "Started on: this page showed “05-Apr-2026”; now it is “06-Apr-2026”"),
        ({"note": "after the flare"}, "Note: this page showed “nothing typed”; now it is “after the flare”"),
    ],
)
def test_what_was_begun_anew_is_shown_first_with_what_differs(world: World, anew: dict[str, str], said: str) -> None:
    before = Course.objects.count()
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    stays = begun_anew(world, **AZATHIOPRINE | anew)
    held = world.post(CONFIRM, world.patient.pk, **sent)
    assert held.status_code == 409
    assert said in text_of(held)
    assert "Route: this page showed" not in text_of(held)
    assert Course.objects.count() == before
    assert Draft.objects.get() == stays
    assert world.post(CONFIRM, world.patient.pk, **sent_from(held)).status_code == 302
    assert Course.objects.count() == before + 1


def test_the_same_begun_anew_is_looked_at_once_more(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    begun_anew(world, **AZATHIOPRINE)
    held = world.post(CONFIRM, world.patient.pk, **sent)
    assert held.status_code == 409
    assert "what was typed was kept anew after this page was shown" in text_of(held)
    assert started() == []
    assert world.post(CONFIRM, world.patient.pk, **sent_from(held)).status_code == 302


@pytest.mark.parametrize("as_shown", ["", "nonsense", "a:b:c"])
def test_a_page_that_does_not_say_what_it_showed_starts_nothing(world: World, as_shown: str) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    assert world.post(CONFIRM, world.patient.pk, **sent | {"as_shown": as_shown}).status_code == 409
    assert started() == []


def test_what_is_begun_while_the_course_is_written_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    write = StartCourseConfirm._write

    def begun_just_before(view: StartCourseConfirm, *given: Any) -> None:
        begun_anew(world, **AZATHIOPRINE | {"amount": "25"})
        write(view, *given)

    monkeypatch.setattr(StartCourseConfirm, "_write", begun_just_before)
    held = world.post(CONFIRM, world.patient.pk, **sent)
    assert held.status_code == 409
    assert "Amount: this page showed “50”; now it is “25”" in text_of(held)
    assert started() == []
    assert world.reconciled == []
    assert Draft.objects.get().typed["amount"] == ["25"]


def test_the_course_and_the_end_of_what_was_typed_are_one_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))

    def fails(rows: object) -> None:
        raise RuntimeError("the server went away")

    monkeypatch.setattr(QuerySet, "delete", fails)
    with pytest.raises(RuntimeError):
        world.post(CONFIRM, world.patient.pk, **sent)
    assert started() == []
    assert Draft.objects.exists()


def test_a_course_begun_meanwhile_is_named(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    a_course(world.patient, "azathioprine", date(2026, 3, 1), "50")
    refused = world.post(CONFIRM, world.patient.pk, **sent)
    assert refused.status_code in (409, 422)
    again = world.post(CONFIRM, world.patient.pk, **sent_from(refused))
    assert again.status_code == 422
    assert "started on 01-Mar-2026 and has not stopped" in text_of(again)
    assert len(started()) == 1


def test_a_stop_needs_its_reason_here(world: World) -> None:
    not_tolerated(world)
    world.begin(**AZATHIOPRINE)
    page = world.get(CONFIRM, world.patient.pk)
    assert "Reason to record this all the same (optional)" not in text_of(page)
    blank = world.post(CONFIRM, world.patient.pk, **sent_from(page))
    assert blank.status_code == 422
    assert blank.context["form"].errors["override_reason"] == ["Say why this is right all the same."]
    assert len(started()) == 1
    said = world.post(CONFIRM, world.patient.pk, **sent_from(page), override_reason="a trial at a lower dose")
    assert said.status_code == 302
    assert DoseCheck.objects.get().override_reason == "a trial at a lower dose"


def test_a_reason_typed_in_vain_is_not_lost(world: World) -> None:
    not_tolerated(world)
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    held = world.post(CONFIRM, world.patient.pk, **sent | {"seen": "", "override_reason": "a trial"})
    assert held.status_code == 409
    assert "a trial</textarea>" in held.content.decode()


def test_the_reason_is_asked_for_only_where_it_is_needed(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    assert "<textarea" not in world.get(CONFIRM, world.patient.pk).content.decode()


def test_a_stranger_starts_nothing(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    sent = sent_from(world.get(CONFIRM, world.patient.pk))
    assert world.post(CONFIRM, world.patient.pk, by=world.stranger, **sent).status_code == 404
    assert started() == []
