"""A protocol that must not be used is refused, and the message names file, place and reason."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from monitoring.protocol.document import render
from monitoring.protocol.load import FOLDER, cross_check, load, schedules
from monitoring.rules.vocabulary import RiskTier
from patients.protocol.tables import ProtocolError

DRUGS = {
    *("methotrexate", "azathioprine", "mycophenolate_mofetil", "ciclosporin", "tacrolimus", "rituximab"),
    *("cyclophosphamide", "abatacept", "tocilizumab", "normal_immunoglobulin", "prednisolone", "methylprednisolone"),
    *("methylprednisolone_sodium_succinate", "folic_acid", "leflunomide", "hydroxychloroquine"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "protocol"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


@pytest.fixture
def edited(folder: Path) -> Callable[[str, str, str], Path]:
    def edit(file: str, old: str, new: str) -> Path:
        path = folder / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1))
        return folder

    return edit


def test_the_protocol_in_use_loads_and_has_a_file_for_every_drug() -> None:
    found = load()
    assert set(found.drugs) == DRUGS
    cross_check(found, DRUGS)


def test_drugs_and_files_must_agree_both_ways() -> None:
    found = load()
    with pytest.raises(ProtocolError, match=r"nintedanib\.toml: the drug 'nintedanib' has no monitoring file"):
        cross_check(found, DRUGS | {"nintedanib"})
    with pytest.raises(ProtocolError, match=r"tacrolimus\.toml: the drug 'tacrolimus' is not in the drug catalogue"):
        cross_check(found, DRUGS - {"tacrolimus"})


FAULTS = [
    # file, text, replacement, what the message says
    ("analytes.toml", "times = 5", "times = 1", "far_from_last: times must be above 1"),
    ("analytes.toml", "multiply_by = 88.4", "multiply_by = 0", "analyte 'creatinine': multiply_by must be above 0"),
    ("analytes.toml", '"mg/dL", multiply_by = 88.4', '"umol/L", multiply_by = 88.4', "'creatinine': a unit is named"),
    ("analytes.toml", 'part_of = "white_cells"', 'part_of = "cells"', "'neutrophils': there is no analyte 'cells'"),
    ("analytes.toml", 'units = ["fL"]', 'conversions = [{ unit = "fL", multiply_by = 1 }]', "needs the analyte's own"),
    ("thresholds.toml", 'grade = "action"', "", "the key 'grade' is missing"),
    ("thresholds.toml", 'grade = "urgent"', 'grade = "soon"', "'soon' is not one of urgent, action, look"),
    ("thresholds.toml", 'below = 0.5\ngrade = "urgent"', 'below = 0.5\ngrade = "action"', "its band crosses that of"),
    ("thresholds.toml", "below = 0.5", "below = 1.6", "its band crosses that of"),
    ("thresholds.toml", "below = 0.5", "below = 2", "its band crosses that of"),
    ("thresholds.toml", "fall_percent = 10", "fall_percent = 100", "fall_percent .above 0, below 100."),
    ("thresholds.toml", "at_least = 1", "at_least = 2", "a positive finding is written at_least = 1"),
    ("thresholds.toml", 'symptoms = ["infection"]', "symptoms = []", "'symptoms.infection': no symptom is named"),
    ("thresholds.toml", 'drugs = ["methotrexate"]', 'drugs = ["metho"]', "there is no drug 'metho'"),
    ("thresholds.toml", 'item = "full_blood_count"', 'item = "full_count"', "there is no item 'full_count'"),
    ("thresholds.toml", "after_stop_days = 168\n", "", "after_stop_days belongs to an item that they make due"),
    ("thresholds.toml", "after_stop_days = 168", "after_stop_days = -1", "and is not below 0"),
    ("thresholds.toml", "step_percent = 15", "step_percent = 0", "so that noise is no trend"),
    ("thresholds.toml", "within_days = 196", "within_days = 1", "three samples need at least 2 days"),
    ("thresholds.toml", 'analyte = "haemoglobin"', 'analyte = "haemaglobin"', "no analyte 'haemaglobin'"),
    ("thresholds.toml", 'id = "trend.egfr"', 'id = "trend.alt"', "'trend.alt' is used twice"),
    ("thresholds.toml", "late_after_days = 28", "late_after_days = 85", "not above entered_within_days"),
    ("thresholds.toml", "limits_after_stop_days = 28", "limits_after_stop_days = -1", "is not below 0"),
    ("rituximab.toml", "limits_after_stop_days = 364", "limits_after_stop_days = -1", "rituximab.toml: .* not below 0"),
    (
        "cyclophosphamide.toml",
        "\nafter_stop_days = 3650",
        "\nafter_stop_days = -1",
        "after_stop_days is for the band of",
    ),
    ("thresholds.toml", 'at_least = 2\ngrade = "urgent"', 'at_least = 3\ngrade = "urgent"', "deficiency is written"),
    ("thresholds.toml", '"sore_throat", ', '"sore_thumb", ', "'sore_thumb' is not one of"),
    ("methotrexate.toml", 'profile = "standard"', 'profile = "standrad"', "there is no profile 'standrad'"),
    ("methotrexate.toml", 'items = ["bloods"]', 'items = ["blood"]', "methotrexate.bloods'.*there is no item 'blood'"),
    ("methotrexate.toml", 'items = ["bloods"]', "items = []", "asks for no item"),
    ("methotrexate.toml", 'kind = "national', 'colour = "red"\nkind = "national', "unknown key 'colour'"),
    ("methotrexate.toml", 'id = "methotrexate"', 'id = "metotrexate"', "the file name says 'methotrexate'"),
    ("methotrexate.toml", '"conventional", ', '"usual", ', "there is no shared/usual.toml"),
    ("methotrexate.toml", '"methotrexate.virology"', '"methotrexate.lungs"', "'methotrexate.lungs' is used twice"),
    (
        "methotrexate.toml",
        '"methotrexate.bloods"',
        '"azathioprine.bloods"',
        "'azathioprine.bloods' is used twice .first in azathioprine.toml",
    ),
    ("methotrexate.toml", 'source = "BSR', 'source = ""\nnote = "BSR', "the source is empty"),
    ("methotrexate.toml", "counts_days_before = 364", "counts_days_before = -1", "-1 days is not possible"),
    ("methotrexate.toml", 'version = "1"', 'version = ""', "the version is empty"),
    ("methotrexate.toml", "next_review = 2027", "next_review = 2025", "must lie after reviewed_on"),
    ("folic_acid.toml", "nothing_needed", "after_stop", "says in nothing_needed why"),
    ("mycophenolate_mofetil.toml", '"could_be_pregnant"', '"everyone"', "there is no patient group 'everyone'"),
    ("mycophenolate_mofetil.toml", "apart_days = 8", "apart_days = 0", "times and apart_days go together"),
    ("ciclosporin.toml", "hours_to = 13", "hours_to = 10", "ends before it begins"),
    ("tacrolimus.toml", ', frequencies = ["once_daily"]', "", "exactly one trough window"),
    ("items.toml", 'id = "albumin"', 'id = "crp"', "items.toml: the id 'crp' is used twice"),
    ("items.toml", '[["albumin"]]', '[["albumen"]]', "item 'albumin': there is no analyte 'albumen'"),
    ("items.toml", '[["albumin"]]', "[[]]", "would always be satisfied"),
    ("items.toml", '[["albumin"]]', "[]", "every other item by analytes"),
    ("items.toml", '[["ciclosporin_level"]]', '[["ciclosporin_level", "alt"]]', "a trough level is one analyte"),
    ("items.toml", 'id = "bloods"', 'id = "albumin"', "an item has the same id"),
    ("analytes.toml", 'id = "ldh"', 'id = "ck"', "analytes.toml: the id 'ck' is used twice"),
    ("schedule_bsr_2017.toml", "from_day = 42, to_day = 126", "from_day = 43, to_day = 126", "phase 'B': gap"),
    ("schedule_bsr_2017.toml", "from_day = 42, to_day = 126", "from_day = 41, to_day = 126", "phase 'B': overlap"),
    ("schedule_bsr_2017.toml", "to_day = 126, ", "", "phase 'B': the last phase, and only the last"),
    ("schedule_bsr_2017.toml", "to_day = 126", "to_day = 42", "to_day must lie after from_day"),
    ("schedule_bsr_2017.toml", "interval_days = 14", "interval_days = 0", "at least 1 day"),
    ("schedule_bsr_2017.toml", "restart_days = 42", "restart_days = 0", "go together"),
    ("schedule_bsr_2017.toml", "age_to = 55", "age_to = 5", "ages must be in order"),
    ("schedule_bsr_2017.toml", 'id = "bsr_2017"', 'id = "bsr_2025"', "the file name says 'bsr_2017'"),
    ("schedule_bsr_2017.toml", 'taken_with = ["bloods"]', 'taken_with = ["blood"]', "there is no item 'blood'"),
    ("schedule_bsr_2017.toml", "most = 2", "most = 0", "missed visits: at least 1"),
    ("schedule_bsr_2017.toml", "grace_days = 3", "grace_days = 4", "schedule_risk_adaptive.toml: defaults and patient"),
    ("schedule_bsr_2017.toml", 'id = "yearly"', 'id = "annually"', "there is no profile 'yearly'"),
    ("schedule_risk_adaptive.toml", 'id = "risk_adaptive"', 'id = "risk"', "the file name says 'risk_adaptive'"),
    ("schedule_risk_adaptive.toml", 'version = "risk_adaptive.1"', 'version = "bsr_2017.2"', "is another schedule's"),
    ("schedule_risk_adaptive.toml", "assessment_holds_days = 364\n", "", "risk tiers and assessment_holds_days"),
    (
        "schedule_risk_adaptive.toml",
        'tier = "high"',
        'tier = "low"',
        "each risk tier is given once: low, standard, high",
    ),
    (
        "schedule_risk_adaptive.toml",
        '{ profile = "standard", interval_days = 28 }',
        '{ profile = "standrad", interval_days = 28 }',
        "risk tier 'risk_adaptive.high': there is no profile 'standrad'",
    ),
    (
        "schedule_risk_adaptive.toml",
        '{ profile = "standard", interval_days = 28 }',
        '{ profile = "standard", interval_days = 90 }',
        "high risk is looked at most often",
    ),
    (
        "schedule_risk_adaptive.toml",
        '{ profile = "standard", interval_days = 84 }',
        '{ profile = "standard", interval_days = 85 }',
        "the standard tier has the interval of the profile's last phase",
    ),
    (
        "schedule_risk_adaptive.toml",
        '    { profile = "standard_then_monthly", interval_days = 14 },\n',
        "",
        "for the same profiles",
    ),
    ("shared/risk_review.toml", "first_days = 84", "first_days = -1", "-1 days is not possible"),
    ("items.toml", "by_risk_assessment = true\n", "", "a risk review by an assessment"),
    ("pairs.toml", '"leflunomide", "methotrexate"]', '"leflunomide", "leflunomide"]', "two different drugs"),
    ("pairs.toml", '"leflunomide", "methotrexate"]', '"leflunomide", "aspirin"]', "there is no drug 'aspirin'"),
    ("thresholds.toml", 'drugs = ["leflunomide"', 'drugs = ["leflunomid"', "there is no drug 'leflunomid'"),
    ("thresholds.toml", 'unit = "10*9/L"', 'unit = "g/L"', "must be white cells's own"),
    ("thresholds.toml", "below = 3.5", "below = 3.5\nabove = 4", "the limits cross"),
    ("thresholds.toml", "below = 3.5", "below = 3.5\nat_most = 3.5", "one lower and one upper limit"),
    ("thresholds.toml", "below = 3.5\n", "", "a band needs a limit"),
    ("thresholds.toml", "bsr_2017.neutrophils", "bsr_2017.white_cells", "'bsr_2017.white_cells' is used twice"),
    ("tocilizumab.toml", "at_least = 0.5", "at_least = 0.4", "tocilizumab.neutrophils_hold': its band crosses"),
    ("tocilizumab.toml", "below = 0.5", "at_most = 0.5", "touches that of .* both hold 0.5"),
    ("tocilizumab.toml", "at_least = 0.5", "above = 0.5", "neither its band nor .* holds 0.5"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), FAULTS)
def test_a_fault_is_named(edited: Callable[[str, str, str], Path], file: str, old: str, new: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        load(edited(file, old, new))


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "pairs.toml").unlink()
    with pytest.raises(ProtocolError, match=r"pairs\.toml: the file is missing"):
        load(folder)


def test_a_schedule_that_is_not_there_is_named() -> None:
    with pytest.raises(ProtocolError, match=r"schedule_bsr_2025\.toml: the file is missing"):
        load(schedule="bsr_2025")


def test_the_schedules_of_a_folder_are_named_the_default_first(folder: Path) -> None:
    names = schedules()
    assert [identity for identity, _ in names] == ["bsr_2017", "risk_adaptive"]
    assert names[0][1] == "BSR/BHPR 2017 fixed schedule"
    (folder / "schedule_bsr_2017.toml").unlink()
    assert schedules(folder) == (names[1],)
    assert load(folder).schedule_id == "risk_adaptive"


def test_schedules_have_the_same_profiles_and_differ_only_where_risk_does() -> None:
    fixed, adaptive = load(), load(schedule="risk_adaptive")
    assert adaptive.profiles == fixed.profiles
    assert (adaptive.drugs, adaptive.items, adaptive.pairs) == (fixed.drugs, fixed.items, fixed.pairs)
    assert (fixed.risk_tiers, fixed.assessment_holds_days) == ({}, None)
    assert adaptive.header.signed_off_by == ""
    assert adaptive.missed_visits.most == fixed.missed_visits.most
    assert max(one.interval_days for one in adaptive.risk_tiers[RiskTier.LOW].intervals) <= 168


def test_the_other_schedule_is_written_out_beside_the_first() -> None:
    text = render(load(), [load(schedule="risk_adaptive")])
    assert "### Instead: risk-adaptive schedule (intervals to be confirmed) (`risk_adaptive`)" in text
    assert "| low risk | `standard` | 24 weeks |" in text
    assert "A risk assessment counts for 52 weeks." in text
    assert "More than 2 booked visits missed" in text
    assert "(`risk_review`) | action to record | a risk assessment |" in text


def test_another_schedule_takes_the_place_of_the_first(folder: Path) -> None:
    text = (folder / "schedule_bsr_2017.toml").read_text().replace('"bsr_2017', '"local')
    (folder / "schedule_local.toml").write_text(text.replace("interval_days = 84 }", "interval_days = 168 }", 1))
    found = load(folder, schedule="local")
    assert found.version == load().version.replace("bsr_2017", "local")
    assert found.profiles["standard"].phases[-1].interval_days == 168


def test_sets_and_shared_rules_are_written_out() -> None:
    found = load().drugs["methotrexate"]
    assert found.repeat[0].items == ("full_blood_count", "kidney_function", "liver_enzymes", "albumin")
    assert "conventional.pneumococcal_vaccine" in {rule.id for rule in found.baseline}


def test_every_rule_says_where_it_comes_from() -> None:
    protocol = load()
    text = render(protocol)
    for drug in protocol.drugs.values():
        assert f"(`{drug.id}`)" in text
        for rule in (*drug.baseline, *drug.once, *drug.repeat, *drug.exposure, *drug.threshold):
            assert f"`{rule.id}`" in text
            assert rule.source in text
    for analyte in protocol.analytes.values():
        assert f"(`{analyte.id}`)" in text
    assert "not signed off yet" in text
    assert "above 1 and at most 3" in text


def test_codes_not_verified_are_left_out() -> None:
    analytes = load().analytes
    assert analytes["creatinine"].loinc == ()
    assert analytes["fvc"].loinc == analytes["dlco"].loinc == ()
    assert analytes["ck"].loinc == ("2157-6",)
    assert analytes["alt"].snomed == ("1018251000000107", "1013211000000103")
