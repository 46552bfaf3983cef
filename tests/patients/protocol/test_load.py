"""activity.toml as it is, and each way in which such a file is refused."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from patients.protocol.load import ACTIVITY, HERE, load
from patients.protocol.tables import ProtocolError
from patients.rules.vocabulary import EnzymeName, Measure, Population

SCALES = {
    Measure.PHYSICIAN_GLOBAL: 10,
    Measure.PATIENT_GLOBAL: 10,
    80: 80,
    150: 150,
    260: 260,
    Measure.HAQ: 3,
    Measure.EXTRAMUSCULAR_GLOBAL: 10,
    Measure.CMAS: 52,
    Measure.DAS: 20,
}


def test_the_scales_are_those_of_the_core_set() -> None:
    assert {key: scale.maximum for key, scale in load().scales.items()} == SCALES


def test_what_rests_on_weak_evidence_says_so() -> None:
    protocol = load()
    assert {name: each.multiplier for name, each in protocol.enzymes.items()} == {
        EnzymeName.CK: 15, EnzymeName.ALDOLASE: 6, EnzymeName.LDH: 3, EnzymeName.AST: 3, EnzymeName.ALT: 3,
    }  # fmt: skip
    assert all(each.confirm for each in protocol.enzymes.values())
    assert {scale.id for scale in protocol.file.scales if scale.confirm} == {"scale.cmas", "scale.das"}


def test_every_entry_says_what_it_rests_on() -> None:
    file = load().file
    definitions = (file.definition_of_improvement, file.confirmed_deterioration)
    for entry in (*file.scales, *file.enzymes, *file.points, *file.categories, *file.rules, *definitions):
        assert entry.id
        assert entry.source


def test_it_is_read_once() -> None:
    assert load() is load()


def test_limits_are_whole_numbers_in_the_measures_own_unit() -> None:
    protocol = load()
    assert protocol.steps[Measure.HAQ].limits == (150_000, 450_000, 750_000, 1_200_000)
    assert protocol.enzyme_steps[EnzymeName.CK].limits == (750_000, 2_250_000, 3_750_000, 6_000_000)
    assert protocol.steps[80].tenths == (0, 100, 200, 275, 325)
    assert protocol.cut_offs[Population.JUVENILE] == (300, 450, 700)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (HERE / ACTIVITY).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / ACTIVITY).write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


def test_a_clinic_may_have_its_own_file(tmp_path: Path) -> None:
    protocol = load(changed(tmp_path, "multiplier = 15", "multiplier = 12.5"))
    assert protocol.enzymes[EnzymeName.CK].multiplier == Decimal("12.5")
    assert protocol.enzyme_steps[EnzymeName.CK].limits[0] == 625_000


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match=r"activity\.toml: the file is missing"):
        load(tmp_path / "none")
    shutil.copy(HERE / ACTIVITY, tmp_path / ACTIVITY)
    assert load(tmp_path).version == load().version


FIRST_BANDS = """    { above = 5, points = 7.5 },
    { above = 15, points = 15 },"""

REFUSED = [
    ("version = ", "verzion = ", "unknown key 'verzion'"),
    ("next_review = 2027", "next_review = 2025", "next_review must lie after reviewed_on"),
    ('id = "scale.haq"', 'id = "scale.das"', "'scale.das' is used twice"),
    ('measure = "haq"', 'measure = "das"', "scale already"),
    ('measure = "haq"', 'measure = "enzymes"', r"see \[\[enzymes\]\]"),
    ('measure = "haq"', 'measure = "hac"', "scale.haq.*'hac' is not one of"),
    ("maximum = 10\n", "maximum = 0\n", "maximum must be above 0"),
    ("maximum = 260", "maximum = 250", "no scale for the manual muscle test with a maximum of 260"),
    ('better = "higher"', 'better = "lower"', r"manual muscle test \(MMT\) is not better when it is lower"),
    ('better = "lower"', 'better = "higher"', "physician global is not better when it is higher"),
    ('enzyme = "aldolase"', 'enzyme = "ck"', "range already, as 'enzyme.ck'"),
    ("multiplier = 6", "multiplier = 0", "multiplier must be above 0"),
    ('enzyme = "alp"', 'enzyme = "ggt"', "'ggt' has a range of limits already, 'limit.ggt'"),
    ("lowest = 50 ", "lowest = 0 ", "lowest must be above 0"),
    ("lowest = 50 ", "lowest = 2001 ", "below highest"),
    ("highest = 2000", "highest = 3000", "less than 60 times lowest"),
    ("multiplier = 6", "multiplier = 6.125", "at most 2 decimal"),
    ('measures = ["patient_global"]', 'measures = ["physician_global"]', "points already, in 'points.physician"),
    ('measures = ["patient_global"]', "measures = []", "at least one measure"),
    ('measures = ["mmt", "cmas"]', 'measures = ["mmt"]', "no points for 'cmas'"),
    (FIRST_BANDS, FIRST_BANDS.replace("above = 15", "above = 5"), "points.physician_global.*two bands begin above 5"),
    (FIRST_BANDS, FIRST_BANDS.replace("above = 5", "above = 16"), "above 16 percent crosses the one above 15"),
    (FIRST_BANDS, FIRST_BANDS.replace("points = 15", "points = 5"), "points fall from 7.5 to 5"),
    (FIRST_BANDS, FIRST_BANDS.replace("points = 7.5", "points = 0"), "first band must give points"),
    (FIRST_BANDS, FIRST_BANDS.replace("above = 5", "above = -1"), "between 0 and 100 percent"),
    (FIRST_BANDS, FIRST_BANDS.replace("above = 5", "above = 5.001"), "band 1, key 'above': at most 2 decimal"),
    (FIRST_BANDS, FIRST_BANDS.replace("points = 7.5", "points = 7.55"), "band 1, key 'points': at most 1 decimal"),
    ("{ above = 40, points = 20 }", "{ above = 40, points = 25 }", "make 105, not 100"),
    ("{ above = 40, points = 20 }", "{ above = 100, points = 20 }", "between 0 and 100 percent"),
    ("moderate = 40", "moderate = 20", "minimal, moderate and major must rise"),
    ("moderate = 40", "moderate = 60", "minimal, moderate and major must rise"),
    ("major = 60", "major = 101", "within 0 to 100"),
    ("minimal = 20", "minimal = 20.25", "'minimal': at most 1 decimal"),
    ('population = "juvenile"', 'population = "adult"', "the adult categories are given twice"),
    ("better_at_least = 3", "better_at_least = 7", "'better_at_least': out of range"),
    ("worse_at_most = 2", "worse_at_most = -1", "'worse_at_most': out of range"),
    ("measures_by = 30", "measures_by = 0", "'measures_by': out of range"),
    ("measures_by = 30", "measures_by = 30.125", "'measures_by': at most 2 decimal"),
    ("measures_at_least = 3", "measures_at_least = 6", "'measures_at_least': out of range"),
    ('id = "improvement_enzyme"', 'id = "improvement_enzymes"', "the rule 'improvement_enzyme' is missing"),
    (
        "[[rules]]",
        '[[rules]]\nid = "more"\ntext = "t"\nsource = "s"\nkind = "local_reading"\n[[rules]]',
        "'more'.*not a rule",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), REFUSED)
def test_a_file_that_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message) as caught:
        load(changed(tmp_path, old, new))
    assert str(caught.value).startswith(ACTIVITY)


def test_an_extramuscular_stand_in_has_the_same_points(tmp_path: Path) -> None:
    apart = """measures = ["extramuscular_global"]
source = "s"
kind = "local_reading"
bands = [{ above = 5, points = 20 }]

[[points]]
id = "points.das"
measures = ["das"]"""
    with pytest.raises(ProtocolError, match="points.das.*stands for extramuscular global"):
        load(changed(tmp_path, 'measures = ["extramuscular_global", "das"]', apart))
