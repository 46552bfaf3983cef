"""The quick way to a score against the full one, at and around every limit of every measure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.protocol.load import load
from patients.rules.improvement import NotComparable, Points, improvement
from patients.rules.quick_points import Baseline
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, Population

PROTOCOL = load()
D = Decimal
ADULT, JUVENILE = Population.ADULT, Population.JUVENILE
CK, LDH, ALT = EnzymeName.CK, EnzymeName.LDH, EnzymeName.ALT


def enzyme(value: str, limit: str | None = "200", name: EnzymeName = CK, unit: str = "U/L") -> Enzyme:
    return Enzyme(name, D(value), unit, None if limit is None else D(limit))


BEFORE = Assessment(
    "before",
    date(2024, 1, 5),
    physician_global=D(9),
    patient_global=D(9),
    mmt=D(40),
    mmt_maximum=80,
    haq=D("2.5"),
    extramuscular_global=D(9),
    enzymes=(enzyme("4200"),),
)
HIDDEN = ("physician_global", "patient_global", "mmt", "haq", "extramuscular_global", "enzymes")


def other(assessment: Assessment, **values: Any) -> Assessment:
    return replace(assessment, **values)


def agree(before: Assessment, after: Assessment, population: Population = ADULT) -> str:
    """Compares both ways and gives the answer in short."""
    found = Baseline(before, population, PROTOCOL).compare(after)
    full = improvement(before, after, population, PROTOCOL)
    if isinstance(full, NotComparable):
        nothing = full.problems if "no measure was recorded" not in full.problems[0] else ()
        assert found == nothing
        return "none"
    assert isinstance(found, Points), found
    told = (found.tenths, found.category, found.partial, found.sufficient)
    assert told == (int(full.points * 10), full.category, full.partial, full.sufficient)
    return f"{told[0]} {told[1].value}{' partial' if told[2] else ''}{'' if told[3] else ' insufficient'}"


def steps() -> Iterator[dict[str, Any]]:
    """Each measure alone, gaining from worse to everything in small steps over every limit."""
    for tenths in range(-5, 91):
        for name in ("physician_global", "patient_global", "extramuscular_global"):
            yield {name: D(9) - D(tenths) / 10}
    for tenths in range(-20, 400, 4):
        yield {"mmt": D(40) + D(tenths) / 10}
    for hundredths in range(-40, 251, 3):
        yield {"haq": D("2.5") - D(hundredths) / 100}
    for value in range(4400, 0, -60):
        yield {"enzymes": (enzyme(str(value)),)}


def test_each_measure_alone_and_beside_the_others() -> None:
    bare = other(BEFORE, **dict.fromkeys(HIDDEN[:-1], None), enzymes=())
    seen = set()
    for changed in steps():
        (name,) = changed
        alone = other(bare, **{name: getattr(BEFORE, name)}), other(bare, **changed)
        seen.add(agree(*alone))
        agree(BEFORE, other(BEFORE, **changed))
    assert len(seen) > 10


def test_whole_and_partial_scores() -> None:
    better = other(BEFORE, physician_global=D(1), patient_global=D(1), mmt=D(80), haq=D(0), extramuscular_global=D(0))
    healed = other(better, enzymes=(enzyme("100"),))
    assert agree(BEFORE, healed) == "1000 major"
    assert agree(BEFORE, better) == "925 major"
    assert agree(BEFORE, BEFORE) == "0 none"
    for name in HIDDEN:
        missing = other(healed, **{name: () if name == "enzymes" else None})
        assert " partial" in agree(BEFORE, missing)
        assert agree(missing, healed) == agree(missing, healed)
        for also in HIDDEN:
            agree(BEFORE, other(missing, **{also: () if also == "enzymes" else None}))
    assert "insufficient" in agree(BEFORE, other(healed, physician_global=None))
    assert "insufficient" in agree(BEFORE, other(healed, mmt=None))
    assert "insufficient" not in agree(BEFORE, other(healed, haq=None))
    empty = Assessment("x", BEFORE.on)
    assert agree(empty, healed) == agree(healed, empty) == "none"


@pytest.mark.parametrize("form", [80, 150, 260])
def test_forms(form: int) -> None:
    before = other(BEFORE, mmt=D(form) / 2, mmt_maximum=form)
    for gain in range(0, 101, 3):
        agree(before, other(before, mmt=D(form) * (100 + gain) / 200))
    assert agree(before, other(BEFORE, mmt=D(70), mmt_maximum=form)) != "none"
    another = 150 if form == 80 else 80
    assert agree(before, other(BEFORE, mmt=D(70), mmt_maximum=another)) == "none"
    assert agree(other(before, mmt_maximum=None), before)
    assert agree(before, other(before, mmt_maximum=None))


ENZYMES: list[tuple[tuple[Enzyme, ...], tuple[Enzyme, ...]]] = [
    ((enzyme("4200"), enzyme("900", "250", LDH)), (enzyme("2000"), enzyme("800", "250", LDH))),
    ((enzyme("400"), enzyme("900", "250", LDH)), (enzyme("100"), enzyme("800", "250", LDH))),
    ((enzyme("900", "250", LDH), enzyme("400")), (enzyme("800", "250", LDH), enzyme("100"))),
    ((enzyme("400"), enzyme("500", "250", LDH)), (enzyme("100"), enzyme("300", "250", LDH))),
    ((enzyme("400"), enzyme("500", "250", LDH)), (enzyme("300", "250", LDH),)),
    ((enzyme("4200", None), enzyme("900", "250", LDH)), (enzyme("100"), enzyme("300", "250", LDH))),
    ((enzyme("4200", None),), (enzyme("100"),)),
    ((enzyme("900", "250", LDH), enzyme("4200", None), enzyme("800", "40", ALT)), (enzyme("40", "40", ALT),)),
    ((enzyme("4200"),), (enzyme("100", "300"),)),
    ((enzyme("4200"),), (enzyme("100", None),)),
    ((enzyme("4200"),), (enzyme("3", "200", unit="ukat/L"),)),
    ((enzyme("4200"),), (enzyme("100", "250", LDH),)),
    ((enzyme("4200"),), ()),
    ((), (enzyme("4200"),)),
    ((enzyme("4200"), enzyme("3000")), (enzyme("2000"),)),
    ((enzyme("300", "300"), enzyme("1", "1", LDH), enzyme("40", "10", ALT)), (enzyme("10", "10", ALT),)),
    ((enzyme("1.5", "0.5"),), (enzyme("0.2", "0.5"),)),
    ((enzyme("4200", "1"),), (enzyme("100", "1"),)),
]


@pytest.mark.parametrize(("before", "after"), ENZYMES, ids=range(len(ENZYMES)))
@pytest.mark.parametrize("population", list(Population))
def test_enzymes(before: tuple[Enzyme, ...], after: tuple[Enzyme, ...], population: Population) -> None:
    agree(other(BEFORE, enzymes=before), other(BEFORE, enzymes=after), population)
    alone = Assessment("a", BEFORE.on, physician_global=D(5))
    agree(other(alone, enzymes=before), other(alone, enzymes=after), population)


def test_the_enzyme_that_is_followed_is_the_highest_multiple() -> None:
    rising = other(BEFORE, enzymes=(enzyme("400"), enzyme("900", "250", LDH)))
    assert agree(rising, other(BEFORE, enzymes=(enzyme("400"), enzyme("250", "250", LDH)))) == "75 none"
    assert agree(rising, other(BEFORE, enzymes=(enzyme("100"), enzyme("900", "250", LDH)))) == "0 none"


JUVENILE_BEFORE = other(BEFORE, cmas=D(20), das=D(12))
CHANGES: list[dict[str, Any]] = [
    {},
    {"cmas": D(40), "das": D(3)},
    {"mmt": None, "cmas": D(40)},
    {"extramuscular_global": None, "das": D(2)},
    {"mmt": None},
    {"extramuscular_global": None},
    {"mmt": None, "extramuscular_global": None, "cmas": None, "das": None},
    {"physician_global": D(2), "haq": D(1)},
]


@pytest.mark.parametrize("changed", CHANGES, ids=range(len(CHANGES)))
@pytest.mark.parametrize("population", list(Population))
def test_stand_ins(changed: dict[str, Any], population: Population) -> None:
    agree(JUVENILE_BEFORE, other(JUVENILE_BEFORE, **changed), population)
    agree(other(JUVENILE_BEFORE, **changed), JUVENILE_BEFORE, population)


def test_cut_offs_of_each_population() -> None:
    # 20 + 10 + 32.5 = 62.5 and then 7.5 more.
    after = other(BEFORE, physician_global=D(1), patient_global=D(1), mmt=D(80))
    assert agree(BEFORE, after, ADULT) == "625 major"
    assert agree(BEFORE, after, JUVENILE) == "625 moderate"
    more = other(after, haq=D(2))
    assert agree(BEFORE, more, JUVENILE) == "700 major"


def test_a_form_that_nobody_knows_is_said_and_not_raised() -> None:
    odd = other(BEFORE, mmt_maximum=90)
    words = ("there is no form of the manual muscle test with a maximum of 90",)
    assert Baseline(odd, ADULT, PROTOCOL).compare(BEFORE) == words
    assert Baseline(BEFORE, JUVENILE, PROTOCOL).compare(odd) == words
