"""`manage.py protocol_diff` from outside: what would change, for whom, and the exit status."""

import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from monitoring.rules.record import RiskAssessment
from monitoring.rules.vocabulary import RiskTier
from patients.models import Patient
from patients.protocol.place import Part
from tests.factories import rows
from tests.factories.folders import a_protocol_folder, edited
from tests.monitoring.rules.builders import after, bloods, course, record
from tests.tracker.pages import a_full_record
from tracker import comparison
from tracker.comparison import ProtocolPair
from tracker.protocols import read_protocol

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-06-01"


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """Methotrexate to 20 mg at most, weekly blood tests at first, a higher limit for white cells."""
    folder = a_protocol_folder(tmp_path / "stricter", Part.PATHWAY, Part.MONITORING)
    edited(folder, "regimens/drugs.toml", "up to 25 mg once a week", "up to 20 mg once a week")
    edited(folder, "regimens/drugs.toml", "maximum = 25", "maximum = 20")
    edited(folder, "monitoring/schedule_bsr_2017.toml", "interval_days = 14", "interval_days = 7")
    return edited(folder, "monitoring/thresholds.toml", "below = 3.5", "below = 4")


def run(*arguments: str) -> tuple[str, int]:
    """What the command prints, and its exit status."""
    out = StringIO()
    try:
        call_command("protocol_diff", *arguments, stdout=out)
    except SystemExit as left:
        return out.getvalue(), int(str(left.code))
    return out.getvalue(), 0


def answered(*arguments: str) -> tuple[dict[str, Any], int]:
    text, status = run(*arguments, "--format", "json")
    return json.loads(text), status


@pytest.mark.django_db
def test_a_protocol_and_itself_differ_in_nothing(tmp_path: Path) -> None:
    a_full_record(rows.a_member())
    copy = str(a_protocol_folder(tmp_path))
    for old, new in (("current", "built-in"), ("current", copy), (copy, "built-in")):
        text, status = run(old, new, "--as-of", DAY)
        assert status == 0
        assert "In all: 0 of 1 patients; changes in the files: 0; answers to cases: 0." in text


@pytest.mark.django_db
def test_changed_files_are_told_by_id_and_key(stricter: Path) -> None:
    found, status = answered("current", str(stricter), "--as-of", DAY)
    assert status == 1
    rows_told = {(row["file"], row["id"], row["key"], row["before"], row["after"]) for row in found["files"]}
    assert ("drugs", "dose.methotrexate", "maximum", "25", "20") in rows_told
    assert ("monitoring", "standard / A", "interval_days", "14", "7") in rows_told
    assert ("monitoring", "bsr_2017.white_cells", "below", "3.5", "4") in rows_told
    assert {row["kind"] for row in found["files"]} == {"changed"}
    assert found["version_not_changed"] == ["drugs", "monitoring"]


@pytest.mark.django_db
def test_what_comes_and_goes_in_the_files_is_told_whole(tmp_path: Path) -> None:
    folder = a_protocol_folder(tmp_path, Part.MONITORING)
    edited(folder, "monitoring/methotrexate.toml", '"methotrexate.bloods"', '"methotrexate.our_bloods"')
    text, _ = run("current", str(folder), "--as-of", DAY)
    assert "  removed: monitoring repeat methotrexate.bloods: " in text
    assert "  added: monitoring repeat methotrexate.our_bloods: " in text
    assert "Note: monitoring changed and kept its version." in text


@pytest.mark.django_db
def test_a_new_version_needs_no_note(stricter: Path) -> None:
    edited(
        stricter,
        "regimens/drugs.toml",
        f'version = "{read_protocol(None).pathway.catalogue.version}"',
        'version = "ours"',
    )
    found, _ = answered("current", str(stricter), "--as-of", DAY)
    assert found["version_not_changed"] == ["monitoring"]
    assert found["new"]["versions"]["drugs"] == "ours"


@pytest.mark.django_db
def test_how_groups_are_counted_is_compared_as_well(tmp_path: Path) -> None:
    """No answer about a patient rests on it, so only the file differs."""
    folder = a_protocol_folder(tmp_path / "ours", Part.PATHWAY)
    edited(folder, "regimens/cohort.toml", "quarters_shown = 8", "quarters_shown = 4")
    a_full_record(rows.a_member())
    found, status = answered("current", str(folder), "--as-of", DAY)
    assert status == 1
    assert [change["file"] for change in found["files"]] == ["cohort"]
    assert found["version_not_changed"] == ["cohort"]
    assert found["summary"]["patients_changed"] == 0


