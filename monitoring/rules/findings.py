"""What the schedule rules answer: one finding for each thing that must be looked at, with its reasons."""

from dataclasses import dataclass
from datetime import date

from monitoring.rules.vocabulary import AlertGrade, AlertLevel, MonitoredBy
from patients.rules.quick_init import quick_init
from patients.rules.reasons import FactReference, Reason, Truth
from patients.rules.vocabulary import Vocabulary


class ItemKind(Vocabulary):
    TEST = "test", "blood or urine test"
    TROUGH = "trough", "trough level"
    OBSERVATION = "observation", "observation"
    INFUSION = "infusion", "infusion"
    CHECKPOINT = "checkpoint", "taper checkpoint"
    SCREEN = "screen", "baseline screen"
    ACTION = "action", "action to record"


class DueStatus(Vocabulary):
    NOT_DUE = "not_due", "not due"
    DUE_SOON = "due_soon", "due soon"
    DUE = "due", "due"
    OVERDUE = "overdue", "overdue"
    SNOOZED = "snoozed", "put off"
    WAITING = "waiting", "waiting for a result"
    PAUSED = "paused", "paused"


@quick_init
@dataclass(frozen=True, slots=True)
class DriverFinding:
    """One drug's own demand for an item. The earliest over all drugs drives the item.

    `not_before`: what is done sooner than this day would not answer the demand (None: any day will do).
    `monitored_by`: who looks after this drug's tests. `paused_until`: monitoring of the drug is paused to before this
    day. `override`: the recorded decision that changed the interval, when one did. `taken_with`: the items at whose
    visit it is taken, from `not_before` on.
    """

    drug: str
    drug_name: str
    course: FactReference
    rule_id: str
    phase: str
    interval_days: int | None
    due_on: date
    reason: Reason
    not_before: date | None = None
    monitored_by: MonitoredBy = MonitoredBy.US
    paused_until: date | None = None
    override: FactReference | None = None
    taken_with: tuple[str, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class DueFinding:
    """One thing to be looked at: when, which drug asks for it, and why.

    `item` is the item's slug in monitoring/protocol/items.toml, unique within one patient's findings together with
    `occasion` (empty but for items that stand side by side, such as the steps of one taper).
    """

    item: str
    occasion: str
    name: str
    kind: ItemKind
    due_on: date
    visit_on: date
    status: DueStatus
    days_overdue: int
    last_done_on: date | None
    last_done_by: FactReference | None
    snoozed_until: date | None
    driver: DriverFinding
    other_drivers: tuple[DriverFinding, ...]
    detail: str
    reasons: tuple[Reason, ...]
    paused_until: date | None = None
    sample_taken_on: date | None = None
    waiting_until: date | None = None


@dataclass(frozen=True, slots=True)
class WaivedFinding:
    """A due item that a member of staff recorded as not needed. `until` None: for as long as the same drug asks."""

    item: str
    occasion: str
    name: str
    due_on: date
    until: date | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class VisitFinding:
    """Items that one visit can serve."""

    on: date
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonitoringFindings:
    """What is due for one patient as of a day. `quiet_reasons` says why there is nothing, when there is nothing.

    `waived`: what would be due had nobody recorded that it is not needed.
    """

    as_of: date
    protocol_version: str
    due: tuple[DueFinding, ...]
    visits: tuple[VisitFinding, ...]
    quiet_reasons: tuple[Reason, ...]
    waived: tuple[WaivedFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class MissedVisits:
    """Booked visits missed since anything of the patient's monitoring was last looked at (`since`; None: never).

    `not_safe_to_continue`: more than the protocol allows, while a monitored drug is taken; `reason` says so, and is
    None where nothing was missed.
    """

    count: int
    since: date | None
    visits: tuple[FactReference, ...]
    not_safe_to_continue: bool
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class ThresholdFinding:
    """A result inside a band that asks for action, or one that cannot be told (`truth` unknown) and must be looked at.

    `caveats` say how else the value may be explained; they never hide it.
    """

    rule_id: str
    analyte: str
    result: FactReference
    truth: Truth
    text: str
    action: str
    grade: AlertGrade
    reason: Reason
    caveats: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertFinding:
    """Something that a person must see: about what, how soon, whom it waits for first, and why.

    `subject` is `result:<id>` or `contact:<id>`. Of several rules that speak about one subject the strictest leads;
    what the others say is in `further`. `caveats` say how else it may be explained; they never hide it.
    """

    subject: str
    on: date
    rule_id: str
    grade: AlertGrade
    level: AlertLevel
    text: str
    action: str
    reason: Reason
    further: tuple[Reason, ...] = ()
    caveats: tuple[Reason, ...] = ()
