"""Alerts that the software closed while two people's records were one: each asks again once they are apart."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from monitoring.actions.alert_reasons import taken_apart
from monitoring.models import Alert, AlertStep
from monitoring.rules.vocabulary import AlertStatus, AlertStepKind


@transaction.atomic
def ask_again(*, patient_ids: Collection[int], closed_since: datetime, why: str) -> int:
    """Opens the alerts of these patients again that the software closed since a moment. Returns how many.

    One that waited for a repeat waits for it again, any other asks to be seen. Those that the person's own record
    answers are closed by the next `raise_alerts`. The caller holds the lock on the patients.
    """
    steps = AlertStep.objects.filter(alert=OuterRef("pk"), kind=AlertStepKind.CLOSED).order_by("-pk")
    rows = (
        Alert.objects.filter(patient__in=patient_ids, status=AlertStatus.CLOSED, closed_at__gte=closed_since)
        .annotate(closed_by=Subquery(steps.values("by")[:1]))
        .filter(closed_by__isnull=True)
        .order_by("pk")
    )
    opened, now = list(rows), timezone.now()
    for row in opened:
        row.status = (AlertStatus.ACTED if row.action else AlertStatus.OPEN).value
        row.closed_at, row.level_since = None, now
        row.version += 1
    Alert.objects.bulk_update(opened, ["status", "closed_at", "level_since", "version"], batch_size=500)
    AlertStep.objects.bulk_create(
        AlertStep(alert=row, kind=AlertStepKind.REOPENED.value, level=row.level, at=now, note=taken_apart(why))
        for row in opened
    )
    return len(opened)