@pytest.mark.django_db
def test_each_patient_is_told_by_clinic_and_id_with_what_changes(stricter: Path) -> None:
    first = a_full_record(rows.a_member(clinic=rows.a_clinic(slug="aaa")))
    second = rows.a_patient(rows.a_member(clinic=rows.a_clinic(slug="bbb")))
    rows.a_result(second, "white_cells", "3.8", date(2026, 5, 1), unit="10*9/L")
    rows.a_patient(rows.a_member(clinic=rows.a_clinic(slug="ccc")))
    found, status = answered("current", str(stricter), "--as-of", DAY)
    assert status == 1
    one, other, untreated = found["patients"]
    assert (one["clinic"], one["patient"], one["as_of"]) == ("aaa", str(first.pk), DAY)
    assert {"due"} <= {row["what"] for row in one["differences"]}
    assert (other["clinic"], other["patient"]) == ("bbb", str(second.pk))
    (result,) = [row for row in other["differences"] if row["what"] == "results"]
    assert result["before"] == "nothing"
    assert untreated["clinic"] == "ccc"
    assert {row["what"] for row in untreated["differences"]} == {"options"}
    assert found["summary"]["patients"] == found["summary"]["patients_changed"] == 3
    assert found["summary"]["by_clinic"]["ccc"] == {"patients": 1, "changed": 1}


@pytest.mark.django_db
def test_hospital_numbers_stand_there_only_when_asked_for(stricter: Path) -> None:
    patient = a_full_record(rows.a_member(), hospital_number="HN-4711")
    for more in ((), ("--format", "json")):
        text, _ = run("current", str(stricter), "--as-of", DAY, *more)
        assert str(patient.pk) in text
        for secret in ("HN-4711", patient.family_name, patient.given_names):
            assert secret not in text
        text, _ = run("current", str(stricter), "--as-of", DAY, "--with-hospital-numbers", *more)
        assert "HN-4711" in text
        assert patient.family_name not in text


@pytest.mark.django_db
def test_the_page_for_people_sums_up_each_clinic(stricter: Path) -> None:
    a_full_record(rows.a_member(clinic=rows.a_clinic(slug="north")))
    text, _ = run("current", str(stricter), "--as-of", DAY)
    assert "Clinic north, as of 01-Jun-2026" in text
    assert "Clinic north: 1 of 1 patients would be answered differently." in text
    assert "  what is due: 1" in text
    assert "every 2 weeks" in text
    assert " -> " in text


