"""The page of a clinic's service audits: every figure, what cannot be answered, who may see it, what it costs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from monitoring.rules.audit_findings import Period
from monitoring.schedules import protocol_of
from monitoring.selectors import kept_audits
from monitoring.selectors.audits import audits
from monitoring.tasks import work_out_audits
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of
from tracker.reports.service_audits import READ_AS_TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache", "on_the_day")]


@pytest.fixture
def admin(client: Client) -> Staff:
    member = rows.a_member(Role.ADMIN, password=None)
    client.force_login(member)
    return member


@pytest.fixture
def _large() -> Iterator[None]:
    """A clinic of any size counts as too large to be worked out while the page waits."""
    with patch.object(kept_audits, "AT_ONCE", -1):
        yield


def address(staff: Staff) -> str:
    return reverse("clinic_audits", args=[rows.clinic_of(staff).pk])


def test_every_audit_with_its_standard_and_figures(client: Client, admin: Staff) -> None:
    a_full_record(admin)
    page = text_of(client.get(address(admin)))
    for audit in audits(protocol_of(rows.clinic_of(admin))):
        assert audit.title in page
        assert audit.standard in page
    assert "02-Jun-2025 to 01-Jun-2026, as of 01-Jun-2026" in page
    # prednisolone, methotrexate, azathioprine and immunoglobulin were begun; mycophenolate was declined
    assert "Counted: drugs started. 0 4 0 %" in page
    assert "Worked out on 01-Jun-2026 at 10:00" in page


def test_what_the_record_cannot_answer_is_said(client: Client, admin: Staff) -> None:
    page = text_of(client.get(address(admin)))
    assert "Information given to the patient and recorded not recorded in Myoline" in page
    assert "“High risk drug monitoring” is coded (Read 66P)" in page


def test_of_nothing_there_is_no_percentage(client: Client, admin: Staff) -> None:
    assert "no percentage of none" in text_of(client.get(address(admin)))


def test_the_period_stands_in_the_address(client: Client, admin: Staff) -> None:
    a_full_record(admin)
    page = text_of(client.get(address(admin), {"from": "01-May-2026", "until": "2026-05-03", "as_of": "31/05/2026"}))
    assert "01-May-2026 to 03-May-2026, as of 31-May-2026" in page
    assert "Counted: drugs started. 0 0 no percentage of none" in page


@pytest.mark.parametrize(("until", "ended"), [("01-Jun-2026", True), ("02-Jun-2026", False), ("31-Dec-2027", False)])
def test_a_period_that_has_not_ended_is_counted_until_today_and_says_so(
    client: Client, admin: Staff, until: str, ended: bool
) -> None:
    page = text_of(client.get(address(admin), {"until": until}))
    assert f"to {until}, as of 01-Jun-2026" in page
    assert ("The period had not ended It is counted until 01-Jun-2026." not in page) is ended


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"from": "soon"}, "“soon” is no day."),
        ({"from": "02-May-2026", "until": "01-May-2026"}, "The period ends before it begins."),
        ({"as_of": "02-Jun-2026"}, "02-Jun-2026 has not come yet."),
    ],
)
def test_days_that_make_no_period_are_named_and_left_out(
    client: Client, admin: Staff, query: dict[str, str], said: str
) -> None:
    page = text_of(client.get(address(admin), query))
    assert said in page
    assert "02-Jun-2025 to 01-Jun-2026" in page


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ADMIN, 200), (Role.AUDITOR, 200), (Role.DOCTOR, 403), (Role.NURSE, 403)]
)
def test_who_may_see_it(client: Client, role: Role, status: int) -> None:
    member = rows.a_member(role, password=None)
    client.force_login(member)
    assert client.get(address(member)).status_code == status
    linked = address(member) in client.get(reverse("protocol")).content.decode()
    assert linked == (status == 200)


def test_another_clinic_is_not_found_and_nobody_is_sent_to_sign_in(client: Client, admin: Staff) -> None:
    other = reverse("clinic_audits", args=[rows.a_clinic().pk])
    assert client.get(other).status_code == 404
    assert client.post(other).status_code == 404
    client.logout()
    assert client.get(address(admin)).status_code == 302


def test_it_is_kept_until_it_is_worked_out_again(client: Client, admin: Staff) -> None:
    client.get(address(admin))
    a_full_record(admin)
    assert "Counted: drugs started. 0 0" in text_of(client.get(address(admin)))
    response = client.post(f"{address(admin)}?from=2025-06-02&until=2026-06-01&as_of=2026-06-01")
    assert response.status_code == 302
    assert "Counted: drugs started. 0 4" in text_of(client.get(response["Location"]))


@pytest.mark.usefixtures("_large")
def test_a_large_clinic_is_worked_out_in_the_background(client: Client, admin: Staff) -> None:
    a_full_record(admin)
    clinic = rows.clinic_of(admin)
    with patch.object(work_out_audits, "apply_async") as enqueued:
        page = text_of(client.get(address(admin)))
        client.get(address(admin))
    assert "Being worked out" in page
    assert "not worked out yet" in page
    asked = (clinic.pk, "2025-06-02", "2026-06-01", "2026-06-01")
    enqueued.assert_called_once_with(asked, retry=False)
    work_out_audits(*asked)
    assert "Counted: drugs started. 0 4 0 %" in text_of(client.get(address(admin)))


@pytest.mark.usefixtures("_large")
def test_without_a_broker_or_a_cache_the_page_says_so(client: Client, admin: Staff) -> None:
    with patch.object(work_out_audits, "apply_async", side_effect=BrokerError("away")):
        assert "Cannot be worked out now" in text_of(client.get(address(admin)))
    with patch.object(work_out_audits, "apply_async") as enqueued:
        assert "Being worked out" in text_of(client.get(address(admin)))  # the next page asks again
    enqueued.assert_called_once()


def test_a_small_clinic_is_worked_out_even_while_nothing_can_be_kept(client: Client, admin: Staff) -> None:
    a_full_record(admin)
    away = RedisError("away")
    with (
        patch.object(kept_audits.cache, "get", side_effect=away),
        patch.object(kept_audits.cache, "set_many", side_effect=away),
    ):
        assert "Counted: drugs started. 0 4 0 %" in text_of(client.get(address(admin)))


def test_a_clinic_that_is_gone_is_no_work() -> None:
    kept_audits.work_out_for(0, Period(date(2026, 1, 1), date(2026, 5, 1), date(2026, 5, 1)))


def test_a_protocol_without_audits_says_so(client: Client, admin: Staff) -> None:
    without = replace(protocol_of(rows.clinic_of(admin)), audits=None)
    with (
        patch("monitoring.selectors.audits.protocol_of", return_value=without),
        patch.object(kept_audits, "protocol_of", return_value=without),
    ):
        assert "The protocol in force defines no audits" in text_of(client.get(address(admin)))


def test_as_known_then_is_said_and_kept_apart_from_now(client: Client, admin: Staff) -> None:
    with time_machine.travel("2026-05-20T09:00:00+01:00", tick=False):
        a_full_record(admin)
    query = {"from": "01-Jan-2026", "until": "15-May-2026", "as_of": "15-May-2026"}
    started = "Counted: drugs started. 0 4 0 %"
    now = text_of(client.get(address(admin), query))
    assert started in now
    assert "As it was known then" not in now
    then = client.get(address(admin), {**query, "known_at": "19/05/2026"})
    page = text_of(then)
    assert "Counted is what had been recorded by the end of 19-May-2026." in page
    assert READ_AS_TODAY in page
    assert "Counted: drugs started. 0 0 no percentage of none" in page
    assert "known_at=2026-05-19T22:59:59.999999Z" in then.content.decode()
    exactly = text_of(client.get(address(admin), {**query, "known_at": "2026-05-20T08:00:00Z"}))
    assert "recorded by 20-May-2026 at 09:00:00" in exactly
    assert started in exactly
    assert "As it was known then" not in text_of(client.get(address(admin), {**query, "known_at": "01-Jun-2026"}))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"known_at": "lately"}, "Enter a day, for example 05-Apr-2026, or a moment such as"),
        ({"known_at": "02-Jun-2026"}, "has not come yet. Enter an earlier one."),
        ({"known_at": "01-May-2026", "as_of": "02-May-2026"}, "of 02-May-2026, so the audits stand as of 01-May-2026"),
    ],
)
def test_a_moment_that_cannot_be_known_is_named(client: Client, admin: Staff, query: dict[str, str], said: str) -> None:
    assert said in text_of(client.get(address(admin), query))


@pytest.mark.usefixtures("_large")
def test_the_background_is_told_the_moment(client: Client, admin: Staff) -> None:
    query = {"from": "01-Jan-2026", "until": "15-May-2026", "known_at": "2026-05-20T09:00:00+01:00"}
    with time_machine.travel("2026-05-20T09:00:01+01:00", tick=False):
        a_full_record(admin)
    with patch.object(work_out_audits, "apply_async") as enqueued:
        client.get(address(admin), query)
    (asked,) = enqueued.call_args.args
    assert asked[1:] == ("2026-01-01", "2026-05-15", "2026-05-20", "2026-05-20T09:00:00+01:00")
    work_out_audits(*asked)
    assert "Counted: drugs started. 0 0 no percentage of none" in text_of(client.get(address(admin), query))


@pytest.mark.parametrize("patients", [1, 50])
def test_it_keeps_its_query_budget(client: Client, admin: Staff, patients: int) -> None:
    for _ in range(patients):
        patient = a_full_record(admin)
        rows.an_alert(patient, result=patient.results.get())
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(admin)).status_code == 200
    assert len(queries) == query_budget("clinic_audits")
