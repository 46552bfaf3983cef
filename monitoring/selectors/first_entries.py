"""When results that were corrected were first entered: putting a slip right does not make a result late."""

from collections.abc import Iterable
from datetime import datetime

from monitoring.models import Result


def first_entries(corrections: Iterable[Result]) -> dict[int, datetime]:
    """By key of each correction given, the moment at which the first row of its chain was recorded.

    One query for any number of corrections, beside that of the rows given. Whoever gives them decides whose they are.
    """
    rows = [row for row in corrections if row.replaces_id is not None]
    if not rows:
        return {}
    of = {"patient__in": {row.patient_id for row in rows}, "superseded_at__isnull": False}
    older = {
        pk: (before, moment)
        for pk, before, moment in Result.objects.filter(**of).values_list("pk", "replaces_id", "recorded_at")
    }
    found: dict[int, datetime] = {}
    for row in rows:
        before: int | None = row.replaces_id
        while before is not None and before in older:
            before, found[row.pk] = older[before]
    return found
