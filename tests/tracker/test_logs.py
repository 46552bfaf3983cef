"""Nothing that could name a patient reaches a log line."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings
from django.test import RequestFactory

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
