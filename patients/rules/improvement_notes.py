"""What a reader of a response score must know beside the number: what was chosen, left out or rescaled."""

from collections.abc import Collection, Iterator

from patients.rules.change import followed_enzyme
from patients.rules.measures import Measured, MeasuredEnzyme
from patients.rules.vocabulary import Measure, Population
from patients.rules.wording import joined


def notes_on(
    before: Measured, after: Measured, population: Population, compared: Collection[Measure]
) -> tuple[str, ...]:
    """Sentences, in the order of the measures they are about."""
    return (
        *_least_needed(compared),
        *_strength(before, after, population, compared),
        *_enzymes(before, after),
        *_extramuscular(before, after, population, compared),
    )


def _least_needed(compared: Collection[Measure]) -> Iterator[str]:
    lacking = []
    if Measure.PHYSICIAN_GLOBAL not in compared:
        lacking.append("physician global")
    if Measure.MMT not in compared and Measure.CMAS not in compared:
        lacking.append("strength")
    if lacking:
        yield (
            f"A score rests on physician global and strength at least: without {joined(tuple(lacking))} "
            "draw no conclusion from it."
        )


def _strength(
    before: Measured, after: Measured, population: Population, compared: Collection[Measure]
) -> Iterator[str]:
    cmas = before.cmas is not None and after.cmas is not None
    if population is Population.ADULT:
        if before.cmas is not None or after.cmas is not None:
            yield "CMAS belongs to the juvenile criteria and is not counted."
    elif Measure.CMAS in compared:
        yield "Strength is judged by CMAS: there is no MMT at both assessments."
    elif Measure.MMT in compared and cmas:
        yield "Strength is judged by MMT; CMAS was recorded at both assessments too."


def _extramuscular(
    before: Measured, after: Measured, population: Population, compared: Collection[Measure]
) -> Iterator[str]:
    das = before.das is not None and after.das is not None
    if population is Population.ADULT:
        if before.das is not None or after.das is not None:
            yield "DAS belongs to the juvenile criteria and is not counted."
    elif Measure.DAS in compared:
        yield "Extramuscular activity is judged by DAS: there is no extramuscular global at both assessments."
    elif Measure.EXTRAMUSCULAR_GLOBAL in compared and das:
        yield "Extramuscular activity is judged by the global score; DAS was recorded at both assessments too."


def _enzymes(before: Measured, after: Measured) -> Iterator[str]:
    unranked = tuple(enzyme.name.label for enzyme in before.enzymes.values() if enzyme.upper_limit is None)
    if unranked:
        yield f"No upper limit is recorded at the earlier assessment for {joined(unranked, 'and')}: not ranked."
    followed = followed_enzyme(before, after)
    if followed is None:
        return
    if len(before.highest) > 1:
        names = tuple(enzyme.name.label for enzyme in before.highest)
        yield f"{joined(names, 'and')} were equally abnormal; {followed.name.label} is followed."
    later = after.enzymes.get(followed.name)
    if later is not None:
        yield from _limits(followed, later)


def _limits(followed: MeasuredEnzyme, later: MeasuredEnzyme) -> Iterator[str]:
    label = followed.name.label
    if later.upper_limit is None:
        yield f"No upper limit is recorded at the later assessment for {label}: it cannot be followed."
    elif later.upper_limit != followed.upper_limit:
        yield (
            f"The laboratory's upper limit for {label} is not the same at both assessments: each value is taken as a "
            "multiple of its own limit."
        )
