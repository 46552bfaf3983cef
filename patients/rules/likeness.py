"""Whether two entries of who somebody is may be about one person, so that nobody is entered twice.

A warning only: whoever registers decides. Names are compared without accents, capitals, hyphens and spaces, in any
order, and with a slip of the keyboard or two; dates of birth also with day and month exchanged or one digit mistyped.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from patients.rules.vocabulary import DatePrecision, Sex, Vocabulary
from patients.rules.wording import display_date

VERSION = "1"
SOURCE = "Local reading: how patients are told apart at registration"

# Letters that carry no separable accent, as they are typed where a keyboard does not have them.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
# How many slips of the keyboard a name of so many letters may hold: in short names one slip makes another name.
_ONE_SLIP_FROM, _TWO_SLIPS_FROM = 4, 9
_EXACT = {DatePrecision.DAY}


class Likeness(Vocabulary):
    LIKELY = "likely", "very likely the same person"
    POSSIBLE = "possible", "possibly the same person"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as recorded or as just typed. `nhs_number` is normalised; empty texts are not recorded."""

    id: str
    family_name: str
    given_names: str
    born: date | None = None
    born_precision: DatePrecision = DatePrecision.DAY
    sex: Sex = Sex.NOT_RECORDED
    nhs_number: str = ""


@dataclass(frozen=True, slots=True)
class LikenessFinding:
    """That a recorded person (`id`) may be the one in question, and why."""

    id: str
    likeness: Likeness
    reason: Reason


class _Name(StrEnum):
    SAME = "the names are the same"
    SIMILAR = "the names differ by a slip of the keyboard, a middle name or an initial"
    GIVEN = "the given names are the same, the family names are not"
    OTHER = "the names are different"


class _Birth(StrEnum):
    SAME = "the dates of birth are the same"
    SWAPPED = "the dates of birth are the same with day and month exchanged"
    SLIP = "the dates of birth differ by one mistyped digit"
    PARTLY = "the dates of birth agree as far as they are known"
    UNKNOWN = "a date of birth is not recorded"
    OTHER = "the dates of birth are different"


_SAID: dict[tuple[_Name, _Birth], Likeness] = {
    (_Name.SAME, _Birth.SAME): Likeness.LIKELY,
    (_Name.SAME, _Birth.SWAPPED): Likeness.LIKELY,
    (_Name.SIMILAR, _Birth.SAME): Likeness.LIKELY,
    (_Name.SAME, _Birth.SLIP): Likeness.POSSIBLE,
    (_Name.SAME, _Birth.PARTLY): Likeness.POSSIBLE,
    (_Name.SAME, _Birth.UNKNOWN): Likeness.POSSIBLE,
    (_Name.SIMILAR, _Birth.SWAPPED): Likeness.POSSIBLE,
    (_Name.SIMILAR, _Birth.PARTLY): Likeness.POSSIBLE,
    # Somebody who has taken another family name.
    (_Name.GIVEN, _Birth.SAME): Likeness.POSSIBLE,
}
# What is no more than a common name is no warning where the sexes are recorded and differ.
_NEEDS_SEX = {(_Name.SAME, _Birth.UNKNOWN), (_Name.GIVEN, _Birth.SAME)}


def likeness(recorded: Identity, asked: Identity) -> LikenessFinding | None:
    """Whether the person asked about may be the recorded one; None when nothing speaks for it.

    The same NHS number makes it very likely, whatever else differs; two different ones, or different sexes, make of
    "very likely" no more than "possibly". Exchanging the two changes nothing but the id.
    """
    name, birth = _names(recorded, asked), _births(recorded, asked)
    numbers, sexes = _numbers(recorded, asked), _sexes(recorded, asked)
    found = _SAID.get((name, birth))
    if numbers is Truth.TRUE:
        found = Likeness.LIKELY
    elif found is None or (sexes is Truth.FALSE and (name, birth) in _NEEDS_SEX):
        return None
    elif Truth.FALSE in (numbers, sexes):
        found = Likeness.POSSIBLE
    predicates = (
        _predicate("the NHS numbers are the same", numbers, recorded, recorded.nhs_number),
        _predicate(name.value, Truth.FALSE if name is _Name.OTHER else Truth.TRUE, recorded, "name"),
        _predicate(birth.value, _truth_of(birth), recorded, _born(recorded)),
        _predicate("the sexes are the same", sexes, recorded, recorded.sex.label),
    )
    reason = Reason("patients.likeness", _text(found, name, birth, numbers, sexes), RuleKind.LOCAL_READING, SOURCE,
                    VERSION, predicates)  # fmt: skip
    return LikenessFinding(recorded.id, found, reason)


def birthdays_to_look_at(born: date) -> tuple[date, ...]:
    """The day, and the same with day and month exchanged where that is another day: where to look for the person."""
    return tuple(dict.fromkeys([born, *_swapped(born)]))


