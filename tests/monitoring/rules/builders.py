"""Plain builders for monitoring records: say only what a test is about."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import load
from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.record import MonitoringRecord, Result, Snooze
from monitoring.rules.schedule import evaluate
from patients.rules.record import Condition, Height, PatientRecord, Person, Weight
from patients.rules.vocabulary import Sex
from regimens.rules.record import Course, DosePeriod, Infusion, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, DoseUnit, Frequency

START = date(2026, 1, 5)


@cache
def protocol() -> MonitoringProtocol:
    return load()


def after(days: int) -> date:
    return START + timedelta(days)


def dose(from_day: int, amount: str | None, frequency: Frequency = Frequency.ONCE_DAILY, **more: Any) -> DosePeriod:
    value = None if amount is None else Decimal(amount)
    values: dict[str, Any] = {"unit": None if amount is None else DoseUnit.MILLIGRAM, **more}
    return DosePeriod(f"dose-{from_day}", after(from_day), value, frequency=frequency, **values)


def course(drug: str, *doses: DosePeriod, start: int = 0, stop: int | None = None, **more: Any) -> Course:
    return Course(
        id=more.pop("id", f"course-{drug}"),
        drug=drug,
        start_on=after(start),
        role=more.pop("role", CourseRole.IMMUNOSUPPRESSANT),
        stop_on=None if stop is None else after(stop),
        doses=doses,
        **more,
    )


def infusion(day: int, **more: Any) -> Infusion:
    return Infusion(f"infusion-{day}", after(day), **more)


def step(day: int, milligrams: str) -> TaperStep:
    return TaperStep(f"step-{day}", after(day), Decimal(milligrams))


def result(analyte: str, day: int, value: str | None = None, **more: Any) -> Result:
    """A result in the analyte's own unit; words "done" where no number is given."""
    known = protocol().analytes.get(analyte)
    unit = known.units[0] if known is not None and known.units and value is not None else ""
    values: dict[str, Any] = {"unit": unit, "text": "" if value is not None else "done", **more}
    identity = values.pop("id", f"{analyte}-{day}")
    return Result(identity, analyte, after(day), None if value is None else Decimal(value), **values)


def done(item: str, day: int) -> list[Result]:
    """Results that satisfy an item on a day, by its first alternative."""
    found = protocol()
    return [
        result(analyte, day, "5" if found.analytes[analyte].units else None)
        for analyte in found.items[item].satisfied_by[0]
    ]


BLOODS = ("full_blood_count", "kidney_function", "liver_enzymes", "albumin")


def bloods(*days: int) -> list[Result]:
    return [row for day in days for item in BLOODS for row in done(item, day)]


def record(
    *courses: Course,
    results: list[Result] | tuple[Result, ...] = (),
    snoozes: tuple[Snooze, ...] = (),
    weights: tuple[Weight, ...] = (),
    heights: tuple[Height, ...] = (),
    conditions: tuple[Condition, ...] = (),
    person: Person | None = None,
    **plan: Any,
) -> MonitoringRecord:
    """`plan`: risk, overrides, shared care, pauses, waivers, samples on their way, missed visits."""
    who = person or Person("p1", born=date(1980, 1, 1), sex=Sex.FEMALE)
    patient = PatientRecord(who, weights=weights, heights=heights, conditions=conditions)
    return MonitoringRecord(TreatmentRecord(patient, tuple(courses)), tuple(results), snoozes, **plan)


def weight(day: int, kilograms: str) -> Weight:
    return Weight(f"weight-{day}", after(day), Decimal(kilograms))


def findings(found: MonitoringRecord, day: int) -> MonitoringFindings:
    return evaluate(found, protocol(), after(day))


def due_day(found: MonitoringRecord, item: str, day: int, occasion: str = "") -> int | None:
    """The day, counted from START, on which the item is due; None when it is not asked for."""
    one = finding(found, item, day, occasion)
    return None if one is None else (one.due_on - START).days


def finding(found: MonitoringRecord, item: str, day: int, occasion: str = "") -> DueFinding | None:
    for one in findings(found, day).due:
        if (one.item, one.occasion) == (item, occasion):
            return one
    return None
