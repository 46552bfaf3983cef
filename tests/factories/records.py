"""Records for rule tests: the frozen values that rules read, built by plain functions without Django or a database.

Ids count up within a test run and mean nothing. Days may be dates or whole days after `DAY`.
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from monitoring.rules.record import MonitoringRecord, Result
from patients.rules.record import (
    Assessment,
    Autoantibody,
    Condition,
    Enzyme,
    Height,
    PatientRecord,
    Person,
    Weight,
)
from patients.rules.vocabulary import ConditionKind, EnzymeName, MrcGrade, MuscleGroup, Sex, Subtype
from regimens.rules.record import Course, DosePeriod, Infusion, Milestone, Outcome, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import (
    CourseRole,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    StopReason,
    Weekday,
)

DAY = date(2026, 1, 5)
"""The usual first day of a test's story, a Monday."""

ROLES: dict[str, CourseRole] = {
    **dict.fromkeys(
        (
            *("methotrexate", "azathioprine", "mycophenolate_mofetil", "ciclosporin", "tacrolimus"),
            *("rituximab", "cyclophosphamide", "abatacept", "tocilizumab"),
        ),
        CourseRole.IMMUNOSUPPRESSANT,
    ),
    **dict.fromkeys(
        ("prednisolone", "methylprednisolone", "methylprednisolone_sodium_succinate"), CourseRole.CORTICOSTEROID
    ),
    "normal_immunoglobulin": CourseRole.IMMUNOGLOBULIN,
    "folic_acid": CourseRole.SUPPORTIVE,
}

_numbers = count(1)

Day = date | int


def on(day: Day) -> date:
    """The date of a day that is given as a date or as whole days after DAY."""
    return DAY + timedelta(days=day) if isinstance(day, int) else day


def person(**fields: Any) -> Person:
    """A woman of 55 with dermatomyositis under care."""
    usual = {"id": _id(), "born": date(1970, 5, 4), "sex": Sex.FEMALE, "subtype": Subtype.DERMATOMYOSITIS}
    return Person(**{**usual, **fields})


def weight(kilograms: str = "70", day: Day = 0) -> Weight:
    return Weight(_id(), on(day), Decimal(kilograms))


def height(centimetres: str = "165", day: Day = 0) -> Height:
    return Height(_id(), on(day), Decimal(centimetres))


def condition(kind: ConditionKind = ConditionKind.ILD, day: Day = 0, until: Day | None = None) -> Condition:
    return Condition(_id(), kind, on(day), None if until is None else on(until))


def antibody(name: str = "anti-Jo-1", **fields: Any) -> Autoantibody:
    return Autoantibody(_id(), name, **fields)


def assessment(day: Day = 0, mrc: str = "", ck: str = "", **fields: Any) -> Assessment:
    """An assessment; `mrc` is the lowest grade in a proximal group, `ck` is in U/L."""
    if mrc:
        fields = {"lowest_mrc": MrcGrade(mrc), "lowest_mrc_group": MuscleGroup.PROXIMAL, **fields}
    if ck:
        fields = {"enzymes": (Enzyme(EnzymeName.CK, Decimal(ck)),), **fields}
    return Assessment(_id(), on(day), **fields)


def course(drug: str = "methotrexate", day: Day = 0, stop: Day | None = None, **fields: Any) -> Course:
    """A course in the drug's usual role, taken from `day`; with `stop` it was stopped then, as planned."""
    usual: dict[str, Any] = {"role": ROLES.get(drug, CourseRole.OUTSIDE_PATHWAY)}
    if stop is not None:
        usual = {**usual, "stop_on": on(stop), "stop_reason": StopReason.PLANNED}
    return Course(id=_id(), drug=drug, start_on=on(day), **{**usual, **fields})


def never_given(drug: str, kind: OutcomeKind = OutcomeKind.CONTRAINDICATED, day: Day = 0) -> Course:
    return course(drug, day, never_given=True, outcomes=(outcome(kind, day),))


def dose(
    amount: str | None = "15", day: Day = 0, frequency: Frequency = Frequency.ONCE_DAILY, **fields: Any
) -> DosePeriod:
    """A dose in mg from a day on; `amount` None is a dose that was not recorded."""
    if amount is None:
        return DosePeriod(_id(), on(day), frequency=frequency, **fields)
    return DosePeriod(
        _id(), on(day), **{"amount": Decimal(amount), "unit": DoseUnit.MILLIGRAM, "frequency": frequency, **fields}
    )


def weekly(amount: str | None = "15", day: Day = 0, weekday: Weekday | None = Weekday.MONDAY) -> DosePeriod:
    """A dose in mg once a week."""
    return dose(amount, day, Frequency.ONCE_WEEKLY, weekday=weekday)


def outcome(kind: OutcomeKind = OutcomeKind.INEFFECTIVE, day: Day = 0, **fields: Any) -> Outcome:
    return Outcome(_id(), on(day), kind, **fields)


def infusion(day: Day = 0, days: int = 1, total: str = "", **fields: Any) -> Infusion:
    """An infusion cycle; `total` is in g."""
    if total:
        fields = {"total": Decimal(total), "unit": DoseUnit.GRAM, **fields}
    return Infusion(_id(), on(day), days, **fields)


def taper(*steps: tuple[Day, str]) -> tuple[TaperStep, ...]:
    """A planned taper: pairs of a day and the mg a day from then on."""
    return tuple(TaperStep(_id(), on(day), Decimal(milligrams)) for day, milligrams in steps)


def milestone(kind: MilestoneKind = MilestoneKind.REMISSION, day: Day = 0) -> Milestone:
    return Milestone(_id(), on(day), kind)


def result(analyte: str = "alt", value: str = "30", day: Day = 0, **fields: Any) -> Result:
    """A result; one in words has `value=""` and a `text`."""
    return Result(_id(), analyte, on(day), Decimal(value) if value else None, **fields)


def patient(**parts: Any) -> PatientRecord:
    """What is known of the patient; `person` and the lists of facts by name."""
    return PatientRecord(**{"person": person(), **parts})


def treatment(*courses: Course, milestones: tuple[Milestone, ...] = (), **parts: Any) -> TreatmentRecord:
    """A patient with these courses; further names are parts of the patient."""
    return TreatmentRecord(patient(**parts), courses, milestones)


def monitoring(*courses: Course, results: tuple[Result, ...] = (), **parts: Any) -> MonitoringRecord:
    """A patient with these courses and results; further names are parts of the patient, or milestones."""
    return MonitoringRecord(treatment(*courses, **parts), results)


def _id() -> str:
    return str(next(_numbers))
