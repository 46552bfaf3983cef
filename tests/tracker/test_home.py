"""Home: which parts each role sees, that each number is the count of the list it leads to, and what empty parts say."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.models import Mail
from monitoring.rules.entered import above_its_limit
from monitoring.rules.vocabulary import AlertGrade, AlertLevel, AlertStatus, ContactOutcome, MailKind, MailStatus
from patients.actions.drafts import keep_draft
from patients.models import Clinic, Membership, Patient, Staff
from patients.rules.vocabulary import Role
from regimens.rules.vocabulary import Route
from tests.factories import records, rows
from tests.tracker.pages import a_full_record, query_budget, text_of
from tracker.home.doctor import doctor_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

DAY, LATE = date(2026, 6, 1), date(2026, 5, 1)
COMPARATORS = ("", "<", "<=", ">", ">=")


def shown(client: Client, staff: Staff) -> str:
    client.force_login(staff)
    response = client.get(reverse("home"))
    assert response.status_code == 200
    return text_of(response)


class Stats(HTMLParser):
    """The numbers of a page, each with its address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._in_number = False
        self._number = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self._in_number = said.get("class") == "stat__number"
        if said.get("class") == "stat__label":
            self.found.append((self._number, said["href"] or ""))

    def handle_data(self, data: str) -> None:
        if self._in_number and data.strip():
            self._number = int(data.strip().replace(",", ""))
            self._in_number = False


def stats_of(client: Client) -> dict[str, int]:
    """By address, the number that leads there."""
    page = Stats()
    page.feed(client.get(reverse("home")).content.decode())
    return {address: number for number, address in page.found}


def a_busy_clinic(nurse: Staff) -> Patient:
    """One open item in each list that home counts, two where it is overdue, and alerts in each state."""
    patient = rows.a_patient(nurse, family_name="Okafor", given_names="Ada")
    rows.a_due_item(patient, "full_blood_count", LATE)
    rows.a_due_item(patient, "albumin", LATE)
    rows.a_due_item(patient, "crp", DAY)
    rows.a_due_item(patient, "potassium", date(2026, 6, 5))
    rows.a_due_item(patient, "lipids", date(2026, 9, 1))
    waiting = {"sample_taken_on": DAY, "waiting_until": date(2026, 6, 20)}
    rows.a_due_item(patient, "glucose", LATE, **waiting)
    rows.an_alert(patient)
    rows.an_alert(patient)
    rows.an_alert(patient, status=AlertStatus.ACKNOWLEDGED.value)
    return patient


def an_unreached_patient(by: Staff, **fields: Any) -> Patient:
    """Something is overdue, and the reminder about it was given up on 30 May."""
    patient = rows.a_patient(by, **fields)
    rows.a_due_item(patient, due_on=LATE)
    Mail.objects.create(
        key=f"reminder-{patient.pk}",
        message_id=f"reminder-{patient.pk}",
        kind=MailKind.PATIENT_OVERDUE.value,
        clinic=patient.clinic,
        contact_details=rows.some_contact_details(patient),
        for_day=date(2026, 5, 30),
        status=MailStatus.GIVEN_UP.value,
        not_before=datetime(2026, 5, 30, 8, tzinfo=UTC),
    )
    return patient


