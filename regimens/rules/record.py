"""What is recorded about treatment: the input of the pathway rules, as frozen values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.rules.quick_init import quick_init
from patients.rules.record import PatientRecord
from patients.rules.vocabulary import DatePrecision
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    InfusionAnchor,
    MilestoneKind,
    OutcomeKind,
    PromptCode,
    ReactionGrade,
    ReviewAnswer,
    Route,
    StopReason,
    TaperChoice,
    Trend,
    Weekday,
    WeightBasis,
)


@quick_init
@dataclass(frozen=True, slots=True)
class DosePeriod:
    """The dose from a day on, until the next period or the stop. `amount` None: dose not recorded.

    `brand` is the product dispensed ("" not recorded): drug levels are checked again when it changes.
    """

    id: str
    from_on: date
    amount: Decimal | None = None
    unit: DoseUnit | None = None
    basis: DoseBasis = DoseBasis.FLAT
    frequency: Frequency = Frequency.NOT_RECORDED
    frequency_text: str = ""
    weekday: Weekday | None = None
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A clinician's judgement on a course, made on a day, under the pathway of `protocol_version` ("": not known)."""

    id: str
    on: date
    kind: OutcomeKind
    reason: str = ""
    reaction: str = ""
    precision: DatePrecision = DatePrecision.DAY
    protocol_version: str = ""


@dataclass(frozen=True, slots=True)
class Infusion:
    """One infusion cycle given: `first_on` is its first day, `days` the consecutive days, `total` the whole amount."""

    id: str
    first_on: date
    days: int = 1
    total: Decimal | None = None
    unit: DoseUnit | None = None
    dosing_weight: Decimal | None = None
    dosing_weight_on: date | None = None
    infusion_reaction: ReactionGrade = ReactionGrade.NOT_RECORDED


@dataclass(frozen=True, slots=True)
class InfusionPlan:
    """How a course of infusions is meant to go on: an interval from the last cycle given, or fixed first days.

    `amount` or `amount_per_kilogram` in `unit`; `vial_sizes` in the same unit. See regimens.models.InfusionPlan.
    """

    id: str
    anchor: InfusionAnchor
    interval_days: int | None = None
    dates: tuple[date, ...] = ()
    days_per_cycle: int = 1
    amount: Decimal | None = None
    amount_per_kilogram: Decimal | None = None
    unit: DoseUnit | None = None
    weight_basis: WeightBasis = WeightBasis.ACTUAL
    vial_sizes: tuple[Decimal, ...] = ()
    review_after_cycles: int | None = None


@dataclass(frozen=True, slots=True)
class TaperDecision:
    """What was decided at a checkpoint of a taper. `milligrams_per_day` is the dose decided; see the model."""

    id: str
    on: date
    choice: TaperChoice
    planned_on: date | None = None
    milligrams_per_day: Decimal | None = None
    strength: Trend = Trend.NOT_ASSESSED
    muscle_enzyme: Trend = Trend.NOT_ASSESSED
    symptoms: Trend = Trend.NOT_ASSESSED
    reason: str = ""
    next_check_on: date | None = None


@dataclass(frozen=True, slots=True)
class TaperStep:
    """One planned step of a corticosteroid taper: from this day, this many mg a day (0 = stop)."""

    id: str
    on: date
    milligrams_per_day: Decimal


@quick_init
@dataclass(frozen=True, slots=True)
class Course:
    """One drug from a start to a stop. `drug` is a catalogue slug, or "" for a drug outside it named by `drug_text`.

    `never_given`: the drug was considered and found contraindicated or declined; `start_on` is then the day of that
    judgement and nothing was taken. `stop_on` is the first day without the drug; None means not stopped.
    `undated_outcome` is a judgement whose day nobody recorded: it is shown as a gap and never counts.
    """

    id: str
    drug: str
    start_on: date
    role: CourseRole
    drug_text: str = ""
    route: Route = Route.NOT_RECORDED
    start_precision: DatePrecision = DatePrecision.DAY
    stop_on: date | None = None
    stop_reason: StopReason | None = None
    never_given: bool = False
    note: str = ""
    doses: tuple[DosePeriod, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    infusions: tuple[Infusion, ...] = ()
    taper: tuple[TaperStep, ...] = ()
    undated_outcome: OutcomeKind | None = None
    stop_precision: DatePrecision = DatePrecision.DAY
    infusion_plan: InfusionPlan | None = None
    taper_decisions: tuple[TaperDecision, ...] = ()


@dataclass(frozen=True, slots=True)
class Milestone:
    id: str
    on: date
    kind: MilestoneKind
    note: str = ""
    precision: DatePrecision = DatePrecision.DAY
    protocol_version: str = ""


@dataclass(frozen=True, slots=True)
class ReviewedFact:
    """A fact that decided a question when it was answered. `version` stands for what it said then."""

    kind: str
    id: str
    label: str
    version: str


@dataclass(frozen=True, slots=True)
class Review:
    """A clinician's answer, on a day, to a question that the software had put about `subject` ("" for the patient).

    `fingerprint` stands for the facts behind the question as they were, `facts`. `until` ends a deferral. `question`
    is the question as it was shown, `by` the name of who answered; `outcome` and `milestone` are the ids of what was
    recorded with the answer.
    """

    id: str
    on: date
    prompt: PromptCode
    subject: str
    fingerprint: str
    answer: ReviewAnswer
    until: date | None = None
    reason: str = ""
    question: str = ""
    by: str = ""
    protocol_version: str = ""
    facts: tuple[ReviewedFact, ...] = ()
    outcome: str = ""
    milestone: str = ""


@dataclass(frozen=True, slots=True)
class TreatmentRecord:
    """One patient with everything taken. Order of rows has no meaning."""

    patient: PatientRecord
    courses: tuple[Course, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    reviews: tuple[Review, ...] = ()
