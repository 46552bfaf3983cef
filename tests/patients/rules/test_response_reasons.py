"""What the response rules say beside their numbers: every component, every predicate with its facts, word for word."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.protocol.load import load
from patients.rules.deterioration import awaiting_confirmation, deteriorations, visits_until, worse_than
from patients.rules.imacs import improved
from patients.rules.improvement import Component, ImprovementScore, NotComparable, improvement, points_between
from patients.rules.measures import measured
from patients.rules.population import criteria_for, population_of
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.record import Assessment, Enzyme, Person
from patients.rules.relative import RelativeChange, relative_words
from patients.rules.vocabulary import DatePrecision, EnzymeName, Measure, Population, Subtype

PROTOCOL = load()
D = Decimal
ADULT, JUVENILE = Population.ADULT, Population.JUVENILE


def ck(value: str, limit: str | None = "200", name: EnzymeName = EnzymeName.CK, unit: str = "U/L") -> Enzyme:
    return Enzyme(name, D(value), unit, None if limit is None else D(limit))


BEFORE = Assessment(
    "before",
    date(2024, 1, 5),
    physician_global=D(7),
    patient_global=D("6.5"),
    mmt=D(52),
    mmt_maximum=80,
    haq=D("1.75"),
    extramuscular_global=D(4),
    enzymes=(ck("4200"),),
)
AFTER = Assessment(
    "after",
    date(2024, 7, 5),
    physician_global=D("1.5"),
    patient_global=D(3),
    mmt=D(70),
    mmt_maximum=80,
    haq=D("1.75"),
    extramuscular_global=D("5.5"),
    enzymes=(ck("2700"),),
    precision=DatePrecision.MONTH,
)
FACTS = (
    FactReference("assessment", "before", "assessment, 05-Jan-2024"),
    FactReference("assessment", "after", "assessment, about Jul-2024"),
)


def said(reason: Reason) -> list[tuple[str, Truth]]:
    return [(predicate.text, predicate.truth) for predicate in reason.predicates]


def scored(before: Assessment = BEFORE, after: Assessment = AFTER, population: Population = ADULT) -> ImprovementScore:
    found = improvement(before, after, population, PROTOCOL)
    assert isinstance(found, ImprovementScore), found
    return found


def test_every_component_is_told_in_full() -> None:
    components = {component.measure: component for component in scored().components}
    assert list(components) == [
        Measure.PHYSICIAN_GLOBAL,
        Measure.PATIENT_GLOBAL,
        Measure.MMT,
        Measure.HAQ,
        Measure.ENZYMES,
        Measure.EXTRAMUSCULAR_GLOBAL,
    ]
    assert components[Measure.MMT] == Component(
        Measure.MMT,
        "manual muscle test (MMT)",
        D(52),
        D(70),
        "",
        D(80),
        D("22.50"),
        D("27.5"),
        D("32.5"),
    )
    assert components[Measure.ENZYMES] == Component(
        Measure.ENZYMES,
        "creatine kinase (CK)",
        D(4200),
        D(2700),
        "U/L",
        D(3000),
        D("50.00"),
        D("7.5"),
        D("7.5"),
        EnzymeName.CK,
    )
    assert components[Measure.EXTRAMUSCULAR_GLOBAL] == Component(
        Measure.EXTRAMUSCULAR_GLOBAL,
        "extramuscular global",
        D(4),
        D("5.5"),
        "cm",
        D(10),
        D("-15.00"),
        D(0),
        D(15),
    )
    assert components[Measure.HAQ].name == "HAQ or CHAQ"


def test_the_reason_of_a_score() -> None:
    reason = scored().reason
    assert reason.rule_id == "improvement_score"
    assert said(reason) == [
        ("physician global: better by 55 % of its range, 20 points", Truth.TRUE),
        ("patient global: better by 35 % of its range, 7.5 points", Truth.TRUE),
        ("manual muscle test (MMT): better by 22.5 % of its range, 27.5 points", Truth.TRUE),
        ("HAQ or CHAQ: no change, 0 points", Truth.FALSE),
        ("creatine kinase (CK): better by 50 % of its range, 7.5 points", Truth.TRUE),
        ("extramuscular global: worse by 15 % of its range, 0 points", Truth.FALSE),
    ]
    assert {predicate.facts for predicate in reason.predicates} == {FACTS}


def test_the_reason_of_a_partial_score_names_what_is_missing() -> None:
    found = scored(after=replace(AFTER, haq=None, enzymes=()))
    assert found.reason.rule_id == "improvement_partial"
    assert said(found.reason)[-2:] == [
        ("HAQ or CHAQ: missing, not counted", Truth.UNKNOWN),
        ("most abnormal muscle enzyme: missing, not counted", Truth.UNKNOWN),
    ]
    assert {predicate.facts for predicate in found.reason.predicates} == {FACTS}
    assert (found.points_words, found.category_words) == ("at least 55 of 100", "at least moderate response")


def test_words_of_a_score() -> None:
    found = scored()
    assert (found.points_words, found.category_words) == ("62.5 of 100", "major response")
    none = scored(after=replace(BEFORE, haq=None))
    assert none.points_words == "at least 0 of 100"
    assert none.category_words == "below minimal in what was measured, not decided"


def test_nothing_in_common_is_said() -> None:
    found = improvement(Assessment("a", BEFORE.on), BEFORE, ADULT, PROTOCOL)
    assert found == NotComparable(("no measure was recorded at both assessments in a way that can be compared",))


def test_an_enzyme_with_two_limits_is_in_multiples_of_each() -> None:
    found = scored(after=replace(AFTER, enzymes=(ck("2700", "300"),)))
    (enzyme,) = [component for component in found.components if component.enzyme]
    assert (enzyme.baseline, enzyme.follow_up, enzyme.scale) == (D(4200), D(2700), D(3000))
    assert enzyme.change_percent == D("80.00")
    assert found.notes == (
        "The laboratory's upper limit for creatine kinase (CK) is not the same at both assessments: each value is "
        "taken as a multiple of its own limit.",
    )


def test_an_unknown_form_is_refused() -> None:
    for before, after in ((replace(BEFORE, mmt_maximum=90), AFTER), (BEFORE, replace(AFTER, mmt_maximum=90))):
        with pytest.raises(ValueError, match="^there is no form of the manual muscle test with a maximum of 90$"):
            improvement(before, after, ADULT, PROTOCOL)


JUVENILE_BEFORE = replace(BEFORE, cmas=D(20), das=D(12))
JUVENILE_AFTER = replace(AFTER, cmas=D(36), das=D(3))
NOTES: list[tuple[Assessment, Assessment, Population, tuple[str, ...]]] = [
    (BEFORE, AFTER, ADULT, ()),
    (
        replace(BEFORE, physician_global=None),
        AFTER,
        ADULT,
        (
            "A score rests on physician global and strength at least: without physician global draw no conclusion "
            "from it.",
        ),
    ),
    (
        replace(BEFORE, physician_global=None),
        replace(AFTER, mmt=None),
        ADULT,
        (
            "A score rests on physician global and strength at least: without physician global or strength draw no "
            "conclusion from it.",
        ),
    ),
    (
        BEFORE,
        JUVENILE_AFTER,
        ADULT,
        (
            "CMAS belongs to the juvenile criteria and is not counted.",
            "DAS belongs to the juvenile criteria and is not counted.",
        ),
    ),
    (
        JUVENILE_BEFORE,
        AFTER,
        ADULT,
        (
            "CMAS belongs to the juvenile criteria and is not counted.",
            "DAS belongs to the juvenile criteria and is not counted.",
        ),
    ),
    (
        JUVENILE_BEFORE,
        JUVENILE_AFTER,
        JUVENILE,
        (
            "Strength is judged by MMT; CMAS was recorded at both assessments too.",
            "Extramuscular activity is judged by the global score; DAS was recorded at both assessments too.",
        ),
    ),
    (JUVENILE_BEFORE, AFTER, JUVENILE, ()),
    (BEFORE, JUVENILE_AFTER, JUVENILE, ()),
    (
        replace(JUVENILE_BEFORE, mmt=None, extramuscular_global=None),
        JUVENILE_AFTER,
        JUVENILE,
        (
            "Strength is judged by CMAS: there is no MMT at both assessments.",
            "Extramuscular activity is judged by DAS: there is no extramuscular global at both assessments.",
        ),
    ),
    (
        replace(BEFORE, enzymes=(ck("4200", None), ck("300", None, EnzymeName.ALT))),
        AFTER,
        ADULT,
        (
            "No upper limit is recorded at the earlier assessment for creatine kinase (CK) and alanine "
            "aminotransferase (ALT): not ranked.",
        ),
    ),
    (
        BEFORE,
        replace(AFTER, enzymes=(ck("2700", None),)),
        ADULT,
        ("No upper limit is recorded at the later assessment for creatine kinase (CK): it cannot be followed.",),
    ),
    (
        replace(BEFORE, enzymes=(ck("400"), ck("600", "300", EnzymeName.LDH))),
        replace(AFTER, enzymes=(ck("300", "300", EnzymeName.LDH),)),
        ADULT,
        (
            "creatine kinase (CK) and lactate dehydrogenase (LDH) were equally abnormal; lactate dehydrogenase "
            "(LDH) is followed.",
        ),
    ),
]


@pytest.mark.parametrize(("before", "after", "population", "notes"), NOTES, ids=range(len(NOTES)))
def test_notes(before: Assessment, after: Assessment, population: Population, notes: tuple[str, ...]) -> None:
    assert scored(before, after, population).notes == notes


def test_points_alone_are_those_of_the_score() -> None:
    found = points_between(measured(JUVENILE_BEFORE, PROTOCOL), measured(JUVENILE_AFTER, PROTOCOL), JUVENILE, PROTOCOL)
    assert found is not None
    assert (found.tenths, found.partial, found.sufficient) == (625, False, True)
    without = replace(JUVENILE_BEFORE, mmt=None), replace(JUVENILE_AFTER, mmt=None)
    stood_in = points_between(measured(without[0], PROTOCOL), measured(without[1], PROTOCOL), JUVENILE, PROTOCOL)
    assert stood_in is not None
    assert stood_in.partial is False
    assert (
        points_between(measured(Assessment("a", BEFORE.on), PROTOCOL), measured(AFTER, PROTOCOL), ADULT, PROTOCOL)
        is None
    )


def test_the_reason_of_the_definition_of_improvement() -> None:
    found = improved(BEFORE, replace(AFTER, extramuscular_global=None), PROTOCOL)
    assert said(found.reason) == [
        ("physician global: better by 78.57 % of the earlier value", Truth.TRUE),
        ("patient global: better by 53.85 % of the earlier value", Truth.TRUE),
        ("manual muscle test (MMT): better by 34.62 % of the earlier value", Truth.TRUE),
        ("HAQ or CHAQ: no change", Truth.FALSE),
        ("most abnormal muscle enzyme: better by 35.71 % of the earlier value", Truth.TRUE),
        ("extramuscular global: missing", Truth.UNKNOWN),
    ]
    assert {predicate.facts for predicate in found.reason.predicates} == {FACTS}


def test_a_definition_with_another_enzyme_at_the_later_assessment_has_none() -> None:
    found = improved(BEFORE, replace(AFTER, enzymes=(ck("300", "300", EnzymeName.LDH),)), PROTOCOL)
    assert found.missing == (Measure.ENZYMES,)


@pytest.mark.parametrize(
    ("worse_by", "earlier", "words"),
    [
        (0, 5, "no change"),
        (0, 0, "no change"),
        (1, 3, "worse by 33.33 % of the earlier value"),
        (-1, 3, "better by 33.33 % of the earlier value"),
        (2, 0, "worse, from an earlier value of 0"),
        (-2, 0, "better, from an earlier value of 0"),
    ],
)
def test_relative_words(worse_by: int, earlier: int, words: str) -> None:
    assert relative_words(RelativeChange(worse_by, earlier)) == words


@pytest.mark.parametrize(
    ("worse_by", "earlier", "worse", "better"),
    [
        (2000, 10_000, True, False),
        (1999, 10_000, False, False),
        (-2000, 10_000, False, True),
        (-1999, 10_000, False, False),
        (1, 0, True, False),
        (0, 0, False, False),
        (-1, 0, False, True),
        (20_000_000, 100_000_000, True, False),
        (-20_000_000, 100_000_000, False, True),
    ],
)
def test_relative_change_at_a_fifth(worse_by: int, earlier: int, worse: bool, better: bool) -> None:
    change = RelativeChange(worse_by, earlier)
    assert (change.is_worse(2000), change.is_better(2000)) == (worse, better)


# Deterioration


def visit(identity: str, day: int, **changed: Any) -> Assessment:
    usual = Assessment(
        identity, date(2024, 1, day), physician_global=D(2), patient_global=D(2), mmt=D(70), mmt_maximum=80, haq=D(1)
    )
    return replace(usual, **changed)


def test_the_reason_of_a_deterioration() -> None:
    last = replace(visit("c", 3, physician_global=D(5), mmt=None), precision=DatePrecision.ESTIMATED)
    visits = [visit("a", 1), visit("b", 2, physician_global=D(4), mmt=D(56), haq=D("0.5")), last]
    found = awaiting_confirmation(visits[:2], PROTOCOL, date(2024, 1, 31))
    assert found is not None
    assert (found.reference.id, found.first.id, found.second, found.confirmed) == ("a", "b", None, False)
    assert said(found.reason) == [
        (
            "02-Jan-2024: physician global worse by 2 cm or more and strength by 20 % or more (physician global worse "
            "by 100 % of the earlier value; manual muscle test (MMT) worse by 20 % of the earlier value)",
            Truth.TRUE,
        ),
        ("02-Jan-2024: extramuscular global worse by 2 cm or more (extramuscular global missing)", Truth.UNKNOWN),
        (
            "02-Jan-2024: 3 or more of 5 measures worse by 30 % or more (physician global worse by 100 % of the "
            "earlier value; patient global no change; manual muscle test (MMT) worse by 20 % of the earlier value; "
            "HAQ or CHAQ better by 50 % of the earlier value; extramuscular global missing)",
            Truth.FALSE,
        ),
    ]
    assert {predicate.facts for predicate in found.reason.predicates} == {
        (
            FactReference("assessment", "a", "reference, assessment of 01-Jan-2024"),
            FactReference("assessment", "b", "visit, assessment of 02-Jan-2024"),
        )
    }
    assert worse_than(measured(visits[0], PROTOCOL), measured(last, PROTOCOL), PROTOCOL) is Truth.UNKNOWN
    stated = replace(last, extramuscular_global=D(9))
    reference = replace(visits[0], extramuscular_global=D(1))
    (confirmed,) = deteriorations([reference, visits[1], stated], PROTOCOL, date(2024, 1, 31)) or (None,)
    assert confirmed is not None
    assert confirmed.confirmed
    assert confirmed.reason.rule_id == PROTOCOL.file.confirmed_deterioration.id
    assert [text.partition(":")[0] for text, _ in said(confirmed.reason)] == ["02-Jan-2024"] * 3 + [
        "about 03-Jan-2024"
    ] * 3
    assert confirmed.reason.predicates[-1].facts[1].label == "visit, assessment of about 03-Jan-2024"


def test_after_a_confirmed_deterioration_the_next_visit_is_compared_with_what_followed() -> None:
    worse = {"physician_global": D(4), "mmt": D(50)}
    story = [visit("a", 1), visit("b", 2, **worse), visit("c", 3, **worse)]
    assert len(deteriorations(story, PROTOCOL, date(2024, 1, 31))) == 1
    assert awaiting_confirmation(story, PROTOCOL, date(2024, 1, 31)) is None
    # Not worse than the visit that confirmed it, though far worse than the first.
    again = [*story, visit("d", 4, **worse)]
    assert awaiting_confirmation(again, PROTOCOL, date(2024, 1, 31)) is None
    worse_still = [*story, visit("d", 4, physician_global=D(7), mmt=D(30))]
    found = awaiting_confirmation(worse_still, PROTOCOL, date(2024, 1, 31))
    assert found is not None
    assert (found.reference.id, found.first.id) == ("c", "d")


def test_one_visit_a_day_and_the_one_with_most_measures() -> None:
    full = visit("a", 1)
    bare = Assessment("z", date(2024, 1, 1), physician_global=D(2))
    enzymes = replace(full, id="0", enzymes=(ck("300"),))
    same = replace(full, id="b")
    assert [each.id for each in visits_until([bare, full], date(2024, 1, 1))] == ["a"]
    assert [each.id for each in visits_until([full, bare], date(2024, 1, 1))] == ["a"]
    assert [each.id for each in visits_until([full, enzymes, bare], date(2024, 1, 1))] == ["0"]
    assert [each.id for each in visits_until([same, full], date(2024, 1, 1))] == ["b"]
    assert [each.id for each in visits_until([visit("y", 2), full], date(2024, 1, 2))] == ["a", "y"]
    assert [each.id for each in visits_until([visit("y", 2), full], date(2024, 1, 1))] == ["a"]
    assert visits_until([], date(2024, 1, 1)) == []


# Whose criteria


@pytest.mark.parametrize(
    ("subtype", "born", "population", "truths", "words"),
    [
        (Subtype.POLYMYOSITIS, date(2006, 6, 15), ADULT, (Truth.FALSE, Truth.FALSE), "18 years old"),
        (Subtype.POLYMYOSITIS, date(2006, 6, 16), JUVENILE, (Truth.FALSE, Truth.TRUE), "17 years old"),
        (Subtype.JUVENILE_DERMATOMYOSITIS, date(1990, 1, 1), JUVENILE, (Truth.TRUE, Truth.FALSE), "34 years old"),
        (Subtype.POLYMYOSITIS, None, ADULT, (Truth.FALSE, Truth.UNKNOWN), "date of birth not recorded"),
        (
            Subtype.JUVENILE_DERMATOMYOSITIS,
            None,
            JUVENILE,
            (Truth.TRUE, Truth.UNKNOWN),
            "date of birth not recorded",
        ),
    ],
)
def test_whose_criteria_and_why(
    subtype: Subtype, born: date | None, population: Population, truths: tuple[Truth, Truth], words: str
) -> None:
    person = Person("p7", born=born, subtype=subtype)
    found = population_of(person, PROTOCOL, date(2024, 6, 15))
    assert found.population is criteria_for(person, date(2024, 6, 15)) is population
    assert found.reason.rule_id == "population"
    assert found.reason.predicates == (
        Predicate("juvenile dermatomyositis", truths[0], (FactReference("patient", "p7", subtype.label),)),
        Predicate("under 18 years old", truths[1], (FactReference("patient", "p7", words),)),
    )
    assert found.assumed is (born is None and population is ADULT)
    assumed = ("The date of birth is not recorded: adult criteria are used.",)
    assert found.notes == (assumed if found.assumed else ())


def test_both_notes_on_a_population() -> None:
    person = Person("p7", subtype=Subtype.INCLUSION_BODY_MYOSITIS)
    assert population_of(person, PROTOCOL, date(2024, 6, 15)).notes == (
        "The date of birth is not recorded: adult criteria are used.",
        "The response criteria are not validated for inclusion body myositis.",
    )
