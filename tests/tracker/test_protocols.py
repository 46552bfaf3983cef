"""The protocol read as one whole, and the start that a bad one stops."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from patients.protocol.place import Part
from tests.factories.folders import a_protocol_folder, edited
from tracker.protocols import ProtocolError, protocol_in_force, read_protocol
from tracker.settings import path_named

ROOT = Path(__file__).resolve().parents[2]
BUILT_IN = read_protocol(None).pathway.version
ACTIVITY = read_protocol(None).activity.version


def test_the_protocol_of_the_software_is_whole_and_names_every_file() -> None:
    found = read_protocol(None)
    names = [file.name for file in found.files]
    written = {path.relative_to(ROOT) for part in Part for path in (ROOT / part.value / "protocol").rglob("*.toml")}
    assert {Path(*path.parts[:1], *path.parts[2:]).as_posix() for path in written} == set(names)
    assert len(names) == len(set(names))
    assert [file.part for file in found.files][:3] == ["patients", "regimens", "regimens"]
    assert found.activity is found.pathway.activity


def test_it_is_read_once() -> None:
    assert read_protocol(None) is read_protocol(None)
    assert protocol_in_force() is read_protocol(None)


def test_a_clinics_part_stands_beside_built_in_ones(tmp_path: Path) -> None:
    folder = edited(
        a_protocol_folder(tmp_path, Part.MONITORING),
        "monitoring/methotrexate.toml",
        'version = "1"',
        'version = "ours"',
    )
    found = read_protocol(folder)
    assert found.monitoring.drugs["methotrexate"].version == "ours"
    assert found.pathway is read_protocol(None).pathway


def test_a_new_measure_of_activity_is_the_one_the_pathway_asks_by(tmp_path: Path) -> None:
    folder = edited(a_protocol_folder(tmp_path, Part.ACTIVITY), "patients/activity.toml", f'"{ACTIVITY}"', '"ours"')
    found = read_protocol(folder)
    assert found.pathway.activity.version == "ours"
    assert found.pathway.version == BUILT_IN


def test_drugs_that_only_one_part_knows_are_refused(tmp_path: Path) -> None:
    folder = a_protocol_folder(tmp_path, Part.MONITORING)
    (folder / "monitoring" / "leflunomide.toml").rename(folder / "monitoring" / "lefunomide.toml")
    edited(folder, "monitoring/lefunomide.toml", 'id = "leflunomide"', 'id = "lefunomide"')
    with pytest.raises(ProtocolError, match="leflunomide|lefunomide"):
        read_protocol(folder)


def test_a_review_is_late_the_day_after_it_was_due() -> None:
    file = read_protocol(None).files[0]
    assert not file.review_is_late(file.next_review)
    assert file.review_is_late(file.next_review + timedelta(days=1))
    assert not file.review_is_late(date.min)


def test_an_empty_setting_names_no_folder(tmp_path: Path) -> None:
    assert path_named("") is None
    assert path_named(str(tmp_path)) == tmp_path.resolve()


def started(code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": os.defpath,
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "SECRET_KEY": "k" * 60,
        "ALLOWED_HOSTS": "clinic.invalid",
        "DATABASE_URL": "postgresql://nobody@database.invalid/none",
        "REDIS_URL": "redis://redis.invalid:6379/0",
        "PROTOCOL_FOLDER": str(folder),
    }
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


CHECK = "from django.core.management import execute_from_command_line as run; run(['manage.py', 'check'])"
VERSION = (
    "import django; django.setup();"
    "from regimens.selectors import load; from tracker.protocols import protocol_in_force;"
    "print(load().version, protocol_in_force().folder)"
)


def test_the_setting_reaches_every_load(tmp_path: Path) -> None:
    folder = edited(a_protocol_folder(tmp_path, Part.PATHWAY), "regimens/pathway.toml", f'"{BUILT_IN}"', '"ours.1"')
    done = started(VERSION, folder)
    assert done.stdout.split() == ["ours.1", str(folder.resolve())], done.stderr


@pytest.mark.parametrize("code", [CHECK, "import tracker.wsgi"])
def test_a_bad_folder_stops_the_start_and_says_file_rule_and_reason(tmp_path: Path, code: str) -> None:
    folder = edited(
        a_protocol_folder(tmp_path, Part.PATHWAY), "regimens/pathway.toml", 'id = "line.failed"', 'id = "line.lost"'
    )
    done = started(code, folder)
    assert done.returncode != 0
    assert "pathway.toml: the rule 'line.failed' is missing" in done.stderr
    if code is CHECK:
        assert "(tracker.E001)" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_sound_folder_lets_it_start(tmp_path: Path) -> None:
    for code in (CHECK, "import tracker.wsgi"):
        done = started(code, a_protocol_folder(tmp_path / code[:6]))
        assert done.returncode == 0, done.stderr