class TestNurse:
    def test_each_number_is_the_count_of_the_list_it_leads_to(self, client: Client) -> None:
        nurse = rows.a_member(Role.NURSE)
        a_busy_clinic(nurse)
        a_busy_clinic(rows.a_member(Role.NURSE))
        client.force_login(nurse)
        stats = {address: number for address, number in stats_of(client).items() if not address.startswith("#")}
        assert stats == {
            "/worklist/?bucket=overdue": 2,
            "/worklist/?bucket=today": 1,
            "/worklist/?bucket=this_week": 1,
            "/worklist/?bucket=waiting": 1,
            "/alerts/?status=open": 2,
        }
        for address, number in stats.items():
            page = text_of(client.get(address))
            assert re.search(rf": {number} (items? of 1 patient|alerts?),", page), address

    def test_the_most_pressing_patient_stands_first_once(self, client: Client) -> None:
        nurse = rows.a_member(Role.NURSE)
        a_busy_clinic(nurse)
        longer = rows.a_patient(nurse, family_name="Waits", given_names="Long")
        rows.a_due_item(longer, "full_blood_count", date(2026, 3, 1))
        page = shown(client, nurse)
        pressing = page[page.index("Most pressing") :]
        assert pressing.index("WAITS, Long") < pressing.index("OKAFOR, Ada")
        assert pressing.count("OKAFOR, Ada") == 1
        assert "albumin, full blood count, C-reactive protein, potassium" in pressing
        assert "the longest 92 days overdue" in pressing
        assert "All 5 items that need attention" in pressing

    def test_more_names_than_fit_are_counted(self, client: Client) -> None:
        nurse = rows.a_member(Role.NURSE)
        patient = rows.a_patient(nurse)
        for item in ("full_blood_count", "albumin", "crp", "potassium", "lipids", "glucose"):
            rows.a_due_item(patient, item, LATE)
        assert "and 2 more" in shown(client, nurse)

    def test_infusions_expected_and_given_today(self, client: Client) -> None:
        nurse = rows.a_member(Role.NURSE)
        expected = rows.a_patient(nurse, family_name="Chair")
        rows.a_due_item(expected, "infusion_rituximab", DAY, drug="rituximab")
        given = rows.a_patient(nurse, family_name="Drip")
        course = rows.a_course(given, "normal_immunoglobulin", date(2026, 5, 4), route=Route.INTRAVENOUS.value)
        rows.an_infusion(course, date(2026, 5, 31), days=2)
        over = rows.a_patient(nurse, family_name="Over")
        other = rows.a_course(over, "normal_immunoglobulin", date(2026, 5, 4), route=Route.INTRAVENOUS.value)
        rows.an_infusion(other, date(2026, 5, 30), days=2)
        page = shown(client, nurse)
        part = page[page.index("Infusions today") : page.index("To telephone")]
        assert "DRIP" in part
        assert "given" in part
        assert "OVER" not in part

    def test_whom_no_reminder_reached_is_listed_until_somebody_spoke_with_them(self, client: Client) -> None:
        nurse = rows.a_member(Role.NURSE)
        patient = an_unreached_patient(nurse, family_name="Silent")
        rows.a_contact(patient, date(2026, 5, 31), ContactOutcome.NO_ANSWER)
        telephone = f"#telephone-{patient.clinic_id}"
        client.force_login(nurse)
        assert stats_of(client)[telephone] == 1
        answer = client.get(reverse("home"))
        assert f'id="{telephone[1:]}"' in answer.content.decode()
        listed = text_of(answer)
        assert "SILENT" in listed[listed.index("stay here until somebody has spoken") :]
        rows.a_contact(patient, DAY, ContactOutcome.WILL_ATTEND)
        assert stats_of(client)[telephone] == 0

    def test_an_empty_day_says_what_was_looked_at(self, client: Client) -> None:
        nurse = rows.a_member(Role.NURSE)
        rows.a_patient(nurse)
        page = shown(client, nurse)
        for words in (
            "Nothing needs attention.",
            "Checked just now: every open item of 1 patient",
            "Nobody is expected in the infusion chair.",
            "Nobody has to be telephoned for a reminder that failed. Looked at: the reminders of 1 patient.",
        ):
            assert words in page

    def test_several_clinics_are_named_and_counted_apart(self, client: Client) -> None:
        nurse = rows.a_member(Role.NURSE)
        here = rows.clinic_of(nurse)
        there = rows.a_clinic(name="Zeta clinic")
        Membership.objects.create(staff=nurse, clinic=there, role=Role.NURSE.value)
        rows.a_due_item(rows.a_patient(nurse, clinic=here), due_on=LATE)
        for _ in range(2):
            rows.a_due_item(rows.a_patient(nurse, clinic=there), due_on=LATE)
        page = shown(client, nurse)
        assert "Zeta clinic" in page
        stats = stats_of(client)
        assert stats[f"/worklist/?bucket=overdue&clinic={here.pk}"] == 1
        assert stats[f"/worklist/?bucket=overdue&clinic={there.pk}"] == 2


