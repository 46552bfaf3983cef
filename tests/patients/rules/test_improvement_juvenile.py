"""Juvenile disease: whose criteria apply, and the measures that may stand for others."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.protocol.load import load
from patients.rules.improvement import ImprovementScore, NotComparable, improvement
from patients.rules.population import criteria_for, population_of
from patients.rules.reasons import Truth
from patients.rules.vocabulary import Measure, Population, Subtype
from tests.factories import records

PROTOCOL = load()
ADULT, JUVENILE = Population.ADULT, Population.JUVENILE
DAY = date(2026, 5, 4)


def score(before: dict[str, Any], after: dict[str, Any], population: Population = JUVENILE) -> ImprovementScore:
    found = improvement(records.assessment(**before), records.assessment(**after), population, PROTOCOL)
    assert isinstance(found, ImprovementScore), found
    return found


def used(found: ImprovementScore) -> tuple[Measure, ...]:
    return tuple(component.measure for component in found.components)


def of(**measures: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: Decimal(value) for name, value in measures.items()}
    return values | ({"mmt_maximum": 80} if "mmt" in values else {})


def test_cmas_and_das_may_stand_in() -> None:
    found = score(of(cmas="20", das="12"), of(cmas="36", das="3"))
    assert used(found) == (Measure.CMAS, Measure.DAS)
    assert found.points == Decimal("52.5")
    assert "mmt" not in found.missing
    assert "extramuscular_global" not in found.missing
    assert [note.split(":")[0] for note in found.notes if "judged" in note] == [
        "Strength is judged by CMAS",
        "Extramuscular activity is judged by DAS",
    ]


def test_strength_by_cmas_is_enough_beside_physician_global() -> None:
    assert score(of(cmas="20", physician_global="5"), of(cmas="20", physician_global="5")).sufficient


def test_mmt_and_extramuscular_global_are_preferred_and_said() -> None:
    before = of(mmt="60", cmas="20", das="12", extramuscular_global="6")
    found = score(before, of(mmt="62", cmas="50", das="0", extramuscular_global="5"))
    assert used(found) == (Measure.MMT, Measure.EXTRAMUSCULAR_GLOBAL)
    assert found.points == Decimal("17.5")
    assert any("judged by MMT; CMAS" in note for note in found.notes)
    assert any("judged by the global score; DAS" in note for note in found.notes)


def test_one_that_is_on_one_side_only_gives_way() -> None:
    found = score(of(mmt="60", cmas="20", das="12", extramuscular_global="6"), of(cmas="50", das="0"))
    assert used(found) == (Measure.CMAS, Measure.DAS)


def test_mmt_on_two_forms_is_refused_even_beside_cmas() -> None:
    before, after = of(mmt="60", cmas="20"), of(mmt="60", cmas="20") | {"mmt_maximum": 150}
    found = improvement(records.assessment(**before), records.assessment(**after), JUVENILE, PROTOCOL)
    assert isinstance(found, NotComparable)


def test_adults_have_no_cmas_and_no_das() -> None:
    found = score(of(haq="2", cmas="20", das="12"), of(haq="2", cmas="50", das="0"), ADULT)
    assert used(found) == (Measure.HAQ,)
    assert {"mmt", "extramuscular_global"} <= set(found.missing)
    assert [note for note in found.notes if "juvenile criteria" in note] == [
        "CMAS belongs to the juvenile criteria and is not counted.",
        "DAS belongs to the juvenile criteria and is not counted.",
    ]


@pytest.mark.parametrize(
    ("subtype", "born", "population"),
    [
        (Subtype.DERMATOMYOSITIS, date(2008, 5, 4), ADULT),  # 18 today
        (Subtype.DERMATOMYOSITIS, date(2008, 5, 5), JUVENILE),  # 18 tomorrow
        (Subtype.JUVENILE_DERMATOMYOSITIS, date(1990, 1, 1), JUVENILE),
        (Subtype.JUVENILE_DERMATOMYOSITIS, None, JUVENILE),
        (Subtype.POLYMYOSITIS, None, ADULT),
    ],
)
def test_whose_criteria_apply(subtype: Subtype, born: date | None, population: Population) -> None:
    person = records.person(subtype=subtype, born=born)
    found = population_of(person, PROTOCOL, DAY)
    assert found.population is criteria_for(person, DAY) is population
    unknown = born is None and subtype is Subtype.POLYMYOSITIS
    assert found.assumed is unknown
    assert found.notes == (("The date of birth is not recorded: adult criteria are used.",) if unknown else ())
    assert found.reason.rule_id == "population"


def test_an_age_not_known_is_an_unknown_predicate() -> None:
    found = population_of(records.person(born=None), PROTOCOL, DAY)
    assert [predicate.truth for predicate in found.reason.predicates] == [Truth.FALSE, Truth.UNKNOWN]
    assert found.reason.predicates[1].facts[0].label == "date of birth not recorded"


def test_inclusion_body_myositis_is_outside_the_criteria() -> None:
    person = records.person(subtype=Subtype.INCLUSION_BODY_MYOSITIS)
    assert population_of(person, PROTOCOL, DAY).notes == (
        "The response criteria are not validated for inclusion body myositis.",
    )
