"""How the application adds to the audit trail what no change of a row tells."""

import json
from collections.abc import Collection
from typing import Any

from django.db import connection

from tracker.audit.words import AccessKind, SecurityKind

_RECORD = "SELECT audit.record(%s, %s, %s, %s, %s)"


def record_access(
    kind: AccessKind, patient_ids: Collection[int], *, clinic_id: int | None = None, **particulars: Any
) -> None:
    """Somebody read data of these patients (perhaps none: a search that found nobody). Who and why: patients/acting.py.

    `particulars` may hold no clinical value.
    """
    _record("access", kind.value, sorted(set(patient_ids)), clinic_id, particulars)


def record_security(kind: SecurityKind, *, clinic_id: int | None = None, **particulars: Any) -> None:
    """Something happened around signing in and rights. `particulars` may hold no password, code or token."""
    _record("security", kind.value, [], clinic_id, particulars)


def _record(
    kind: str, subject: str, patient_ids: list[int], clinic_id: int | None, particulars: dict[str, Any]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [kind, subject, patient_ids, clinic_id, json.dumps(particulars)])
