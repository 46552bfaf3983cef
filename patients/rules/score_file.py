"""Two assessments as JSON, to check the response score against other calculators. Strict: nothing is guessed.

Measures may be missing or null. Numbers may be JSON numbers or strings. What is wrong is said with its place.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from patients.protocol.activity import ActivityProtocol
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, Measure, Population
from patients.rules.wording import joined

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_LONGEST_NUMBER = 40  # characters
_MOST_DECIMALS = 40
_GREATEST_ENZYME = Decimal(10) ** 9
_DAY = date(2000, 1, 1)  # the score looks at no day

CHAQ = "chaq"
_JUVENILE_ONLY = (Measure.CMAS.value, Measure.DAS.value, CHAQ)
_MEASURES = ("physician_global", "patient_global", "mmt", "haq", "enzymes", "extramuscular_global", *_JUVENILE_ONLY)
# Units as laboratories and calculators spell them.
_UNITS = {
    **dict.fromkeys(("u/l", "iu/l", "ui/l"), "U/L"),
    **dict.fromkeys(("ukat/l", "\u00b5kat/l", "\u03bckat/l", "microkat/l"), "ukat/L"),
}


class ScoreFileError(ValueError):
    """What is wrong in the file, and where."""


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """Two assessments to compare. `function_key` is the key under which function was given: haq or chaq."""

    population: Population
    baseline: Assessment
    follow_up: Assessment
    function_key: str = Measure.HAQ.value


def parse_request(document: object, protocol: ActivityProtocol) -> ScoreRequest:
    """The request in a document already read as JSON. Raises ScoreFileError naming the place and what to do."""
    table = _table(document, "the file")
    _only(table, ("population", "baseline", "follow_up"), "the file")
    for key in ("population", "baseline", "follow_up"):
        if key not in table:
            raise ScoreFileError(f"the key {key!r} is missing")
    words = [population.value for population in Population]
    if table["population"] not in words:
        raise ScoreFileError(f"population: {_shown(table['population'])} is not one of {joined(tuple(words))}")
    population = Population(table["population"])
    sides = [_Side(table[name], name, population, protocol) for name in ("baseline", "follow_up")]
    keys = {side.function_key for side in sides if side.function_key}
    if len(keys) > 1:
        raise ScoreFileError("one assessment gives haq and the other chaq: these are different questionnaires")
    return ScoreRequest(population, sides[0].read(), sides[1].read(), *keys)


class _Side:
    """One of the two assessments."""

    def __init__(self, value: object, name: str, population: Population, protocol: ActivityProtocol) -> None:
        self.name = name
        self.protocol = protocol
        self.table = {key: each for key, each in _table(value, name).items() if each is not None}
        known = _MEASURES if population is Population.JUVENILE else _MEASURES[: -len(_JUVENILE_ONLY)]
        for key in self.table:
            if key in _JUVENILE_ONLY and key not in known:
                self.refuse(key, "belongs to juvenile disease; the population is adult")
        _only(self.table, known, name)
        if "haq" in self.table and CHAQ in self.table:
            self.refuse(CHAQ, "haq is given too; an assessment has one of them")

    @property
    def function_key(self) -> str:
        return next((key for key in ("haq", CHAQ) if key in self.table), "")

    def read(self) -> Assessment:
        mmt, maximum = self.strength()
        return Assessment(
            id=self.name,
            on=_DAY,
            physician_global=self.measure("physician_global", Measure.PHYSICIAN_GLOBAL),
            patient_global=self.measure("patient_global", Measure.PATIENT_GLOBAL),
            mmt=mmt,
            mmt_maximum=maximum,
            haq=self.measure(self.function_key, Measure.HAQ),
            extramuscular_global=self.measure("extramuscular_global", Measure.EXTRAMUSCULAR_GLOBAL),
            enzymes=self.enzymes(),
            cmas=self.measure("cmas", Measure.CMAS),
            das=self.measure("das", Measure.DAS),
        )

    def measure(self, key: str, measure: Measure) -> Decimal | None:
        if key not in self.table:
            return None
        return self.number(self.table[key], key, Decimal(self.protocol.scales[measure].maximum))

    def strength(self) -> tuple[Decimal | None, int | None]:
        if "mmt" not in self.table:
            return None, None
        given = self.table["mmt"]
        if not isinstance(given, Mapping):
            self.refuse("mmt", 'expected {"value": …, "maximum": …}: the maximum of the form changes the score')
        self.only(given, ("value", "maximum"), "mmt")
        if given.get("value") is None:
            return None, None
        forms = sorted(scale.maximum for scale in self.protocol.file.scales if scale.measure is Measure.MMT)
        words = joined(tuple(str(form) for form in forms))
        if given.get("maximum") is None:
            self.refuse("mmt.maximum", f"missing; the form has a maximum of {words}")
        maximum = self.number(given["maximum"], "mmt.maximum", _GREATEST_ENZYME)
        if maximum not in forms:
            self.refuse("mmt.maximum", f"{_shown(given['maximum'])} is not one of {words}")
        return self.number(given["value"], "mmt.value", maximum), int(maximum)

    def enzymes(self) -> tuple[Enzyme, ...]:
        given = self.table.get("enzymes", [])
        if not isinstance(given, Sequence) or isinstance(given, str):
            self.refuse("enzymes", f"expected a list, found {_shown(given)}")
        found = [self.enzyme(each, f"enzymes[{index}]") for index, each in enumerate(given)]
        names = [enzyme.name for enzyme in found]
        for index, name in enumerate(names):
            if name in names[:index]:
                self.refuse(f"enzymes[{index}]", f"{name.value} is given twice")
        return tuple(found)

    def enzyme(self, given: object, place: str) -> Enzyme:
        if not isinstance(given, Mapping):
            self.refuse(place, f'expected {{"name": …, "value": …, "upper_limit": …}}, found {_shown(given)}')
        self.only(given, ("name", "value", "upper_limit", "unit"), place)
        for key in ("name", "value"):
            if given.get(key) is None:
                self.refuse(f"{place}.{key}", "missing")
        words = [name.value for name in EnzymeName]
        name = given["name"].strip().casefold() if isinstance(given["name"], str) else given["name"]
        if name not in words:
            self.refuse(f"{place}.name", f"{_shown(given['name'])} is not one of {joined(tuple(words))}")
        limit = given.get("upper_limit")
        if limit is not None:
            limit = self.number(limit, f"{place}.upper_limit", _GREATEST_ENZYME)
            if not limit:
                self.refuse(f"{place}.upper_limit", "the upper limit of normal must be above 0")
        value = self.number(given["value"], f"{place}.value", _GREATEST_ENZYME)
        return Enzyme(EnzymeName(name), value, self.unit(given.get("unit"), f"{place}.unit"), limit)

    def unit(self, given: object, place: str) -> str:
        """Two enzymes without a unit are taken to be in one; one with and one without are not."""
        if given is None:
            return "a unit not stated"
        unit = _UNITS.get(given.strip().casefold()) if isinstance(given, str) else None
        if unit is None:
            self.refuse(place, f"{_shown(given)} is not one of U/L or µkat/L")
        return unit

    def number(self, given: object, place: str, most: Decimal) -> Decimal:
        if isinstance(given, Decimal | int) and not isinstance(given, bool):
            value = Decimal(given)
        elif isinstance(given, str) and len(given) <= _LONGEST_NUMBER and _NUMBER.fullmatch(given.strip()):
            value = Decimal(given.strip())
        else:
            self.refuse(place, f"{_shown(given)} is not a number")
        if not value.is_finite() or not 0 <= value <= most:
            self.refuse(place, f"{_shown(given)} is out of range, 0 to {most:f}")
        if -int(value.as_tuple().exponent) > _MOST_DECIMALS:
            self.refuse(place, f"more than {_MOST_DECIMALS} decimal places")
        return value

    def only(self, table: Mapping[str, Any], known: Sequence[str], place: str) -> None:
        _only(table, known, f"{self.name}.{place}")

    def refuse(self, place: str, problem: str) -> NoReturn:
        raise ScoreFileError(f"{self.name}.{place}: {problem}")


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ScoreFileError(f"{where}: expected an object with keys, found {_shown(value)}")
    return value


def _only(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise ScoreFileError(f"{where}: unknown key {_shown(key)}; known keys are {joined(tuple(known), 'and')}")


def _shown(value: object) -> str:
    text = repr(str(value) if isinstance(value, Decimal) else value)
    return text if len(text) <= _LONGEST_NUMBER + 2 else f"{text[:_LONGEST_NUMBER]}…"
