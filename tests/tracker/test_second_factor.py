"""Who must have a second factor, and confirming it afresh."""

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.sessions.backends.cache import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.sign_in import an_app, security_events, type_code, type_password
from tests.tracker.pages import text_of
from tracker import second_factor
from tracker.sign_in import factors
from tracker.sign_in.keys import opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
ALL, NOBODY = frozenset({"all"}), frozenset[str]()


@pytest.fixture
def request_of_somebody() -> HttpRequest:
    request = RequestFactory().post("/")
    request.session = SessionStore()
    return request


@pytest.mark.parametrize(
    ("wanted", "role", "must"),
    [
        (ALL, Role.NURSE, True),
        (NOBODY, Role.DOCTOR, False),
        (frozenset({"doctor"}), Role.DOCTOR, True),
        (frozenset({"doctor"}), Role.NURSE, False),
        (frozenset({"admin", "auditor"}), Role.AUDITOR, True),
    ],
)
def test_who_must_have_one(settings: LazySettings, wanted: frozenset[str], role: Role, must: bool) -> None:
    settings.SECOND_FACTOR = wanted
    assert second_factor.must_have(rows.a_member(role)) is must


def test_one_role_of_several_is_enough(settings: LazySettings) -> None:
    settings.SECOND_FACTOR = frozenset({"admin"})
    member = rows.a_member(Role.NURSE)
    Membership.objects.create(staff=member, clinic=rows.a_clinic(), role="admin")
    assert second_factor.must_have(Staff.objects.get(pk=member.pk))


def test_somebody_without_any_confirms_with_the_password(request_of_somebody: HttpRequest) -> None:
    member = rows.a_member()
    second_factor.confirm(request_of_somebody, member, rows.PASSWORD)
    with pytest.raises(second_factor.WrongSecondFactor):
        second_factor.confirm(request_of_somebody, member, "wrong")
    member.set_unusable_password()
    with pytest.raises(second_factor.WrongSecondFactor):
        second_factor.confirm(request_of_somebody, member, "")


def test_somebody_with_one_does_not_confirm_with_the_password(request_of_somebody: HttpRequest) -> None:
    member = rows.a_member()
    app = an_app(member)
    with pytest.raises(second_factor.WrongSecondFactor):
        second_factor.confirm(request_of_somebody, member, rows.PASSWORD)
    code = app.now()  # asked for twice, it could be the next period's, which is a good one
    second_factor.confirm(request_of_somebody, member, code)
    with pytest.raises(second_factor.WrongSecondFactor):
        second_factor.confirm(request_of_somebody, member, code)


def test_a_code_used_to_confirm_signs_nobody_in(client: Client, request_of_somebody: HttpRequest) -> None:
    member = rows.a_member()
    app = an_app(member)
    code = app.now()
    second_factor.confirm(request_of_somebody, member, code)
    type_password(client, member)
    assert type_code(client, code).status_code == 422


def test_another_persons_codes_do_nothing(request_of_somebody: HttpRequest) -> None:
    member, other = rows.a_member(), rows.a_member()
    an_app(member)
    app = an_app(other)
    for code in (app.now(), factors.recovery_codes(other)[0]):
        with pytest.raises(second_factor.WrongSecondFactor):
            second_factor.confirm(request_of_somebody, member, code)


def test_after_several_wrong_ones_a_right_one_is_refused(
    request_of_somebody: HttpRequest, settings: LazySettings
) -> None:
    settings.SIGN_IN_FAILURES = 2
    member = rows.a_member()
    app = an_app(member)
    for code in ("000000", "111111", app.now()):
        with pytest.raises(second_factor.WrongSecondFactor):
            second_factor.confirm(request_of_somebody, member, code)
    assert len(security_events("second_factor_failed")) == 3
    assert len(security_events("locked_out")) == 1


def test_secrets_are_encrypted_at_rest(settings: LazySettings) -> None:
    member = rows.a_member()
    app = an_app(member)
    row = Authenticator.objects.get(user=member, type="totp")
    assert app.secret not in str(row.data)
    assert opened(row.data["secret"]) == app.secret
    settings.SECOND_FACTOR_KEYS = ["another key", *settings.SECOND_FACTOR_KEYS]
    assert opened(row.data["secret"]) == app.secret


def test_a_lost_key_lets_nobody_in(settings: LazySettings, request_of_somebody: HttpRequest) -> None:
    member = rows.a_member()
    app = an_app(member)
    settings.SECOND_FACTOR_KEYS = ["another key altogether"]
    with pytest.raises(second_factor.WrongSecondFactor):
        second_factor.confirm(request_of_somebody, member, app.now())


@pytest.mark.parametrize("page", ["/", "/worklist/", "/me/", "/me/sessions/", "/protocol/", "/alerts/"])
def test_who_must_have_one_and_has_none_reaches_only_its_setting_up(
    client: Client, settings: LazySettings, page: str
) -> None:
    settings.SECOND_FACTOR = ALL
    member = rows.a_member()
    type_password(client, member)
    assert client.get(page)["Location"] == reverse("my_second_factor")
    assert "Set up a second factor to go on" in text_of(client.get(reverse("my_second_factor")))
    assert client.get(reverse("add_app")).status_code == 200
    assert client.get("/health/").status_code == 200


def test_the_api_refuses_the_session_of_who_has_none_in_words(client: Client, settings: LazySettings) -> None:
    settings.SECOND_FACTOR = ALL
    member = rows.a_member()
    type_password(client, member)
    response = client.get("/api/v1/patients/")
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "urn:myoline:problem:second-factor-needed"
    has_one = rows.a_member()
    app = an_app(has_one)
    type_password(other := Client(), has_one)
    type_code(other, app.now())
    assert other.get("/api/v1/patients/").status_code == 200


def test_a_session_older_than_the_second_factor_has_to_show_it(client: Client, settings: LazySettings) -> None:
    member = rows.a_member()
    type_password(client, member)
    app = an_app(member)
    assert client.get("/worklist/").status_code == 200
    settings.SECOND_FACTOR = ALL
    assert client.get("/worklist/")["Location"] == f"{reverse('confirm_identity')}?next=%2Fworklist%2F"
    asked = {"code": app.now(), "next": "/worklist/"}
    assert client.post(reverse("confirm_identity"), asked)["Location"] == "/worklist/"
    assert client.get("/worklist/").status_code == 200


def test_signing_in_with_it_asks_the_database_nothing_more(client: Client, settings: LazySettings) -> None:
    settings.SECOND_FACTOR = ALL
    member = rows.a_member()
    app = an_app(member)
    type_password(client, member)
    type_code(client, app.now())
    client.get("/health/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/worklist/").status_code == 200
    assert "mfa_authenticator" not in str(asked.captured_queries)
