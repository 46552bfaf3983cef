"""Pages that say what went wrong, and the icon that browsers ask for beside every page."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import text_of


def test_browsers_that_ask_for_the_usual_icon_are_led_to_ours() -> None:
    response = Client().get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"] == "/static/myoline.svg"
    assert finders.find("myoline.svg")


@pytest.mark.django_db
def test_a_form_whose_token_ran_out_says_what_to_do() -> None:
    """As after signing in again in another tab."""
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "nurse", "password": "-"})
    assert response.status_code == 403
    text = text_of(response)
    assert "Nothing was saved" in text
    assert "Go back" in text
    assert "CSRF" not in text
    assert "<style" not in response.content.decode()


@pytest.mark.django_db
def test_an_error_page_names_its_icon() -> None:
    response = Client().get("/no/such/page/")
    assert response.status_code == 404
    assert 'rel="icon"' in response.content.decode()


@pytest.fixture
def as_nurse(db: None, client: Client) -> Client:
    client.force_login(rows.a_member(Role.NURSE, password=None))
    return client


@pytest.mark.django_db
class TestAnAddressThatTakesAnotherMethod:
    def test_says_so_in_words_when_a_link_leads_to_a_button(self, as_nurse: Client) -> None:
        response = as_nurse.get(reverse("sign_out"))
        assert response.status_code == 405
        assert "POST" in response["Allow"]
        text = text_of(response)
        assert "only takes what the button of a form sends" in text
        assert "it may have been saved" in text

    def test_says_so_when_something_is_sent_to_a_page_that_shows(self, as_nurse: Client) -> None:
        response = as_nurse.post(reverse("safe_silence"))
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
        assert "Nothing was changed" in text_of(response)

    def test_answers_nothing_but_the_status_to_what_does_not_read_pages(self, as_nurse: Client) -> None:
        response = as_nurse.get(reverse("sign_out"), headers={"accept": "application/json"})
        assert (response.status_code, response.content) == (405, b"")

    def test_is_the_apis_own_matter_under_the_api(self, as_nurse: Client) -> None:
        response = as_nurse.delete("/api/v1/patients/", headers={"accept": "text/html,application/json"})
        assert response["Content-Type"].startswith("application/problem+json")
