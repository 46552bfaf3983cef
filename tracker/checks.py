"""System checks: the protocol files load, and no drug is known to one side only."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from monitoring.protocol.load import cross_check
from monitoring.protocol.load import load as load_monitoring
from patients.protocol.tables import ProtocolError
from regimens.protocol.load import load as load_pathway


@register()
def protocol_is_whole(**_: Any) -> list[CheckMessage]:
    """Both protocols load, and each drug of the catalogue has its monitoring file and the reverse."""
    try:
        cross_check(load_monitoring(), load_pathway().drugs.keys())
    except ProtocolError as error:
        return [
            Error(str(error), hint="Put the protocol file right; nothing runs on a broken protocol.", id="tracker.E001")
        ]
    return []
