"""What is recorded about monitoring: the input of the schedule rules, as frozen values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from regimens.rules.record import TreatmentRecord


@dataclass(frozen=True, slots=True)
class Result:
    """One measured or observed value. `sampled_on` is the day that counts; `value` None when only words were given.

    `hours_after_dose` is the time from the last dose to the sample, for trough levels. `comparator` is one of
    "", "<", ">", "<=", ">=": `<5` is not 5.
    """

    id: str
    analyte: str
    sampled_on: date
    value: Decimal | None = None
    comparator: str = ""
    unit: str = ""
    text: str = ""
    upper_limit: Decimal | None = None
    hours_after_dose: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Snooze:
    """A due item put off by a member of staff until a day, with a reason. `occasion` as in the finding put off."""

    item: str
    made_on: date
    until: date
    reason: str
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class MonitoringRecord:
    """One patient with treatment and everything looked at. Order of rows has no meaning."""

    treatment: TreatmentRecord
    results: tuple[Result, ...] = ()
    snoozes: tuple[Snooze, ...] = ()
