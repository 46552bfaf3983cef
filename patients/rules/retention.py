"""Until when a record is kept at least, so that a clinic can decide on those that are past it. Nothing is deleted.

NHS Records Management Code of Practice: records of adults 8 years from the end of treatment or from death (a clinic may
set more); records of children until the 25th birthday, or the 26th where treatment ended at 17.
"""

from dataclasses import dataclass
from datetime import date

from patients.rules.age import ADULT_AGE, age_on
from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from patients.rules.wording import display_date

VERSION = "1"
SOURCE = "NHS Records Management Code of Practice"
CHILDREN_UNTIL, CHILDREN_OF_17_UNTIL = 25, 26  # birthdays
_OLDEST_CHILD = 17


@dataclass(frozen=True, slots=True)
class Kept:
    """Until when a record is kept, the last day included, and why."""

    until: date
    reason: Reason


def kept_until(*, last_on: date, died_on: date | None, born: date | None, years: int, patient_id: str = "") -> Kept:
    """Until when the record of somebody last heard of on a day is kept. `years` is the clinic's own setting.

    Of somebody who died the years run from that day, whatever was entered later. Of somebody who was a child then, the
    longer of the two periods holds. Without a date of birth the years alone count, and the reason says so.
    """
    start = died_on or last_on
    until = _years_after(start, years)
    since = "died" if died_on else "was last heard of"
    text = f"{years} years after the patient {since} ({display_date(start)})"
    age = age_on(born, start)
    child = Truth.UNKNOWN if age is None else Truth.TRUE if age < ADULT_AGE else Truth.FALSE
    if born is not None and age is not None and age < ADULT_AGE and died_on is None:
        birthday = CHILDREN_OF_17_UNTIL if age == _OLDEST_CHILD else CHILDREN_UNTIL
        grown = _years_after(born, birthday)
        if grown > until:
            until, text = grown, f"the {birthday}th birthday of somebody who was a child then"
    if child is Truth.UNKNOWN:
        text += "; no date of birth is recorded, so whether they were a child is not known"
    fact = FactReference("patient", patient_id, display_date(start))
    predicates = (
        Predicate(f"the patient {since} on {display_date(start)}", Truth.TRUE, (fact,)),
        Predicate("the patient was a child then", child, (fact,)),
    )
    return Kept(until, Reason("patients.retention", text, RuleKind.NATIONAL_GUIDELINE, SOURCE, VERSION, predicates))


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February: the day after the 28th
        return date(day.year + years, 3, 1)
