"""`manage.py score` from outside: its answer, its refusals, and no server behind it."""

import io
import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from patients.management.commands import score as command

ROOT = Path(__file__).parents[2]

CK = {"name": "CK", "value": "4200", "upper_limit": "200", "unit": "U/L"}
BEFORE = {
    "physician_global": "7",
    "patient_global": "6.5",
    "mmt": {"value": "52", "maximum": "80"},
    "haq": "1.75",
    "enzymes": [CK],
    "extramuscular_global": "4",
}
AFTER = {
    "physician_global": "1.5",
    "patient_global": "3",
    "mmt": {"value": "70", "maximum": "80"},
    "haq": "1.25",
    "enzymes": [CK | {"value": "2700"}],
    "extramuscular_global": "5.5",
}


def request(**changed: Any) -> dict[str, Any]:
    """The usual two assessments; `baseline` and `follow_up` replace some measures, None leaves one out."""
    document: dict[str, Any] = deepcopy({"population": "adult", "baseline": BEFORE, "follow_up": AFTER})
    for side in ("baseline", "follow_up"):
        document[side] |= changed.pop(side, {})
    return document | changed


def run(document: object, tmp_path: Path) -> tuple[dict[str, Any], int]:
    """What is printed and the exit status."""
    file = tmp_path / "two.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return answered(str(file))


def answered(file: str) -> tuple[dict[str, Any], int]:
    printed, status = io.StringIO(), 0
    try:
        call_command("score", file, stdout=printed)
    except SystemExit as ended:
        status = int(str(ended.code))
    answer = json.loads(printed.getvalue())
    assert isinstance(answer, dict)
    return answer, status


def refused(document: object, tmp_path: Path) -> str:
    answer, status = run(document, tmp_path)
    assert status == 2
    assert list(answer) == ["error"]
    return str(answer["error"])


def test_the_answer(tmp_path: Path) -> None:
    answer, status = run(request(), tmp_path)
    assert status == 0
    assert (answer["score"], answer["category"], answer["partial"], answer["missing"]) == ("70", "major", False, [])
    shown = {
        key: (each["change_percent"], each["points"], each["most_points"])
        for key, each in answer["components"].items()
    }  # fmt: skip
    assert shown == {
        "physician_global": ("55", "20", "20"),
        "patient_global": ("35", "7.5", "10"),
        "mmt": ("22.5", "27.5", "32.5"),
        "haq": ("16.67", "7.5", "10"),
        "enzymes": ("50", "7.5", "7.5"),
        "extramuscular_global": ("-15", "0", "15"),
    }
    assert answer["components"]["enzymes"]["enzyme"] == "ck"
    assert (answer["ceiling"], answer["sufficient"], answer["notes"]) == ("95", True, [])
    assert answer["in_words"] == "70 of 100, major response"


def test_the_same_answer_for_juveniles_has_its_own_cut_offs(tmp_path: Path) -> None:
    almost = request(population="juvenile", follow_up={"haq": "1.5"})
    assert run(almost, tmp_path)[0]["category"] == "moderate"
    assert run(request(follow_up={"haq": "1.5"}), tmp_path)[0]["category"] == "major"


def test_json_numbers_are_as_exact_as_strings(tmp_path: Path) -> None:
    """8.3 - 6.8 as floats would be above 15 % of 10."""
    document = '{"population": "adult", "baseline": {"physician_global": 8.3}, "follow_up": {"physician_global": 6.8}}'
    answer, _ = run(document, tmp_path)
    assert answer["components"]["physician_global"]["points"] == "7.5"
    whole = request(baseline={"physician_global": 7, "mmt": {"value": 52, "maximum": 80}})
    assert run(whole, tmp_path)[0]["score"] == "70"


def test_missing_measures_are_listed_in_order(tmp_path: Path) -> None:
    document = request(baseline={"enzymes": [], "patient_global": None}, follow_up={"haq": None})
    answer, status = run(document, tmp_path)
    assert (status, answer["partial"], answer["missing"]) == (0, True, ["patient_global", "haq", "enzymes"])
    assert (answer["score"], answer["category"]) == ("47.5", "moderate")
    assert answer["in_words"] == "at least 47.5 of 100, at least moderate response"


def test_a_missing_value_of_the_muscle_test_is_missing(tmp_path: Path) -> None:
    answer, _ = run(request(follow_up={"mmt": {"value": None, "maximum": 80}}), tmp_path)
    assert answer["missing"] == ["mmt"]
    assert answer["sufficient"] is False


