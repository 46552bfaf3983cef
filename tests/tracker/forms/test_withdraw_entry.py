from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse

from patients.models import Assessment, Weight
from patients.models.entry import Entry
from regimens.models import Course, DosePeriod, Infusion, Outcome
from tests.factories import rows
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of
from tracker.record_tabs import TAB_OF_KIND, tab_address

WHY = "entered for another patient"


def withdraw(world: World, kind: str, row: Entry, **typed: object):
    by = typed.pop("by", world.doctor)
    return world.post("withdraw_entry", world.patient.pk, kind, row.pk, by=by, **{"reason": WHY, **typed})


def test_a_withdrawn_entry_leaves_the_record_and_is_listed_at_its_end(world: World) -> None:
    row = rows.a_weight(world.patient, "164")
    rows.a_weight(world.patient, "64", date(2026, 3, 2))
    assert withdraw(world, "weight", row).status_code == 302
    row.refresh_from_db()
    assert (row.superseded_reason, row.superseded_by) == (WHY, world.doctor)
    assert world.reconciled == [world.patient.pk]

    page = text_of(world.get("record_background", world.patient.pk))
    before, after = page.split("Entered in error and withdrawn (1)")
    assert "164 kg" not in before
    assert f"Weight 164 kg 05-Jan-2026 withdrawn 20-Nov-2026 at 12:00 by Dora Doctor {WHY}" in after


def test_it_shows_what_is_withdrawn(world: World) -> None:
    text = text_of(world.get("withdraw_entry", world.patient.pk, "course", world.methotrexate.pk))
    assert "Course: methotrexate, of 05-Jan-2026. Entered 20-Nov-2026 at 12:00 by Dora Doctor." in text
    assert "A course that really was taken is stopped, not withdrawn." in text


def test_a_reason_is_needed(world: World, refused: Callable[..., str]) -> None:
    row = rows.a_weight(world.patient)
    refused(withdraw(world, "weight", row, reason=" "), "reason", "This is needed")
    assert Weight.objects.get(pk=row.pk).superseded_at is None


def test_an_entry_is_withdrawn_once(world: World) -> None:
    row = rows.a_weight(world.patient)
    assert [withdraw(world, "weight", row).status_code for _ in range(2)] == [302, 404]


def test_a_course_goes_with_everything_under_it(world: World) -> None:
    rows.an_infusion(world.methotrexate)
    rows.a_taper(world.prednisolone, (date(2026, 12, 1), "5"))
    for course in (world.methotrexate, world.prednisolone):
        assert withdraw(world, "course", course).status_code == 302
    assert not Course.objects.current().exists()
    assert not DosePeriod.objects.current().exists()
    assert not Infusion.objects.current().exists()
    assert set(DosePeriod.objects.values_list("superseded_reason", flat=True)) == {f"withdrawn with its course: {WHY}"}
    # The course speaks for its rows.
    assert "Entered in error and withdrawn (2)" in text_of(world.get("record_treatment", world.patient.pk))


def test_judgements_go_with_the_course_only_when_that_is_confirmed(world: World, refused: Callable[..., str]) -> None:
    outcome = rows.an_outcome(world.methotrexate)
    text = refused(withdraw(world, "course", world.methotrexate), "with_judgements", "Judgements were recorded")
    assert "ineffective, 05-Jan-2026" in text
    assert Course.objects.current().filter(pk=world.methotrexate.pk).exists()
    assert withdraw(world, "course", world.methotrexate, with_judgements="on").status_code == 302
    outcome.refresh_from_db()
    assert outcome.superseded_at is not None


def test_a_nurse_does_not_withdraw_a_doctors_judgement(world: World) -> None:
    outcome = rows.an_outcome(world.methotrexate)
    assert withdraw(world, "outcome", outcome, by=world.nurse).status_code == 403
    assert withdraw(world, "course", world.methotrexate, by=world.nurse, with_judgements="on").status_code == 403
    assert withdraw(world, "course", world.prednisolone, by=world.nurse).status_code == 302
    assert Outcome.objects.current().count() == 1


