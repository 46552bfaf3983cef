"""A dose in whole vials: nearest, then even, then few; nothing is lost between the days."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regimens.rules.infusion_vials import InVials, in_whole_vials


def vials(wanted: str, *sizes: str, days: int = 1) -> InVials | None:
    return in_whole_vials(Decimal(wanted), tuple(map(Decimal, sizes)), days)


def counted(found: InVials | None) -> dict[str, int]:
    assert found is not None
    return {str(one.size): one.count for one in found.vials}


@pytest.mark.parametrize(
    ("wanted", "total"),
    [("67.4", "65"), ("67.5", "65"), ("67.51", "70"), ("72.5", "70"), ("72.51", "75"), ("2.5", "5"), ("0.1", "5")],
)
def test_the_nearest_whole_vials_and_of_two_the_lower(wanted: str, total: str) -> None:
    """At least one vial is given: less than half of one is rounded up."""
    found = vials(wanted, "5", "10")
    assert found is not None
    assert found.total == Decimal(total)


def test_as_few_vials_as_it_takes() -> None:
    found = vials("69.4", "5", "10", "20")
    assert counted(found) == {"20": 3, "10": 1}
    assert [str(one.size) for one in found.vials] == ["20", "10"] if found else False


def test_greedy_would_take_more() -> None:
    """30 + 1 + 1 + ... against two of 20."""
    assert counted(vials("40", "1", "20", "30")) == {"20": 2}


@pytest.mark.parametrize(
    ("wanted", "sizes", "days", "shares"),
    [
        ("140", ("10", "20"), 5, ["30", "30", "30", "30", "20"]),
        ("140", ("20",), 5, ["40", "40", "20", "20", "20"]),
        ("70", ("5", "10", "20"), 2, ["35", "35"]),
        ("141", ("5", "10"), 2, ["70", "70"]),
        ("1000", ("500",), 1, ["1000"]),
        ("0.5", ("0.25",), 2, ["0.25", "0.25"]),
    ],
)
def test_days_are_as_even_as_the_vials_allow(wanted: str, sizes: tuple[str, ...], days: int, shares: list[str]) -> None:
    found = vials(wanted, *sizes, days=days)
    assert found is not None
    assert list(found.days) == [Decimal(share) for share in shares]


@pytest.mark.parametrize(
    ("wanted", "sizes", "days"),
    [
        ("20", ("10",), 5),  # fewer vials than days
        ("70", (), 1),
        ("70", ("0",), 1),
        ("70", ("-5", "10"), 1),
        ("70", ("NaN",), 1),
        ("0", ("5",), 1),
        ("-1", ("5",), 1),
        ("NaN", ("5",), 1),
        ("70", ("5",), 0),
        ("100000", ("0.01",), 1),  # nobody gives ten million vials
    ],
)
def test_what_cannot_be_is_said_to_be_none(wanted: str, sizes: tuple[str, ...], days: int) -> None:
    assert vials(wanted, *sizes, days=days) is None


sizes = st.lists(
    st.sampled_from([Decimal(text) for text in ("1", "2.5", "5", "10", "20", "30")]), min_size=1, unique=True
)
doses = st.decimals(min_value="0.1", max_value="150", places=1)


@given(doses, sizes, st.integers(1, 5))
def test_nothing_is_lost_between_total_days_and_vials(wanted: Decimal, at_hand: list[Decimal], days: int) -> None:
    found = in_whole_vials(wanted, tuple(at_hand), days)
    assume(found is not None)
    assert found is not None
    assert len(found.days) == days
    assert sum(found.days) == found.total
    for share, used in zip(found.days, found.vials_by_day, strict=True):
        assert share > 0
        assert sum(one.size * one.count for one in used) == share
        assert {one.size for one in used} <= set(at_hand)
    assert sum(one.size * one.count for one in found.vials) == found.total
    assert list(found.days) == sorted(found.days, reverse=True)


@given(doses, sizes)
def test_the_dose_lies_within_half_the_smallest_vial(wanted: Decimal, at_hand: list[Decimal]) -> None:
    """From one vial on: multiples of the smallest one alone come that near."""
    found = in_whole_vials(wanted, tuple(at_hand), 1)
    assert found is not None
    if wanted >= min(at_hand):
        assert abs(found.total - wanted) <= min(at_hand) / 2


@given(st.integers(1, 60), st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True))
def test_no_combination_comes_nearer_or_takes_fewer(wanted: int, at_hand: list[int]) -> None:
    """Against every combination, tried one by one."""
    most = wanted + max(at_hand)
    fewest: dict[int, int] = {0: 0}
    for amount in range(1, most + 1):
        ways = [fewest[amount - size] + 1 for size in at_hand if amount - size in fewest]
        if ways:
            fewest[amount] = min(ways)
    del fewest[0]
    found = in_whole_vials(Decimal(wanted), tuple(map(Decimal, at_hand)), 1)
    assert found is not None
    distance = min(abs(amount - wanted) for amount in fewest)
    best = min(amount for amount in fewest if abs(amount - wanted) == distance)
    assert found.total == best
    assert sum(one.count for one in found.vials) == fewest[best]


@given(doses, sizes, st.integers(1, 5), st.randoms(use_true_random=False))
def test_the_order_of_sizes_has_no_meaning(wanted: Decimal, at_hand: list[Decimal], days: int, random: Random) -> None:
    other = list(at_hand)
    random.shuffle(other)
    assert in_whole_vials(wanted, tuple(at_hand), days) == in_whole_vials(wanted, tuple(other), days)


@given(st.integers(2, 40), st.integers(2, 5))
def test_with_one_size_no_day_gets_two_vials_more_than_another(count: int, days: int) -> None:
    assume(count >= days)
    found = in_whole_vials(Decimal(10 * count), (Decimal(10),), days)
    assert found is not None
    spread = Counter(int(Fraction(share) / 10) for share in found.days)
    assert max(spread) - min(spread) <= 1