def test_juvenile_measures_keep_their_names(tmp_path: Path) -> None:
    sides = (
        {"cmas": "20", "das": 12, "chaq": "2", "physician_global": "5"},
        {"cmas": 36, "das": "3", "chaq": "1.75", "physician_global": "5"},
    )
    document = {"population": "juvenile", "baseline": sides[0], "follow_up": sides[1]}
    answer, _ = run(document, tmp_path)
    assert list(answer["components"]) == ["physician_global", "cmas", "chaq", "das"]
    assert answer["missing"] == ["patient_global", "enzymes"]
    assert answer["score"] == "57.5"


@pytest.mark.parametrize("unit", ["U/L", "u/l", "IU/L", " U/L ", None])
def test_one_unit_in_several_spellings(unit: str | None, tmp_path: Path) -> None:
    enzyme = CK | {"unit": unit}
    document = request(baseline={"enzymes": [enzyme]}, follow_up={"enzymes": [enzyme | {"name": " ck"}]})
    answer, status = run(document, tmp_path)
    assert (status, answer["components"]["enzymes"]["change_percent"]) == (0, "0")


NOT_COMPARED = [
    (request(follow_up={"mmt": {"value": "120", "maximum": "150"}}), "different forms, out of 80 and out of 150"),
    (request(follow_up={"enzymes": [CK | {"unit": "µkat/L"}]}), "different units, U/L and µkat/L"),
    (request(follow_up={"enzymes": [CK | {"unit": None}]}), "different units, U/L and a unit not stated"),
    (request(follow_up={"enzymes": [CK | {"name": "LDH"}]}), "the later one has only lactate dehydrogenase (LDH)"),
    ({"population": "adult", "baseline": {}, "follow_up": {}}, "no measure was recorded at both"),
    ({"population": "juvenile", "baseline": {"haq": 1}, "follow_up": {"chaq": 1}}, "different questionnaires"),
]


