"""How far each measure improved between two assessments: the one comparison that every score and page starts from."""

from typing import NamedTuple

from patients.protocol.activity import ActivityProtocol, Steps
from patients.rules.measures import MILLION, Exact, Measured, MeasuredEnzyme
from patients.rules.vocabulary import EnzymeName, Measure, Population
from patients.rules.wording import display_unit, joined

# Looked up once: in Python 3.11 a member of an enumeration costs more than the comparison it is used for.
_PHYSICIAN, _PATIENT, _MMT, _HAQ = Measure.PHYSICIAN_GLOBAL, Measure.PATIENT_GLOBAL, Measure.MMT, Measure.HAQ
_ENZYMES, _EXTRAMUSCULAR, _CMAS, _DAS = Measure.ENZYMES, Measure.EXTRAMUSCULAR_GLOBAL, Measure.CMAS, Measure.DAS
_JUVENILE = Population.JUVENILE


# One measure compared: the measure, its improvement (below 0: worse), the most it could improve, its bands, and for
# the enzyme component which one. In millionths of the measure's own unit. For an enzyme the unit is its upper limit of
# normal, and a part of a millionth is rounded up: limits are whole, so what lies above one before lies above it after.
# A plain tuple: a course of treatment is compared at each of its assessments, and a class costs as much as the sum.
Change = tuple[Measure, Exact, Exact, Steps, EnzymeName | None]


class Comparison(NamedTuple):
    """What can be compared, and what forbids it. Nothing to compare and no problem: no measure is on both sides."""

    changes: list[Change]
    problems: list[str]


def compared(before: Measured, after: Measured, population: Population, protocol: ActivityProtocol) -> Comparison:
    """The components of the score that both assessments have, in the order of Measure."""
    steps = protocol.steps
    changes: list[Change] = []
    problems: list[str] = []
    then, now = before.physician_global, after.physician_global
    if then is not None and now is not None:
        changes.append((_PHYSICIAN, then - now, then, steps[_PHYSICIAN], None))
    then, now = before.patient_global, after.patient_global
    if then is not None and now is not None:
        changes.append((_PATIENT, then - now, then, steps[_PATIENT], None))
    then, now, form = before.mmt, after.mmt, before.mmt_maximum
    if then is not None and now is not None and form is not None:
        if form != after.mmt_maximum:
            problems.append(
                f"the manual muscle test was scored on different forms, out of {form} and out of {after.mmt_maximum}"
            )
        else:
            changes.append((_MMT, then - now, then, steps[form], None))
    elif population is _JUVENILE:
        then, now = before.cmas, after.cmas
        if then is not None and now is not None:
            changes.append((_CMAS, then - now, then, steps[_CMAS], None))
    then, now = before.haq, after.haq
    if then is not None and now is not None:
        changes.append((_HAQ, then - now, then, steps[_HAQ], None))
    if before.highest and after.enzymes:
        _compare_enzymes(before, after, protocol, changes, problems)
    then, now = before.extramuscular_global, after.extramuscular_global
    if then is not None and now is not None:
        changes.append((_EXTRAMUSCULAR, then - now, then, steps[_EXTRAMUSCULAR], None))
    elif population is _JUVENILE:
        then, now = before.das, after.das
        if then is not None and now is not None:
            changes.append((_DAS, then - now, then, steps[_DAS], None))
    return Comparison(changes, problems)


def followed_enzyme(before: Measured, after: Measured) -> MeasuredEnzyme | None:
    """The enzyme that was most abnormal before. Of several, one that can be compared now, or else one measured now."""
    if len(before.highest) < 2:
        return before.highest[0] if before.highest else None
    measured_now = [enzyme for enzyme in before.highest if enzyme.name in after.enzymes]
    for enzyme in measured_now:
        later = after.enzymes[enzyme.name]
        if later.unit == enzyme.unit and later.upper_limit is not None:
            return enzyme
    return (measured_now or before.highest)[0]


def in_one_unit(enzyme: MeasuredEnzyme, later: MeasuredEnzyme) -> tuple[Exact, Exact, Exact] | None:
    """Both values and one upper limit of normal, as whole numbers of one unit; None without both limits.

    With different limits each value is taken as a multiple of its own, multiplied crosswise: nothing is divided.
    """
    limit, later_limit = enzyme.upper_limit, later.upper_limit
    if limit is None or later_limit is None:
        return None
    if limit == later_limit:
        return enzyme.value, later.value, limit
    return enzyme.value * later_limit, later.value * limit, limit * later_limit


def comparable_enzymes(
    before: Measured, after: Measured, protocol: ActivityProtocol
) -> tuple[MeasuredEnzyme, MeasuredEnzyme] | str | None:
    """The enzyme followed and its later measurement; why not, in words; or None when there is none to follow."""
    enzyme = followed_enzyme(before, after)
    if enzyme is None or not after.enzymes:
        return None
    later = after.enzymes.get(enzyme.name)
    if later is None:
        others = joined(tuple(name.label for name in protocol.enzymes if name in after.enzymes), "and")
        return (
            f"the enzyme followed is {enzyme.name.label}, the most abnormal at the earlier assessment; "
            f"the later one has only {others}"
        )
    if later.unit != enzyme.unit:
        units = f"{display_unit(enzyme.unit)} and {display_unit(later.unit)}"
        return f"{enzyme.name.label} was measured in different units, {units}"
    return enzyme, later


def _compare_enzymes(
    before: Measured, after: Measured, protocol: ActivityProtocol, changes: list[Change], problems: list[str]
) -> None:
    pair = comparable_enzymes(before, after, protocol)
    if isinstance(pair, str):
        problems.append(pair)
    elif pair is not None:
        values = in_one_unit(*pair)
        if values is not None:
            then, now, limit = values
            improvement, most = -((now - then) * MILLION // limit), -(-then * MILLION // limit)
            name = pair[0].name
            changes.append((_ENZYMES, improvement, most, protocol.enzyme_steps[name], name))