@pytest.mark.django_db
def test_batches_change_nothing_but_the_memory(
    stricter: Path, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    member = rows.a_member()
    for _ in range(5):
        a_full_record(member)
    whole = run("current", str(stricter), "--as-of", DAY)
    monkeypatch.setattr(comparison, "BATCH", 2)
    with django_assert_max_num_queries(3 * 27 + 2):
        assert run("current", str(stricter), "--as-of", DAY) == whole


@pytest.mark.django_db
def test_nothing_is_written(stricter: Path) -> None:
    patient = a_full_record(rows.a_member())
    before = Patient.objects.values().get(pk=patient.pk)
    run("current", str(stricter))
    assert Patient.objects.values().get(pk=patient.pk) == before
    assert not patient.due_items.exists()


def test_a_synthetic_cohort_needs_no_database(stricter: Path) -> None:
    """As an ordinary command, with addresses where nothing listens."""
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "true",
        "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/none",
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    command = [sys.executable, "manage.py", "protocol_diff", "current", str(stricter), "--format", "json"]
    cohort = ["--cohort", "8", "--as-of", DAY]

    def done(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )

    first = done(*cohort)
    assert (first.returncode, first.stderr) == (1, "")
    found = json.loads(first.stdout)
    assert found["summary"]["patients"] == 8
    assert {row["clinic"] for row in found["patients"]} == {"cohort"}
    assert done(*cohort).stdout == first.stdout
    without = done("--as-of", DAY)
    assert without.returncode == 2
    assert "The database does not answer" in without.stderr
    assert "Traceback" not in without.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("current", "/nowhere/at/all"), "/nowhere/at/all: .*there is no such folder"),
        (("current", "current", "--cohort", "0"), "--cohort is between 1 and 100000"),
        (("current", "current", "--cohort", "100001"), "--cohort is between 1 and 100000"),
    ],
)
def test_what_cannot_be_told_ends_with_2(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        run(*arguments)
    assert caught.value.returncode == 2


def test_a_bad_folder_ends_with_2_and_names_file_and_reason(stricter: Path) -> None:
    edited(stricter, "regimens/drugs.toml", "maximum = 20", "maximum = 5")
    with pytest.raises(CommandError, match=r"drugs\.toml, id 'methotrexate'.*crosses maximum 5") as caught:
        run("current", str(stricter), "--cohort", "1")
    assert caught.value.returncode == 2


def a_case(folder: Path) -> None:
    example = (ROOT / "docs" / "vignettes" / "example.json").read_text(encoding="utf-8")
    (folder / "ours.json").write_text(example, encoding="utf-8")


def test_cases_of_the_clinic_are_answered_by_both(tmp_path: Path, settings: Any) -> None:
    cases = tmp_path / "cases"
    cases.mkdir()
    a_case(cases)
    folder = a_protocol_folder(tmp_path / "protocol", Part.PATHWAY)
    old = '{ drugs = ["ciclosporin"], tier = "primary" },\n    { drugs = ["tacrolimus"], tier = "primary" },'
    path = folder / "regimens" / "pathway.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, '{ drugs = ["ciclosporin"], tier = "primary" },'), encoding="utf-8")
    settings.VIGNETTES_FOLDER = cases
    found, status = answered("current", str(folder), "--cohort", "1", "--as-of", DAY)
    assert status == 1
    assert found["cases"] == [
        {
            "file": "ours.json",
            "case": "example-escalation",
            "as_of_day": 120,
            "field": "next_options",
            "expected": None,
            "before": ["ciclosporin", "tacrolimus", "mycophenolate mofetil"],
            "after": ["ciclosporin", "mycophenolate mofetil"],
        }
    ]
    text, _ = run("current", str(folder), "--cohort", "1", "--as-of", DAY)
    assert "ours.json, example-escalation, day 120, next_options: ciclosporin, tacrolimus, mycophenolate" in text


def test_a_case_that_cannot_be_read_ends_with_2(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "slip.json").write_text("[")
    settings.VIGNETTES_FOLDER = tmp_path
    with pytest.raises(CommandError, match=r"slip\.json: not valid JSON") as caught:
        run("current", "built-in", "--cohort", "1")
    assert caught.value.returncode == 2


def test_a_part_that_both_share_is_answered_once(stricter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("evaluated although both are the same")

    monkeypatch.setattr(comparison, "evaluate_pathway", refuse)
    for path in (stricter / "regimens").glob("*.toml"):
        path.unlink()
    (stricter / "regimens").rmdir()
    pair = ProtocolPair(read_protocol(None), read_protocol(stricter))
    assert list(comparison.cohort_compared(pair, 2, 1, date(2026, 6, 1)))


def test_a_clinic_is_told_by_the_schedule_that_it_has_chosen(tmp_path: Path) -> None:
    folder = a_protocol_folder(tmp_path, Part.MONITORING)
    low = '{ profile = "standard", interval_days = 168 }'
    edited(folder, "monitoring/schedule_risk_adaptive.toml", low, low.replace("168", "140"))
    pair = ProtocolPair(read_protocol(None), read_protocol(folder))
    steady = record(
        course("methotrexate"),
        results=bloods(0, 14, 28, 42, 70, 98, 126),
        risk=(RiskAssessment("1", after(100), RiskTier.LOW),),
    )
    assert pair.of_record(steady, after(130)) == ()
    found = {one.subject: one for one in pair.of_record(steady, after(130), "risk_adaptive")}
    assert "every 24 weeks" in found["albumin"].before
    assert "every 20 weeks" in found["albumin"].after
    told = [(one.file, one.change.before, one.change.after) for one in pair.file_changes()]
    assert told == [("schedule risk_adaptive", "168", "140")]
    assert pair.unchanged_versions() == ("schedule risk_adaptive",)
