"""The file of the audits: read with the others, checked against them, its numbers said once."""

from pathlib import Path

import pytest

from monitoring.protocol.audits import AUDITS_FILE, AuditMeasure, AuditsFile
from monitoring.protocol.load import load
from monitoring.rules.audits import _JUDGES
from patients.protocol.place import Part
from patients.protocol.tables import ProtocolError
from tests.factories.folders import a_protocol_folder, edited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_protocol_folder(tmp_path, Part.MONITORING) / Part.MONITORING.value


def the_audits(folder: Path | None = None) -> AuditsFile:
    found = load(folder).audits
    assert found is not None
    return found


def test_every_measure_is_judged_and_used() -> None:
    assert set(_JUDGES) == set(AuditMeasure) == {audit.measure for audit in the_audits().audit}


def test_its_version_stands_among_the_protocol_files() -> None:
    assert load().files[AUDITS_FILE].version == the_audits().version


def test_a_target_stands_only_where_a_source_gives_one() -> None:
    assert {audit.target_percent for audit in the_audits().audit} == {None}


def test_the_words_take_their_numbers_from_the_rule(folder: Path) -> None:
    changed = edited(
        folder,
        "shared/oral_corticosteroid.toml",
        "milligrams_per_day = 20\nfor_days = 28",
        "milligrams_per_day = 15\nfor_days = 21",
    )
    changed = edited(changed, AUDITS_FILE, "within_days = 7", "within_days = 3")
    found = {audit.id: audit for audit in the_audits(changed).audit}
    standard = found["pneumocystis_decision"].standard
    assert "15 mg or more of prednisolone equivalent a day has been taken for 3 weeks" in standard
    assert found["abnormal_result_acted_on"].title == "Abnormal result acted on within 3 days"


def test_a_folder_without_the_file_has_no_audits(folder: Path) -> None:
    (folder / AUDITS_FILE).unlink()
    assert load(folder).audits is None
    assert AUDITS_FILE not in load(folder).files


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "tests_in_date"', 'id = "bone_plan"', "the id 'bone_plan' is used twice"),
        ('id = "tests_in_date"', 'id = "Tests in date"', "an id is small letters"),
        ('items = ["risk_review"]', 'items = ["risk"]', "there is no item 'risk'"),
        ('items = ["risk_review"]', 'items = ["risk_review", "hiv"]', "looks at exactly one item"),
        (
            'exposure_rule = "steroid.bone_plan"',
            'exposure_rule = "steroid.bones"',
            "no corticosteroid rule 'steroid.bones'",
        ),
        ('kinds = ["test", "trough"]', "", "the measure 'tests_in_date' needs the key 'kinds'"),
        ("within_days = 7", "", "names a number that this audit does not have"),
        ("within_days = 7", "within_days = -1", "-1 days is not possible"),
        ('grades = ["urgent", "action"]', "", "needs the key 'grades'"),
        ('unit = "course"', 'unit = "course"\ntarget_percent = 101', "a target lies above 0"),
        ('measure = "baseline"', 'measure = "screens"', "'screens' is not one of"),
    ],
)
def test_what_must_not_be_used_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        load(edited(folder, AUDITS_FILE, old, new))
