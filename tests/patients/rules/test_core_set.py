"""Which of the six core set measures an assessment records."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.protocol.load import load
from patients.rules.core_set import missing_measures, stands_for
from patients.rules.improvement import COMPONENTS
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, Measure, Population

ADULT, JUVENILE = Population.ADULT, Population.JUVENILE
WHOLE: dict[str, Any] = {
    "physician_global": Decimal(0),
    "patient_global": Decimal(1),
    "mmt": Decimal(140),
    "mmt_maximum": 150,
    "haq": Decimal(0),
    "extramuscular_global": Decimal(0),
    "enzymes": (Enzyme(EnzymeName.CK, Decimal(100), "U/L", None),),
}


def missing(population: Population, **changed: Any) -> list[Measure]:
    values = {name: value for name, value in {**WHOLE, **changed}.items() if value is not None}
    return list(missing_measures(Assessment("1", date(2026, 4, 5), **values), load(), population))


def test_nought_is_a_value() -> None:
    assert missing(ADULT) == missing(JUVENILE) == []


@pytest.mark.parametrize(
    ("changed", "absent"),
    [
        ({"physician_global": None}, Measure.PHYSICIAN_GLOBAL),
        ({"patient_global": None}, Measure.PATIENT_GLOBAL),
        ({"mmt": None, "mmt_maximum": None}, Measure.MMT),
        ({"mmt_maximum": None}, Measure.MMT),  # a total without its form
        ({"haq": None}, Measure.HAQ),
        ({"enzymes": ()}, Measure.ENZYMES),
        ({"extramuscular_global": None}, Measure.EXTRAMUSCULAR_GLOBAL),
    ],
)
@pytest.mark.parametrize("population", [ADULT, JUVENILE])
def test_each_alone_is_missed(population: Population, changed: dict[str, Any], absent: Measure) -> None:
    assert missing(population, **changed) == [absent]


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({"mmt": None, "mmt_maximum": None, "cmas": Decimal(40)}, Measure.MMT),
        ({"extramuscular_global": None, "das": Decimal(3)}, Measure.EXTRAMUSCULAR_GLOBAL),
    ],
)
def test_a_juvenile_measure_stands_for_another_only_in_juvenile_disease(
    changed: dict[str, Any], first: Measure
) -> None:
    assert missing(JUVENILE, **changed) == []
    assert missing(ADULT, **changed) == [first]


def test_an_empty_assessment_misses_all_by_the_names_that_adults_have() -> None:
    nothing = Assessment("1", date(2026, 4, 5))
    assert missing_measures(nothing, load(), JUVENILE) == tuple(names[0] for names in COMPONENTS)
    assert [len(stands_for(names, ADULT)) for names in COMPONENTS] == [1] * 6
