"""Which files are in force: parts of a clinic's folder, and the built-in ones for the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.protocol.load import load as load_monitoring
from patients.protocol import place
from patients.protocol.load import load as load_activity
from patients.protocol.place import Part, built_in, check_layout, part_in_force, part_of
from patients.protocol.tables import LONGEST_VERSION, ProtocolError, check_version
from regimens.protocol.load import load as load_pathway
from tests.factories.folders import a_protocol_folder, edited


@pytest.fixture(autouse=True)
def _built_in_again() -> Iterator[None]:
    before = place.folder_in_force()
    yield
    place.use(before)


def test_without_a_folder_everything_is_built_in() -> None:
    place.use(None)
    for part in Part:
        assert part_in_force(part) == built_in(part)
        assert list(built_in(part).glob("*.toml"))


def test_a_missing_part_is_the_built_in_one(tmp_path: Path) -> None:
    folder = a_protocol_folder(tmp_path, Part.PATHWAY)
    assert part_of(folder, Part.PATHWAY) == folder / "regimens"
    assert part_of(folder, Part.MONITORING) == built_in(Part.MONITORING)


def test_every_load_without_arguments_reads_the_folder_in_force(tmp_path: Path) -> None:
    folder = a_protocol_folder(tmp_path)
    built_in_version = load_pathway(built_in(Part.PATHWAY)).version
    edited(folder, "regimens/pathway.toml", f'version = "{built_in_version}"', 'version = "ours.7"')
    for name, version, ours in (
        ("patients/activity.toml", load_activity(built_in(Part.ACTIVITY)).version, "ours.6"),
        ("monitoring/schedule_bsr_2017.toml", load_monitoring(built_in(Part.MONITORING)).version, "ours.8"),
    ):
        edited(folder, name, f'version = "{version}"', f'version = "{ours}"')
    place.use(folder)
    assert load_activity().version == "ours.6"
    assert load_pathway().version == "ours.7"
    assert load_pathway().activity is load_activity()
    assert load_monitoring().version == "ours.8"
    assert load_pathway() is load_pathway()
    assert load_monitoring() is load_monitoring()
    place.use(None)
    assert load_pathway().version == built_in_version


def test_a_folders_only_schedule_needs_no_name(tmp_path: Path) -> None:
    folder = a_protocol_folder(tmp_path, Part.MONITORING) / "monitoring"
    edited(folder, "schedule_bsr_2017.toml", 'id = "bsr_2017"', 'id = "ours"')
    (folder / "schedule_bsr_2017.toml").rename(folder / "schedule_ours.toml")
    (folder / "schedule_risk_adaptive.toml").unlink()
    assert load_monitoring(folder).schedule_id == "ours"


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ((), "it holds no part of a protocol"),
        (("regimen/",), "'regimen' is no part of a protocol; parts are monitoring, patients, regimens"),
        (("pathway.toml",), "the file 'pathway.toml' belongs into the folder of its part"),
        (("README.md",), "it holds no part of a protocol"),
    ],
)
def test_a_folder_that_would_be_misread_is_refused(tmp_path: Path, made: tuple[str, ...], message: str) -> None:
    for name in made:
        path = tmp_path / name
        path.mkdir() if name.endswith("/") else path.write_text("")
    with pytest.raises(ProtocolError, match=message):
        check_layout(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="none: there is no such folder"):
        check_layout(tmp_path / "none")


def test_notes_and_hidden_files_may_lie_beside_the_parts(tmp_path: Path) -> None:
    folder = a_protocol_folder(tmp_path, Part.ACTIVITY)
    (folder / "README.md").write_text("ours")
    (folder / ".git").mkdir()
    check_layout(folder)


@pytest.mark.parametrize(("version", "message"), [(" ", "is empty"), ("v" * (LONGEST_VERSION + 1), "33 characters")])
def test_a_version_that_no_decision_can_keep(version: str, message: str) -> None:
    check_version("v" * LONGEST_VERSION, "a.toml")
    with pytest.raises(ProtocolError, match=rf"a\.toml: the version .*{message}"):
        check_version(version, "a.toml")
