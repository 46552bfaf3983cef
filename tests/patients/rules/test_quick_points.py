"""The quick way to a score gives what the full comparison gives."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.protocol.load import load
from patients.rules.improvement import ImprovementScore, Points, improvement
from patients.rules.quick_points import Baseline
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, Population, ResponseCategory

PROTOCOL = load()
BASELINE = Assessment(
    "a",
    date(2026, 1, 5),
    physician_global=Decimal(7),
    patient_global=Decimal("6.5"),
    mmt=Decimal(52),
    mmt_maximum=80,
    haq=Decimal("1.75"),
    extramuscular_global=Decimal(4),
    enzymes=(Enzyme(EnzymeName.CK, Decimal(4200), "U/L", Decimal(200)),),
)

centimetres = st.none() | st.decimals(0, 10, places=1)
forms = st.sampled_from([80, 150, 260])
strengths = st.tuples(st.none() | st.integers(0, 80).map(Decimal), st.sampled_from([80, 80, 80, 150]))
limits = st.none() | st.sampled_from([Decimal(200), Decimal(200), Decimal(200), Decimal("170.5"), Decimal(40)])


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    mmt, form = draw(strengths)
    names = draw(st.lists(st.sampled_from([EnzymeName.CK, EnzymeName.LDH, EnzymeName.ALDOLASE]), unique=True))
    return Assessment(
        "x",
        date(2026, 2, 5),
        physician_global=draw(centimetres),
        patient_global=draw(centimetres),
        mmt=mmt,
        mmt_maximum=None if mmt is None else form,
        haq=draw(st.none() | st.integers(0, 24).map(lambda eighths: Decimal(eighths) / 8)),
        extramuscular_global=draw(centimetres),
        cmas=draw(st.none() | st.integers(0, 52).map(Decimal)),
        das=draw(st.none() | st.integers(0, 20).map(Decimal)),
        enzymes=tuple(
            Enzyme(name, Decimal(draw(st.integers(1, 6000))), draw(st.sampled_from(["U/L", "U/L", "ukat/L"])), limit)
            for name in names
            for limit in [draw(limits)]
        ),
    )


def same(before: Assessment, after: Assessment, population: Population) -> None:
    quick = Baseline(before, population, PROTOCOL).compare(after)
    full = improvement(before, after, population, PROTOCOL)
    if isinstance(full, ImprovementScore):
        assert quick == Points(int(full.points * 10), full.category, full.partial, full.sufficient)
    else:
        assert not isinstance(quick, Points)
        assert set(quick) <= set(full.problems)


@given(assessments(), assessments(), st.sampled_from(Population))
def test_any_two_assessments(before: Assessment, after: Assessment, population: Population) -> None:
    same(before, after, population)


@given(assessments(), st.lists(assessments(), max_size=4), st.sampled_from(Population))
def test_what_was_compared_before_has_no_part_in_it(
    before: Assessment, others: list[Assessment], population: Population
) -> None:
    shared = Baseline(before, population, PROTOCOL)
    assert [shared.compare(each) for each in others] == [
        Baseline(before, population, PROTOCOL).compare(each) for each in others
    ]


@pytest.mark.parametrize(
    ("measure", "value", "tenths"),
    [
        ("physician_global", "6.5", 0),
        ("physician_global", "6.4", 75),
        ("physician_global", "5.5", 75),
        ("physician_global", "5.4", 150),
        ("physician_global", "3", 175),
        ("physician_global", "2.9", 200),
        ("patient_global", "6", 0),
        ("patient_global", "5.9", 25),
        ("mmt", "53", 0),
        ("mmt", "54", 100),
        ("mmt", "60", 100),
        ("mmt", "61", 200),
        ("mmt", "76", 275),
        ("mmt", "77", 325),
        ("haq", "1.625", 0),
        ("haq", "1.5", 50),
        ("extramuscular_global", "3.5", 0),
        ("extramuscular_global", "3.4", 75),
        ("physician_global", "9", 0),
        ("mmt", "10", 0),
    ],
)
def test_both_sides_of_a_band(measure: str, value: str, tenths: int) -> None:
    later = replace(BASELINE, **{measure: Decimal(value)})  # type: ignore[arg-type]  # a measure by its name
    found = Baseline(BASELINE, Population.ADULT, PROTOCOL).compare(later)
    assert found == Points(tenths, ResponseCategory.MINIMAL if tenths >= 200 else ResponseCategory.NONE, False, True)


@pytest.mark.parametrize(("ck", "tenths"), [(4050, 0), (4049, 25), (3750, 25), (3749, 50), (3450, 50), (3449, 75)])
def test_both_sides_of_an_enzyme_band(ck: int, tenths: int) -> None:
    later = replace(BASELINE, enzymes=(Enzyme(EnzymeName.CK, Decimal(ck), "U/L", Decimal(200)),))
    found = Baseline(BASELINE, Population.ADULT, PROTOCOL).compare(later)
    assert isinstance(found, Points)
    assert found.tenths == tenths


def test_no_binary_fraction_tips_a_band() -> None:
    """8.3 - 6.8 is 1.5 and gives 7.5 points; in binary it would be more, and give 15."""
    before = replace(BASELINE, physician_global=Decimal("8.3"))
    found = Baseline(before, Population.ADULT, PROTOCOL).compare(replace(before, physician_global=Decimal("6.8")))
    assert isinstance(found, Points)
    assert found.tenths == 75


def test_a_form_that_nobody_knows_is_said() -> None:
    unknown = replace(BASELINE, mmt_maximum=90)
    assert Baseline(unknown, Population.ADULT, PROTOCOL).compare(BASELINE) == (
        "there is no form of the manual muscle test with a maximum of 90",
    )