def plain(name: str) -> str:
    """The letters and digits of a name alone: no accents, capitals, hyphens, apostrophes or spaces."""
    return "".join(_words(name))


def _words(name: str) -> list[str]:
    spread = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    letters = (one if one.isalnum() else " " for one in spread if not unicodedata.combining(one) and one not in "'’`")
    return "".join(letters).split()


def _names(one: Identity, other: Identity) -> _Name:
    family, given = (
        (plain(one.family_name), plain(other.family_name)),
        (plain(one.given_names), plain(other.given_names)),
    )
    if family[0] == family[1] and given[0] == given[1]:
        return _Name.SAME
    words = [sorted([*_words(each.family_name), *_words(each.given_names)]) for each in (one, other)]
    if words[0] == words[1]:
        return _Name.SAME  # the family name was typed where the given name belongs
    if _one_slip_apart(*family) and _given_alike(one.given_names, other.given_names):
        return _Name.SIMILAR
    return _Name.GIVEN if given[0] == given[1] else _Name.OTHER


def _given_alike(one: str, other: str) -> bool:
    """The same but for slips, for further given names, or for an initial that stands for the first."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return False
    if _one_slip_apart("".join(first), "".join(second)) or _one_slip_apart(first[0], second[0]):
        return True
    initial, whole = sorted((first[0], second[0]), key=len)
    return len(initial) == 1 and whole.startswith(initial)


def _one_slip_apart(one: str, other: str) -> bool:
    """The same, or as many slips apart as names of that length may hold."""
    shorter = min(len(one), len(other))
    slips = (shorter >= _ONE_SLIP_FROM) + (shorter >= _TWO_SLIPS_FROM)
    return one == other or _slips_between(one, other, slips)


def _slips_between(one: str, other: str, most: int) -> bool:
    """Whether `most` slips lead from one text to the other: a letter too many, missing, wrong, or two exchanged."""
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last_but_one, before, row = before, row, [i]
        for j, typed in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != typed))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == typed:
                cost = min(cost, last_but_one[j - 2] + 1)
            row.append(cost)
        if min(row) > most and (not before or min(before) > most):
            return False
    return row[-1] <= most


def _births(one: Identity, other: Identity) -> _Birth:
    if one.born is None or other.born is None:
        return _Birth.UNKNOWN
    if one.born_precision not in _EXACT or other.born_precision not in _EXACT:
        return _Birth.PARTLY if _agree_in_part(one, other) else _Birth.OTHER
    if one.born == other.born:
        return _Birth.SAME
    if other.born in _swapped(one.born):
        return _Birth.SWAPPED
    return _Birth.SLIP if _slips_between(f"{one.born:%d%m%Y}", f"{other.born:%d%m%Y}", 1) else _Birth.OTHER


def _agree_in_part(one: Identity, other: Identity) -> bool:
    assert one.born is not None
    assert other.born is not None
    vague = {one.born_precision, other.born_precision}
    if vague & {DatePrecision.YEAR, DatePrecision.ESTIMATED}:
        return one.born.year == other.born.year
    return (one.born.year, one.born.month) == (other.born.year, other.born.month)


def _swapped(born: date) -> Iterator[date]:
    if born.day <= 12 and born.day != born.month:
        yield date(born.year, born.day, born.month)


def _numbers(one: Identity, other: Identity) -> Truth:
    if not one.nhs_number or not other.nhs_number:
        return Truth.UNKNOWN
    return Truth.TRUE if one.nhs_number == other.nhs_number else Truth.FALSE


def _sexes(one: Identity, other: Identity) -> Truth:
    if Sex.NOT_RECORDED in (one.sex, other.sex):
        return Truth.UNKNOWN
    return Truth.TRUE if one.sex is other.sex else Truth.FALSE


def _truth_of(birth: _Birth) -> Truth:
    return {_Birth.UNKNOWN: Truth.UNKNOWN, _Birth.OTHER: Truth.FALSE}.get(birth, Truth.TRUE)


def _predicate(text: str, truth: Truth, recorded: Identity, label: str) -> Predicate:
    return Predicate(text, truth, (FactReference("patient", recorded.id, label or "not recorded"),))


def _born(recorded: Identity) -> str:
    return display_date(recorded.born) if recorded.born else "not recorded"


def _text(found: Likeness, name: _Name, birth: _Birth, numbers: Truth, sexes: Truth) -> str:
    said = {
        Truth.TRUE: ["the NHS numbers are the same"],
        Truth.FALSE: ["but the NHS numbers are different"],
        Truth.UNKNOWN: [],
    }
    words = [*(said[numbers] if numbers is Truth.TRUE else []), name.value, birth.value]
    words += said[numbers] if numbers is Truth.FALSE else []
    words += ["but the sexes are different"] if sexes is Truth.FALSE else []
    return f"{found.label.capitalize()}: {', '.join(words)}."
