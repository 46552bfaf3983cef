"""What a score file may hold, and each refusal with its place and its words."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from patients.protocol.load import load
from patients.rules.record import Enzyme
from patients.rules.score_file import ScoreFileError, parse_request
from patients.rules.vocabulary import EnzymeName, Population

PROTOCOL = load()
D = Decimal
CK = {"name": "CK", "value": "4200", "upper_limit": "200", "unit": "U/L"}
BEFORE: dict[str, Any] = {
    "physician_global": "7",
    "patient_global": 6.5,
    "mmt": {"value": "52", "maximum": "80"},
    "haq": "1.75",
    "enzymes": [CK],
    "extramuscular_global": 4,
}


def request(population: str = "adult", **baseline: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"population": population, "baseline": deepcopy(BEFORE), "follow_up": {}}
    document["baseline"]["patient_global"] = "6.5"
    document["baseline"] |= baseline
    return document


def test_every_measure_finds_its_place() -> None:
    found = parse_request(request(), PROTOCOL)
    before = found.baseline
    assert (found.population, found.function_key) == (Population.ADULT, "haq")
    assert (before.id, found.follow_up.id) == ("baseline", "follow_up")
    assert (before.physician_global, before.patient_global, before.extramuscular_global) == (D(7), D("6.5"), D(4))
    assert (before.mmt, before.mmt_maximum, before.haq) == (D(52), 80, D("1.75"))
    assert (before.cmas, before.das) == (None, None)
    assert before.enzymes == (Enzyme(EnzymeName.CK, D(4200), "U/L", D(200)),)
    empty = found.follow_up
    assert (empty.mmt, empty.mmt_maximum, empty.haq, empty.enzymes) == (None, None, None, ())
    assert before.on == empty.on


def test_juvenile_measures_find_their_places() -> None:
    document = request("juvenile", chaq="2", cmas=20, das="12", haq=None)
    found = parse_request(document, PROTOCOL)
    assert (found.population, found.function_key) == (Population.JUVENILE, "chaq")
    assert (found.baseline.haq, found.baseline.cmas, found.baseline.das) == (D(2), D(20), D(12))


@pytest.mark.parametrize("unit", ["U/L", "iu/l", " UI/L "])
def test_units_of_one_kind(unit: str) -> None:
    assert parse_request(request(enzymes=[CK | {"unit": unit}]), PROTOCOL).baseline.enzymes[0].unit == "U/L"


@pytest.mark.parametrize("unit", ["ukat/L", "µkat/l", "μkat/L", "MICROKAT/L"])
def test_units_of_the_other_kind(unit: str) -> None:
    assert parse_request(request(enzymes=[CK | {"unit": unit}]), PROTOCOL).baseline.enzymes[0].unit == "ukat/L"


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("7", "7"),
        (" 7.50 ", "7.50"),
        ("+.5", "0.5"),
        ("1.", "1"),
        ("7e0", "7"),
        (10, "10"),
        (D("0"), "0"),
        ("-0", "0"),
        ("0." + "0" * 38, "0"),
        (D("0." + "1" * 40), "0." + "1" * 40),
    ],
)
def test_numbers_in_their_spellings(given: object, number: str) -> None:
    assert parse_request(request(physician_global=given), PROTOCOL).baseline.physician_global == D(number)


def test_limits_of_the_scales_are_within() -> None:
    document = request("juvenile", physician_global=10, patient_global=0, haq=3, cmas=52, das=20)
    document["baseline"] |= {"mmt": {"value": 150, "maximum": 150}, "enzymes": [CK | {"value": 10**9}]}
    before = parse_request(document, PROTOCOL).baseline
    assert (before.cmas, before.das, before.mmt, before.mmt_maximum) == (D(52), D(20), D(150), 150)
    assert before.enzymes[0].value == D(10**9)


def test_a_name_with_an_upper_limit_missing_and_a_unit_not_stated() -> None:
    document = request(enzymes=[{"name": " Aldolase ", "value": 9}, {"name": "ldh", "value": 1, "upper_limit": None}])
    assert parse_request(document, PROTOCOL).baseline.enzymes == (
        Enzyme(EnzymeName.ALDOLASE, D(9), "a unit not stated", None),
        Enzyme(EnzymeName.LDH, D(1), "a unit not stated", None),
    )


ADULT_KEYS = "physician_global, patient_global, mmt, haq, enzymes and extramuscular_global"
JUVENILE_KEYS = "physician_global, patient_global, mmt, haq, enzymes, extramuscular_global, cmas, das and chaq"
LONG = "9" * 41
REFUSALS: list[tuple[Any, str]] = [
    ([], "the file: expected an object with keys, found []"),
    (D("1.5"), "the file: expected an object with keys, found '1.5'"),
    (
        {"population": "adult", "baseline": {}, "follow_up": {}, "note": 1},
        "the file: unknown key 'note'; known keys are population, baseline and follow_up",
    ),
    ({"baseline": {}, "follow_up": {}}, "the key 'population' is missing"),
    ({"population": "adult", "follow_up": {}}, "the key 'baseline' is missing"),
    ({"population": "adult", "baseline": {}}, "the key 'follow_up' is missing"),
    ({"population": "Adult", "baseline": {}, "follow_up": {}}, "population: 'Adult' is not one of adult or juvenile"),
    ({"population": "adult", "baseline": 3, "follow_up": {}}, "baseline: expected an object with keys, found 3"),
    ({"population": "adult", "baseline": {}, "follow_up": []}, "follow_up: expected an object with keys, found []"),
    (
        {"population": "juvenile", "baseline": {"haq": 1}, "follow_up": {"chaq": 1}},
        "one assessment gives haq and the other chaq: these are different questionnaires",
    ),
    (request(cmas=1), "baseline.cmas: belongs to juvenile disease; the population is adult"),
    (request(das=1), "baseline.das: belongs to juvenile disease; the population is adult"),
    (request(chaq=1), "baseline.chaq: belongs to juvenile disease; the population is adult"),
    (request(vas=1), f"baseline: unknown key 'vas'; known keys are {ADULT_KEYS}"),
    (request("juvenile", vas=1), f"baseline: unknown key 'vas'; known keys are {JUVENILE_KEYS}"),
    (request("juvenile", chaq=1), "baseline.chaq: haq is given too; an assessment has one of them"),
    (request(physician_global="10.1"), "baseline.physician_global: '10.1' is out of range, 0 to 10"),
    (request(physician_global=-1), "baseline.physician_global: -1 is out of range, 0 to 10"),
    (request(physician_global=D("NaN")), "baseline.physician_global: 'NaN' is out of range, 0 to 10"),
    (request(patient_global="11"), "baseline.patient_global: '11' is out of range, 0 to 10"),
    (request(extramuscular_global="11"), "baseline.extramuscular_global: '11' is out of range, 0 to 10"),
    (request(haq="3.001"), "baseline.haq: '3.001' is out of range, 0 to 3"),
    (request("juvenile", cmas="53"), "baseline.cmas: '53' is out of range, 0 to 52"),
    (request("juvenile", das="21"), "baseline.das: '21' is out of range, 0 to 20"),
    (request(physician_global=True), "baseline.physician_global: True is not a number"),
    (request(physician_global="seven"), "baseline.physician_global: 'seven' is not a number"),
    (request(physician_global="1,5"), "baseline.physician_global: '1,5' is not a number"),
    (request(physician_global=LONG), f"baseline.physician_global: '{'9' * 39}… is not a number"),
    (request(physician_global="9" * 40), f"baseline.physician_global: '{'9' * 40}' is out of range, 0 to 10"),
    (request(physician_global=D("1e-41")), "baseline.physician_global: more than 40 decimal places"),
    (
        request(mmt=52),
        'baseline.mmt: expected {"value": …, "maximum": …}: the maximum of the form changes the score',
    ),
    (request(mmt={"value": 52}), "baseline.mmt.maximum: missing; the form has a maximum of 80, 150 or 260"),
    (request(mmt={"value": 52, "maximum": 100}), "baseline.mmt.maximum: 100 is not one of 80, 150 or 260"),
    (request(mmt={"value": 52, "maximum": "x"}), "baseline.mmt.maximum: 'x' is not a number"),
    (request(mmt={"value": 81, "maximum": 80}), "baseline.mmt.value: 81 is out of range, 0 to 80"),
    (
        request(mmt={"value": 52, "maximum": 80, "form": 8}),
        "baseline.mmt: unknown key 'form'; known keys are value and maximum",
    ),
    (request(enzymes="CK"), "baseline.enzymes: expected a list, found 'CK'"),
    (request(enzymes={}), "baseline.enzymes: expected a list, found {}"),
    (
        request(enzymes=["CK"]),
        'baseline.enzymes[0]: expected {"name": …, "value": …, "upper_limit": …}, found \'CK\'',
    ),
    (request(enzymes=[CK, CK | {"name": "ck "}]), "baseline.enzymes[1]: ck is given twice"),
    (
        request(enzymes=[CK | {"uln": 1}]),
        "baseline.enzymes[0]: unknown key 'uln'; known keys are name, value, upper_limit and unit",
    ),
    (request(enzymes=[{"value": 1}]), "baseline.enzymes[0].name: missing"),
    (request(enzymes=[{"name": "CK"}]), "baseline.enzymes[0].value: missing"),
    (
        request(enzymes=[{"name": "GGT", "value": 1}]),
        "baseline.enzymes[0].name: 'GGT' is not one of ck, ldh, ast, alt or aldolase",
    ),
    (
        request(enzymes=[{"name": 5, "value": 1}]),
        "baseline.enzymes[0].name: 5 is not one of ck, ldh, ast, alt or aldolase",
    ),
    (
        request(enzymes=[CK | {"upper_limit": 0}]),
        "baseline.enzymes[0].upper_limit: the upper limit of normal must be above 0",
    ),
    (request(enzymes=[CK | {"upper_limit": "x"}]), "baseline.enzymes[0].upper_limit: 'x' is not a number"),
    (request(enzymes=[CK | {"value": "x"}]), "baseline.enzymes[0].value: 'x' is not a number"),
    (
        request(enzymes=[CK | {"value": 10**9 + 1}]),
        "baseline.enzymes[0].value: 1000000001 is out of range, 0 to 1000000000",
    ),
    (
        request(enzymes=[CK | {"upper_limit": 10**9 + 1}]),
        "baseline.enzymes[0].upper_limit: 1000000001 is out of range, 0 to 1000000000",
    ),
    (request(enzymes=[CK | {"unit": "mg"}]), "baseline.enzymes[0].unit: 'mg' is not one of U/L or µkat/L"),
    (request(enzymes=[CK | {"unit": 1}]), "baseline.enzymes[0].unit: 1 is not one of U/L or µkat/L"),
]


@pytest.mark.parametrize(("document", "message"), REFUSALS, ids=range(len(REFUSALS)))
def test_refusals_say_what_and_where(document: Any, message: str) -> None:
    with pytest.raises(ScoreFileError) as refused:
        parse_request(document, PROTOCOL)
    assert str(refused.value) == message


def test_a_muscle_test_without_a_value_is_missing_whatever_its_form() -> None:
    found = parse_request(request(mmt={"value": None, "maximum": 999}), PROTOCOL)
    assert (found.baseline.mmt, found.baseline.mmt_maximum) == (None, None)
