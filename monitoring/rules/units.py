"""Units of results: which spellings mean the analyte's own unit, and what other units are worth in it.

Nothing is guessed: a unit that the protocol does not name for an analyte has no factor, and says so where it is met.
"""

from decimal import Decimal

from monitoring.protocol.definitions import Analyte
from monitoring.rules import wording

_SHOWN_DIGITS = 3


def factor(analyte: Analyte, unit: str) -> Decimal | None:
    """What to multiply by to get the analyte's own unit; None when the unit is not known for it."""
    if unit in analyte.units:
        return Decimal(1)
    for conversion in analyte.conversions:
        if unit == conversion.unit:
            return conversion.multiply_by
    return None


def in_own_unit(analyte: Analyte, value: Decimal, unit: str) -> Decimal | None:
    """The value in the analyte's own unit. An analyte without units has one scale; a value without unit is on it."""
    found = Decimal(1) if not analyte.units and not unit else factor(analyte, unit)
    return None if found is None else value * found


def accepted_units(analyte: Analyte) -> tuple[str, ...]:
    """Every spelling in which a value may be recorded."""
    return (*analyte.units, *(conversion.unit for conversion in analyte.conversions))


def conversion_in_words(analyte: Analyte, value: Decimal | None, comparator: str, unit: str) -> str:
    """`79.6 µmol/L` for a value in another unit, to three digits; "" for one already in the analyte's own."""
    found = factor(analyte, unit)
    if value is None or not value.is_finite() or found is None or unit in analyte.units:
        return ""
    return wording.value_shown(rounded(value * found), comparator, analyte.units[0], "")


def rounded(value: Decimal) -> Decimal:
    """To three digits that count, and never fewer than the whole ones: 79.56 is 79.6, 1234.5 is 1235 (half up)."""
    if not value:
        return Decimal(0)
    places = max(0, _SHOWN_DIGITS - 1 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP")