class TestDoctor:
    def test_alerts_that_have_reached_the_doctor(self, client: Client) -> None:
        doctor = rows.a_member(Role.DOCTOR)
        patient = rows.a_patient(doctor, family_name="Okafor", given_names="Ada")
        rows.an_alert(patient, text="still with the nurses")
        rows.an_alert(patient, level=AlertLevel.DOCTOR.value, text="waits for a doctor")
        rows.an_alert(patient, level=AlertLevel.DOCTOR.value, text="more urgent", grade=AlertGrade.URGENT.value)
        rows.an_alert(patient, level=AlertLevel.LEAD.value, text="waits for the lead")
        page = shown(client, doctor)
        part = page[page.index("Alerts that wait for you") : page.index("Questions for your decision")]
        assert "still with the nurses" not in part
        assert part.index("more urgent") < part.index("waits for a doctor")
        stats = stats_of(client)
        assert stats == {
            "/alerts/?status=open&level=doctor": 2,
            "/alerts/?status=open&level=lead": 1,
            "/alerts/?status=open&level=nurse": 1,
        }
        for address, number in stats.items():
            assert re.search(rf": {number} alerts?,", text_of(client.get(address))), address

    def test_no_alert_says_over_whom_was_looked(self, client: Client) -> None:
        doctor = rows.a_member(Role.DOCTOR)
        rows.a_patient(doctor)
        clinic = rows.clinic_of(doctor).name
        words = f"No alert waits for you, and none for the nurses. Checked at 10:00 over 1 patient of {clinic}."
        assert words in shown(client, doctor)

    def test_alerts_that_wait_for_the_nurses_are_not_passed_over(self, client: Client) -> None:
        doctor = rows.a_member(Role.DOCTOR)
        patient = rows.a_patient(doctor)
        rows.an_alert(patient)
        rows.an_alert(patient, status=AlertStatus.ACKNOWLEDGED.value)
        assert "No alert waits for you; 1 waits for the nurses." in shown(client, doctor)
        rows.an_alert(patient)
        page = client.get(reverse("home"))
        assert "No alert waits for you; 2 wait for the nurses." in text_of(page)
        assert 'href="/alerts/?status=open&amp;level=nurse"' in page.content.decode()

    def test_results_since_the_last_working_day_those_out_of_range_first(self, client: Client) -> None:
        doctor = rows.a_member(Role.DOCTOR)
        patient = rows.a_patient(doctor, family_name="Okafor")
        friday, before = datetime(2026, 5, 29, 0, 30, tzinfo=UTC), datetime(2026, 5, 28, 22, 30, tzinfo=UTC)
        rows.a_result(patient, "crp", "3", DAY, unit="mg/L", recorded_at=friday)
        rows.a_result(patient, "alt", "120", DAY, unit="U/L", upper_limit=40, recorded_at=friday)
        rows.a_result(patient, "albumin", "41", DAY, unit="g/L", recorded_at=before)
        page = shown(client, doctor)
        part = page[page.index("New results") : page.index("Seen today")]
        assert "2 entered since 29-May-2026, the last working day." in part
        assert "1 raised an alert or lies above its own limit; it comes first." in part
        assert part.index("ALT") < part.index("C-reactive protein")
        assert "albumin" not in part

    def test_results_lie_outside_where_the_rules_are_sure_of_it(self) -> None:
        doctor = rows.a_member(Role.DOCTOR)
        patient = rows.a_patient(doctor)
        now = datetime(2026, 6, 1, 6, tzinfo=UTC)
        written = [(value, sign) for value in ("39", "40", "41") for sign in COMPARATORS]
        for days, (value, sign) in enumerate(written):
            given = {"unit": "U/L", "comparator": sign, "upper_limit": Decimal(40)}
            rows.a_result(patient, "alt", value, LATE + timedelta(days=days), recorded_at=now, **given)
        sure = [
            above_its_limit(records.result("alt", value, comparator=sign, upper_limit=Decimal(40)))
            for value, sign in written
        ]
        assert set(sure) == {True, False}
        assert doctor_day(doctor, patient.clinic).outside == sum(sure)

    @pytest.mark.parametrize("several", [False, True])
    def test_the_number_of_new_results_is_the_count_of_the_list_it_leads_to(
        self, client: Client, several: bool
    ) -> None:
        doctor = rows.a_member(Role.DOCTOR)
        patient = rows.a_patient(doctor)
        if several:
            other = rows.a_clinic()
            Membership.objects.create(staff=doctor, clinic=other, role=Role.DOCTOR.value)
            elsewhere = rows.a_patient(rows.a_member(Role.DOCTOR, other))
            rows.a_result(elsewhere, "crp", "3", DAY, unit="mg/L", recorded_at=datetime(2026, 6, 1, 6, tzinfo=UTC))
        for moment in (datetime(2026, 5, 28, 23, 0, tzinfo=UTC), datetime(2026, 5, 28, 22, 59, tzinfo=UTC)):
            rows.a_result(patient, "crp", "3", DAY, unit="mg/L", recorded_at=moment)
        client.force_login(doctor)
        page = client.get(reverse("home")).content.decode()
        links = re.findall(r'<a href="([^"]+)"><strong>(\d+)</strong> entered since', page)
        assert len(links) == 1 + several
        for address, number in links:
            assert number == "1"
            assert "All results: 1 result, newest" in text_of(client.get(html.unescape(address))), address

    def test_who_was_seen_today_and_what_was_done(self, client: Client) -> None:
        doctor = rows.a_member(Role.DOCTOR)
        patient = rows.a_patient(doctor, family_name="Okafor", given_names="Ada")
        rows.an_assessment(patient, DAY)
        rows.a_result(patient, "alt", "30", DAY, unit="U/L")
        rows.a_result(patient, "crp", "3", DAY, unit="mg/L")
        rows.a_contact(patient, DAY, ContactOutcome.WILL_ATTEND)
        rows.an_assessment(rows.a_patient(doctor, family_name="Yesterday"), date(2026, 5, 31))
        page = shown(client, doctor)
        part = page[page.index("Seen today") :]
        assert "1 patient assessed, spoken to, sampled or infused today." in part
        assert "OKAFOR, Ada assessed, contact: will attend, sample taken" in part
        assert "YESTERDAY" not in part

    def test_questions_are_asked_for_after_the_page_and_reached_without_javascript(self, client: Client) -> None:
        doctor = rows.a_member(Role.DOCTOR)
        client.force_login(doctor)
        page = client.get(reverse("home")).content.decode()
        assert f'hx-get="{reverse("home_questions")}"' in page
        assert f'href="{reverse("questions")}"' in page


