"""What a planned infusion is worked out by in drugs.toml, and each way in which it is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from patients.protocol.tables import ProtocolError
from regimens.protocol.load import DRUGS, load
from tests.factories.folders import a_pathway_folder, edited


def test_the_numbers_are_marked_as_this_projects_own() -> None:
    settings = load().catalogue.infusions
    assert settings.kind == "local_reading"
    assert settings.note
    assert (settings.ideal_kilograms_female, settings.ideal_kilograms_male) == (Decimal("45.5"), Decimal(50))
    assert (settings.adjusted_from_body_mass_index, settings.adjusted_share) == (Decimal(30), Decimal("0.4"))


def test_only_immunoglobulin_is_offered_vials_and_a_review() -> None:
    offered = {drug.id: drug.infusions for drug in load().catalogue.drugs if drug.infusions}
    assert list(offered) == ["normal_immunoglobulin"]
    assert offered["normal_immunoglobulin"].vial_sizes == (Decimal(5), Decimal(10))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "weight_current_days = 84 ",
            "weight_current_days = 0 ",
            r"\[infusions\], key 'weight_current_days': must be above 0",
        ),
        ("adjusted_share = 0.4", "adjusted_share = 1.1", "at most 1"),
        ("adjusted_share = 0.4", "", "the key 'adjusted_share' is missing"),
        ("vial_sizes = [5, 10]", "vial_sizes = []", "name at least one vial size"),
        ("vial_sizes = [5, 10]", "vial_sizes = [0, 10]", "each above 0"),
        ("vial_sizes = [5, 10]", "vial_sizes = [5, 5]", "a vial size is named twice"),
        ("review_after_cycles = 3", "review_after_cycles = 0", "must ascend from 1"),
        ("review_latest_cycle = 6", "review_latest_cycle = 2", "must ascend from 1"),
        ('"infusions.normal_immunoglobulin"', '"dose.normal_immunoglobulin"', "is used twice"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = edited(a_pathway_folder(tmp_path), DRUGS, old, new)
    with pytest.raises(ProtocolError, match=message):
        load(folder)
