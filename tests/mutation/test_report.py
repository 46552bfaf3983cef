"""The report of mutation testing counts every mutant once and fails below its limit."""

import json
from pathlib import Path

import pytest

from tests.mutation import report


def write(folder: Path, **modules: list[int | None]) -> None:
    for name, codes in modules.items():
        path = folder / "rules" / f"{name}.py.meta"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"exit_code_by_key": {str(place): code for place, code in enumerate(codes)}}))


def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(report, "MUTANTS", folder)
    return report.main()


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        ([1] * 9 + [0], 0),
        ([1] * 8 + [36, 0], 0),
        ([1] * 8 + [0, 0], 1),
        ([1] * 8 + [33, 33], 1),
        ([1] * 899 + [0] * 101, 1),
        ([1] * 99 + [None], 1),
    ],
)
def test_fails_below_90_percent_or_unfinished(
    codes: list[int | None], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, severity=codes)
    assert run(tmp_path, monkeypatch) == status


def test_counts_each_module_and_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, lines=[1, 1, 1, 0], phase=[33, 1], empty=[])
    assert run(tmp_path, monkeypatch) == 1
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert rows == [
        ["rules/lines", "4", "3", "1", "0", "75.0", "%"],
        ["rules/phase", "2", "1", "0", "1", "50.0", "%"],
        ["all", "6", "4", "1", "1", "66.6", "%"],
    ]


def test_nothing_to_report_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, monkeypatch) == 1
    assert "run make mutation first" in capsys.readouterr().err
