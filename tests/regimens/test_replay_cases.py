"""`manage.py replay_cases` from outside: output, exit status, and no server behind it."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from regimens.management.commands.replay_cases import Command
from regimens.rules.replay import FIELDS

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "tests" / "cases" / "published.json"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(Command(), *arguments, stdout=out)
    return out.getvalue()


def altered(tmp_path: Path, checkpoint: int, **values: object) -> str:
    document = json.loads(PUBLISHED.read_text(encoding="utf-8"))[:1]
    document[0]["expected"][checkpoint].update(values)
    path = tmp_path / "altered.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_json_lists_every_checkpoint_with_its_fields() -> None:
    rows = json.loads(run(str(PUBLISHED), "--json"))
    assert len(rows) == 23
    for row in rows:
        assert list(row) == ["id", "as_of_day", "confidence", "expected", "computed", "differs"]
        assert tuple(row["computed"]) == FIELDS
        assert row["differs"] == [] or row["confidence"] == "low"


def test_the_page_for_people_says_expected_computed_and_why() -> None:
    text = run(str(PUBLISHED))
    assert "ard240498-p01, day 900 (high): agrees" in text
    assert "next_step: expected escalate_line_3, computed escalate_line_3" in text
    assert "why: " in text
    assert "23 checkpoints" in text


def test_a_high_difference_ends_with_1(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ard240498-p01 day 450") as caught:
        run(altered(tmp_path, 1, line_reached=3))
    assert caught.value.returncode == 1


def test_a_medium_difference_is_shown_and_does_not_fail(tmp_path: Path) -> None:
    text = run(altered(tmp_path, 0, line_reached=3))
    assert "ard240498-p01, day 420 (medium): differs (see alternatives)" in text
    assert "! line_reached: expected 3, computed 1" in text
    assert "alternative: If the tracker flags" in text


@pytest.mark.parametrize("content", ["{", "{}", '[{"id": "x", "courses": [{"drug": "y", "outcome": "z"}]}]'])
def test_a_file_that_cannot_be_read_ends_with_2(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        run(str(path))
    assert caught.value.returncode == 2


def test_a_missing_file_ends_with_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        run(str(tmp_path / "none.json"))
    assert caught.value.returncode == 2


EXAMPLE = ROOT / "docs" / "vignettes" / "example.json"


def a_folder(tmp_path: Path, **expected: object) -> Path:
    """A clinic's folder with one case, its last checkpoint changed."""
    document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    document[0]["expected"][1].update(expected)
    (tmp_path / "ours.json").write_text(json.dumps(document), encoding="utf-8")
    return tmp_path


def test_without_a_file_the_clinics_own_cases_are_replayed(tmp_path: Path, settings: Any) -> None:
    settings.VIGNETTES_FOLDER = a_folder(tmp_path)
    assert "example-escalation, day 120 (high): agrees" in run()


def test_a_clinics_case_that_differs_ends_with_1(tmp_path: Path, settings: Any) -> None:
    settings.VIGNETTES_FOLDER = a_folder(tmp_path, line_reached=2)
    with pytest.raises(CommandError, match="example-escalation day 120") as caught:
        run()
    assert caught.value.returncode == 1


def test_a_clinics_file_with_a_slip_ends_with_2_after_the_others(tmp_path: Path, settings: Any) -> None:
    settings.VIGNETTES_FOLDER = a_folder(tmp_path, line_reached=2)
    (tmp_path / "slip.json").write_text("[", encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError, match=r"slip\.json: not valid JSON") as caught:
        call_command(Command(), stdout=out)
    assert caught.value.returncode == 2
    assert "ours.json:\nexample-escalation, day 60 (high): agrees" in out.getvalue()


def test_without_files_and_folder_it_says_what_to_do(tmp_path: Path, settings: Any) -> None:
    for folder, message in ((None, "set VIGNETTES_FOLDER"), (tmp_path, "there is no .json or .toml file in it")):
        settings.VIGNETTES_FOLDER = folder
        with pytest.raises(CommandError, match=message) as caught:
            run()
        assert caught.value.returncode == 2


def test_several_files_are_told_apart(tmp_path: Path) -> None:
    rows = json.loads(run(str(EXAMPLE), str(PUBLISHED), "--json"))
    assert {row["file"] for row in rows} == {"example.json", "published.json"}
    with pytest.raises(CommandError, match=r"altered\.json: ard240498-p01 day 450"):
        run(str(EXAMPLE), altered(tmp_path, 1, line_reached=3))


def test_no_database_is_needed(tmp_path: Path) -> None:
    """As an ordinary command, with addresses where nothing listens."""
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "true",
        "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/none",
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    command = [sys.executable, "manage.py", "replay_cases"]
    done = subprocess.run(
        [*command, str(PUBLISHED), "--json"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)) == 23
    failing = altered(tmp_path, 1, line_reached=3)
    done = subprocess.run([*command, failing], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
