"""What waits for the review of the patient's clinic: the count on each page, the list, one of them, and the finding."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from patients.models import EmergencyAccess, Membership, Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of

pytestmark = pytest.mark.django_db

LATE = timedelta(days=django_settings.EMERGENCY_REVIEW_DAYS)


@pytest.fixture
def admin() -> Staff:
    return rows.a_member(Role.ADMIN, password=None, first_name="Ada", last_name="Admin")


@pytest.fixture
def patient(admin: Staff) -> Patient:
    return rows.a_patient(admin)


@pytest.fixture
def doctor() -> Staff:
    return rows.a_member(Role.DOCTOR, password=None, first_name="Dora", last_name="Elsewhere")


@pytest.fixture
def page(client: Client, admin: Staff) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def over(doctor: Staff, patient: Patient) -> EmergencyAccess:
    """Opened two hours ago, so that it is over."""
    return rows.an_emergency(doctor, patient, timezone.now() - timedelta(hours=2))


def one(page: Client, row: EmergencyAccess) -> Any:
    return page.get(reverse("review_emergency", args=[row.pk]))


class TestCountOnEachPage:
    def test_says_how_many_wait_and_leads_there(self, page: Client, over: EmergencyAccess, doctor: Staff) -> None:
        body = page.get(reverse("worklist")).content.decode()
        assert "1 emergency access waits for review" in body
        assert f'href="{reverse("emergency_reviews")}"' in body
        rows.an_emergency(doctor, over.patient)
        assert "2 emergency accesses wait for review" in text_of(page.get(reverse("worklist")))

    def test_is_for_those_who_review(self, client: Client, over: EmergencyAccess) -> None:
        nurse = rows.a_member(Role.NURSE, over.patient.clinic, password=None)
        client.force_login(nurse)
        assert "for review" not in text_of(client.get(reverse("worklist")))
        Membership.objects.filter(staff=nurse).update(is_lead=True)
        assert "1 emergency access waits for review" in text_of(client.get(reverse("worklist")))
        client.force_login(rows.a_member(Role.ADMIN, password=None))
        assert "waits for review" not in text_of(client.get(reverse("worklist")))

    @pytest.mark.parametrize(("age", "is_late"), [(LATE - timedelta(minutes=1), False), (LATE, True)])
    def test_turns_red_after_the_days_of_the_setting(
        self, page: Client, doctor: Staff, patient: Patient, age: timedelta, is_late: bool
    ) -> None:
        rows.an_emergency(doctor, patient, timezone.now() - age)
        text = text_of(page.get(reverse("emergency_reviews")))
        assert ("Warning: 1 emergency access waits for review, the oldest for 7 days." in text) is is_late
        assert ("waits too long" in text) is is_late

    def test_goes_with_the_review(self, page: Client, over: EmergencyAccess) -> None:
        page.post(reverse("review_emergency", args=[over.pk]), {"finding": "justified", "note": ""})
        assert "waits for review" not in text_of(page.get(reverse("worklist")))


class TestList:
    def test_what_waits_comes_first(self, page: Client, over: EmergencyAccess, doctor: Staff, admin: Staff) -> None:
        other = rows.a_patient(admin, family_name="Waiting")
        rows.an_emergency(doctor, other, timezone.now() - timedelta(days=1))
        page.post(reverse("review_emergency", args=[over.pk]), {"finding": "justified", "note": ""})
        text = text_of(page.get(reverse("emergency_reviews")))
        assert text.index("waits for review") < text.index("Justified")
        assert "unconscious on our ward" in text

    def test_other_roles_have_none_and_other_clinics_nothing_on_it(self, client: Client, over: EmergencyAccess) -> None:
        client.force_login(rows.a_member(Role.DOCTOR, over.patient.clinic, password=None))
        assert client.get(reverse("emergency_reviews")).status_code == 403
        client.force_login(rows.a_member(Role.ADMIN, password=None))
        assert "Nobody of another clinic" in text_of(client.get(reverse("emergency_reviews")))

    @pytest.mark.parametrize("emergencies", [1, 50])
    def test_queries_do_not_grow(
        self, page: Client, doctor: Staff, admin: Staff, emergencies: int, django_assert_num_queries: Any
    ) -> None:
        for _ in range(emergencies):
            rows.an_emergency(doctor, rows.a_patient(admin), timezone.now() - timedelta(hours=2))
        with django_assert_num_queries(query_budget("emergency_reviews")):
            page.get(reverse("emergency_reviews"))


class TestReview:
    def test_shows_why_and_what_was_looked_at(
        self, page: Client, client: Client, doctor: Staff, patient: Patient
    ) -> None:
        row = rows.an_emergency(doctor, patient)
        reader = Client()
        reader.force_login(doctor)
        reader.get(reverse("record", args=[patient.pk]))
        reader.get(reverse("monitoring_plan", args=[patient.pk]))
        reader.post(reverse("close_emergency", args=[row.pk]))
        text = text_of(one(page, row))
        assert "Dora Elsewhere" in text
        assert "unconscious on our ward" in text
        assert text.index("Patient record") < text.index("Monitoring plan page of the record")
        assert "Record what you find" in text

    def test_the_finding_is_kept_and_then_read_only(self, page: Client, over: EmergencyAccess, admin: Staff) -> None:
        typed = {"finding": "not_justified", "note": "a neighbour of the patient"}
        assert page.post(reverse("review_emergency", args=[over.pk]), typed).status_code == 302
        over.refresh_from_db()
        assert (over.finding, over.reviewed_by) == ("not_justified", admin)
        text = text_of(one(page, over))
        assert "not justified: a neighbour of the patient" in text
        assert "Ada Admin" in text
        assert "Record what you find" not in text
        again = page.post(reverse("review_emergency", args=[over.pk]), {"finding": "justified", "note": ""})
        assert again.status_code == 422
        assert "in the meantime" in text_of(again)

    @pytest.mark.parametrize(("typed", "field"), [({"finding": "not_justified"}, "note"), ({}, "finding")])
    def test_what_is_missing_is_said_beside_its_field(
        self, page: Client, over: EmergencyAccess, typed: dict[str, str], field: str
    ) -> None:
        answer = page.post(reverse("review_emergency", args=[over.pk]), typed)
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {field}

    def test_an_open_one_can_be_ended_and_not_yet_reviewed(self, page: Client, doctor: Staff, patient: Patient) -> None:
        row = rows.an_emergency(doctor, patient)
        text = text_of(one(page, row))
        assert "End it now" in text
        assert "Record what you find" not in text
        page.post(reverse("close_emergency", args=[row.pk]))
        assert "Record what you find" in text_of(one(page, row))
        reader = Client()
        reader.force_login(doctor)
        assert reader.get(reverse("record", args=[patient.pk])).status_code == 404

    def test_not_ones_own(self, client: Client, doctor: Staff, over: EmergencyAccess) -> None:
        Membership.objects.create(staff=doctor, clinic=over.patient.clinic, role=Role.ADMIN)
        client.force_login(doctor)
        text = text_of(one(client, over))
        assert "Somebody else has to review it" in text
        assert "Record what you find" not in text
        typed = {"finding": "justified", "note": ""}
        assert client.post(reverse("review_emergency", args=[over.pk]), typed).status_code == 403
        over.refresh_from_db()
        assert over.reviewed_at is None

    @pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE, Role.AUDITOR])
    def test_not_there_for_other_roles_and_clinics(self, client: Client, over: EmergencyAccess, role: Role) -> None:
        for clinic in (over.patient.clinic, None):
            client.force_login(rows.a_member(role, clinic, password=None))
            assert one(client, over).status_code == 404
            assert client.post(reverse("review_emergency", args=[over.pk]), {}).status_code == 404

    @pytest.mark.parametrize("looked", [1, 20])
    def test_keeps_its_budget(
        self, page: Client, doctor: Staff, patient: Patient, looked: int, django_assert_num_queries: Any
    ) -> None:
        row = rows.an_emergency(doctor, patient)
        reader = Client()
        reader.force_login(doctor)
        for _ in range(looked):
            reader.get(reverse("patient_work", args=[patient.pk]))
        with django_assert_num_queries(query_budget("review_emergency")):
            one(page, row)