@pytest.mark.parametrize(("document", "words"), NOT_COMPARED, ids=[words for _, words in NOT_COMPARED])
def test_what_cannot_be_compared(document: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert words in refused(document, tmp_path)


def enzymes(*given: Any) -> dict[str, Any]:
    return request(baseline={"enzymes": list(given)})


MALFORMED = [
    ("", "the file is empty"),
    (" \n", "the file is empty"),
    ("{", "not valid JSON"),
    ("[" * 100_000, "not valid JSON"),
    ("9" * 5000, "not valid JSON"),
    ("[]", "the file: expected an object with keys, found []"),
    ('"adult"', "the file: expected an object"),
    ('{"population": "adult", "population": "juvenile"}', "the key 'population' is given twice"),
    ('{"population": "adult", "baseline": {"haq": NaN}, "follow_up": {}}', "NaN is not a number"),
    ('{"population": "adult", "baseline": {"haq": -Infinity}, "follow_up": {}}', "-Infinity is not a number"),
    ('{"population": "adult", "baseline": {"haq": 1e99999999999999999999}, "follow_up": {}}', "is not a number"),
    ('{"population": "adult", "baseline": {"haq": 1e-99999999}, "follow_up": {}}', "more than 40 decimal places"),
    ({"population": "adult", "baseline": {}}, "the key 'follow_up' is missing"),
    ({"baseline": {}, "follow_up": {}}, "the key 'population' is missing"),
    (request(population="elderly"), "population: 'elderly' is not one of adult or juvenile"),
    (request(population=None), "population: None is not one of"),
    (request(population=["adult"]), "population: ['adult'] is not one of"),
    (request(patient="x"), "the file: unknown key 'patient'"),
    (request() | {"baseline": []}, "baseline: expected an object"),
    (request() | {"follow_up": None}, "follow_up: expected an object"),
    (request(baseline={"esr": 12}), "baseline: unknown key 'esr'; known keys are physician_global"),
    (request(follow_up={"cmas": 12}), "follow_up.cmas: belongs to juvenile disease"),
    (request(follow_up={"chaq": 1}), "follow_up.chaq: belongs to juvenile disease"),
    (request(population="juvenile", follow_up={"chaq": 1}), "follow_up.chaq: haq is given too"),
    (request(population="juvenile", follow_up={"cmas": 53}), "follow_up.cmas: 53 is out of range, 0 to 52"),
    (request(population="juvenile", follow_up={"das": "20.1"}), "follow_up.das: '20.1' is out of range, 0 to 20"),
    (request(baseline={"physician_global": "10.1"}), "baseline.physician_global: '10.1' is out of range, 0 to 10"),
    (request(baseline={"patient_global": -0.1}), "baseline.patient_global: '-0.1' is out of range"),
    (request(baseline={"haq": "3.125"}), "baseline.haq: '3.125' is out of range, 0 to 3"),
    (request(baseline={"haq": "seven"}), "baseline.haq: 'seven' is not a number"),
    (request(baseline={"haq": ""}), "baseline.haq: '' is not a number"),
    (request(baseline={"haq": "NaN"}), "baseline.haq: 'NaN' is not a number"),
    (request(baseline={"haq": "1_0"}), "baseline.haq: '1_0' is not a number"),
    (request(baseline={"haq": "1,5"}), "baseline.haq: '1,5' is not a number"),
    (request(baseline={"haq": "٣"}), "baseline.haq: '٣' is not a number"),
    (request(baseline={"haq": True}), "baseline.haq: True is not a number"),
    (request(baseline={"haq": [1]}), "baseline.haq: [1] is not a number"),
    (request(baseline={"haq": "1" * 41}), "is not a number"),
    (request(baseline={"mmt": "52"}), 'baseline.mmt: expected {"value"'),
    (request(baseline={"mmt": {"value": 52}}), "baseline.mmt.maximum: missing; the form has a maximum of 80, 150 or"),
    (
        request(baseline={"mmt": {"value": 52, "maximum": 100}}),
        "baseline.mmt.maximum: 100 is not one of 80, 150 or 260",
    ),
    (request(baseline={"mmt": {"value": 81, "maximum": 80}}), "baseline.mmt.value: 81 is out of range, 0 to 80"),
    (request(baseline={"mmt": {"value": 8, "max": 80}}), "baseline.mmt: unknown key 'max'"),
    (request(baseline={"enzymes": CK}), "baseline.enzymes: expected a list"),
    (request(baseline={"enzymes": "CK"}), "baseline.enzymes: expected a list"),
    (enzymes("CK"), 'baseline.enzymes[0]: expected {"name"'),
    (enzymes(CK, CK | {"name": "ck"}), "baseline.enzymes[1]: ck is given twice"),
    (enzymes(CK | {"name": "troponin"}), "baseline.enzymes[0].name: 'troponin' is not one of ck, ldh"),
    (enzymes(CK | {"name": 5}), "baseline.enzymes[0].name: 5 is not one of"),
    (enzymes({"name": "CK"}), "baseline.enzymes[0].value: missing"),
    (enzymes({"value": "1"}), "baseline.enzymes[0].name: missing"),
    (enzymes(CK | {"value": "-1"}), "baseline.enzymes[0].value: '-1' is out of range"),
    (enzymes(CK | {"value": "1e10"}), "baseline.enzymes[0].value: '1e10' is out of range"),
    (enzymes(CK | {"upper_limit": "-200"}), "baseline.enzymes[0].upper_limit: '-200' is out of range"),
    (enzymes(CK | {"upper_limit": 0}), "baseline.enzymes[0].upper_limit: the upper limit of normal must be above 0"),
    (enzymes(CK | {"unit": "mg"}), "baseline.enzymes[0].unit: 'mg' is not one of U/L or µkat/L"),
    (enzymes(CK | {"limit": 5}), "baseline.enzymes[0]: unknown key 'limit'"),
]


@pytest.mark.parametrize(("document", "words"), MALFORMED, ids=[words for _, words in MALFORMED])
def test_what_cannot_be_read_says_what_and_where(document: object, words: str, tmp_path: Path) -> None:
    assert words in refused(document, tmp_path)


def test_a_long_value_is_shown_short(tmp_path: Path) -> None:
    assert len(refused(request(baseline={"haq": "x" * 10_000}), tmp_path)) < 100


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    answer, status = answered(str(tmp_path / "none.json"))
    assert (status, answer["error"].endswith("none.json: No such file or directory")) == (2, True)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe{}")
    answer, status = answered(str(binary))
    assert (status, answer["error"].startswith("not UTF-8 text")) == (2, True)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "marked.json"
    file.write_text(json.dumps(request()), encoding="utf-8-sig")
    assert answered(str(file))[1] == 0


def test_from_standard_input_without_a_database() -> None:
    """As an ordinary command, with addresses where nothing listens."""
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "true",
        "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/none",
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    for given, status in ((json.dumps(request()), 0), ("{}", 2), ("", 2)):
        done = subprocess.run(
            [sys.executable, "manage.py", "score", "-"],
            cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (status, "")
        assert ("score" in json.loads(done.stdout)) is (status == 0)


def test_the_command_makes_no_check_of_the_system() -> None:
    assert command.Command.requires_system_checks == []
