"""An assessment's core set measures made ready for exact comparison, once for any number of comparisons.

Every quantity is a whole number of millionths; one recorded more finely is a fraction, which Python compares with
whole numbers exactly. Nothing is rounded. (In binary floating point a fall from 8.3 to 6.8 cm is more than 15 % of
10 cm, and gives points that it does not earn.)
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from patients.protocol.activity import ActivityProtocol
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, Measure

MILLION = 1_000_000
_CMAS = Measure.CMAS

Exact = int | Fraction


class MeasuredEnzyme(NamedTuple):
    """A muscle enzyme, value and upper limit in millionths of its unit; without a limit it cannot be followed."""

    name: EnzymeName
    value: Exact
    upper_limit: Exact | None
    unit: str


class Measured(NamedTuple):
    """The measures of one assessment, each as its distance from the healthy end of its scale; None when missing.

    So for every measure less is better, an improvement is a difference, and the distance itself is the most that can
    still be gained. `highest` are the enzymes that share the highest multiple of their own upper limit, the one to
    prefer first.
    """

    id: str
    physician_global: Exact | None
    patient_global: Exact | None
    mmt: Exact | None
    mmt_maximum: int | None
    haq: Exact | None
    extramuscular_global: Exact | None
    cmas: Exact | None
    das: Exact | None
    enzymes: Mapping[EnzymeName, MeasuredEnzyme]
    highest: tuple[MeasuredEnzyme, ...]


_NO_ENZYMES: Mapping[EnzymeName, MeasuredEnzyme] = {}


def measured(assessment: Assessment, protocol: ActivityProtocol) -> Measured:
    """The assessment made ready. An MMT total without its form counts as missing.

    Raises ValueError for a form of the manual muscle test that the protocol does not know.
    """
    mmt, form, cmas = assessment.mmt, assessment.mmt_maximum, assessment.cmas
    if form is not None and form not in protocol.scales:
        raise ValueError(f"there is no form of the manual muscle test with a maximum of {form}")
    enzymes = {each.name: _enzyme(each) for each in assessment.enzymes} if assessment.enzymes else _NO_ENZYMES
    return Measured(
        assessment.id,
        _millionths(assessment.physician_global),
        _millionths(assessment.patient_global),
        None if mmt is None or form is None else form * MILLION - millionths(mmt),
        form,
        _millionths(assessment.haq),
        _millionths(assessment.extramuscular_global),
        None if cmas is None else protocol.scales[_CMAS].maximum * MILLION - millionths(cmas),
        _millionths(assessment.das),
        enzymes,
        _highest(enzymes, protocol) if enzymes else (),
    )


def millionths(value: Decimal) -> Exact:
    """The exact value in millionths: a whole number unless it was recorded more finely."""
    numerator, denominator = value.as_integer_ratio()
    whole, rest = divmod(numerator * MILLION, denominator)
    return Fraction(numerator * MILLION, denominator) if rest else whole


def _millionths(value: Decimal | None) -> Exact | None:
    return None if value is None else millionths(value)


def _enzyme(enzyme: Enzyme) -> MeasuredEnzyme:
    return MeasuredEnzyme(enzyme.name, millionths(enzyme.value), _millionths(enzyme.upper_limit), enzyme.unit)


def _highest(enzymes: Mapping[EnzymeName, MeasuredEnzyme], protocol: ActivityProtocol) -> tuple[MeasuredEnzyme, ...]:
    """Multiples are compared crosswise, because most of them do not end as decimal numbers."""
    if len(enzymes) == 1:
        (only,) = enzymes.values()
        return () if only.upper_limit is None else (only,)
    found: list[MeasuredEnzyme] = []
    for name in protocol.enzymes:
        enzyme = enzymes.get(name)
        if enzyme is None or enzyme.upper_limit is None:
            continue
        if found:
            best = found[0]
            assert best.upper_limit is not None
            this, other = enzyme.value * best.upper_limit, best.value * enzyme.upper_limit
            if this < other:
                continue
            if this > other:
                found.clear()
        found.append(enzyme)
    return tuple(found)
