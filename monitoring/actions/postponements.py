"""For how long whoever may not adjust the monitoring can put off what is due. A doctor has longer."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import QuerySet

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from patients.errors import Refused
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from patients.selectors import may

# The longest interval of the first months of a drug: nobody but a doctor stretches it further.
SHORTEST_LIMIT_DAYS = 28


def days_of_putting_off(by: Staff, patient: Patient, item: str, occasion: str) -> int | None:
    """For how many days the person may put one item off: 28, or one interval of it. None: longer, as a doctor."""
    asked = _open(patient).filter(item=item, occasion=occasion)
    return _most(by, patient, asked.values_list("interval_days", flat=True))


def check_item_put_off(by: Staff, patient: Patient, item: str, occasion: str, until: date, today: date) -> None:
    """Raises Refused where one item is put off for longer than the person may."""
    _check(days_of_putting_off(by, patient, item, occasion), until, today)


def check_drug_put_off(by: Staff, patient: Patient, drug: str, until: date, today: date) -> None:
    """The same for all items of a drug ("" for every drug): the one that comes round soonest counts."""
    asked = _open(patient).filter(drug=drug) if drug else _open(patient)
    intervals = [days for days in asked.values_list("interval_days", flat=True) if days is not None]
    _check(_most(by, patient, [min(intervals)] if intervals else []), until, today)


def is_repeated(patient: Patient, item: str, occasion: str) -> bool:
    """Whether the open item comes round again."""
    return _open(patient).filter(item=item, occasion=occasion, interval_days__isnull=False).exists()


def _most(by: Staff, patient: Patient, intervals: Iterable[int | None]) -> int | None:
    if may(by, patient.clinic_id, Permission.ADJUST_MONITORING):
        return None
    return max(SHORTEST_LIMIT_DAYS, *(days or 0 for days in intervals), 0)


def _check(most: int | None, until: date, from_on: date) -> None:
    if most is None:
        return
    latest = from_on + timedelta(days=most)
    if until > latest:
        raise Refused(f"{most} days at most, until {display_date(latest)}; ask a doctor for longer.", "until")


def _open(patient: Patient) -> QuerySet[DueItem]:
    return DueItem.objects.filter(patient=patient, status=DueItemStatus.OPEN)
