"""Upper limits of enzymes: refused where they can only be of the other unit."""

from decimal import Decimal

import pytest

from patients.protocol.activity import UNITS_OF_A_MICROKATAL
from patients.protocol.load import load
from patients.rules.enzyme_limits import limit_refused
from patients.rules.vocabulary import EnzymeName

PROTOCOL = load()


@pytest.mark.parametrize("enzyme", sorted(PROTOCOL.limits))
def test_both_sides_of_both_ends_in_both_units(enzyme: str) -> None:
    printed = PROTOCOL.limits[enzyme]

    def refused(limit: Decimal, unit: str) -> bool:
        return limit_refused(enzyme, enzyme, limit, unit, PROTOCOL) != ""

    step = Decimal("0.001")
    assert not refused(printed.lowest, "U/L")
    assert not refused(printed.highest, "IU/L")
    assert refused(printed.lowest - step, "U/L")
    assert refused(printed.highest + step, "U/L")
    for unit in ("ukat/L", "µkat/L"):
        assert not refused((printed.lowest / UNITS_OF_A_MICROKATAL).quantize(step, "ROUND_UP"), unit)
        assert refused((printed.lowest / UNITS_OF_A_MICROKATAL).quantize(step, "ROUND_DOWN") - step, unit)
        assert refused(printed.highest / UNITS_OF_A_MICROKATAL + step, unit)


@pytest.mark.parametrize("enzyme", sorted(PROTOCOL.limits))
def test_no_limit_can_be_right_in_both_units(enzyme: str) -> None:
    printed = PROTOCOL.limits[enzyme]
    for limit in (printed.lowest, printed.highest):
        assert limit_refused(enzyme, enzyme, limit, "ukat/L", PROTOCOL)
        assert limit_refused(enzyme, enzyme, limit / UNITS_OF_A_MICROKATAL, "U/L", PROTOCOL)


def test_the_words_name_both_units() -> None:
    assert limit_refused("ck", EnzymeName.CK.label, Decimal(320), "ukat/L", PROTOCOL) == (
        "creatine kinase (CK): an upper limit of 320 µkat/L cannot be right. It is 50 to 2000 U/L, or 0.83 to 33.33 "
        "µkat/L: enter the value and its limit in the same unit."
    )


def test_every_enzyme_of_an_assessment_has_a_range_and_what_has_none_is_not_judged() -> None:
    assert set(EnzymeName) <= set(PROTOCOL.limits)
    assert limit_refused("creatinine", "creatinine", Decimal(1), "umol/L", PROTOCOL) == ""
