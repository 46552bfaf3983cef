"""The protocol files as they are, and each way in which a file is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from patients.protocol.tables import ProtocolError
from regimens.protocol.load import DRUGS, PATHWAY, load
from regimens.rules.vocabulary import CourseRole
from tests.factories.folders import a_pathway_folder, edited

SLUGS = {
    "methotrexate",
    "azathioprine",
    "mycophenolate_mofetil",
    "ciclosporin",
    "tacrolimus",
    "rituximab",
    "cyclophosphamide",
    "abatacept",
    "tocilizumab",
    "normal_immunoglobulin",
    "prednisolone",
    "methylprednisolone",
    "methylprednisolone_sodium_succinate",
    "folic_acid",
    "leflunomide",
    "hydroxychloroquine",
}


def test_the_catalogue_is_complete() -> None:
    protocol = load()
    assert set(protocol.drugs) == SLUGS
    words = {protocol.drugs[slug].word_in_cases for slug in SLUGS}
    assert {"normal immunoglobulin human", "mycophenolate mofetil", "methylprednisolone sodium succinate"} <= words
    assert protocol.drugs["leflunomide"].role is CourseRole.OUTSIDE_PATHWAY
    assert protocol.drugs["methylprednisolone"].prednisolone_equivalence == Decimal("1.25")
    assert protocol.drugs["methotrexate"].dmd_previous == "68887009"


def test_every_rule_says_what_it_rests_on() -> None:
    file = load().file
    for entry in (*file.rungs, *file.remarks, *file.banners, *file.rules):
        assert entry.id
        assert entry.source
        assert entry.kind
    for drug in load().catalogue.drugs:
        for dose in drug.doses:
            assert dose.source
            assert dose.kind
    assert file.reviewed_on < file.next_review
    assert isinstance(file.effective_from, date)


def test_rules_added_for_safety_are_kept_apart_from_the_published_text() -> None:
    kinds = {remark.kind.value for remark in load().file.remarks if remark.annotation.value == "blocked"}
    assert kinds == {"safety_rule"}


def test_a_folder_is_read_once() -> None:
    assert load() is load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_pathway_folder(tmp_path)


def test_a_copy_loads(folder: Path) -> None:
    assert load(folder).drugs.keys() == load().drugs.keys()


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            DRUGS,
            'atc = "L04AX03"',
            'atc = "L04AX03"\ncolour = "red"',
            r"drugs\.toml.*'methotrexate'.*unknown key 'colour'",
        ),
        (DRUGS, 'id = "azathioprine"', 'id = "methotrexate"', r"drugs\.toml: the id 'methotrexate' is used twice"),
        (DRUGS, 'synonyms = ["aza"]', 'synonyms = ["mtx"]', r"drugs\.toml.*the name 'mtx' belongs to two drugs"),
        (
            DRUGS,
            "start_maximum = 7.5",
            "start_maximum = 26",
            r"'dose\.methotrexate': start_maximum 26 crosses maximum 25",
        ),
        (DRUGS, "minimum = 7.5", "minimum = 0", r"'dose\.methotrexate': minimum must be above 0"),
        (DRUGS, "start_maximum = 50", "start_maximum = 20", r"'dose\.azathioprine': start_minimum 25 crosses"),
        (DRUGS, "amount = 15", "amount = 30", r"'methotrexate'.*the target dose 30 is above the maximum"),
        (
            DRUGS,
            'rungs = ["severe_1", "non_severe_1", "maintenance_a"]',
            'rungs = ["attic"]',
            r"the rung 'attic' is not in",
        ),
        (DRUGS, 'per = "week"', "", r"'dose\.methotrexate': a limit needs its unit"),
        (
            DRUGS,
            'role = "immunosuppressant"',
            'role = "supportive"',
            r"pathway\.toml.*'methotrexate' is supportive drug",
        ),
        (DRUGS, 'id = "dose.azathioprine"', 'id = "dose.methotrexate"', r"'dose\.methotrexate' is used twice"),
        (DRUGS, "next_review = 2027-11-22", "next_review = 2026-11-22", r"drugs\.toml: next_review"),
        (DRUGS, "minimum = 7.5", 'minimum = "7.5"', r"'minimum': expected Decimal"),
        (
            PATHWAY,
            'drugs = ["azathioprine"]',
            'drugs = ["aspirin"]',
            r"pathway\.toml.*'severe_1'.*'aspirin' is not in drugs\.toml",
        ),
        (PATHWAY, 'drugs = ["azathioprine"]', 'drugs = ["methotrexate"]', r"'severe_1'.*named twice"),
        (PATHWAY, 'drugs = ["azathioprine"]', 'drugs = ["rituximab"]', r"'severe_1'.*no dose text of 'rituximab'"),
        (PATHWAY, 'id = "severe_2"', 'id = "severe_1"', r"pathway\.toml: the id 'severe_1' is used twice"),
        (
            PATHWAY,
            'id = "maintenance_c"',
            'id = "maintenance_d"',
            r"the rung 'maintenance_c' is missing|not in pathway",
        ),
        (PATHWAY, 'code = "1"', 'code = "2"', r"'severe_1': group and code do not agree"),
        (PATHWAY, 'tier = "secondary"', 'tier = "adjunct"', r"the tier 'adjunct' belongs to"),
        (PATHWAY, 'tier = "secondary"', 'tier = "third"', r"'third' is not one of"),
        (PATHWAY, "adequate_trial_weeks = 12", "adequate_trial_week = 12", r"unknown key 'adequate_trial_week'"),
        (PATHWAY, "number = 2\n", "number = 1\n", r"reading 1 is given twice"),
        (PATHWAY, "readings = [3, 4]", "readings = [3, 99]", r"'severity\.feature': there is no reading 99"),
        (PATHWAY, 'id = "line.failed"', 'id = "line.lost"', r"the rule 'line\.failed' is missing"),
        (PATHWAY, 'id = "line.failed"', 'id = "line.completed"', r"'line\.completed' is used twice"),
        (PATHWAY, 'rungs = ["severe_1"]', 'rungs = ["attic"]', r"pathway\.toml.*the rung 'attic'"),
        (PATHWAY, "[settings]", "[settings", r"pathway\.toml: not valid TOML"),
        (PATHWAY, "remission_held_weeks = 26", "remission_held_weeks = 0", r"'remission_held_weeks': must be above 0"),
        (PATHWAY, "steroid_target = 5", "steroid_target = -5", r"'steroid_target': must be above 0, found -5"),
        (PATHWAY, 'comparison = "below"', 'comparison = "under"', r"'under' is not one of below, at_most"),
        (
            PATHWAY,
            "steroid_dependence_weeks = 26",
            "steroid_dependence_weeks = 53",
            r"steroid_dependence_weeks_unlowered must not be below",
        ),
        (DRUGS, "weeks = 20", "weeks = 0", r"'rituximab': the weeks of an adequate trial must be above 0"),
        (DRUGS, 'id = "trial.rituximab"', 'id = "dose.rituximab"', r"'dose\.rituximab' is used twice"),
    ],
)
def test_a_file_that_must_not_be_used(folder: Path, name: str, old: str, new: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        load(edited(folder, name, old, new))


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / DRUGS).unlink()
    with pytest.raises(ProtocolError, match=r"drugs\.toml: the file is missing"):
        load(folder)
