"""Units: only spellings and units that the protocol names for an analyte are known."""

from decimal import Decimal

import pytest

from monitoring.protocol.load import load
from monitoring.rules.units import accepted_units, conversion_in_words, factor, in_own_unit, rounded


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "own"),
    [
        ("creatinine", "80", "umol/L", "80"),
        ("creatinine", "80", "µmol/L", "80"),
        ("creatinine", "0.9", "mg/dL", "79.56"),
        ("haemoglobin", "13.2", "g/dL", "132"),
        ("bilirubin", "1", "mg/dL", "17.1"),
        ("glucose", "100", "mg/dL", "5.55"),
        ("crp", "1.2", "mg/dL", "12"),
        ("igg", "1000", "mg/dL", "10"),
        ("ck", "2", "µkat/L", "120"),
    ],
)
def test_a_value_in_its_own_unit(analyte: str, value: str, unit: str, own: str) -> None:
    assert in_own_unit(load().analytes[analyte], Decimal(value), unit) == Decimal(own)


@pytest.mark.parametrize(
    ("analyte", "unit"), [("creatinine", "mg/L"), ("creatinine", "MG/DL"), ("alt", ""), ("ck", "g/L")]
)
def test_a_unit_that_is_not_named_is_never_guessed(analyte: str, unit: str) -> None:
    assert factor(load().analytes[analyte], unit) is None
    assert in_own_unit(load().analytes[analyte], Decimal(1), unit) is None
    assert unit not in accepted_units(load().analytes[analyte])


def test_every_accepted_unit_has_a_factor() -> None:
    for analyte in load().analytes.values():
        assert all(factor(analyte, unit) for unit in accepted_units(analyte)), analyte.id


@pytest.mark.parametrize(
    ("value", "comparator", "unit", "words"),
    [
        ("0.9", "", "mg/dL", "79.6 µmol/L"),
        ("0.9", "<", "mg/dL", "<79.6 µmol/L"),
        ("80", "", "µmol/L", ""),
        ("1", "", "?", ""),
    ],
)
def test_a_conversion_is_shown(value: str, comparator: str, unit: str, words: str) -> None:
    assert conversion_in_words(load().analytes["creatinine"], Decimal(value), comparator, unit) == words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("79.56", "79.6"),
        ("79.549", "79.5"),
        ("1234.5", "1235"),
        ("999.5", "1000"),
        ("0.05449", "0.0545"),
        ("0", "0"),
        ("8", "8.00"),
    ],
)
def test_three_digits_that_count(value: str, shown: str) -> None:
    assert rounded(Decimal(value)) == Decimal(shown)
