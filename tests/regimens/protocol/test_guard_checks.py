"""What the dose guard reads in the protocol files, and each way in which it is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from patients.protocol.tables import ProtocolError
from patients.rules.reasons import RuleKind
from regimens.protocol.load import DRUGS, PATHWAY, load
from regimens.rules.guard_findings import GuardCode
from tests.factories.folders import a_pathway_folder, edited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_pathway_folder(tmp_path)


def test_every_entry_of_the_guard_says_what_it_rests_on() -> None:
    protocol = load()
    entries = [
        protocol.file.guard,
        *protocol.file.guard_cautions,
        *protocol.catalogue.classes,
        *(upper for drug in protocol.catalogue.drugs for upper in drug.usual_uppers),
    ]
    assert all(entry.id and entry.source and entry.kind for entry in entries)
    assert len({entry.id for entry in entries}) == len(entries)


def test_a_usual_dose_in_use_is_marked_as_for_the_check_only() -> None:
    uppers = [upper for drug in load().catalogue.drugs for upper in drug.usual_uppers]
    assert uppers
    assert all("for the dose guard only, never shown as a recommendation" in upper.note.lower() for upper in uppers)


def test_no_range_is_made_up_where_none_is_printed() -> None:
    drugs = load().drugs
    for slug in ("ciclosporin", "tacrolimus", "rituximab", "cyclophosphamide", "abatacept", "tocilizumab"):
        assert all(rule.per is None and rule.maximum is None for rule in drugs[slug].doses)


def test_ten_times_is_ten_and_a_folder_may_ask_for_less(folder: Path) -> None:
    assert load().file.guard.times_usual == 10
    stricter = load(edited(folder, PATHWAY, "times_usual = 10", "times_usual = 5"))
    assert stricter.file.guard.times_usual == 5
    assert stricter.file.guard.assumed_square_metres == Decimal("1.73")


def test_only_methotrexate_stops_sooner_and_a_hospital_can_set_its_own(folder: Path) -> None:
    assert {drug.id: drug.dose_stop.times_usual for drug in load().drugs.values() if drug.dose_stop} == {
        "methotrexate": 2
    }
    own = load(edited(folder, DRUGS, "times_usual = 2", "times_usual = 3")).drugs["methotrexate"].dose_stop
    assert own is not None
    assert (own.times_usual, own.kind) == (3, RuleKind.LOCAL_READING)


def test_every_code_has_words() -> None:
    assert all(code.label for code in GuardCode)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (PATHWAY, "times_usual = 10", "times_usual = 1", r"pathway\.toml, \[guard\]: times_usual must be 2 or more"),
        (
            DRUGS,
            "times_usual = 2",
            "times_usual = 1",
            r"'methotrexate', dose_stop 'dose_stop\.methotrexate': times_usual",
        ),
        (DRUGS, 'id = "dose_stop.methotrexate"', 'id = "guard.ten_times"', r"'guard\.ten_times' is used twice"),
        (PATHWAY, "assumed_kilograms = 70", "assumed_kilograms = 0", r"assumed_kilograms must be above 0, found 0"),
        (
            PATHWAY,
            "assumed_square_metres = 1.73",
            "assumed_square_metres = -1",
            r"assumed_square_metres must be above 0",
        ),
        (PATHWAY, "weight_current_days = 180", "weight_current_days = 0", r"weight_current_days must be above 0"),
        (
            PATHWAY,
            'drugs = ["normal_immunoglobulin"]\nconditions = ["chronic_kidney_disease"]',
            'drugs = ["aspirin"]\nconditions = ["chronic_kidney_disease"]',
            r"'guard\.kidney_immunoglobulin': the drug 'aspirin' is not in drugs\.toml",
        ),
        (
            PATHWAY,
            'conditions = ["hepatitis_b"]',
            "conditions = []",
            r"'guard\.hepatitis_b_rituximab': names no condition",
        ),
        (PATHWAY, 'id = "guard.kidney_calcineurin"', 'id = "safety.infection"', r"'safety\.infection' is used twice"),
        (PATHWAY, 'id = "guard.settings"', 'id = "guard.ten_times"', r"'guard\.ten_times' is used twice"),
        (DRUGS, 'drugs = ["ciclosporin", "tacrolimus"]', 'drugs = ["ciclosporin"]', r"a class of duplicates needs two"),
        (
            DRUGS,
            'drugs = ["ciclosporin", "tacrolimus"]',
            'drugs = ["ciclosporin", "ciclosporin"]',
            r"'class\.calcineurin_inhibitor': a drug is named twice",
        ),
        (
            DRUGS,
            'drugs = ["ciclosporin", "tacrolimus"]',
            'drugs = ["ciclosporin", "voclosporin"]',
            r"'class\.calcineurin_inhibitor': the drug 'voclosporin' is not in",
        ),
        (DRUGS, 'id = "usual.tacrolimus"', 'id = "usual.ciclosporin"', r"'usual\.ciclosporin' is used twice"),
        (DRUGS, "per_kilogram = 0.075", "", r"usual_uppers 'usual\.tacrolimus': give at least one amount"),
        (DRUGS, "per_kilogram = 0.075", "per_kilogram = 0", r"give at least one amount, each above 0"),
        (DRUGS, 'routes = ["intravenous", "not_recorded"]\n', "", r"'abatacept': two usual_uppers hold for one route"),
        (
            DRUGS,
            '[[drugs.usual_uppers]]\nid = "usual.ciclosporin"\nunit = "mg"',
            'maximum = 1\nunit = "mg"\nper = "day"\n\n[[drugs.usual_uppers]]\nid = "usual.ciclosporin"\nunit = "mg"',
            r"'ciclosporin': a maximum is printed, so no usual_uppers",
        ),
        (
            DRUGS,
            "undivided_maximum = 500",
            "undivided_maximum = 3001",
            r"undivided_maximum 3001 must lie above 0 and within",
        ),
        (DRUGS, "undivided_maximum = 500", "undivided_maximum = 0", r"undivided_maximum 0 must lie above 0"),
        (DRUGS, "days_minimum = 2\n", "days_minimum = 6\n", r"days_minimum 6 crosses days_maximum 5"),
        (DRUGS, "days_minimum = 2\n", "", r"days_minimum and days_maximum belong together"),
        (DRUGS, "days_minimum = 2\n", "days_minimum = 0\n", r"days_minimum must be 1 or more, found 0"),
        (DRUGS, "interval_days = 28", "interval_days = 4", r"days_maximum 5 crosses interval_days 4"),
        (DRUGS, 'frequencies = ["once_weekly"]', 'frequencies = ["weekly"]', r"'weekly' is not one of"),
    ],
)
def test_what_must_not_be_used_is_refused(folder: Path, name: str, old: str, new: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        load(edited(folder, name, old, new))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (DRUGS, "undivided_maximum = 500", "undivided_maximum = 3000"),
        (DRUGS, "days_minimum = 2\n", "days_minimum = 5\n"),
        (DRUGS, "interval_days = 28", "interval_days = 5"),
        (PATHWAY, "times_usual = 10", "times_usual = 2"),
        (PATHWAY, "weight_current_days = 180", "weight_current_days = 1"),
    ],
)
def test_the_edges_of_these_load(folder: Path, name: str, old: str, new: str) -> None:
    assert load(edited(folder, name, old, new)).drugs