def test_the_first_dose_is_not_withdrawn_alone(world: World, refused: Callable[..., str]) -> None:
    first = world.methotrexate.doses.get()
    refused(withdraw(world, "dose", first), "", "This is the first dose of the course")
    later = rows.a_dose(world.methotrexate, "15", date(2026, 3, 2))
    version = world.methotrexate.version
    assert withdraw(world, "dose", later).status_code == 302
    world.methotrexate.refresh_from_db()
    assert world.methotrexate.version == version + 1


def test_why_a_drug_was_never_given_goes_only_with_the_drug(world: World, refused: Callable[..., str]) -> None:
    never = rows.a_course(world.patient, "rituximab", never_given=True)
    outcome = rows.an_outcome(never, "declined")
    refused(withdraw(world, "outcome", outcome), "", "Withdraw the whole entry of the drug")
    assert withdraw(world, "course", never, by=world.nurse).status_code == 403
    assert withdraw(world, "course", never).status_code == 302
    outcome.refresh_from_db()
    assert outcome.superseded_at is not None


@pytest.mark.parametrize("kind", ["condition", "autoantibody", "height", "assessment", "milestone", "result"])
def test_every_other_kind(world: World, kind: str) -> None:
    make = {
        "condition": rows.a_condition,
        "autoantibody": rows.an_autoantibody,
        "height": rows.a_height,
        "assessment": rows.an_assessment,
        "milestone": rows.a_milestone,
        "result": rows.a_result,
    }[kind]
    row = make(world.patient)
    tab = world.client().get(tab_address(world.patient.pk, TAB_OF_KIND[kind]), {"correct": "1"})
    assert reverse("withdraw_entry", args=[world.patient.pk, kind, row.pk]) in tab.content.decode()
    assert withdraw(world, kind, row).status_code == 302
    row.refresh_from_db()
    assert row.superseded_reason == WHY


@pytest.mark.parametrize("kind", ["review", "patient", "taper"])
def test_other_kinds_are_not_found(world: World, kind: str) -> None:
    assert world.get("withdraw_entry", world.patient.pk, kind, 1).status_code == 404


def test_the_entry_of_another_patient_is_not_found(world: World) -> None:
    row = rows.a_weight(rows.a_patient(world.doctor))
    assert withdraw(world, "weight", row).status_code == 404
    assert Assessment.objects.count() == 0


def test_a_stop_entered_in_error_is_taken_back(world: World) -> None:
    world.post(
        "stop_course", world.methotrexate.pk, on="02/11/2026", reason="ineffective", version=world.methotrexate.version
    )
    stopped = Course.objects.get(pk=world.methotrexate.pk)
    assert stopped.stop_on == date(2026, 11, 2)
    rows.an_outcome(stopped)
    answer = world.post("reopen_course", stopped.pk, reason="it was azathioprine", version=stopped.version)
    assert answer.status_code == 302
    again = Course.objects.current().get(drug="methotrexate")
    assert (again.replaces, again.stop_on, again.start_on) == (stopped, None, stopped.start_on)
    assert [dose.amount for dose in again.doses.all()] == [dose.amount for dose in stopped.doses.all()]
    assert again.outcomes.get().replaces == stopped.outcomes.get()
    assert not DosePeriod.objects.current().filter(course=stopped).exists()
    page = text_of(world.get("record_treatment", world.patient.pk))
    assert "methotrexate" in page
    assert "Entered in error and withdrawn" not in page


def test_a_stop_is_not_taken_back_over_a_later_course(world: World, refused: Callable[..., str]) -> None:
    stopped = rows.a_course(world.patient, "azathioprine", stop_on=date(2026, 3, 2))
    rows.a_course(world.patient, "azathioprine", date(2026, 4, 6))
    answer = world.post("reopen_course", stopped.pk, reason="error", version=stopped.version)
    refused(answer, "", "already has a course of this drug")
    stopped.refresh_from_db()
    assert stopped.superseded_at is None
