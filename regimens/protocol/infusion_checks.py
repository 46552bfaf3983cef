"""Checks of what a planned infusion is worked out by in drugs.toml, when it is loaded."""

from dataclasses import fields
from decimal import Decimal

from patients.protocol.tables import ProtocolError
from regimens.protocol.schema import Catalogue, InfusionDefaults


def check_infusions(catalogue: Catalogue, where: str) -> None:
    """Every number is above 0 and every span in its order. Raises ProtocolError."""
    settings = catalogue.infusions
    for field in fields(settings):
        value = getattr(settings, field.name)
        if isinstance(value, int | Decimal) and value <= 0:
            raise ProtocolError(f"{where}, [infusions], key {field.name!r}: must be above 0, found {value}")
    if settings.adjusted_share > 1:
        raise ProtocolError(f"{where}, [infusions]: adjusted_share is a share of the excess weight, at most 1")
    for drug in catalogue.drugs:
        if drug.infusions is not None:
            _check_defaults(drug.infusions, f"{where}, id {drug.id!r}, infusions")


def _check_defaults(offered: InfusionDefaults, where: str) -> None:
    if not offered.vial_sizes or min(offered.vial_sizes) <= 0:
        raise ProtocolError(f"{where}: name at least one vial size, each above 0")
    if len(set(offered.vial_sizes)) != len(offered.vial_sizes):
        raise ProtocolError(f"{where}: a vial size is named twice")
    if not 1 <= offered.review_after_cycles <= offered.review_latest_cycle:
        raise ProtocolError(f"{where}: review_after_cycles and review_latest_cycle must ascend from 1")
