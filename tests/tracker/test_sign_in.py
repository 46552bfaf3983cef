"""Signing in and out."""

import pytest
from django.test import Client
from django.urls import reverse

from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["/", "/worklist/", "/patients/1/"])
def test_every_page_asks_for_a_sign_in(client: Client, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('sign_in')}?next={page}"


def test_a_member_signs_in_and_out(client: Client) -> None:
    member = rows.a_member(Role.NURSE, first_name="Nell", last_name="Example")
    response = client.post(reverse("sign_in"), {"username": member.username, "password": rows.PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("patient_list")
    assert "Nell Example nurse, Clinic" in text_of(response)
    client.post(reverse("sign_out"))
    assert client.get("/").status_code == 302


def test_a_wrong_password_says_one_thing_and_keeps_no_password(client: Client) -> None:
    member = rows.a_member()
    response = client.post(reverse("sign_in"), {"username": member.username, "password": "wrong-password"})
    assert response.status_code == 200
    assert "This was not saved" not in text_of(response)
    assert "Please enter a correct" in text_of(response)
    assert "wrong-password" not in response.content.decode()


def test_signing_out_needs_a_post(client: Client) -> None:
    client.force_login(rows.a_member())
    assert client.get(reverse("sign_out")).status_code == 405
    assert client.get("/").status_code == 200


def test_no_page_carries_inline_script_or_style(client: Client) -> None:
    body = client.get(reverse("sign_in")).content.decode()
    assert "<style" not in body
    assert " style=" not in body
    assert "<script>" not in body
    assert "onclick" not in body
