"""Pages that say what went wrong, and the icon that browsers ask for beside every page."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

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
