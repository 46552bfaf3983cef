"""What a service audit answers: one judgement for each course, interval, alert or patient that it looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitoring.rules.vocabulary import AlertGrade
from patients.rules.quick_init import quick_init
from patients.rules.reasons import Reason
from patients.rules.vocabulary import Vocabulary


class AuditOutcome(Vocabulary):
    """What became of one unit. Met and not met make the denominator; the other two are counted apart and shown."""

    MET = "met", "met"
    NOT_MET = "not_met", "not met"
    EXCLUDED = "excluded", "excluded"
    UNJUDGED = "unjudged", "cannot be judged"


class AuditUnit(Vocabulary):
    """What an audit counts."""

    COURSE = "course", "drugs started"
    PATIENT = "patient", "patients"
    INTERVAL = "interval", "intervals of one test"
    ALERT = "alert", "abnormal results"
    EXPOSURE = "exposure", "times that the dose was reached"
    ASSESSMENT = "assessment", "assessments"
    QUESTION = "question", "questions"
    DRUG = "drug", "drugs taken"


@dataclass(frozen=True, slots=True)
class Period:
    """The days that an audit looks at, both included, as things stood at the end of `as_of`.

    What happened after `as_of` counts for nothing; where the period reaches beyond that day it ends there.
    """

    from_on: date
    until: date
    as_of: date

    @property
    def end(self) -> date:
        """The last day that can be judged."""
        return min(self.until, self.as_of)

    def holds(self, day: date) -> bool:
        """Whether a day lies in the part of the period that can be judged."""
        return self.from_on <= day <= self.end


@quick_init
@dataclass(frozen=True, slots=True)
class Judgement:
    """One unit of an audit. `key` tells the units of one patient apart, `unit` names it for a reader.

    `why` says in few words, and in the same words for every unit, what left it out or kept it from being judged.
    `decided_on` is the day that decided; `days` how many days it took, where the audit counts them.
    """

    key: str
    unit: str
    outcome: AuditOutcome
    reason: Reason
    why: str = ""
    decided_on: date | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """What was done about an alert on a day: decided, closed or opened again, by a person or by the software."""

    on: date
    kind: str
    by_person: bool


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """An alert about a result with what was done about it, the first step first. `opened_on` by the clinic's clocks."""

    id: str
    test: str
    grade: AlertGrade
    opened_on: date
    events: tuple[AlertEvent, ...] = ()


def percentage(numerator: int, denominator: int) -> Decimal | None:
    """Percent to one decimal, half rounded up; None of nothing. Only all is 100, and only none is 0."""
    if denominator == 0:
        return None
    tenths = (numerator * 2000 + denominator) // (2 * denominator)
    if 0 < numerator < denominator:
        tenths = min(max(tenths, 1), 999)  # one miss in thousands is still a miss
    return Decimal(tenths).scaleb(-1)


def median_days(days: Sequence[int]) -> Decimal | None:
    """The middle of these numbers of days, the mean of the two middle ones for an even count; None of none. Exact."""
    if not days:
        return None
    ordered = sorted(days)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[middle])
    return Decimal((ordered[middle - 1] + ordered[middle]) * 5).scaleb(-1)
