"""What is recorded about who the patient is: the input of every rule, as frozen values.

Ids are strings that find the row again. Dates are calendar dates; a row that became true after `as_of` must not
change an answer as of that day, and each rule sees to that itself.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.rules.vocabulary import (
    AntibodyFinding,
    ConditionKind,
    DatePrecision,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    SevereFeature,
    Sex,
    Subtype,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Identity facts that rules read. `born` is None when not recorded."""

    id: str
    born: date | None = None
    sex: Sex = Sex.NOT_RECORDED
    subtype: Subtype = Subtype.NOT_RECORDED
    status: PatientStatus = PatientStatus.ACTIVE
    status_on: date | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """Body weight in kg on a day."""

    id: str
    on: date
    kilograms: Decimal


@dataclass(frozen=True, slots=True)
class Height:
    """Height in cm on a day."""

    id: str
    on: date
    centimetres: Decimal


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition from a day to a day, both inclusive; `to_on` None means still present."""

    id: str
    kind: ConditionKind
    from_on: date
    to_on: date | None = None
    description: str = ""
    precision: DatePrecision = DatePrecision.DAY


@dataclass(frozen=True, slots=True)
class Autoantibody:
    """A myositis autoantibody finding, name as printed. `on` None: day not recorded, true throughout."""

    id: str
    name: str
    finding: AntibodyFinding = AntibodyFinding.POSITIVE
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Enzyme:
    """A muscle enzyme at an assessment; `upper_limit` is the laboratory's upper limit of normal in the same unit."""

    name: EnzymeName
    value: Decimal
    unit: str = "U/L"
    upper_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A severity assessment; every measure is optional, None means not recorded.

    Globals are 0-10 cm, HAQ 0-3 in eighths, MMT is out of `mmt_maximum` (80, 150 or 260), FVC and DLCO are percent
    of predicted. CMAS (0-52) and DAS (0-20) are the measures of juvenile dermatomyositis.
    """

    id: str
    on: date
    physician_global: Decimal | None = None
    patient_global: Decimal | None = None
    mmt: Decimal | None = None
    mmt_maximum: int | None = None
    haq: Decimal | None = None
    extramuscular_global: Decimal | None = None
    enzymes: tuple[Enzyme, ...] = ()
    lowest_mrc: MrcGrade | None = None
    lowest_mrc_group: MuscleGroup = MuscleGroup.NOT_RECORDED
    fvc_percent: Decimal | None = None
    dlco_percent: Decimal | None = None
    severe_features: tuple[SevereFeature, ...] = ()
    non_severe_confirmed: bool = False
    precision: DatePrecision = DatePrecision.DAY
    notes: str = ""
    cmas: Decimal | None = None
    das: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """Everything recorded about one patient that is neither treatment nor monitoring. Order of rows has no meaning."""

    person: Person
    weights: tuple[Weight, ...] = ()
    heights: tuple[Height, ...] = ()
    conditions: tuple[Condition, ...] = ()
    autoantibodies: tuple[Autoantibody, ...] = ()
    assessments: tuple[Assessment, ...] = ()
