"""The taper page: planned against recorded dose, the next checkpoint, decisions, sums and items; and the API."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Staff
from patients.rules.vocabulary import Role
from regimens.models import Course
from regimens.rules.vocabulary import Route, TaperChoice
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def member(client: Client) -> Staff:
    member = rows.a_member(password=None)
    client.force_login(member)
    return member


def tapered(by: Staff, *, kilograms: str = "75") -> Course:
    """20 mg since 1 April by a plan that asks for 15 mg since 23 May and 10 mg on 1 July; CK back to normal."""
    patient = rows.a_patient(by)
    if kilograms:
        rows.a_weight(patient, kilograms, date(2026, 1, 5))
    course = rows.a_course(patient, "prednisolone", date(2026, 1, 6), dose="60")
    rows.a_dose(course, "20", date(2026, 4, 1))
    plan = rows.a_taper(course, (date(2026, 5, 23), "15"), (date(2026, 7, 1), "10"))
    type(plan).objects.filter(pk=plan.pk).update(recorded_at="2026-05-01T10:00:00Z")
    rows.an_assessment(patient, date(2026, 1, 5), "4200", mmt="60", mmt_maximum=80, physician_global="6")
    seen = rows.an_assessment(patient, date(2026, 5, 20), "150", mmt="78", mmt_maximum=80, physician_global="1")
    seen.enzymes.update(upper_limit="200")
    return course


def shown(client: Client, course: Course, **query: str) -> str:
    response = client.get(reverse("taper", args=[course.pk]), query)
    assert response.status_code == 200
    return text_of(response).replace("\u00a0", " ")


def test_the_difference_is_named(client: Client, member: Staff) -> None:
    page = shown(client, tapered(member))
    assert "Plan 15 mg from 23-May-2026, recorded 20 mg: 10 days behind the plan." in page
    assert "23-May-2026 still so 10 15 mg 20 mg 20 mg behind the plan" in page
    assert "01-Apr-2026 23-May-2026 52 no plan 20 mg 20 mg no plan then" in page


def test_the_next_checkpoint_says_what_to_look_at(client: Client, member: Staff) -> None:
    page = shown(client, tapered(member))
    for words in (
        "23-May-2026, overdue by 9 days: planned taper: 15 mg a day from 23-May-2026",
        "01-Jul-2026, due in 30 days: planned taper: 10 mg a day from 01-Jul-2026",
        "MMT 78 of 80 on 20-May-2026 (60 on 05-Jan-2026)",
        "CK 150 U/L on 20-May-2026, back to normal (upper limit 200)",
        "physician global 1 cm on 20-May-2026",
        "Decide: cut, hold or raise",
    ):
        assert words in page, words


def test_what_is_not_recorded_is_said(client: Client, member: Staff) -> None:
    course = rows.a_course(rows.a_patient(member), "prednisolone", date(2026, 5, 1))
    page = shown(client, course)
    for words in (
        "strength not recorded",
        "CK not recorded",
        "globals not recorded",
        "no response score over this course",
        "Recorded dose not recorded",
        "At least 0 mg; not known for 31 days as recorded, mg/kg not known: no dated weight",
        "not drawn: it needs a body weight, and none is recorded",
        "No step is planned",
        "No decision is recorded yet.",
    ):
        assert words in page, words
    assert "None" not in page


def test_ck_without_its_limit_is_not_called_normal(client: Client, member: Staff) -> None:
    course = tapered(member)
    rows.an_assessment(course.patient, date(2026, 5, 25), "150")
    assert "CK 150 U/L on 25-May-2026, upper limit not recorded, so not known" in shown(client, course)


def test_decisions_say_who_when_and_why(client: Client, member: Staff) -> None:
    course = tapered(member)
    rows.a_taper_decision(
        course,
        date(2026, 5, 23),
        choice=TaperChoice.HOLD.value,
        planned_on=date(2026, 5, 23),
        milligrams_per_day="20",
        strength="worse",
        reason="CK rising",
        next_check_on=date(2026, 6, 20),
    )
    page = shown(client, course)
    assert "hold the dose: 20 mg a day about the step planned for 23-May-2026 worse, not assessed" in page
    assert "CK rising 20-Jun-2026" in page
    assert f"{member.get_full_name() or member.username} entered 01-Jun-2026 at 10:00" in page
    assert "worse at the checkpoint of 23-May-2026" in page


def test_the_sums_are_exact_and_say_what_nobody_recorded(client: Client, member: Staff) -> None:
    page = shown(client, tapered(member))
    assert "Since the start of this course 6320 mg as recorded, 84.27 mg/kg (at 75 kg, 05-Jan-2026)" in page
    assert "6275 mg if the planned steps that nobody recorded were taken from their days" in page
    assert "The published example up to this day" in page


def test_the_drawing_tells_its_lines_without_colour_and_says_example(client: Client, member: Staff) -> None:
    markup = client.get(reverse("taper", args=[tapered(member).pk])).content.decode()
    drawing = markup[markup.index('<svg class="timeline__plot"') :].split("</svg>")[0]
    assert "eTG (Australia): example, not a prescription" in drawing
    assert 'stroke-dasharray="4 3"' in drawing
    assert 'fill="#f5d08a"' in drawing  # written into the drawing, so that it prints as it is
    assert "style=" not in drawing
    assert "plan: planned: 15 mg a day, 23-May-2026" in text_of_titles(drawing)


def text_of_titles(drawing: str) -> str:
    return drawing.replace("\u00a0", " ").replace("&nbsp;", " ")


def test_adrenal_and_bone_items_have_their_status(client: Client, member: Staff) -> None:
    course = tapered(member)
    rows.a_result(course.patient, "emergency_card", "", date(2026, 1, 20), text="given")
    page = shown(client, course)
    assert "steroid emergency card given nothing due 20-Jan-2026" in page
    assert "bone protection plan overdue overdue by 62 days, 31-Mar-2026 never recorded" in page
    young = rows.a_course(rows.a_patient(member), "prednisolone", date(2026, 5, 20), dose="6")
    assert "Asked for after 84 days at 7.5 mg of prednisolone equivalent a day or more: not at that dose now" in shown(
        client, young
    )


def test_looking_back_sees_nothing_later(client: Client, member: Staff) -> None:
    page = shown(client, tapered(member), as_of="2026-04-30")
    assert "Not today's record" in page
    assert "behind the plan" not in page
    assert "Decide: cut, hold or raise" not in page


def test_a_nurse_reads_it_and_is_not_offered_the_decision(client: Client, member: Staff) -> None:
    course = tapered(member)
    client.force_login(rows.a_member(Role.NURSE, course.patient.clinic, password=None))
    page = shown(client, course)
    assert "A doctor decides" in page
    assert "Decide: cut, hold or raise" not in page


def test_the_record_leads_here(client: Client, member: Staff) -> None:
    course = tapered(member)
    markup = client.get(reverse("record_treatment", args=[course.patient_id])).content.decode()
    assert f'href="{reverse("taper", args=[course.pk])}"' in markup


def test_pulses_and_other_drugs(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    pulses = rows.a_course(patient, "methylprednisolone_sodium_succinate", route=Route.INTRAVENOUS.value)
    assert "No daily dose to draw" in shown(client, pulses)
    other = rows.a_course(patient, "azathioprine", dose="100")
    assert client.get(reverse("taper", args=[other.pk])).status_code == 404


def test_another_clinics_course_is_not_there(client: Client, member: Staff) -> None:
    course = tapered(rows.a_member(password=None))
    assert client.get(reverse("taper", args=[course.pk])).status_code == 404
    client.logout()
    assert client.get(reverse("taper", args=[course.pk])).status_code == 302


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_stay_within_the_budget(client: Client, member: Staff, patients: int) -> None:
    for _ in range(patients):
        patient = a_full_record(member)
    course = Course.objects.get(patient=patient, drug="prednisolone")
    for number in range(1, patients // 2):
        rows.a_taper_decision(course, date(2026, 4, 1 + number))
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("taper", args=[course.pk]))
    assert len(captured) == query_budget("taper")
