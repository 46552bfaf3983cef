"""The page of reports: choosing, looking, asking for exactly what was seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from patients.acting import because
from patients.clock import today_in
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of
from tests.tracker.reports.asking import manifest_of
from tracker.models import Event, ReportRun
from tracker.reports.actions import make_report
from tracker.reports.registry import all_reports
from tracker.reports.runs import pack_for, pieces_of

pytestmark = pytest.mark.django_db
PAGE, ASK = "reports", "ask_for_report"


@pytest.fixture
def admin(client: Client) -> Staff:
    admin = rows.a_member(Role.ADMIN, password=None, first_name="Ada", last_name="Admin")
    client.force_login(admin)
    return admin


def shown(client: Client, **query: Any) -> Any:
    response = client.get(reverse(PAGE), query)
    assert response.status_code == 200
    return response


def asked(client: Client, page: Any, format: str = "csv") -> Any:
    return client.post(reverse(ASK), {"question": page.context["signed"], "format": format}, follow=True)


def test_every_report_can_be_chosen_and_looked_at(client: Client, admin: Staff) -> None:
    page = text_of(shown(client))
    for report in all_reports().values():
        assert report.title in page
        looked = shown(client, report=report.slug)
        assert report.answers in text_of(looked)
        assert looked.context["preview"].count >= 0


def test_only_who_may_run_reports(client: Client) -> None:
    clinic = rows.a_clinic()
    for role, status in ((Role.DOCTOR, 403), (Role.NURSE, 403), (Role.ADMIN, 200), (Role.AUDITOR, 200)):
        member = rows.a_member(role, clinic, password=None)
        client.force_login(member)
        assert client.get(reverse(PAGE)).status_code == status
        entry = f'<a href="{reverse(PAGE)}"'
        assert (entry in client.get(reverse("patient_list")).content.decode()) == (status == 200)
        assert client.get(reverse("report_runs"), headers={"HX-Request": "true"}).status_code == status


def test_the_screen_counts_what_the_pack_holds(client: Client, admin: Staff) -> None:
    for number in range(30):
        rows.a_weight(rows.a_patient(admin, hospital_number=f"H{number}"))
    page = shown(client, report="activity", kind="patients_weight")
    assert "30 rows" in text_of(page)
    assert "The first 20 are shown" in text_of(page)
    rows.a_weight(rows.a_patient(admin))  # after what was seen
    answer = asked(client, page)
    assert "stands under “Your packs” when it is ready" in text_of(answer)
    run = ReportRun.objects.get()
    make_report(run.pk)
    manifest = manifest_of(b"".join(pieces_of(pack_for(admin, run.pk))))
    assert (manifest["rows"], manifest["filters"]) == (30, {"kind": "weight"})


def test_a_period_that_has_not_ended_says_so(client: Client, admin: Staff) -> None:
    asked_for = {"report": "activity", "from": "01/01/2026"}
    assert "The period had not ended" in text_of(shown(client, **asked_for, until="31/12/2099"))
    assert "The period had not ended" not in text_of(shown(client, **asked_for, until="02/01/2026"))


def test_what_was_seen_cannot_be_altered_or_handed_on(client: Client, admin: Staff) -> None:
    page = shown(client, report="activity")
    other = rows.a_member(Role.ADMIN, rows.clinic_of(admin), password=None)
    for question in ("", "nonsense", page.context["signed"][:-1]):
        answer: Any = client.post(reverse(ASK), {"question": question, "format": "csv"}, follow=True)
        assert "too old to be asked for" in text_of(answer)
    client.force_login(other)
    assert "too old to be asked for" in text_of(asked(client, page))
    assert not ReportRun.objects.exists()


def test_an_odd_period_or_format_is_said_in_words(client: Client, admin: Staff) -> None:
    page = text_of(shown(client, report="activity", **{"from": "05/04/2026", "until": "04/04/2026"}))
    assert "The period ends on 04-Apr-2026, before it begins on 05-Apr-2026." in page
    assert "Make the pack" not in page
    assert "Enter a day" in text_of(shown(client, report="activity", **{"from": "yesterday"}))
    assert "no format" in text_of(asked(client, shown(client, report="activity"), "docx"))
    assert client.get(reverse(PAGE), {"report": "everything"}).status_code == 404


def test_a_report_that_no_pdf_holds_is_refused_with_what_to_do(client: Client, admin: Staff, settings: Any) -> None:
    settings.REPORT_PDF_ROWS = 1
    rows.a_weight(rows.a_patient(admin))
    assert "Choose CSV or JSON Lines" in text_of(asked(client, shown(client, report="activity"), "pdf"))


def test_another_clinic_in_the_address_is_not_shown(client: Client, admin: Staff) -> None:
    other = rows.a_member()
    rows.a_weight(rows.a_patient(other, hospital_number="X1"))
    page = shown(client, report="activity", clinic=str(rows.clinic_of(other).pk))
    assert page.context["clinic"] == rows.clinic_of(admin)
    assert "X1" not in text_of(page)
    assert client.get(reverse(PAGE), {"report": "activity", "clinic": "abc"}).status_code == 200


def test_text_from_the_trail_is_shown_as_text(client: Client, admin: Staff) -> None:
    with because("<script>alert(1)</script>"):
        rows.a_weight(rows.a_patient(admin))
    body = shown(client, report="activity").content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body


def test_a_patient_who_is_shown_is_told_to_the_access_log(client: Client, admin: Staff) -> None:
    patient = rows.a_patient(admin)
    shown(client, report="activity")
    told = Event.objects.filter(kind="access", origin="page reports").latest("id")
    assert (told.subject, told.patient_id, told.actor) == ("list", patient.pk, admin)


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(
    client: Client, admin: Staff, django_assert_num_queries: Any, patients: int
) -> None:
    for _ in range(patients):
        rows.a_weight(rows.a_patient(admin))
    today = today_in(rows.clinic_of(admin))
    query = {"report": "activity", "from": f"{today - timedelta(days=1):%d-%b-%Y}"}
    with django_assert_num_queries(query_budget("reports")):
        shown(client, **query)


def test_an_audit_can_be_looked_at_and_packed_as_known_then(client: Client, admin: Staff) -> None:
    audit = "audit-tests-in-date"
    then = timezone.now()
    rows.a_patient(admin)
    there = client.post(reverse(PAGE), {"report": audit, "known_at": then.isoformat()})["Location"]
    page: Any = client.get(there)
    assert "entries and corrections made since are left out" in text_of(page)
    assert page.context["preview"].count == 0
    asked(client, page)
    run = ReportRun.objects.get()
    make_report(run.pk)
    manifest = manifest_of(b"".join(pieces_of(pack_for(admin, run.pk))))
    assert (manifest["known_at"], manifest["rows"]) == ({"moment": then.isoformat(), "chosen": True}, 0)
    now = shown(client, report=audit)
    assert now.context["preview"].count == 1
    assert "Late entries and corrections made until now count." in text_of(now)
    for wrong in ("2200-01-01", "never"):
        refused = shown(client, report=audit, known_at=wrong)
        assert refused.context["form"].errors["known_at"]
        assert "Make the pack" not in text_of(refused)
    assert "As known at" not in text_of(shown(client, report="activity", known_at=then.isoformat()))


def test_a_hospital_number_is_never_in_an_address(client: Client, admin: Staff) -> None:
    for number in ("H 7", "H8"):
        rows.a_weight(rows.a_patient(admin, hospital_number=number))
    chosen = {
        "report": "activity",
        "kind": "patients_weight",
        "patient": "H 7",
        "clinic": str(rows.clinic_of(admin).pk),
    }
    assert 'method="post"' in shown(client, report="activity").content.decode()
    there = client.post(reverse(PAGE), chosen)
    assert there.status_code == 302
    assert "H+7" not in there["Location"]
    assert "patient=" not in there["Location"]
    assert "kind=patients_weight" in there["Location"]
    page: Any = client.get(there["Location"])
    assert "1 row" in text_of(page)
    assert page.context["question"].filters == {"kind": "patients_weight", "patient": "H 7"}
    asked(client, page)
    assert ReportRun.objects.get().parameters["filters"] == {"kind": "patients_weight", "patient": "H 7"}
    assert shown(client, report="activity", patient="H 7").context["question"].filters == {}
    assert client.get(client.post(reverse(PAGE), {**chosen, "patient": ""})["Location"]).context["preview"].count == 2


def test_what_is_posted_leads_nowhere_else(client: Client, admin: Staff) -> None:
    for odd in ({}, {"next": "//evil.invalid"}, {"report": "//evil.invalid\r\nX: y"}, {"report": "x" * 9000}):
        there = client.post(reverse(PAGE), odd)["Location"]
        assert there.startswith(reverse(PAGE))
        assert len(there) < 2000
