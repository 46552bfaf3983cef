"""Who the people of the demo cohort are: plainly invented names, and numbers from the range kept for testing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from monitoring.rules.record import MonitoringRecord
from patients.rules.nhs_number import is_valid
from patients.rules.vocabulary import DatePrecision

# The NHS keeps 999 000 0000 to 999 999 9999 for test data; these are the first nine digits, without the check digit.
_FIRST_TEST_NUMBER = 999_000_000

_GIVEN_NAMES = (
    *("Alder", "Aspen", "Avocet", "Birch", "Bittern", "Bracken", "Bunting", "Cedar", "Chaffinch", "Clover"),
    *("Cormorant", "Cypress", "Dunlin", "Elder", "Fern", "Fulmar", "Gannet", "Goldcrest", "Hazel", "Heron"),
    *("Juniper", "Kestrel", "Lapwing", "Larch", "Linden", "Linnet", "Maple", "Merlin", "Myrtle", "Osprey"),
    *("Pipit", "Plover", "Redwing", "Rowan", "Sedge", "Skylark", "Sorrel", "Teal", "Whimbrel", "Willow"),
)
_NAME_BEGINNINGS = ("Demo", "Dummi", "Exempl", "Invent", "Mock", "Pretend", "Sampl", "Specim", "Stand", "Synth", "Test")
_NAME_ENDINGS = ("brook", "bury", "combe", "croft", "field", "ford", "holme", "ley", "mere", "stead", "thorpe", "worth")


@dataclass(frozen=True, slots=True)
class Identity:
    """What names a person. `nhs_number` is ten digits that pass the check, or empty when not recorded."""

    hospital_number: str
    nhs_number: str
    given_names: str
    family_name: str


@dataclass(frozen=True, slots=True)
class Report:
    """The publication that a case was taken from, how exact its dates are, and how it ended."""

    title: str
    url: str
    dates: str
    outcome: str


@dataclass(frozen=True, slots=True)
class CohortPatient:
    """One person of the demo cohort: identity and the whole record. `report` None means synthetic."""

    identity: Identity
    record: MonitoringRecord
    status_reason: str = ""
    subtype_note: str = ""
    born_precision: DatePrecision = DatePrecision.DAY
    report: Report | None = None


def nhs_numbers_of_nobody() -> Iterator[str]:
    """Valid NHS numbers that belong to nobody, from 999 000 0000 up."""
    for nine_digits in count(_FIRST_TEST_NUMBER):
        # One candidate of ten passes the check; about every eleventh first nine digits have none at all.
        yield from filter(is_valid, (f"{nine_digits}{digit}" for digit in range(10)))


def synthetic_identity(rng: Random, number: int, nhs_number: str) -> Identity:
    """An invented person. About 3 in 100 have no NHS number recorded."""
    family_name = rng.choice(_NAME_BEGINNINGS) + rng.choice(_NAME_ENDINGS)
    return Identity(
        hospital_number=f"SYN-{number:05d}",
        nhs_number="" if rng.random() < 0.03 else nhs_number,
        given_names=rng.choice(_GIVEN_NAMES),
        family_name=family_name,
    )
