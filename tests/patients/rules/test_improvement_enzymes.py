"""Which enzyme is followed, and when it cannot be."""

from decimal import Decimal
from itertools import permutations

import pytest

from patients.protocol.load import load
from patients.rules.improvement import ImprovementScore, NotComparable, improvement
from patients.rules.record import Enzyme
from patients.rules.vocabulary import EnzymeName, Population
from tests.factories import records

PROTOCOL = load()
CK, LDH, AST, ALT, ALDOLASE = EnzymeName.CK, EnzymeName.LDH, EnzymeName.AST, EnzymeName.ALT, EnzymeName.ALDOLASE


def of(name: EnzymeName, value: str, limit: str | None = "100", unit: str = "U/L") -> Enzyme:
    return Enzyme(name, Decimal(value), unit, None if limit is None else Decimal(limit))


def compared(before: tuple[Enzyme, ...], after: tuple[Enzyme, ...]) -> ImprovementScore | NotComparable:
    # Function is there on both sides, so that a missing enzyme leaves something to compare.
    first = records.assessment(haq=Decimal(2), enzymes=before)
    second = records.assessment(haq=Decimal(2), enzymes=after)
    return improvement(first, second, Population.ADULT, PROTOCOL)


def score(before: tuple[Enzyme, ...], after: tuple[Enzyme, ...]) -> ImprovementScore:
    found = compared(before, after)
    assert isinstance(found, ImprovementScore), found
    return found


def followed(before: tuple[Enzyme, ...], after: tuple[Enzyme, ...]) -> EnzymeName | None:
    return next((each.enzyme for each in score(before, after).components if each.enzyme), None)


def test_the_highest_multiple_is_followed_not_the_highest_value() -> None:
    before = (of(CK, "900", "200"), of(LDH, "1000", "250"), of(ALDOLASE, "50", "7.5"))
    after = (of(CK, "100", "200"), of(LDH, "200", "250"), of(ALDOLASE, "5", "7.5"))
    for order in permutations(before):
        assert followed(order, after) is ALDOLASE
        assert followed(order, tuple(reversed(after))) is ALDOLASE


def test_multiples_are_compared_exactly() -> None:
    """1/3 and 0.333333 of the limit differ in the seventh place."""
    after = (of(CK, "10"), of(LDH, "10"))
    assert followed((of(CK, "0.333333", "1"), of(LDH, "1", "3")), after) is LDH
    assert followed((of(CK, "0.333334", "1"), of(LDH, "1", "3")), after) is CK


@pytest.mark.parametrize(
    ("tied", "expected"),
    [((CK, ALDOLASE), CK), ((LDH, ALDOLASE), ALDOLASE), ((AST, LDH), LDH), ((ALT, AST), AST), (tuple(EnzymeName), CK)],
)
def test_of_equally_abnormal_enzymes_the_first_of_the_list(tied: tuple[EnzymeName, ...], expected: EnzymeName) -> None:
    before, after = tuple(of(name, "500") for name in tied), tuple(of(name, "100") for name in tied)
    found = score(before, after)
    assert followed(before, after) is expected
    assert any("equally abnormal" in note for note in found.notes)


def test_of_equally_abnormal_enzymes_one_that_can_be_followed() -> None:
    before = (of(CK, "500"), of(LDH, "500"), of(ALT, "500"))
    assert followed(before, (of(ALT, "50"), of(LDH, "50"))) is LDH
    assert followed(before, (of(LDH, "50", unit="ukat/L"), of(ALT, "50"))) is ALT
    assert followed(before, (of(LDH, "50", None), of(ALT, "50"))) is ALT
    assert followed(before, (of(LDH, "50", None),)) is None


def test_another_enzyme_at_follow_up_is_refused() -> None:
    found = compared((of(CK, "500"), of(LDH, "150")), (of(LDH, "100"), of(AST, "100")))
    assert isinstance(found, NotComparable)
    (problem,) = found.problems
    assert "CK" in problem
    assert "lactate dehydrogenase (LDH) and aspartate aminotransferase (AST)" in problem


def test_another_unit_is_refused() -> None:
    found = compared((of(CK, "10", "3.3", "ukat/L"),), (of(CK, "600", "200"),))
    assert isinstance(found, NotComparable)
    assert found.problems == ("creatine kinase (CK) was measured in different units, µkat/L and U/L",)


def test_all_problems_are_named_together() -> None:
    first = records.assessment(mmt=Decimal(60), mmt_maximum=80, enzymes=(of(CK, "500"),))
    second = records.assessment(mmt=Decimal(60), mmt_maximum=260, enzymes=(of(LDH, "500"),))
    found = improvement(first, second, Population.ADULT, PROTOCOL)
    assert isinstance(found, NotComparable)
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), (of(CK, "100"),)),
        ((of(CK, "900"),), ()),
        ((of(CK, "900", None),), (of(CK, "100"),)),
        ((of(CK, "900"),), (of(CK, "100", None),)),
    ],
)
def test_no_enzyme_or_no_upper_limit_is_missing(before: tuple[Enzyme, ...], after: tuple[Enzyme, ...]) -> None:
    found = score(before, after)
    assert "enzymes" in found.missing
    if before and after:
        assert any("No upper limit is recorded" in note for note in found.notes)


def test_an_enzyme_without_its_limit_is_not_ranked() -> None:
    before = (of(CK, "9000", None), of(LDH, "300"))
    found = score(before, (of(CK, "100"), of(LDH, "100")))
    assert [each.enzyme for each in found.components if each.enzyme] == [LDH]
    assert "No upper limit is recorded at the earlier assessment for creatine kinase (CK): not ranked." in found.notes


@pytest.mark.parametrize(
    ("later", "points"),
    [
        *(("937.49", "7.5"), ("937.5", "5"), ("1162.49", "5"), ("1162.5", "2.5"), ("1387.49", "2.5"), ("1387.5", "0")),
        ("1500", "0"),
    ],
)
def test_a_changed_limit_is_compared_in_multiples_and_said(later: str, points: str) -> None:
    """10 times a limit of 200, then a limit of 150. 5, 15 and 25 % of 15 times are 0.75, 2.25 and 3.75 times."""
    found = score((of(CK, "2000", "200"),), (of(CK, later, "150"),))
    component = next(each for each in found.components if each.enzyme)
    assert component.points == Decimal(points)
    assert any("is not the same at both assessments" in note for note in found.notes)


def test_the_same_limit_is_not_remarked_upon() -> None:
    assert not any("limit" in note for note in score((of(CK, "2000", "200.0"),), (of(CK, "100", "200"),)).notes)
