"""The page on which a clinician answers a question."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from patients.models import Staff
from regimens.models import Course, Milestone, Outcome, Review
from regimens.rules.vocabulary import MilestoneKind
from regimens.selectors import questions_of
from tests.factories.rows import a_course, a_milestone, a_patient, an_assessment
from tests.tracker.forms.conftest import TODAY, World

TRIAL = "adequate_trial"


@pytest.fixture
def course(world: World) -> Course:
    """Azathioprine at target dose for 100 days."""
    return a_course(world.patient, "azathioprine", TODAY - timedelta(days=100), "100")


def get(world: World, course: Course, by: Staff | None = None) -> Any:
    return world.get("review_prompt", world.patient.pk, TRIAL, f"course-{course.pk}", by=by)


def answer(world: World, course: Course, **changed: str) -> Any:
    found = questions_of(world.doctor, world.patient, TODAY).open
    (question,) = [each for each in found if each.prompt.subject == f"course:{course.pk}"]
    typed = {"answer": "rejected", "reason": "not taken regularly", "fingerprint": question.fingerprint, **changed}
    return world.post("review_prompt", world.patient.pk, TRIAL, f"course-{course.pk}", **typed)


def test_the_record_leads_to_the_review_and_keeps_the_answer(world: World, course: Course) -> None:
    where = reverse("review_prompt", args=[world.patient.pk, TRIAL, f"course-{course.pk}"])
    page = world.get("record", world.patient.pk).content.decode()
    assert f'href="{where}"' in page
    assert f'href="{where}"' not in world.get("record", world.patient.pk, by=world.nurse).content.decode()
    assert answer(world, course).status_code == 302
    after = world.get("record", world.patient.pk).content.decode()
    assert f'href="{where}"' not in after
    assert "Answered questions (1)" in after
    assert "<strong>Rejected</strong> on 20-Nov-2026 by Dora Doctor" in after
    assert "not taken regularly" in after
    assert world.reconciled == [world.patient.pk]


def test_it_shows_what_the_question_rests_on(world: World, course: Course) -> None:
    page = get(world, course).content.decode()
    assert "azathioprine: 14 weeks at target dose" in page
    assert "prompt.adequate_trial" in page
    assert "Total Improvement Score since the start of the course: no assessment at its start" in page
    assert f'href="{reverse("record_treatment", args=[world.patient.pk])}#course-{course.pk}"' in page
    assert "<script" not in page.split("<main", 1)[1].split("</main>", 1)[0]


def test_accepting_records_the_outcome(world: World, course: Course) -> None:
    typed = {"answer": "accepted", "recorded": "ineffective", "judged_on": "19/11/2026", "reason": "CK rising"}
    assert answer(world, course, **typed).status_code == 302
    row = Outcome.objects.get()
    assert (row.course, row.kind, row.on, row.reason) == (course, "ineffective", TODAY - timedelta(days=1), "CK rising")
    assert Review.objects.get().outcome == row
    page = world.get("record", world.patient.pk).content.decode()
    assert f'href="{reverse("record_treatment", args=[world.patient.pk])}#outcome-{row.pk}">Recorded outcome' in page


def test_putting_off_needs_a_day(world: World, course: Course, refused: Callable[..., str]) -> None:
    refused(answer(world, course, answer="deferred"), "until", "until which")
    text = refused(answer(world, course, answer="deferred", until="01/12/2027"), "until", "183 days at most")
    assert "not taken regularly" in text
    assert answer(world, course, answer="deferred", until="01/12/2026").status_code == 302
    assert "until 01-Dec-2026" in world.get("record", world.patient.pk).content.decode()


def test_messages_stand_at_their_fields(world: World, course: Course, refused: Callable[..., str]) -> None:
    refused(answer(world, course, reason=""), "reason", "Say why")
    refused(answer(world, course, answer="accepted"), "recorded", "choose which")
    refused(answer(world, course, recorded="ineffective"), "answer", "only when the question is accepted")
    early = {"answer": "accepted", "recorded": "responded", "judged_on": "01/01/2026"}
    refused(answer(world, course, **early), "judged_on", "before the course started")
    refused(answer(world, course, answer=""), "answer", "This is needed")
    assert not Review.objects.exists()


def test_a_question_that_changed_is_shown_and_what_was_typed_stays(world: World, course: Course) -> None:
    found = questions_of(world.doctor, world.patient, TODAY).open
    old = next(each.fingerprint for each in found if each.prompt.subject == f"course:{course.pk}")
    an_assessment(world.patient, course.start_on, physician_global=5)
    response = answer(world, course, fingerprint=old)
    assert response.status_code == 409
    page = response.content.decode()
    assert "This was not saved" in page
    assert "not taken regularly" in page
    assert "no assessment since its start" in page
    assert not Review.objects.exists()
    now = response.context["form"]["fingerprint"].value()
    assert now != old
    assert answer(world, course, fingerprint=now).status_code == 302


def test_an_answer_that_comes_second_is_not_saved(world: World, course: Course) -> None:
    where = ("review_prompt", world.patient.pk, TRIAL, f"course-{course.pk}")
    answer(world, course)
    late = world.post(*where, answer="accepted", recorded="ineffective", reason="CK", fingerprint="0" * 32)
    assert late.status_code == 409
    page = late.content.decode()
    assert "This was not saved" in page
    assert "by Dora Doctor" in page
    assert "<form" not in page.split("<main", 1)[1].split("</main>", 1)[0]
    assert not Outcome.objects.exists()
    assert "This question is not open" in get(world, course).content.decode()


@pytest.mark.parametrize("about", ["patient", "course-999999", "nonsense"])
def test_what_is_not_asked_is_said(world: World, about: str) -> None:
    assert "This question is not open" in world.get("review_prompt", world.patient.pk, TRIAL, about).content.decode()


def test_who_may(world: World, course: Course) -> None:
    for method in ("get", "post"):
        where = reverse("review_prompt", args=[world.patient.pk, TRIAL, f"course-{course.pk}"])
        assert getattr(world.client(world.nurse), method)(where).status_code == 403
        assert getattr(world.client(world.admin), method)(where).status_code == 403
        assert getattr(world.client(world.stranger), method)(where).status_code == 404
    assert world.get("review_prompt", world.patient.pk, "no_such", "patient").status_code == 404


def test_the_only_thing_that_accepting_can_mean_needs_no_choice(world: World) -> None:
    patient = a_patient(world.doctor, clinic=world.clinic)
    a_course(patient, "prednisolone", TODAY - timedelta(days=90), "10", stop_on=TODAY - timedelta(days=30))
    a_milestone(patient, MilestoneKind.REMISSION, TODAY - timedelta(days=60))
    where = ("review_prompt", patient.pk, "possible_remission", "patient")
    page = world.get(*where)
    assert "recorded" not in page.context["form"].fields
    assert page.context["form"]["judged_on"].label == "Since"
    mark = page.context["form"]["fingerprint"].value()
    assert world.post(*where, answer="accepted", judged_on="30/10/2026", fingerprint=mark).status_code == 302
    assert Milestone.objects.filter(kind="drug_free_remission", on=TODAY - timedelta(days=21)).exists()


def test_a_flare_is_a_relapse_only_when_that_is_said(world: World) -> None:
    patient = a_patient(world.doctor, clinic=world.clinic)
    a_course(patient, "azathioprine", TODAY - timedelta(days=80), "50")
    for days, value in ((70, 2), (40, 5), (10, 5)):
        an_assessment(patient, TODAY - timedelta(days=days), extramuscular_global=value)
    where = ("review_prompt", patient.pk, "deterioration", "patient")
    form = world.get(*where).context["form"]
    assert [value for value, _ in form.fields["recorded"].choices] == ["relapse", ""]
    mark = form["fingerprint"].value()
    assert world.post(*where, answer="accepted", fingerprint=mark).status_code == 302
    assert not Milestone.objects.filter(patient=patient).exists()


def withdraw(world: World, review: Review, by: Staff | None = None) -> Any:
    typed = {"reason": "answered for another patient", **({"by": by} if by else {})}
    return world.post("withdraw_entry", world.patient.pk, "review", review.pk, **typed)


def test_an_answer_given_in_error_is_taken_back_and_the_question_put_again(world: World, course: Course) -> None:
    answer(world, course)
    review = Review.objects.get()
    where = reverse("withdraw_entry", args=[world.patient.pk, "review", review.pk])
    correcting = {"query": "?correct=1"}
    assert f'href="{where}"' in world.get("record", world.patient.pk, **correcting).content.decode()
    assert f'href="{where}"' not in world.get("record", world.patient.pk, by=world.nurse, **correcting).content.decode()
    assert f'href="{where}"' not in world.get("record", world.patient.pk).content.decode()
    assert withdraw(world, review, by=world.nurse).status_code == 403
    assert withdraw(world, review).status_code == 302
    review.refresh_from_db()
    assert (review.superseded_by, review.superseded_reason) == (world.doctor, "answered for another patient")
    page = world.get("record", world.patient.pk).content.decode()
    assert reverse("review_prompt", args=[world.patient.pk, TRIAL, f"course-{course.pk}"]) in page
    assert "Answered questions" not in page
    assert withdraw(world, review).status_code == 404


def test_an_answer_that_recorded_a_judgement_goes_with_it(
    world: World, course: Course, refused: Callable[..., str]
) -> None:
    answer(world, course, answer="accepted", recorded="ineffective", judged_on="19/11/2026", reason="CK rising")
    review = Review.objects.get()
    where = reverse("withdraw_entry", args=[world.patient.pk, "review", review.pk])
    assert f'href="{where}"' not in world.get("record", world.patient.pk, query="?correct=1").content.decode()
    refused(withdraw(world, review), "", "Withdraw the judgement")
    assert Review.objects.current().exists()


def test_answers_about_a_course_go_with_it(world: World, course: Course) -> None:
    answer(world, course)
    entry = ("withdraw_entry", world.patient.pk, "course", course.pk)
    gone = {"reason": "another patient's drug"}
    # The answer is a doctor's.
    assert world.post(*entry, by=world.nurse, **gone).status_code == 403
    assert world.post(*entry, **gone).status_code == 302
    assert not Review.objects.current().exists()
