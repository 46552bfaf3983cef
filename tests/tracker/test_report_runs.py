"""What somebody asked for: how it stands, refreshed or not, cancelled, and downloaded by them alone."""

import hashlib
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.acting import because
from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import text_of
from tests.tracker.reports.asking import a_run
from tracker.models import Event, ReportChunk, ReportRun
from tracker.reports.actions import make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Staff:
    admin = rows.a_member(Role.ADMIN, password=None)
    client.force_login(admin)
    return admin


def part(client: Client) -> str:
    return client.get(reverse("report_runs"), headers={"HX-Request": "true"}).content.decode()


def cancelled(client: Client, run: ReportRun) -> str:
    page: Any = client.post(reverse("cancel_report", args=[run.pk]), follow=True)
    return text_of(page)


def fetched(client: Client, run: ReportRun) -> Any:
    return client.get(reverse("download_report", args=[run.pk]))


def test_the_list_refreshes_itself_only_while_something_is_made(client: Client, admin: Staff) -> None:
    assert "You have asked for none yet." in part(client)
    run = a_run(admin)
    assert "hx-trigger" in part(client)
    assert "waiting" in part(client)
    ReportRun.objects.filter(pk=run.pk).update(status="running", rows_done=3, rows_expected=12)
    assert "3 of 12 rows (25 %)" in " ".join(part(client).split())
    ReportRun.objects.filter(pk=run.pk).update(status="waiting")
    make_report(run.pk)
    page = part(client)
    assert "hx-trigger" not in page
    assert ReportRun.objects.get().sha256 in page
    assert reverse("download_report", args=[run.pk]) in page


def test_without_javascript_the_page_shows_the_same(client: Client, admin: Staff) -> None:
    make_report(a_run(admin).pk)
    assert client.get(reverse("report_runs")).headers["Location"] == reverse("reports")
    page: Any = client.get(reverse("reports"))
    assert "Refresh" in text_of(page)
    assert ReportRun.objects.get().sha256 in text_of(page)


def test_the_pack_goes_to_whoever_asked(client: Client, admin: Staff) -> None:
    run = a_run(admin)
    make_report(run.pk)
    run.refresh_from_db()
    response = fetched(client, run)
    body = b"".join(response.streaming_content)
    assert hashlib.sha256(body).hexdigest() == run.sha256
    assert response["Content-Length"] == str(len(body))
    assert response["Content-Disposition"] == f'attachment; filename="{run.file_name}"'
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    assert Event.objects.filter(subject="export", new__run=run.pk, new__step="downloaded").count() == 1


def test_and_to_nobody_else(client: Client, admin: Staff) -> None:
    run = a_run(admin)
    make_report(run.pk)
    for other in (rows.a_member(Role.ADMIN, rows.clinic_of(admin), password=None), rows.a_member(Role.ADMIN)):
        client.force_login(other)
        assert fetched(client, run).status_code == 404
        assert client.post(reverse("cancel_report", args=[run.pk])).status_code == 404
    client.logout()
    assert fetched(client, run).status_code == 302
    client.force_login(Staff.objects.get(pk=admin.pk))
    with because("now a nurse"):
        Membership.objects.filter(staff=admin).update(role=Role.NURSE.value)
    assert fetched(client, run).status_code == 403
    assert not Event.objects.filter(subject="export", new__step="downloaded").exists()


def test_what_is_not_made_or_not_kept_cannot_be_fetched(client: Client, admin: Staff) -> None:
    run = a_run(admin)
    assert fetched(client, run).status_code == 404
    make_report(run.pk)
    ReportRun.objects.filter(pk=run.pk).update(status="expired")
    ReportChunk.objects.all().delete()
    assert fetched(client, run).status_code == 404
    assert "no longer kept" in part(client)


def test_one_is_cancelled(client: Client, admin: Staff) -> None:
    run = a_run(admin)
    assert "The report is cancelled." in cancelled(client, run)
    assert "not waiting any more" in cancelled(client, run)
    assert client.get(reverse("cancel_report", args=[run.pk])).status_code == 405
