"""Confirmed deterioration: worse than a reference assessment at two visits in a row.

Source: ProDERM, Arthritis Res Ther 2023, where the reference was the trial's own baseline. In the clinic the reference
is the best assessment before the two visits, by physician global, since the start or since the last confirmed
deterioration. Without any physician global it is the last one before them. A prompt for the clinician, never a label.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from patients.protocol.activity import ActivityProtocol, DeteriorationLimits
from patients.rules.measures import Measured, measured
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.record import Assessment
from patients.rules.relative import WITHOUT_ENZYMES, RelativeChange, relative_changes, relative_words
from patients.rules.vocabulary import Measure
from patients.rules.wording import display_date, display_number


@dataclass(frozen=True, slots=True)
class Deterioration:
    """Worse than `reference` at `first` and, when confirmed, at `second`, the visit after it.

    `second` is None while the patient was worse at the last visit only. The reason names what was worse at each.
    """

    reference: Assessment
    first: Assessment
    second: Assessment | None
    reason: Reason

    @property
    def confirmed(self) -> bool:
        return self.second is not None


def deteriorations(
    assessments: Iterable[Assessment], protocol: ActivityProtocol, as_of: date
) -> tuple[Deterioration, ...]:
    """Those confirmed by `as_of`, oldest first."""
    visits = visits_until(assessments, as_of)
    found = confirmed([measured(visit, protocol) for visit in visits], protocol)
    return tuple(
        _deterioration(visits[reference], (visits[first], visits[second]), protocol)
        for reference, first, second in found
    )


def awaiting_confirmation(
    assessments: Iterable[Assessment], protocol: ActivityProtocol, as_of: date
) -> Deterioration | None:
    """Worse at the last visit but not at the one before: the next visit will tell. None otherwise."""
    visits = visits_until(assessments, as_of)
    ready = [measured(visit, protocol) for visit in visits]
    found = confirmed(ready, protocol)
    start = found[-1][2] if found else 0
    last = len(visits) - 1
    if last <= start:
        return None
    reference = _best(ready, start, last)
    if worse_than(ready[reference], ready[last], protocol) is not Truth.TRUE:
        return None
    return _deterioration(visits[reference], (visits[last],), protocol)


def visits_until(assessments: Iterable[Assessment], as_of: date) -> list[Assessment]:
    """One assessment for each day, oldest first: of several on one day the one with the most measures."""
    by_day: defaultdict[date, list[Assessment]] = defaultdict(list)
    for each in assessments:
        if each.on <= as_of:
            by_day[each.on].append(each)
    return [max(by_day[day], key=_completeness) if len(by_day[day]) > 1 else by_day[day][0] for day in sorted(by_day)]


def confirmed(visits: Sequence[Measured], protocol: ActivityProtocol) -> list[tuple[int, int, int]]:
    """Positions of reference, first and second visit of each confirmed deterioration, for visits on different days."""
    found: list[tuple[int, int, int]] = []
    start, first = 0, 1
    while first + 1 < len(visits):
        reference = _best(visits, start, first)
        second = first + 1
        if all(worse_than(visits[reference], visits[each], protocol) is Truth.TRUE for each in (first, second)):
            found.append((reference, first, second))
            start, first = second, second
        first += 1
    return found


def worse_than(reference: Measured, visit: Measured, protocol: ActivityProtocol) -> Truth:
    """Any of the three criteria at one visit; UNKNOWN when missing measures could still make one of them true."""
    truths = _criteria(relative_changes(reference, visit), protocol.deterioration_limits)
    if Truth.TRUE in truths:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.FALSE


def _best(visits: Sequence[Measured], start: int, end: int) -> int:
    """The latest of those with the lowest physician global; the last when nobody has one."""
    best, lowest = end - 1, None
    for position in range(start, end):
        value = visits[position].physician_global
        if value is not None and (lowest is None or value <= lowest):
            best, lowest = position, value
    return best


def _criteria(changes: Mapping[Measure, RelativeChange], limits: DeteriorationLimits) -> tuple[Truth, Truth, Truth]:
    """Physician global with strength; extramuscular global; several measures together."""
    physician = _worse_by(changes.get(Measure.PHYSICIAN_GLOBAL), limits.physician_global)
    strength = changes.get(Measure.MMT)
    weaker = Truth.UNKNOWN if strength is None else _truth(strength.is_worse(limits.strength))
    if Truth.FALSE in (physician, weaker):
        both = Truth.FALSE
    else:
        both = Truth.UNKNOWN if Truth.UNKNOWN in (physician, weaker) else Truth.TRUE
    extramuscular = _worse_by(changes.get(Measure.EXTRAMUSCULAR_GLOBAL), limits.extramuscular_global)
    count = sum(change.is_worse(limits.measures_by) for change in changes.values())
    if count >= limits.measures_at_least:
        several = Truth.TRUE
    else:
        possible = count + len(WITHOUT_ENZYMES) - len(changes)
        several = Truth.UNKNOWN if possible >= limits.measures_at_least else Truth.FALSE
    return both, extramuscular, several


def _worse_by(change: RelativeChange | None, limit: int) -> Truth:
    return Truth.UNKNOWN if change is None else _truth(change.worse_by >= limit)


def _truth(holds: bool) -> Truth:
    return Truth.TRUE if holds else Truth.FALSE


def _completeness(assessment: Assessment) -> tuple[int, str]:
    measures = sum(getattr(assessment, measure.value) is not None for measure in WITHOUT_ENZYMES)
    return measures + bool(assessment.enzymes), assessment.id


def _deterioration(reference: Assessment, visits: tuple[Assessment, ...], protocol: ActivityProtocol) -> Deterioration:
    predicates = [each for visit in visits for each in _predicates(reference, visit, protocol)]
    reason = protocol.because(protocol.file.confirmed_deterioration.id, *predicates)
    return Deterioration(reference, visits[0], visits[1] if len(visits) > 1 else None, reason)


def _predicates(reference: Assessment, visit: Assessment, protocol: ActivityProtocol) -> Iterator[Predicate]:
    """The three criteria at one visit, each with how the measures that it reads have changed."""
    definition = protocol.file.confirmed_deterioration
    changes = relative_changes(measured(reference, protocol), measured(visit, protocol))
    facts = (_fact("reference", reference), _fact("visit", visit))
    day = display_date(visit.on, visit.precision)
    texts = (
        (
            f"physician global worse by {display_number(definition.physician_global)} cm or more and strength by "
            f"{display_number(definition.strength)} % or more",
            (Measure.PHYSICIAN_GLOBAL, Measure.MMT),
        ),
        (
            f"extramuscular global worse by {display_number(definition.extramuscular_global)} cm or more",
            (Measure.EXTRAMUSCULAR_GLOBAL,),
        ),
        (
            f"{definition.measures_at_least} or more of {len(WITHOUT_ENZYMES)} measures worse by "
            f"{display_number(definition.measures_by)} % or more",
            WITHOUT_ENZYMES,
        ),
    )
    for (text, measures), truth in zip(texts, _criteria(changes, protocol.deterioration_limits), strict=True):
        details = "; ".join(
            f"{measure.label} {relative_words(changes[measure]) if measure in changes else 'missing'}"
            for measure in measures
        )
        yield Predicate(f"{day}: {text} ({details})", truth, facts)


def _fact(role: str, assessment: Assessment) -> FactReference:
    label = f"{role}, assessment of {display_date(assessment.on, assessment.precision)}"
    return FactReference("assessment", assessment.id, label)
