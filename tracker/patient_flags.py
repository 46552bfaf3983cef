"""What must be known about a patient on every page: read in one query, so that the banner can say it anywhere."""

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, OuterRef, Q, Subquery, When

from monitoring.models import Alert
from monitoring.rules.vocabulary import AlertGrade
from patients.clock import end_of_day, today_in
from patients.models import Condition, Patient, Staff
from patients.rules.vocabulary import ConditionKind
from patients.selectors import may_read
from regimens.models import Outcome
from regimens.protocol.load import load as load_pathway
from regimens.rules.vocabulary import OutcomeKind

# Conditions that change what may be given: seen before anything else of the record is.
TOLD_AT_ONCE = (
    ConditionKind.PREGNANCY,
    ConditionKind.INFECTION,
    ConditionKind.MALIGNANCY,
    ConditionKind.RAPIDLY_PROGRESSIVE_ILD,
    ConditionKind.RESPIRATORY_FAILURE_FROM_ILD,
    ConditionKind.MYOCARDITIS,
)
_NOT_TOLERATED = (OutcomeKind.INTOLERANT, OutcomeKind.CONTRAINDICATED)


@dataclass(frozen=True, slots=True)
class PatientFlags:
    """What the banner warns of.

    Present conditions that change what may be given, drugs not tolerated or contraindicated, and how many urgent
    alerts are not closed.
    """

    conditions: tuple[ConditionKind, ...] = ()
    not_tolerated: tuple[str, ...] = ()
    urgent_alerts: int = 0

    @property
    def any(self) -> bool:
        return bool(self.conditions or self.not_tolerated or self.urgent_alerts)


def flags_of(staff: Staff, patient: Patient, as_of: date | None = None, known_on: date | None = None) -> PatientFlags:
    """As of a day (None: today), as known now or by the end of `known_on`.

    An alert counts on a past day when it had been raised by its end and was not yet closed. One query; nothing for
    whoever may not read the record.
    """
    if not may_read(staff, patient):
        return PatientFlags()
    day = as_of or today_in(patient.clinic)
    known_at = end_of_day(known_on, patient.clinic) if known_on else None
    conditions = Condition.objects.as_known(known_at).filter(
        Q(to_on__isnull=True) | Q(to_on__gte=day), patient=OuterRef("pk"), kind__in=TOLD_AT_ONCE, from_on__lte=day
    )
    outcomes = (
        Outcome.objects.as_known(known_at)
        .filter(course__patient=OuterRef("pk"), kind__in=_NOT_TOLERATED, on__lte=day)
        .annotate(named=Case(When(course__drug="", then="course__drug_text"), default="course__drug"))
    )
    moment = end_of_day(min(day, known_on or day), patient.clinic)
    alerts = (
        Alert.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=moment), opened_at__lte=moment)
        .filter(patient=OuterRef("pk"), grade=AlertGrade.URGENT)
        .order_by()
        .values("patient")
        .annotate(number=Count("pk"))
        .values("number")
    )
    found = (
        Patient.objects.filter(pk=patient.pk)
        .values_list(
            ArraySubquery(conditions.order_by().values("kind")),
            ArraySubquery(outcomes.order_by("on", "pk").values("named")),
            Subquery(alerts),
        )
        .first()
    )
    if found is None:
        return PatientFlags()
    kinds, drugs, urgent = found
    return PatientFlags(
        conditions=tuple(kind for kind in TOLD_AT_ONCE if kind.value in kinds),
        not_tolerated=tuple(dict.fromkeys(map(_drug, drugs))),
        urgent_alerts=urgent or 0,
    )


def _drug(named: str) -> str:
    drug = load_pathway().drugs.get(named)
    return drug.name if drug is not None else named
