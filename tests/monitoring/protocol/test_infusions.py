"""What the drug catalogue says of infusions is defined there alone; the monitoring rules take it over."""

from decimal import Decimal
from pathlib import Path

import pytest

from monitoring.protocol.load import load
from patients.protocol.place import Part
from patients.protocol.tables import ProtocolError
from tests.factories.folders import a_pathway_folder, a_protocol_folder, edited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_protocol_folder(tmp_path, Part.MONITORING) / Part.MONITORING.value


def test_the_printed_interval_dose_and_days_come_from_the_catalogue(tmp_path: Path) -> None:
    (rule,) = load().drugs["normal_immunoglobulin"].infusion
    assert (rule.interval_days, rule.grams_per_kilogram) == (28, Decimal(2))
    assert (rule.days_from, rule.days_to) == (2, 5)
    pathway = edited(
        a_pathway_folder(tmp_path),
        "drugs.toml",
        "days_maximum = 5\ninterval_days = 28",
        "days_maximum = 4\ninterval_days = 21",
    )
    (changed,) = load(pathway_folder=pathway).drugs["normal_immunoglobulin"].infusion
    assert (changed.interval_days, changed.days_to) == (21, 4)


def test_so_do_the_bounds_of_the_review(tmp_path: Path) -> None:
    (rule,) = load().drugs["normal_immunoglobulin"].cycle_review
    assert (rule.after_cycles, rule.latest_cycle) == (3, 6)
    pathway = edited(a_pathway_folder(tmp_path), "drugs.toml", "review_after_cycles = 3", "review_after_cycles = 4")
    (changed,) = load(pathway_folder=pathway).drugs["normal_immunoglobulin"].cycle_review
    assert changed.after_cycles == 4


def test_limits_of_a_start_alert_nobody_later() -> None:
    protocol = load()
    start = {band.id for band in protocol.drugs["tocilizumab"].start_threshold}
    assert len(start) == 4
    assert not start & {band.id for bands in protocol.thresholds.values() for band in bands}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "normal_immunoglobulin.toml",
            '"dose.normal_immunoglobulin"',
            '"dose.other"',
            "no dose 'dose.other' of this drug",
        ),
        (
            "normal_immunoglobulin.toml",
            'printed_dose = "dose',
            'interval_days = 21\nprinted_dose = "dose',
            "interval, dose and days are those of",
        ),
        ("rituximab.toml", "second_after_days = 14", "second_after_days = 29", "not above cycle_within_days"),
        ("rituximab.toml", "second_after_days = 14", "second_after_days = 0", "second_after_days lies above 0"),
        ("rituximab.toml", "within_days = 42", "within_days = -1", "within_days is 0 or more"),
        (
            "normal_immunoglobulin.toml",
            'ever = true\nsource = "Toronto Myositis Centre pages and eTG',
            'ever = true\nasked = true\nsource = "Toronto Myositis Centre pages and eTG',
            "asked for by a baseline",
        ),
        (
            "tocilizumab.toml",
            'analyte = "platelets"\nunit = "10*9/L"\nbelow = 100',
            'analyte = "plates"\nunit = "10*9/L"\nbelow = 100',
            "no analyte 'plates'",
        ),
        ("tocilizumab.toml", "above = 1.5", "above = 1.5\nat_most = 1", "the limits cross"),
        ("tocilizumab.toml", '"tocilizumab.start_alt"', '"tocilizumab.alt_stop"', "is used twice"),
        ("cyclophosphamide.toml", 'item = "cyclophosphamide_pulse"', 'item = "pulse"', "there is no item 'pulse'"),
    ],
)
def test_a_fault_is_named(folder: Path, file: str, old: str, new: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        load(edited(folder, file, old, new))


def test_a_review_by_cycles_needs_its_bounds_in_the_catalogue(folder: Path) -> None:
    review = (
        '\n[[cycle_review]]\nid = "rituximab.cycles"\nitem = "rituximab_review"\ndue_days = 7\n'
        'source = "x"\nkind = "local_reading"\n'
    )
    path = folder / "rituximab.toml"
    path.write_text(path.read_text(encoding="utf-8") + review, encoding="utf-8")
    with pytest.raises(ProtocolError, match="does not say after how many cycles"):
        load(folder)
