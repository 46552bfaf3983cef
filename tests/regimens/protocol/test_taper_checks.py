"""The numbers around a taper in pathway.toml: both readings of a limit, and each fault that is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from patients.protocol.tables import ProtocolError
from regimens.protocol.document import render
from regimens.protocol.load import PATHWAY, load
from tests.factories.folders import a_pathway_folder, edited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_pathway_folder(tmp_path)


def test_a_folder_may_set_its_own_numbers(folder: Path) -> None:
    settings = load().file.taper
    assert (settings.decided_days_ahead, settings.sudden_stop_after_days, settings.sudden_stop_from) == (14, 21, 5)
    own = load(edited(folder, PATHWAY, "sudden_stop_from = 5 ", "sudden_stop_from = 7.5 "))
    assert own.file.taper.sudden_stop_from == Decimal("7.5")


def test_the_example_says_that_it_is_none_to_follow() -> None:
    (example,) = load().file.expected_tapers
    assert example.kind.value == "national_guideline"
    assert "not a prescription" in example.note


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "decided_days_ahead = 14",
            "decided_days_ahead = 0",
            r"\[taper\]: decided_days_ahead must be above 0, found 0",
        ),
        ("sudden_stop_after_days = 21", "sudden_stop_after_days = -1", r"sudden_stop_after_days must be above 0"),
        ("sudden_stop_from = 5 ", "sudden_stop_from = 0 ", r"sudden_stop_from must be above 0"),
        ("milligrams_per_kilogram = 1", "milligrams_per_kilogram = 0", r"'taper\.expected_etg': milligrams_per_kilo"),
        ("first_days = 42", "first_days = 0", r"first_days must be above 0"),
        ("cut_days = 14", "cut_days = 0", r"cut_days must be above 0"),
        ("down_to = 25", "down_to = 75", r"down_to 75 must be below the ceiling 75"),
        ('id = "taper.settings"', 'id = "taper.expected_etg"', r"the id 'taper\.expected_etg' is used twice"),
    ],
)
def test_a_fault_is_named(folder: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        load(edited(folder, PATHWAY, old, new))


def test_an_end_just_below_the_ceiling_is_taken(folder: Path) -> None:
    assert load(edited(folder, PATHWAY, "down_to = 25", "down_to = 74.9")).file.expected_tapers


def test_the_page_of_the_protocol_says_them() -> None:
    page = render(load())
    assert "after more than 21 days without a break, from 5 mg prednisolone a day or more" in page
    assert "1 mg/kg to 75 mg a day for 42 days, then 5 mg less every 14 days to 25 mg a day" in page
