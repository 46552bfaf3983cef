"""A record as long as any: ten years, 40 courses, 2,000 results and a visit every two months. Made, of no person."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.rules import TODAY
from monitoring.rules.record import MissedVisit, MonitoringRecord, Pause, Result, TargetRange
from patients.rules.record import Assessment, Condition, Enzyme, PatientRecord, Person, Weight
from patients.rules.vocabulary import ConditionKind, DatePrecision, EnzymeName, Sex, Subtype
from regimens.rules.record import Course, DosePeriod, Infusion, Milestone, Outcome, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import (
    CourseRole,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
    Weekday,
)

YEARS, COURSES, RESULTS = 10, 40, 2_000
START = TODAY - timedelta(days=YEARS * 365)
_SAMPLE_DAYS = 200
# Each with its role, route and usual dose; they follow each other again and again over the years.
_DRUGS = (
    ("methotrexate", CourseRole.IMMUNOSUPPRESSANT, Route.ORAL, "15", Frequency.ONCE_WEEKLY),
    ("azathioprine", CourseRole.IMMUNOSUPPRESSANT, Route.ORAL, "125", Frequency.ONCE_DAILY),
    ("mycophenolate_mofetil", CourseRole.IMMUNOSUPPRESSANT, Route.ORAL, "1000", Frequency.TWICE_DAILY),
    ("ciclosporin", CourseRole.IMMUNOSUPPRESSANT, Route.ORAL, "100", Frequency.TWICE_DAILY),
    ("tacrolimus", CourseRole.IMMUNOSUPPRESSANT, Route.ORAL, "3", Frequency.TWICE_DAILY),
    ("normal_immunoglobulin", CourseRole.IMMUNOGLOBULIN, Route.INTRAVENOUS, "", Frequency.NOT_RECORDED),
    ("rituximab", CourseRole.IMMUNOSUPPRESSANT, Route.INTRAVENOUS, "", Frequency.NOT_RECORDED),
    ("hydroxychloroquine", CourseRole.IMMUNOSUPPRESSANT, Route.ORAL, "200", Frequency.ONCE_DAILY),
)
_ANALYTES = (
    ("white_cells", "6.1", "10*9/L"),
    ("neutrophils", "3.9", "10*9/L"),
    ("platelets", "240", "10*9/L"),
    ("haemoglobin", "131", "g/L"),
    ("creatinine", "71", "umol/L"),
    ("alt", "41", "U/L"),
    ("albumin", "41", "g/L"),
    ("ck", "900", "U/L"),
    ("tacrolimus_level", "6", "ug/L"),
    ("crp", "4", "mg/L"),
)


def long_record() -> MonitoringRecord:
    """The whole record, the same each time."""
    person = Person("1", date(1970, 4, 5), Sex.FEMALE, Subtype.DERMATOMYOSITIS)
    patient = PatientRecord(
        person,
        weights=tuple(
            Weight(f"w{year}", START + timedelta(days=365 * year), Decimal(68 + year)) for year in range(YEARS)
        ),
        conditions=(
            Condition("c1", ConditionKind.ILD, START + timedelta(days=400), precision=DatePrecision.MONTH),
            Condition("c2", ConditionKind.DIABETES, date(2004, 1, 1), precision=DatePrecision.YEAR),
        ),
        assessments=tuple(_assessments()),
    )
    milestones = tuple(
        Milestone(f"m{n}", START + timedelta(days=700 + 550 * n), kind)
        for n, kind in enumerate((MilestoneKind.REMISSION, MilestoneKind.RELAPSE) * 2)
    )
    treatment = TreatmentRecord(patient, tuple(_courses()), milestones)
    return MonitoringRecord(
        treatment,
        tuple(_results()),
        pauses=(Pause("p1", START + timedelta(days=900), START + timedelta(days=960), "pneumonia"),),
        target_ranges=(
            TargetRange("t1", "tacrolimus_level", START + timedelta(days=300), Decimal(5), Decimal(8), "ug/L"),
        ),
        missed_visits=tuple(MissedVisit(f"v{n}", START + timedelta(days=333 * n + 41)) for n in range(9)),
    )


def _courses() -> Iterator[Course]:
    """Four courses of an oral corticosteroid with many steps, and 36 of the other drugs one after the other."""
    for number in range(4):
        start = START + timedelta(days=900 * number)
        doses = tuple(
            _dose(f"s{number}-{step}", start + timedelta(days=28 * step), str(max(60 - 5 * step, 5)))
            for step in range(12)
        )
        last = number == 3
        taper = tuple(
            TaperStep(f"t{step}", TODAY + timedelta(days=28 * step - 40), Decimal(4 - step)) for step in range(4)
        )
        yield Course(
            f"s{number}", "prednisolone", start, CourseRole.CORTICOSTEROID, route=Route.ORAL, doses=doses,
            stop_on=None if last else start + timedelta(days=700), stop_reason=None if last else StopReason.PLANNED,
            taper=taper if last else (),
        )  # fmt: skip
    for number in range(COURSES - 4):
        slug, role, route, amount, frequency = _DRUGS[number % len(_DRUGS)]
        start = START + timedelta(days=100 * number + 14)
        stop = start + timedelta(days=320)
        runs = stop >= TODAY
        doses = tuple(
            _dose(f"d{number}-{step}", start + timedelta(days=42 * step), amount, frequency)
            for step in range(4 if amount else 0)
        )
        outcomes = () if runs else (Outcome(f"o{number}", stop, list(OutcomeKind)[number % 5]),)
        yield Course(
            f"d{number}", slug, start, role, route=route, doses=doses, outcomes=outcomes,
            infusions=() if amount else tuple(_infusions(number, start)), stop_on=None if runs else stop,
            stop_reason=None if runs else StopReason.INEFFECTIVE,
        )  # fmt: skip


def _dose(identity: str, on: date, amount: str, frequency: Frequency = Frequency.ONCE_DAILY) -> DosePeriod:
    weekday = Weekday.MONDAY if frequency is Frequency.ONCE_WEEKLY else None
    return DosePeriod(identity, on, Decimal(amount), DoseUnit.MILLIGRAM, frequency=frequency, weekday=weekday)


def _infusions(number: int, start: date) -> Iterator[Infusion]:
    for cycle in range(10):
        on = start + timedelta(days=28 * cycle)
        yield Infusion(f"i{number}-{cycle}", on, 2, Decimal(140), DoseUnit.GRAM)


def _assessments() -> Iterator[Assessment]:
    for number in range(YEARS * 6):
        active = Decimal(8 - number % 8)
        yield Assessment(
            f"a{number}", START + timedelta(days=60 * number), physician_global=active,
            patient_global=active, mmt=Decimal(80 - 4 * (8 - number % 8)), mmt_maximum=80, haq=Decimal("1.5"),
            extramuscular_global=Decimal(3), fvc_percent=Decimal(70 + number % 20),
            enzymes=(Enzyme(EnzymeName.CK, Decimal(200 + 400 * int(active)), upper_limit=Decimal(200)),),
        )  # fmt: skip


def _results() -> Iterator[Result]:
    """Ten analytes on each of 200 days: close together after a start, and late at times."""
    for day in range(_SAMPLE_DAYS):
        on = START + timedelta(days=int(day * (YEARS * 365 - 7) / _SAMPLE_DAYS) + (11 if day % 7 == 0 else 0))
        for analyte, value, unit in _ANALYTES:
            amount = Decimal(value) * (Decimal(100 + day % 40) / 100)
            limit = Decimal(200) if analyte == "ck" else None
            hours = Decimal(12) if analyte == "tacrolimus_level" else None
            yield Result(
                f"{analyte}-{day}", analyte, on, amount.quantize(Decimal("0.1")), unit=unit, upper_limit=limit,
                hours_after_dose=hours,
            )  # fmt: skip
