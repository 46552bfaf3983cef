"""System checks of the protocol: whole, reviewed in time, signed off, and answering the clinic's cases as they say."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.checks.registry import registry

from patients.protocol import place
from patients.protocol.place import Part
from tests.factories.folders import a_protocol_folder, edited
from tracker import checks
from tracker.protocols import read_protocol

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "vignettes" / "example.json"
NEXT_REVIEW = read_protocol(None).pathway.file.next_review


@pytest.fixture
def in_force() -> Iterator[Any]:
    before = place.folder_in_force()
    yield place.use
    place.use(before)


@pytest.fixture
def vignettes(tmp_path: Path, settings: Any) -> Path:
    settings.VIGNETTES_FOLDER = tmp_path
    return tmp_path


def a_case(folder: Path, **expected: object) -> None:
    document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    document[0]["expected"][1].update(expected)
    (folder / "ours.json").write_text(json.dumps(document), encoding="utf-8")


def test_the_protocol_of_the_software_is_whole() -> None:
    assert checks.protocol_is_whole() == []


def test_a_folder_that_must_not_be_used_stops_the_start(tmp_path: Path, in_force: Any, settings: Any) -> None:
    folder = a_protocol_folder(tmp_path, Part.PATHWAY)
    in_force(edited(folder, "regimens/drugs.toml", 'id = "hydroxychloroquine"', 'id = "newdrug"'))
    settings.PROTOCOL_FOLDER = folder
    (message,) = checks.protocol_is_whole()
    assert message.is_serious()
    assert message.id == "tracker.E001"
    assert "newdrug" in message.msg
    assert str(folder) in str(message.hint)
    # The other checks leave it at that.
    assert checks.protocol_reviews_are_not_late() == []
    assert checks.protocol_is_signed_off() == []


def test_a_review_is_late_the_day_after_its_date() -> None:
    with time_machine.travel(NEXT_REVIEW, tick=False):
        assert checks.protocol_reviews_are_not_late() == []
    with time_machine.travel(NEXT_REVIEW + timedelta(days=1), tick=False):
        messages = checks.protocol_reviews_are_not_late()
    assert {message.id for message in messages} == {"tracker.W001"}
    assert not any(message.is_serious(level=40) for message in messages)
    text = " ".join(message.msg for message in messages)
    assert f"{NEXT_REVIEW:%d-%b-%Y}" in text
    for name in ("patients/activity.toml", "regimens/pathway.toml", "monitoring/methotrexate.toml"):
        assert name in text


def test_each_passed_date_is_one_warning(tmp_path: Path, in_force: Any) -> None:
    folder = a_protocol_folder(tmp_path, Part.MONITORING)
    in_force(edited(folder, "monitoring/items.toml", f"next_review = {NEXT_REVIEW}", "next_review = 2026-12-01"))
    with time_machine.travel("2026-12-02T12:00:00Z", tick=False):
        (message,) = checks.protocol_reviews_are_not_late()
    assert "01-Dec-2026 has not been done for: monitoring/items.toml." in message.msg


def test_what_nobody_signed_off_is_said_before_a_deployment_only(tmp_path: Path, in_force: Any) -> None:
    (message,) = checks.protocol_is_signed_off()
    assert not message.is_serious(level=30)
    assert "regimens/pathway.toml" in message.msg
    assert checks.protocol_is_signed_off not in registry.registered_checks
    assert checks.protocol_is_signed_off in registry.deployment_checks
    folder = a_protocol_folder(tmp_path, Part.PATHWAY)
    edited(folder, "regimens/pathway.toml", "next_review =", 'signed_off_by = "A. Example"\nnext_review =')
    in_force(folder)
    (message,) = checks.protocol_is_signed_off()
    assert "regimens/pathway.toml" not in message.msg
    assert "regimens/drugs.toml" in message.msg


def test_without_a_folder_there_are_no_cases_to_check(settings: Any) -> None:
    settings.VIGNETTES_FOLDER = None
    assert checks.vignettes_agree() == []


def test_cases_that_agree_say_nothing(vignettes: Path) -> None:
    a_case(vignettes)
    assert checks.vignettes_agree() == []


def test_each_disagreement_names_file_case_checkpoint_expected_and_found(vignettes: Path) -> None:
    a_case(vignettes, line_reached=3, failed_drugs=["methotrexate", "azathioprine"])
    first, second = checks.vignettes_agree()
    assert first.id == second.id == "tracker.W002"
    assert first.msg == (
        "ours.json, case 'example-escalation', day 120 (high confidence), line_reached: expected 3, found 1."
    )
    assert "failed_drugs: expected methotrexate, azathioprine, found methotrexate." in second.msg


def test_a_disagreement_of_lower_confidence_is_told_without_warning(vignettes: Path) -> None:
    a_case(vignettes, line_reached=3, confidence="medium")
    (message,) = checks.vignettes_agree()
    assert message.id == "tracker.I002"
    assert "(medium confidence)" in message.msg


def test_a_malformed_file_is_named(vignettes: Path) -> None:
    a_case(vignettes, line_reached=3)
    (vignettes / "slip.json").write_text('[{"id": "x", "expectd": []}]')
    disagreement, error = checks.vignettes_agree()
    assert disagreement.id == "tracker.W002"
    assert error.id == "tracker.W003"
    assert not error.is_serious(level=40)
    assert "slip.json: case 'x': unknown key 'expectd'" in error.msg


def test_a_missing_folder_is_named(vignettes: Path, settings: Any) -> None:
    settings.VIGNETTES_FOLDER = vignettes / "none"
    (error,) = checks.vignettes_agree()
    assert error.id == "tracker.W003"
    assert "none: there is no such folder" in error.msg


def test_they_run_by_their_tag() -> None:
    with time_machine.travel(NEXT_REVIEW, tick=False):
        assert run_checks(tags=[checks.PROTOCOL]) == []
