"""Checks of the numbers around a corticosteroid taper in pathway.toml, when they are loaded."""

from decimal import Decimal

from patients.protocol.tables import ProtocolError
from regimens.protocol.schema import ExpectedTaper, PathwayFile


def check_tapers(file: PathwayFile, where: str) -> None:
    """Every number is above 0, and an example ends below where it may begin. Raises ProtocolError."""
    settings = file.taper
    _above_nothing(
        {
            "decided_days_ahead": settings.decided_days_ahead,
            "sudden_stop_after_days": settings.sudden_stop_after_days,
            "sudden_stop_from": settings.sudden_stop_from,
        },
        f"{where}, [taper]",
    )
    for example in file.expected_tapers:
        _check_example(example, f"{where}, id {example.id!r}")


def _check_example(example: ExpectedTaper, place: str) -> None:
    _above_nothing(
        {
            "milligrams_per_kilogram": example.milligrams_per_kilogram,
            "ceiling": example.ceiling,
            "first_days": example.first_days,
            "cut": example.cut,
            "cut_days": example.cut_days,
            "down_to": example.down_to,
        },
        place,
    )
    if example.down_to >= example.ceiling:
        raise ProtocolError(f"{place}: down_to {example.down_to} must be below the ceiling {example.ceiling}")


def _above_nothing(numbers: dict[str, Decimal | int], place: str) -> None:
    for name, number in numbers.items():
        if number <= 0:
            raise ProtocolError(f"{place}: {name} must be above 0, found {number}")
