"""Which software and which protocols are at work, as the audit trail and every export say it."""

from functools import cache

from django.conf import settings

from monitoring.protocol.load import load as load_monitoring
from patients.protocol.tables import ProtocolError
from regimens.protocol.load import load as load_pathway


def software_version() -> str:
    """The version of Myoline, with the revision it was built from where SOFTWARE_REVISION says so."""
    return str(settings.SOFTWARE_VERSION)


@cache
def protocol_versions() -> str:
    """The versions of the pathway and of the monitoring schedule for all; "" while the protocol cannot be read."""
    try:
        return f"pathway {load_pathway().version}, monitoring {load_monitoring().version}"
    except ProtocolError:
        return ""
