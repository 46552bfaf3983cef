"""Who may be the same person: every kind of slip on both sides of its limit, and that the order does not matter."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.likeness import Identity, Likeness, birthdays_to_look_at, likeness, plain
from patients.rules.reasons import Truth
from patients.rules.vocabulary import DatePrecision, Sex

LIKELY, POSSIBLE = Likeness.LIKELY, Likeness.POSSIBLE
ANN = Identity("1", "Testworth", "Annabel", date(1970, 5, 4), sex=Sex.FEMALE)


def found(**asked: Any) -> Likeness | None:
    finding = likeness(ANN, replace(ANN, id="2", **asked))
    return finding and finding.likeness


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, LIKELY),
        ({"family_name": "TESTWORTH"}, LIKELY),
        ({"family_name": "Téstwörth"}, LIKELY),
        ({"family_name": "Test-Worth"}, LIKELY),
        ({"family_name": "Test worth", "given_names": "Anna Bel"}, LIKELY),
        ({"family_name": "Annabel", "given_names": "Testworth"}, LIKELY),
        ({"family_name": "Tetsworth"}, LIKELY),  # two letters exchanged
        ({"family_name": "Testwort"}, LIKELY),  # one missing
        ({"family_name": "Tesdword"}, POSSIBLE),  # two slips in eight letters: only the given names are the same
        ({"family_name": "Tesdworrth"}, LIKELY),  # two slips in a name of nine letters
        ({"family_name": "Tesdvorrth"}, POSSIBLE),  # three: only the given names are the same
        ({"given_names": "A"}, LIKELY),
        ({"given_names": "Annabel Rose"}, LIKELY),
        ({"given_names": "B"}, None),
        ({"given_names": "Rosamund"}, None),
        ({"family_name": "Otherwise"}, POSSIBLE),  # married, perhaps
        ({"family_name": "Otherwise", "sex": Sex.MALE}, None),
        ({"born": date(1970, 4, 5)}, LIKELY),  # day and month exchanged
        ({"born": date(1970, 4, 5), "family_name": "Tetsworth"}, POSSIBLE),
        ({"born": date(1971, 5, 4)}, POSSIBLE),  # one digit
        ({"born": date(1907, 5, 4)}, POSSIBLE),  # two digits exchanged
        ({"born": date(1981, 5, 4)}, None),
        ({"born": date(1971, 5, 4), "family_name": "Tetsworth"}, None),
        ({"born": None}, POSSIBLE),
        ({"born": None, "sex": Sex.NOT_RECORDED}, POSSIBLE),
        ({"born": None, "sex": Sex.MALE}, None),
        ({"born": None, "family_name": "Tetsworth"}, None),
        ({"born": date(1970, 5, 15), "born_precision": DatePrecision.MONTH}, POSSIBLE),
        ({"born": date(1970, 6, 15), "born_precision": DatePrecision.MONTH}, None),
        ({"born": date(1970, 7, 1), "born_precision": DatePrecision.YEAR}, POSSIBLE),
        ({"born": date(1971, 7, 1), "born_precision": DatePrecision.YEAR}, None),
        ({"sex": Sex.NOT_RECORDED}, LIKELY),
        ({"sex": Sex.MALE}, POSSIBLE),
    ],
)
def test_who_is_taken_for_the_same_person(asked: dict[str, Any], expected: Likeness | None) -> None:
    assert found(**asked) is expected


@pytest.mark.parametrize(("letters", "same"), [("Lee", False), ("Leen", True)])
def test_a_short_name_holds_no_slip(letters: str, same: bool) -> None:
    one = Identity("1", letters, "Mary Jane", date(1970, 5, 4))
    other = Identity("2", f"{letters[:-1]}x", "Mary", date(1970, 5, 4))
    assert (likeness(one, other) is not None) is same


def test_the_same_nhs_number_is_enough_and_two_different_ones_are_a_doubt() -> None:
    one = replace(ANN, nhs_number="9990000018")
    stranger = Identity("2", "Elsewhere", "Zoe", date(1950, 1, 1), sex=Sex.MALE, nhs_number="9990000018")
    same = likeness(one, stranger)
    assert same is not None
    assert same.likeness is LIKELY
    other = likeness(one, replace(ANN, id="2", nhs_number="9990000026"))
    assert other is not None
    assert other.likeness is POSSIBLE
    assert "but the NHS numbers are different" in other.reason.text


def test_the_reason_says_what_was_compared() -> None:
    finding = likeness(ANN, replace(ANN, id="2", born=None))
    assert finding is not None
    assert [each.truth for each in finding.reason.predicates] == [
        Truth.UNKNOWN, Truth.TRUE, Truth.UNKNOWN, Truth.TRUE,
    ]  # fmt: skip
    assert finding.reason.text == "Possibly the same person: the names are the same, a date of birth is not recorded."
    assert finding.id == "1"


def test_where_a_birthday_is_looked_for() -> None:
    assert birthdays_to_look_at(date(1970, 5, 4)) == (date(1970, 5, 4), date(1970, 4, 5))
    assert birthdays_to_look_at(date(1970, 5, 13)) == (date(1970, 5, 13),)
    assert birthdays_to_look_at(date(1970, 5, 5)) == (date(1970, 5, 5),)


@pytest.mark.parametrize(
    ("name", "letters"), [("O’Neill-Łukasz", "oneilllukasz"), ("Ærø  Þór", "aerothor"), ("Strauß", "strauss")]
)
def test_a_name_without_its_dress(name: str, letters: str) -> None:
    assert plain(name) == letters


NAMES = st.sampled_from(["Testworth", "Tetsworth", "Lee", "Le", "Annabel", "Anna", "A", "Öz", "", "Ann Marie"])
PEOPLE = st.builds(
    Identity,
    st.just("1"),
    NAMES,
    NAMES,
    st.sampled_from([None, date(1970, 5, 4), date(1970, 4, 5), date(1971, 5, 4), date(1970, 5, 15)]),
    st.sampled_from(list(DatePrecision)),
    st.sampled_from(list(Sex)),
    st.sampled_from(["", "9990000018", "9990000026"]),
)


@given(PEOPLE, PEOPLE)
def test_exchanging_the_two_changes_nothing(one: Identity, other: Identity) -> None:
    there, back = likeness(one, other), likeness(other, one)
    assert (there and there.likeness) == (back and back.likeness)


@given(PEOPLE)
def test_everybody_named_is_like_themselves(one: Identity) -> None:
    assert likeness(one, one) is not None
