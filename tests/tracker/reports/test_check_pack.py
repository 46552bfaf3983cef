"""The checker: finds whatever is not as it was made, alone and offline, and no pack does it any harm."""

import hashlib
import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.reports.asking import a_pack
from tracker.reports import check_pack
from tracker.reports.check_pack import problems

pytestmark = pytest.mark.django_db
Files = dict[str, bytes]


@pytest.fixture
def admin() -> Staff:
    admin = rows.a_member(Role.ADMIN)
    rows.a_weight(rows.a_patient(admin))
    return admin


@pytest.fixture(params=["csv", "xlsx", "jsonl", "pdf"])
def files(request: pytest.FixtureRequest, admin: Staff) -> Files:
    with zipfile.ZipFile(io.BytesIO(a_pack(admin, format=request.param))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Files, path: Path) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return str(path)


def with_manifest(files: Files, change: Callable[[dict[str, Any]], None]) -> Files:
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    return files | {"manifest.json": json.dumps(manifest).encode()}


def test_a_pack_as_it_was_made(files: Files, tmp_path: Path) -> None:
    assert problems(zipped(files, tmp_path / "pack.zip")) == []


@pytest.mark.parametrize("files", ["csv"], indirect=True)
@pytest.mark.parametrize("name", ["activity.csv", "dictionary.csv", "README.txt", "check_pack.py"])
def test_a_missing_changed_longer_or_shorter_file_is_named(files: Files, tmp_path: Path, name: str) -> None:
    path = tmp_path / "pack.zip"
    less = {one: content for one, content in files.items() if one != name}
    assert problems(zipped(less, path)) == [f"{name!r} is missing"]
    changed = bytes([files[name][0] ^ 1]) + files[name][1:]
    for content in (changed, files[name] + b"x", files[name][:-1], b""):
        assert problems(zipped(files | {name: content}, path)) == [f"{name!r} is changed or cut short"]


