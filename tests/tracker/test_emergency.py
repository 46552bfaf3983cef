"""Opening another clinic's record in an emergency, reading it, and what stays shut."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pyotp
import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.core.cache import caches
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from patients.models import EmergencyAccess, Membership, Patient, Staff
from patients.rules.vocabulary import Role
from regimens.models import Course
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of
from tracker.models import Event
from tracker.views.forms.page import FormPage
from tracker.views.forms.start_step import StartStep

pytestmark = pytest.mark.django_db

NHS_NUMBER, BORN = "9990000018", date(1970, 5, 4)
TYPED = {
    "nhs_number": "999 000 0018",
    "born": "04/05/1970",
    "reason": "unconscious on our ward",
    "code": rows.PASSWORD,
}


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> None:
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture
def patient() -> Patient:
    """Of another clinic, with one of everything."""
    owner = rows.a_member(Role.NURSE, password=None)
    return a_full_record(owner, family_name="Quillfeather", nhs_number=NHS_NUMBER, born=BORN)


@pytest.fixture
def doctor() -> Staff:
    return rows.a_member(Role.DOCTOR)


@pytest.fixture
def page(client: Client, doctor: Staff) -> Client:
    client.force_login(doctor)
    return client


def asked_for(page: Client, **changed: str) -> Any:
    return page.post(reverse("emergency"), {**TYPED, **changed})


def misses() -> int:
    return Event.objects.filter(kind="security", subject="emergency_not_found").count()


class TestOpening:
    def test_says_what_will_happen(self, page: Client) -> None:
        text = text_of(page.get(reverse("emergency")))
        for words in ("for 60 minutes", "You can change nothing", "is told at once", "Your password"):
            assert words in text

    def test_opens_the_record_and_shows_the_band_on_every_page(
        self, page: Client, doctor: Staff, patient: Patient
    ) -> None:
        opened = page.post(reverse("emergency"), TYPED, follow=True)
        assert opened.redirect_chain == [(reverse("record", args=[patient.pk]), 302)]
        text = text_of(opened)
        assert "Quillfeather" in text.title()
        assert f"Emergency access is open: record {patient.hospital_number} of {patient.clinic.name}" in text
        assert "(60 minutes left)" in text
        other = text_of(page.get(reverse("worklist")))
        assert f"record {patient.hospital_number}" in other
        assert "quillfeather" not in other.casefold()  # the band is no access, and says no more than an e-mail may

    def test_each_page_is_recorded_with_the_reason(self, page: Client, doctor: Staff, patient: Patient) -> None:
        asked_for(page)
        row = EmergencyAccess.objects.get()
        page.get(reverse("record", args=[patient.pk]))
        event = Event.objects.filter(kind="access").latest("id")
        assert (event.emergency_id, event.reason) == (row.pk, "unconscious on our ward")
        assert (event.patient_id, event.clinic_id, event.actor_id) == (patient.pk, patient.clinic_id, doctor.pk)
        page.get(reverse("patient_list"))
        assert Event.objects.filter(kind="access").latest("id") == event

    def test_a_wrong_password_opens_nothing_and_looks_for_nobody(self, page: Client, patient: Patient) -> None:
        for changed in ({}, {"born": "05/05/1970"}):
            answer = asked_for(page, code="wrong", **changed)
            assert answer.status_code == 422
            assert set(answer.context["form"].errors) == {"code"}
        assert not EmergencyAccess.objects.exists()
        assert misses() == 0
        assert Event.objects.filter(subject="second_factor_failed").count() == 2

    def test_a_wrong_password_is_called_a_password(self, page: Client, patient: Patient) -> None:
        assert "not accepted as your password" in text_of(asked_for(page, code="wrong"))

    def test_whoever_has_a_second_factor_is_asked_for_that(self, page: Client, doctor: Staff, patient: Patient) -> None:
        secret = pyotp.random_base32()
        data = {"secret": get_adapter().encrypt(secret)}
        Authenticator.objects.create(user=doctor, type=Authenticator.Type.TOTP, data=data)
        text = text_of(page.get(reverse("emergency")))
        assert "From your authenticator app" in text
        assert "Your password" not in text
        assert "Type the code that your app shows now" in text_of(asked_for(page))  # the password is none
        code = pyotp.TOTP(secret).now()
        assert asked_for(page, code=code).status_code == 302
        again = asked_for(page, code=code, nhs_number="999 000 0026")  # each code works once
        assert set(again.context["form"].errors) == {"code"}

    def test_the_code_is_never_sent_back(self, page: Client, patient: Patient) -> None:
        answer = asked_for(page, reason="")
        assert answer.status_code == 422
        assert rows.PASSWORD not in answer.content.decode()

    @pytest.mark.parametrize("changed", [{"born": "05/05/1970"}, {"nhs_number": "999 000 0026"}])
    def test_nobody_found_is_one_answer_and_recorded(
        self, page: Client, patient: Patient, doctor: Staff, changed: dict[str, str]
    ) -> None:
        answer = asked_for(page, **changed)
        assert answer.status_code == 422
        assert "No patient of another clinic has this NHS number and this date of birth together" in text_of(answer)
        assert misses() == 1
        event = Event.objects.get(subject="emergency_not_found")
        assert event.actor_id == doctor.pk
        assert NHS_NUMBER not in str(vars(event))

    def test_few_tries_are_borne_from_one_person(self, page: Client, patient: Patient, client: Client) -> None:
        for _ in range(django_settings.EMERGENCY_TRIES_AN_HOUR):
            assert "No patient of another clinic" in text_of(asked_for(page, born="05/05/1970"))
        refused = asked_for(page)  # even with everything right
        assert "too often within an hour" in text_of(refused)
        assert misses() == django_settings.EMERGENCY_TRIES_AN_HOUR
        assert not EmergencyAccess.objects.exists()
        another = Client()
        another.force_login(rows.a_member(Role.NURSE))
        assert asked_for(another).status_code == 302

    def test_one_try_fewer_is_borne(self, page: Client, patient: Patient) -> None:
        for _ in range(django_settings.EMERGENCY_TRIES_AN_HOUR - 1):
            asked_for(page, born="05/05/1970")
        assert asked_for(page).status_code == 302

    @pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
    def test_other_roles_have_no_such_page(self, client: Client, patient: Patient, role: Role) -> None:
        client.force_login(rows.a_member(role))
        assert client.get(reverse("emergency")).status_code == 403
        assert asked_for(client).status_code == 403
        assert f'href="{reverse("emergency")}"' not in client.get(reverse("patient_list")).content.decode()

    def test_the_way_there_is_in_the_foot_and_where_a_search_finds_nobody(self, page: Client) -> None:
        found = page.post(reverse("patient_list"), {"q": "nobody"}, follow=True).content.decode()
        assert found.count(f'href="{reverse("emergency")}"') == 2


class TestReading:
    def test_over_after_an_hour(self, page: Client, doctor: Staff, patient: Patient) -> None:
        opened = datetime(2026, 6, 1, 9, tzinfo=UTC)
        rows.an_emergency(doctor, patient, opened)
        address = reverse("record", args=[patient.pk])
        for passed, status, minutes in ((59 * 60 + 59, 200, "1 minute left"), (60 * 60, 404, "")):
            with time_machine.travel(opened + timedelta(seconds=passed), tick=False):
                answer = page.get(address)
                assert answer.status_code == status
                assert minutes in text_of(answer)

    def test_closed_by_its_button(self, page: Client, doctor: Staff, patient: Patient) -> None:
        row = rows.an_emergency(doctor, patient)
        answer = page.post(reverse("close_emergency", args=[row.pk]), follow=True)
        assert "can no longer be read" in text_of(answer)
        assert page.get(reverse("record", args=[patient.pk])).status_code == 404
        assert "Emergency access is open" not in text_of(answer)

    def test_nobody_elses_button(self, client: Client, doctor: Staff, patient: Patient) -> None:
        row = rows.an_emergency(doctor, patient)
        client.force_login(rows.a_member(Role.DOCTOR, rows.clinic_of(doctor), password=None))
        assert client.post(reverse("close_emergency", args=[row.pk])).status_code == 404
        assert client.get(reverse("close_emergency", args=[row.pk])).status_code == 405
        row.refresh_from_db()
        assert row.closed_at is None

    def test_the_pages_of_the_record_and_every_link_on_them_work_and_none_writes(
        self, page: Client, doctor: Staff, patient: Patient
    ) -> None:
        rows.an_alert(patient)
        rows.an_emergency(doctor, patient)
        steroid = Course.objects.get(patient=patient, drug="prednisolone")
        infused = Course.objects.get(patient=patient, drug="normal_immunoglobulin")
        waiting = [reverse("record", args=[patient.pk])]
        walked: set[str] = set()
        while waiting:
            address = waiting.pop()
            walked.add(address)
            answer = page.get(address)
            assert answer.status_code == 200, address
            if not answer["Content-Type"].startswith("text/html"):
                continue  # a drawing or a table to take away
            body = answer.content.decode()
            assert "Emergency access is open" in text_of(answer)
            main = body.partition("<main")[2].partition("</main>")[0]
            assert 'method="post"' not in main, address
            links = {unescape(found) for found in re.findall(r'href="(/[^"#?]*)', main)}
            about = (f"/patients/{patient.pk}/", "/courses/", "/alerts/")
            waiting += sorted(link for link in links - walked if link.startswith(about) and link != "/alerts/")
            waiting = list(dict.fromkeys(waiting))
        names = ("record", "algorithm_map", "response", "monitoring_plan")
        assert {reverse(name, args=[patient.pk]) for name in names} <= walked
        assert {reverse("taper", args=[steroid.pk]), reverse("infusions", args=[infused.pk])} <= walked
        assert any(address.startswith("/alerts/") for address in walked)
        for address in walked:
            assert Event.objects.filter(kind="access", patient=patient.pk).count() == len(walked), address

    def test_no_list_holds_the_patient(self, page: Client, doctor: Staff, patient: Patient) -> None:
        rows.a_due_item(patient)
        rows.an_alert(patient)
        rows.an_emergency(doctor, patient)
        addresses = [
            reverse(name) for name in ("patient_list", "worklist", "alerts", "results", "safe_silence", "mail")
        ]
        addresses += [reverse("worklist_print"), reverse("worklist_export"), reverse("calendar")]
        addresses += [f"{reverse(name)}?patient={patient.pk}" for name in ("worklist", "alerts", "results")]
        for address in addresses:
            body = b"".join(page.get(address)).decode() if "export" in address else page.get(address).content.decode()
            main = body.partition("<main")[2] or body
            for secret in ("Quillfeather", "QUILLFEATHER", patient.hospital_number, NHS_NUMBER):
                assert secret not in main, address
        searched = text_of(page.post(reverse("patient_list"), {"q": NHS_NUMBER}, follow=True))
        assert "No patient of your clinics fits" in searched

    def test_no_program_reads_under_it(self, page: Client, doctor: Staff, patient: Patient) -> None:
        rows.an_emergency(doctor, patient)
        course = Course.objects.filter(patient=patient).first()
        assert course is not None
        for name in ("patient-pathway", "patient-questions", "patient-response", "patient-monitoring"):
            assert page.get(reverse(f"api:{name}", args=[patient.pk])).status_code == 404
        assert page.get(reverse("api:patients-detail", args=[patient.pk])).status_code == 404
        assert page.get(reverse("api:courses-detail", args=[course.pk])).status_code == 404
        assert page.get(reverse("api:courses-list")).json()["results"] == []

    def test_a_lost_role_shuts_the_record(self, page: Client, doctor: Staff, patient: Patient) -> None:
        rows.an_emergency(doctor, patient)
        assert page.get(reverse("record", args=[patient.pk])).status_code == 200
        Membership.objects.filter(staff=doctor).update(role=Role.AUDITOR)
        answer = page.get(reverse("record", args=[patient.pk]))
        assert answer.status_code == 404
        assert "Emergency access is open" not in text_of(page.get(reverse("patient_list")))


class TestWriting:
    def addresses(self, patient: Patient) -> dict[str, str]:
        """Every form page of one patient or course, and the sandbox."""
        course = Course.objects.filter(patient=patient, drug="prednisolone").get()
        words = {"item": "alt", "prompt": "adequate_trial", "about": "1", "analyte": "ciclosporin", "kind": "course"}
        found = {}
        for one in get_resolver().url_patterns:
            if not isinstance(one, URLPattern) or one.name == "alert":
                continue
            view = getattr(one.callback, "view_class", None)
            names = set(one.pattern.converters)
            if view is None or not names & {"patient_id", "course_id"}:
                continue
            assert issubclass(view, FormPage | StartStep) or one.name == "what_if", one.name
            ids = dict.fromkeys(names, course.pk) | {name: words[name] for name in names & set(words)}
            found[str(one.name)] = reverse(
                str(one.name), kwargs={**ids, **({"patient_id": patient.pk} if "patient_id" in names else {})}
            )
        return found

    def test_every_form_refuses_before_and_after_typing(self, page: Client, doctor: Staff, patient: Patient) -> None:
        addresses = self.addresses(patient)
        assert len(addresses) > 30
        before = Event.objects.filter(kind__in=("insert", "update", "delete"), patient=patient.pk).count()
        rows.an_emergency(doctor, patient)
        for name, address in addresses.items():
            read, sent = page.get(address), page.post(address, {})
            assert read.status_code in (403, 404), name
            assert sent.status_code in (403, 404, 405), name  # a step that takes nothing is only read
            for answer in (read, sent):
                assert "quillfeather" not in answer.content.decode().casefold(), name
        written = Event.objects.filter(kind__in=("insert", "update", "delete"), patient=patient.pk)
        assert written.count() == before + 1  # the emergency access itself
        assert not Event.objects.filter(kind="access").exists()

    def test_in_plain_words(self, page: Client, doctor: Staff, patient: Patient) -> None:
        rows.an_emergency(doctor, patient)
        answer = page.post(reverse("add_weight", args=[patient.pk]), {"on": "05/01/2026", "kilograms": "71"})
        assert answer.status_code == 403
        assert "Emergency access lets you read this record, not change it" in text_of(answer)

    def test_an_alert_is_read_and_not_moved_on(self, page: Client, doctor: Staff, patient: Patient) -> None:
        alert = rows.an_alert(patient)
        rows.an_emergency(doctor, patient)
        assert page.get(reverse("alert", args=[alert.pk])).status_code == 200
        page.post(reverse("alert", args=[alert.pk]), {"step": "acknowledge", "version": alert.version})
        alert.refresh_from_db()
        assert alert.status == "open"

    def test_no_program_writes_under_it(self, page: Client, doctor: Staff, patient: Patient) -> None:
        rows.an_emergency(doctor, patient)
        body = {"patient": patient.pk, "on": "2026-01-06", "kilograms": "71"}
        assert page.post(reverse("api:weights-list"), body, content_type="application/json").status_code == 404


@pytest.mark.parametrize("emergencies", [0, 3])
def test_the_page_keeps_its_budget(
    page: Client, doctor: Staff, emergencies: int, django_assert_num_queries: Any
) -> None:
    for _ in range(emergencies):
        rows.an_emergency(rows.a_member(password=None), rows.a_patient(doctor))
    with django_assert_num_queries(query_budget("emergency")):
        page.get(reverse("emergency"))