class TestAdministratorAndAuditor:
    def test_an_administrator_sees_clinic_staff_reports_and_health(self, client: Client) -> None:
        admin = rows.a_member(Role.ADMIN)
        clinic = rows.clinic_of(admin)
        rows.a_patient(admin)
        rows.a_member(Role.NURSE, clinic)
        page = shown(client, admin)
        for words in (
            f"{clinic.name} 1 patients under care 2 staff who can sign in",
            "Settings and staff, last changed",
            "You have asked for no report yet.",
            "Is everything running?",
            "Review of the protocol",
            "Sealing the audit trail",
        ):
            assert words in page
        stats = stats_of(client)
        assert stats[reverse("clinic_staff", args=[clinic.pk])] >= 1
        assert stats["/mail/?status=given_up"] == 0

    def test_an_auditor_sees_reports_and_the_state_of_the_trail_and_no_patient(self, client: Client) -> None:
        auditor = rows.a_member(Role.AUDITOR)
        rows.a_patient(auditor, family_name="Okafor")
        page = shown(client, auditor)
        assert "Reports and audits" in page
        assert "The nightly check of the audit trail" in page
        assert "OKAFOR" not in page
        assert "Today’s worklist" not in page


class TestEverybody:
    @pytest.mark.parametrize(
        ("forms", "words"),
        [(1, "1 form you began and did not save is kept"), (2, "2 forms you began and did not save are kept")],
    )
    def test_forms_begun_and_not_saved_are_told_of(self, client: Client, forms: int, words: str) -> None:
        nurse, typed = rows.a_member(Role.NURSE), {"note": ["x"]}
        patient = rows.a_patient(nurse)
        assert "you began" not in shown(client, nurse)
        for number in range(forms):
            keep_draft(by=nurse, address=f"/{number}/", typed=typed, version=0, patient_id=patient.pk)
        keep_draft(by=rows.a_member(Role.NURSE), address="/0/", typed=typed, version=0)
        assert words in shown(client, nurse)
        assert f'href="{reverse("my_drafts")}"' in client.get(reverse("home")).content.decode()

    def test_somebody_in_no_clinic_is_told_what_to_do(self, client: Client) -> None:
        page = shown(client, rows.a_stranger())
        assert "You belong to no clinic yet" in page
        assert "An administrator of your clinic adds you" in page

    def test_other_clinics_stay_out_of_sight(self, client: Client) -> None:
        other = rows.a_member(Role.DOCTOR)
        theirs = a_busy_clinic(other)
        rows.a_result(theirs, "alt", "120", DAY, unit="U/L", upper_limit=40)
        rows.an_assessment(theirs, DAY)
        for role in Role:
            assert "OKAFOR" not in shown(client, rows.a_member(role))

    def test_two_roles_in_two_clinics_see_each_part_once(self, client: Client) -> None:
        staff = rows.a_member(Role.NURSE)
        Membership.objects.create(staff=staff, clinic=rows.a_clinic(name="Zeta"), role=Role.DOCTOR.value)
        page = shown(client, staff)
        for title in ("Today’s worklist", "Alerts that wait for you", "Seen today"):
            assert page.count(title) == 1

    def test_the_tour_is_offered_until_it_is_left(self, client: Client) -> None:
        staff = rows.a_member(Role.NURSE)
        assert "New here?" in shown(client, staff)
        assert client.post(reverse("end_tour"))["Location"] == reverse("home")
        assert "New here?" not in text_of(client.get(reverse("home")))

    @pytest.mark.parametrize("role", list(Role))
    @pytest.mark.parametrize("patients", [1, 50])
    def test_queries_do_not_grow_with_the_patients(
        self, client: Client, django_assert_num_queries: Any, role: Role, patients: int
    ) -> None:
        staff = rows.a_member(role)
        clinic: Clinic = rows.clinic_of(staff)
        by = rows.a_member(Role.DOCTOR, clinic)
        for number in range(patients):
            patient = a_full_record(by)
            rows.a_due_item(patient, due_on=LATE)
            rows.a_result(patient, "alt", "120", DAY, unit="U/L", upper_limit=40)
            rows.an_alert(patient, level=AlertLevel.DOCTOR.value)
            rows.an_assessment(patient, DAY)
            if number < 3:
                an_unreached_patient(by)
        client.force_login(staff)
        with django_assert_num_queries(query_budget(f"home_{role.value}")):
            client.get(reverse("home"))
