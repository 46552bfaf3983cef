"""NHS numbers, ages, permissions, names of antibodies: small rules, both sides of each."""

from datetime import date

import pytest

from patients.rules import nhs_number
from patients.rules.age import age_on
from patients.rules.antibodies import plain_name, positive_antibodies
from patients.rules.permissions import Permission, allowed
from patients.rules.record import Autoantibody, PatientRecord, Person
from patients.rules.vocabulary import AntibodyFinding, Role
from tests.patients.rules.roles import MAY, MAY_WHO_LEADS

DAY = date(2024, 6, 15)


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("9434765919", True),  # the example of the NHS Data Dictionary
        ("9434765918", False),
        ("4010232137", True),
        ("9991234560", False),
        ("0000000000", True),  # a check value of 11 is written 0
        ("1000000010", False),  # and 10 has no digit: the sum leaves 1
        ("943476591", False),
        ("94347659190", False),
        ("943476591X", False),
        ("943 476 591", False),
        ("٩٤٣٤٧٦٥٩١٩", False),  # digits, but not these
        ("", False),
    ],
)
def test_the_check_digit(number: str, valid: bool) -> None:
    assert nhs_number.is_valid(number) is valid


def test_exactly_one_last_digit_fits_or_none() -> None:
    fitting = [sum(nhs_number.is_valid(f"{stem:09d}{last}") for last in range(10)) for stem in range(400)]
    assert set(fitting) == {0, 1}


def test_spaces_and_dashes_are_no_part_of_the_number() -> None:
    assert nhs_number.normalised(" 943-476\u00a05919 ") == "9434765919"
    assert nhs_number.normalised("943.476") == "943.476"


def test_as_it_is_read_aloud() -> None:
    assert nhs_number.spaced("9434765919") == "943 476 5919"
    assert nhs_number.spaced("943476591") == "943476591"
    assert nhs_number.spaced("94347659190") == "94347659190"


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2006, 6, 15), DAY, 18),
        (date(2006, 6, 16), DAY, 17),
        (date(2006, 6, 14), DAY, 18),
        (date(2006, 7, 1), DAY, 17),
        (date(2006, 5, 30), DAY, 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (DAY, DAY, 0),
        (None, DAY, None),
    ],
)
def test_completed_years(born: date | None, day: date, age: int | None) -> None:
    assert age_on(born, day) == age


@pytest.mark.parametrize("role", Role)
def test_what_each_role_may_do(role: Role) -> None:
    assert {each for each in Permission if allowed(frozenset({role}), each)} == MAY[role]


@pytest.mark.parametrize("role", Role)
def test_who_leads_a_clinic_may_do_so_much_more_and_nothing_else(role: Role) -> None:
    assert {each for each in Permission if allowed(frozenset({role}), each, leads=True)} == MAY[role] | MAY_WHO_LEADS


def test_roles_add_up_and_none_allows_nothing() -> None:
    assert allowed(frozenset({Role.ADMIN, Role.DOCTOR}), Permission.JUDGE_TREATMENT)
    assert not any(allowed(frozenset(), each) for each in Permission)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("anti-Jo-1", "jo1"),
        ("Jo 1 antibody", "jo1"),
        ("JO1 antibodies", "jo1"),
        ("Mi-2 (alpha) (beta)", "mi2"),
        ("anti-anti", "anti"),
        ("TIF1-gamma", "tif1gamma"),
        ("Antibody to SRP", "tosrp"),
        ("", ""),
    ],
)
def test_names_in_many_spellings(printed: str, name: str) -> None:
    assert plain_name(printed) == name


def antibodies(*rows: Autoantibody) -> list[str]:
    found = positive_antibodies(PatientRecord(Person("p"), autoantibodies=rows), DAY)
    return sorted(f"{name}={row.id}" for name, row in found.items())


def test_the_latest_finding_decides_and_an_undated_one_is_the_oldest() -> None:
    undated = Autoantibody("a", "Jo-1")
    negative = Autoantibody("b", "anti-Jo-1", AntibodyFinding.NEGATIVE, date(2024, 1, 1))
    positive = Autoantibody("c", "Jo1", AntibodyFinding.POSITIVE, date(2024, 2, 1))
    assert antibodies(undated) == ["jo1=a"]
    for rows in ((undated, negative), (negative, undated)):
        assert antibodies(*rows) == []
    for story in ((undated, negative, positive), (positive, negative, undated)):
        assert antibodies(*story) == ["jo1=c"]


def test_of_one_day_the_higher_id_and_nothing_of_tomorrow() -> None:
    one, other = (Autoantibody(identity, "SRP", on=DAY) for identity in "ab")
    assert antibodies(one, other) == antibodies(other, one) == ["srp=b"]
    tomorrow = Autoantibody("z", "SRP", AntibodyFinding.NEGATIVE, date(2024, 6, 16))
    assert antibodies(tomorrow, one) == ["srp=a"]
    equivocal = Autoantibody("e", "Mi-2", AntibodyFinding.EQUIVOCAL)
    assert antibodies(equivocal, one) == ["srp=a"]
