"""Whether the upper limit beside an enzyme can be one in that unit: a limit of U/L in µkat/L is never exceeded."""

from decimal import Decimal

from patients.protocol.activity import UNITS_OF_A_MICROKATAL, ActivityProtocol
from patients.rules.wording import display_number, display_unit, rounded_ratio

_MICROKATALS = ("ukat/L", "µkat/L", "μkat/L")


def limit_refused(enzyme: str, name: str, limit: Decimal, unit: str, protocol: ActivityProtocol) -> str:
    """Why the upper limit cannot be one of this enzyme in this unit, naming the unit and both ranges; "" when it can.

    `enzyme` is its id, `name` as a person reads it; any unit but µkat/L is read as U/L. Nothing is refused of an enzyme
    for which the protocol has no range.
    """
    printed = protocol.limits.get(enzyme)
    times = UNITS_OF_A_MICROKATAL if unit in _MICROKATALS else 1
    if printed is None or printed.lowest <= limit * times <= printed.highest:
        return ""
    units = f"{display_number(printed.lowest)} to {display_number(printed.highest)} U/L"
    microkatals = " to ".join(_microkatals(bound) for bound in (printed.lowest, printed.highest))
    return (
        f"{name}: an upper limit of {display_number(limit)} {display_unit(unit)} cannot be right. It is {units}, or "
        f"{microkatals} µkat/L: enter the value and its limit in the same unit."
    )


def _microkatals(units: Decimal) -> str:
    numerator, denominator = units.as_integer_ratio()
    return display_number(rounded_ratio(numerator, denominator * UNITS_OF_A_MICROKATAL))