@pytest.mark.parametrize("files", ["csv"], indirect=True)
def test_whatever_does_not_belong_is_named(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    for name in ("more.csv", "../../etc/passwd", "/etc/passwd", "..\\evil.exe"):
        assert problems(zipped(files | {name: b"x"}, path)) == [f"{name!r} does not belong in it"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["pack.zip"]


@pytest.mark.parametrize("files", ["csv"], indirect=True)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_in_it_twice(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    zipped(files, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("README.txt", files["README.txt"])
    assert problems(str(path)) == ["'README.txt' is in it twice"]


@pytest.mark.parametrize("files", ["csv", "xlsx", "jsonl"], indirect=True)
def test_a_wrong_number_of_rows(files: Files, tmp_path: Path) -> None:
    rows_said = json.loads(files["manifest.json"])["rows"]
    found = problems(zipped(with_manifest(files, lambda said: said.update(rows=rows_said + 1)), tmp_path / "pack.zip"))
    assert len(found) == 1
    assert f"has {rows_said} rows, not {rows_said + 1}" in found[0]


@pytest.mark.parametrize("files", ["csv"], indirect=True)
def test_rows_taken_out_with_a_new_sum(files: Files, tmp_path: Path) -> None:
    shorter = b"\r\n".join(files["activity.csv"].split(b"\r\n")[:-2]) + b"\r\n"

    def hide(said: dict[str, Any]) -> None:
        said["files"]["activity.csv"] = {"sha256": hashlib.sha256(shorter).hexdigest(), "size": len(shorter)}

    hidden = with_manifest(files | {"activity.csv": shorter}, hide)
    assert "rows, not" in problems(zipped(hidden, tmp_path / "pack.zip"))[0]


@pytest.mark.parametrize("files", ["csv"], indirect=True)
def test_a_file_cut_anywhere_is_no_pack(files: Files, tmp_path: Path) -> None:
    whole = Path(zipped(files, tmp_path / "pack.zip")).read_bytes()
    for share in (0, 1, 10, 50, 90, 99):
        cut = tmp_path / "cut.zip"
        cut.write_bytes(whole[: len(whole) * share // 100])
        assert problems(str(cut)), share


@pytest.mark.parametrize("files", ["csv"], indirect=True)
def test_every_changed_byte_is_found(files: Files, tmp_path: Path) -> None:
    """Or lies in what ZIP keeps beside the files: their dates, their rights."""
    whole = Path(zipped(files, tmp_path / "pack.zip")).read_bytes()
    data = whole.index(files["activity.csv"])
    for place in range(data, data + len(files["activity.csv"]), 97):
        changed = tmp_path / "changed.zip"
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        assert problems(str(changed)), place


@pytest.mark.parametrize("files", ["csv"], indirect=True)
def test_a_bomb_is_neither_unpacked_nor_held_in_memory(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_pack, "MOST", 1 << 20)
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in with_manifest(
            files, lambda said: said["files"]["activity.csv"].update(size=1 << 40)
        ).items():
            archive.writestr(name, b"\0" * (64 << 20) if name == "activity.csv" else content)
    assert problems(str(path)) == ["'activity.csv' is changed or cut short"]


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"files": 1, "data": 2}',
        b'{"files": {"a": 1}, "data": "a.csv"}',
        b"\xff",
        b"[" * 99_999,
    ],
    ids=range(8),
)
def test_an_odd_manifest_is_no_pack(manifest: bytes, tmp_path: Path) -> None:
    (found,) = problems(zipped({"manifest.json": manifest, "a": b""}, tmp_path / "pack.zip"))
    assert "cannot be read whole" in found


def test_the_script_in_the_pack_checks_it_with_python_alone(admin: Staff, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(a_pack(admin))
    with zipfile.ZipFile(pack) as archive:
        archive.extract("check_pack.py", tmp_path)
    command = [sys.executable, "-I", "-S", str(tmp_path / "check_pack.py")]
    done = subprocess.run([*command, str(pack)], capture_output=True, text=True, check=False)
    whole = hashlib.sha256(Path(done.args[-1]).read_bytes()).hexdigest()
    assert (done.returncode, done.stdout) == (
        0,
        f"It agrees with itself. Its SHA-256, to compare with who made it: {whole}\n",
    )
    pack.write_bytes(pack.read_bytes()[:-30])
    done = subprocess.run([*command, str(pack)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Not as it was made" in done.stdout
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1


def test_the_command_says_whether_it_was_made_here(
    admin: Staff, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(a_pack(admin))
    call_command("check_pack", str(path))
    assert "The pack is as it was made here, as report no. " in capsys.readouterr().out
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with pytest.raises(SystemExit) as ended:
        call_command("check_pack", zipped(files | {"README.txt": b""}, path))
    assert ended.value.code == 1
    assert "Not as it was made: 'README.txt' is changed" in capsys.readouterr().out


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("check_pack", str(tmp_path / "none.zip"))


@pytest.mark.parametrize("files", ["csv"], indirect=True)
def test_very_many_names_or_bytes_take_no_time(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(40_000):
            archive.writestr(f"{number}", b"")
    began = time.process_time()
    assert problems(str(path))
    zipped(files | {f"{number}": b"" for number in range(40_000)}, path)
    assert len(problems(str(path))) == 40_000
    assert time.process_time() - began < 10  # seconds of this process: a busy machine is no defect
    more = {f"{number}": {"sha256": "", "size": 1 << 32} for number in range(3)}
    names = with_manifest(files | dict.fromkeys(more, b"x"), lambda said: said["files"].update(more))
    assert problems(zipped(names, path)) == ["its files are larger together than those of any pack"]


@pytest.mark.parametrize("files", ["csv"], indirect=True)
def test_a_pack_made_anew_does_not_pass_where_the_true_one_was_made(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shorter = b"\r\n".join(files["activity.csv"].split(b"\r\n")[:-2]) + b"\r\n"

    def hide(said: dict[str, Any]) -> None:
        said["files"]["activity.csv"] = {"sha256": hashlib.sha256(shorter).hexdigest(), "size": len(shorter)}
        said["rows"] -= 1

    forged = zipped(with_manifest(files | {"activity.csv": shorter}, hide), tmp_path / "pack.zip")
    assert problems(forged) == []  # nothing in it can tell
    with pytest.raises(SystemExit) as ended:
        call_command("check_pack", forged)
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "Not made here" in said
    assert "as it was made" not in said
