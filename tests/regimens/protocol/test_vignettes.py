"""Files of cases, JSON and TOML: read, or refused with the place and the reason, never with a traceback."""

import json
from pathlib import Path

import pytest

from regimens.protocol.load import load
from regimens.protocol.vignettes import CaseFile, read_cases, read_vignettes
from regimens.rules.cases import CaseError
from regimens.rules.replay import replay

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "vignettes" / "example.json"
TOML = """
[[case]]
id = "in-toml"
patient = { subtype = "dermatomyositis", weight_kg = 64.5 }
courses = [{ drug = "methotrexate", start_day = 0 }]
expected = [{ as_of_day = 5, line_reached = 1 }]
"""


def test_the_example_agrees_with_the_protocol_that_comes_with_the_software() -> None:
    cases = read_cases(EXAMPLE, load(), strict=True)
    replayed = replay(cases, load())
    assert len(replayed) == 2
    assert [one.differs for one in replayed] == [(), ()]


def test_toml_holds_the_same_as_json(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_text(TOML)
    (case,) = read_cases(path, load(), strict=True)
    (one,) = replay((case,), load())
    assert (case.id, one.checkpoint.confidence, one.differs) == ("in-toml", "high", ())


def test_a_published_case_may_hold_keys_of_its_own(tmp_path: Path) -> None:
    document = json.loads(EXAMPLE.read_text())
    document[0]["our_notes"] = "as printed"
    path = tmp_path / "case.json"
    path.write_text(json.dumps(document))
    assert len(read_cases(path, load())) == 1
    with pytest.raises(CaseError, match="unknown key 'our_notes'"):
        read_cases(path, load(), strict=True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"[{", "not valid JSON: .*line 1 column"),
        ("a.json", b"\xff\xfe\x00", "not UTF-8 text: byte 0"),
        ("a.json", b"", "not valid JSON"),
        ("a.json", b"[" * 100_000, "not valid JSON"),
        ("a.json", b'[{"id": "x", "patient": {"age": ' + b"9" * 5000 + b"}}]", "not valid JSON"),
        ("a.toml", b"[[case]", r"not valid TOML: .*line 1"),
        ("a.toml", b"[[cases]]\nid = 1", r"a TOML file holds \[\[case\]\] tables and nothing else, found 'cases'"),
        ("a.toml", b"", r"a TOML file holds \[\[case\]\] tables and nothing else$"),
        ("a.json", b'[{"id": "x", "expected": [{"line_reached": 1}]}]', "the day is missing"),
    ],
)
def test_a_malformed_file_says_where_and_why(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CaseError, match=message):
        read_cases(path, load(), strict=True)


def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="the file cannot be read: No such file"):
        read_cases(tmp_path / "none.json", load())


def test_a_file_too_large_to_be_cases_is_left_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b" " * 10_000_001)
    with pytest.raises(CaseError, match="larger than 10000000 bytes"):
        read_cases(path, load())


def test_one_slip_does_not_hide_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("[")
    (tmp_path / "a.toml").write_text(TOML)
    (tmp_path / "README.md").write_text("ours")
    (tmp_path / ".c.json").write_text("[")
    first, second = read_vignettes(tmp_path, load())
    assert (first.path.name, len(first.cases), first.fault) == ("a.toml", 1, "")
    assert (second.path.name, second.cases) == ("b.json", ())
    assert "not valid JSON" in second.fault


def test_an_empty_folder_holds_no_cases_and_a_missing_one_is_named(tmp_path: Path) -> None:
    found: tuple[CaseFile, ...] = read_vignettes(tmp_path, load())
    assert found == ()
    with pytest.raises(CaseError, match="none: there is no such folder"):
        read_vignettes(tmp_path / "none", load())
