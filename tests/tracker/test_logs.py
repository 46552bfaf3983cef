"""Nothing that could name a patient reaches a log line."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import path

from tracker.logs import RequestLogMiddleware, logging_configuration


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Production's logging, written to memory; the test run's own is put back."""
    before = structlog.get_config()
    stream = io.StringIO()
    configuration = logging_configuration(logging.INFO, readable=False)
    configuration["handlers"]["console"]["stream"] = stream
    structlog.configure(cache_logger_on_first_use=False)
    logging.config.dictConfig(configuration)
    yield stream
    structlog.configure(**before)
    logging.config.dictConfig(settings.LOGGING)


def fail() -> None:
    try:
        raise ValueError("Key (nhs_number)=(9990000018) already exists")
    except ValueError as error:
        raise RuntimeError("SMITH, Ann") from error


@pytest.mark.parametrize("make_logger", [structlog.get_logger, logging.getLogger])
def test_an_exception_is_told_by_type_and_place_alone(lines: io.StringIO, make_logger: object) -> None:
    assert callable(make_logger)
    try:
        fail()
    except RuntimeError:
        make_logger("clinic").exception("it failed")
    text = lines.getvalue()
    told = json.loads(text)
    assert told["event"] == "it failed"
    assert [each["type"] for each in told["exception"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert told["exception"][0]["at"][-1].endswith(" fail")
    assert "SMITH" not in text
    assert "9990000018" not in text


def test_a_tasks_error_text_is_dropped(lines: io.StringIO) -> None:
    structlog.get_logger("clinic").info("task_failed", error="SMITH, Ann", reason=ValueError("9990000018"))
    told = json.loads(lines.getvalue())
    assert told["reason"] == "ValueError"
    assert "error" not in told


def test_a_request_is_named_without_what_was_searched_for() -> None:
    request = RequestFactory().get("/patients/", {"q": "SMITH"})
    assert RequestLogMiddleware.format_request(request) == "GET /patients/"


@login_not_required
def falls_over(request: HttpRequest, token: str) -> None:
    fail()


urlpatterns = [
    path("calendar/feed/<str:token>.ics", falls_over),
    path("reminders/stop/<str:token>/", falls_over),
    path("sign-in/start/<str:token>/", falls_over),
]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    "address",
    ["/calendar/feed/s3cret.ics", "/reminders/stop/s3cret/", "/reminders/stop/s3cret", "/sign-in/start/s3cret/"],
)
def test_no_line_about_a_page_that_fails_names_the_token(lines: io.StringIO, address: str) -> None:
    Client(raise_request_exception=False).get(address, follow=True)
    text = lines.getvalue()
    assert "s3cret" not in text
    told = [json.loads(line) for line in text.splitlines()]
    (of_django,) = [line for line in told if line["logger"] == "django.request"]
    assert of_django["event"].startswith("Internal Server Error: /")
    assert of_django["exception"][0]["type"] == "builtins.RuntimeError"


@pytest.mark.parametrize("readable", [True, False])
def test_a_token_is_masked_wherever_a_line_holds_it(readable: bool) -> None:
    stream = io.StringIO()
    before = structlog.get_config()
    configuration = logging_configuration(logging.INFO, readable=readable)
    configuration["handlers"]["console"]["stream"] = stream
    structlog.configure(cache_logger_on_first_use=False)
    logging.config.dictConfig(configuration)
    try:
        logging.getLogger("clinic").error("%s took %d s", "/calendar/feed/s3cret.ics", 3)
        logging.getLogger("clinic").error("%(path)s", {"path": "/reminders/stop/s3cret/"})
        structlog.get_logger("clinic").error("read %s", "/calendar/feed/s3cret.ics", path="/reminders/stop/s3cret/")
    finally:
        structlog.configure(**before)
        logging.config.dictConfig(settings.LOGGING)
    text = stream.getvalue()
    assert "s3cret" not in text
    assert "/calendar/feed/… took 3 s" in text or "/calendar/feed/\\u2026 took 3 s" in text
    assert text.count("/reminders/stop/") == 2
