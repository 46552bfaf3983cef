"""Whose response criteria apply to a patient."""

from dataclasses import dataclass
from datetime import date

from patients.protocol.activity import ActivityProtocol
from patients.rules.age import ADULT_AGE, age_on
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.record import Person
from patients.rules.vocabulary import Population, Subtype


@dataclass(frozen=True, slots=True)
class PopulationFound:
    """Adult or juvenile; `assumed` when the age that decides it is not recorded. `notes` are for a person to read."""

    population: Population
    assumed: bool
    notes: tuple[str, ...]
    reason: Reason


def population_of(person: Person, protocol: ActivityProtocol, as_of: date) -> PopulationFound:
    """Juvenile dermatomyositis at any age, and everyone under 18 on `as_of`: juvenile. All others: adult.

    `as_of` should be the day of the baseline, so that somebody who comes of age in between is judged by one measure.
    """
    fact = FactReference("patient", person.id, person.subtype.label)
    juvenile_disease = person.subtype is Subtype.JUVENILE_DERMATOMYOSITIS
    age = age_on(person.born, as_of)
    minor = Truth.UNKNOWN if age is None else Truth.TRUE if age < ADULT_AGE else Truth.FALSE
    reason = protocol.because(
        "population",
        Predicate("juvenile dermatomyositis", Truth.TRUE if juvenile_disease else Truth.FALSE, (fact,)),
        Predicate(f"under {ADULT_AGE} years old", minor, (FactReference("patient", person.id, _age_words(age)),)),
    )
    population = criteria_for(person, as_of)
    assumed = population is Population.ADULT and minor is Truth.UNKNOWN
    notes: list[str] = []
    if assumed:
        notes.append("The date of birth is not recorded: adult criteria are used.")
    if person.subtype is Subtype.INCLUSION_BODY_MYOSITIS:
        notes.append("The response criteria are not validated for inclusion body myositis.")
    return PopulationFound(population, assumed, tuple(notes), reason)


def criteria_for(person: Person, as_of: date) -> Population:
    """The population alone, for callers that go through many patients."""
    if person.subtype is Subtype.JUVENILE_DERMATOMYOSITIS:
        return Population.JUVENILE
    age = age_on(person.born, as_of)
    return Population.JUVENILE if age is not None and age < ADULT_AGE else Population.ADULT


def _age_words(age: int | None) -> str:
    return "date of birth not recorded" if age is None else f"{age} years old"
