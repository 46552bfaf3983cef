"""What happens to alerts while nobody does anything: they climb, and what was acknowledged or put off comes back.

Safe on several workers at once: rows that another worker holds are passed over, and each change is made under the
row's lock. What a run misses, the next makes good: each moment of climbing is reckoned from the one before.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from monitoring.actions.alert_reasons import no_repeat, nothing_decided
from monitoring.models import Alert, AlertStep, Result
from monitoring.rules.alerts import climbs
from monitoring.rules.vocabulary import AlertAction, AlertGrade, AlertLevel, AlertStatus, AlertStepKind
from patients.clock import day_in

# Rows in one transaction, so that a person who acknowledges one never waits long.
BATCH = 500
_CHANGED = ["status", "level", "level_since", "version"]


def climb_alerts(now: datetime) -> int:
    """Sends on what nobody has acknowledged, and brings back what was left undone. How many alerts changed.

    Times come from the settings, in hours by grade. An alert that is found late has climbed as far as it should have,
    with one step for each level. A clock that goes back changes nothing.
    """
    return sum(_in_batches(rows, now) for rows in (_left_undone(now), _repeat_missing(now), _waiting(now)))


def _in_batches(rows: QuerySet[Alert], now: datetime) -> int:
    changed, after = 0, 0
    while True:
        with transaction.atomic():
            batch = list(
                rows.filter(pk__gt=after).select_for_update(of=("self",), skip_locked=True).order_by("pk")[:BATCH]
            )
            steps = list(chain.from_iterable(_steps_of(row, now) for row in batch))
            moved = list({step.alert.pk: step.alert for step in steps}.values())
            for row in moved:
                row.version += 1
            Alert.objects.bulk_update(moved, _CHANGED)
            AlertStep.objects.bulk_create(steps)
        changed += len(moved)
        if len(batch) < BATCH:
            return changed
        after = batch[-1].pk


def _steps_of(row: Alert, now: datetime) -> Iterable[AlertStep]:
    grade = AlertGrade(row.grade)
    if row.status == AlertStatus.ACKNOWLEDGED:
        yield _open_again(row, now, nothing_decided(settings.ALERT_UNDECIDED_HOURS[grade]))
    elif row.status == AlertStatus.ACTED and row.repeat_on is not None:
        if row.repeat_on + timedelta(days=settings.ALERT_REPEAT_GRACE_DAYS) < day_in(row.patient.clinic, now):
            yield _open_again(row, now, no_repeat(row.repeat_on))
    else:
        start = AlertLevel(row.level)
        for climb in climbs(grade, row.level_since, now, settings.ALERT_HOURS, start):
            row.level, row.level_since = climb.level.value, climb.at
            yield AlertStep(alert=row, kind=AlertStepKind.CLIMBED.value, level=row.level, at=now)


def _open_again(row: Alert, now: datetime, why: str) -> AlertStep:
    row.status, row.level_since = AlertStatus.OPEN.value, now
    return AlertStep(alert=row, kind=AlertStepKind.REOPENED.value, level=row.level, at=now, note=why)


def _waiting(now: datetime) -> QuerySet[Alert]:
    """Not yet seen, and waiting long enough at their level to climb."""
    due = Q(pk__in=[])
    for grade, hours in settings.ALERT_HOURS.items():
        behind = 0
        for level, after in zip(AlertLevel, hours, strict=False):
            due |= Q(grade=grade, level=level, level_since__lte=now - timedelta(hours=after - behind))
            behind = after
    return Alert.objects.filter(due, status=AlertStatus.OPEN)


def _left_undone(now: datetime) -> QuerySet[Alert]:
    """Acknowledged, and nothing decided since."""
    due = Q(pk__in=[])
    for grade, hours in settings.ALERT_UNDECIDED_HOURS.items():
        due |= Q(grade=grade, level_since__lte=now - timedelta(hours=hours))
    return Alert.objects.filter(due, status=AlertStatus.ACKNOWLEDGED)


def _repeat_missing(now: datetime) -> QuerySet[Alert]:
    """A repeat was asked for by a day that is over, and no later sample of the test is here."""
    later = Result.objects.current().filter(
        patient=OuterRef("patient"), analyte=OuterRef("result__analyte"), sampled_on__gt=OuterRef("on")
    )
    # A day early, for clinics east of here; which day it is there is looked at row by row.
    last = (now + timedelta(days=1)).date() - timedelta(days=settings.ALERT_REPEAT_GRACE_DAYS)
    return (
        Alert.objects.filter(status=AlertStatus.ACTED, action=AlertAction.REPEAT, repeat_on__lt=last)
        .filter(~Exists(later))
        .select_related("patient__clinic")
    )
