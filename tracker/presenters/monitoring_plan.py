"""The monitoring plan as its page shows it: each decision with its author, the moment, and how long it still holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitoring.models import IntervalOverride, Pause
from monitoring.rules.findings import DueStatus
from monitoring.rules.vocabulary import MonitoredBy
from monitoring.selectors import MonitoringPlan
from monitoring.selectors.plan import DrugPlan, ItemPlan
from patients.models import Patient, Staff
from patients.models.entry import Entry
from regimens.rules.record import DosePeriod
from tracker import display
from tracker.journal import EntryTold
from tracker.plan_words import drug_words, interval_words

PLAN_KINDS = ("risk_assessment", "interval_override", "shared_care", "pause", "target_range", "not_needed")
"""The kinds of entry that are decisions about how one patient is monitored."""


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """One decision that holds or will hold. `ends` says when it is over, `begins` when it has not begun yet."""

    id: int
    words: str
    begins: str
    ends: str
    reason: str
    entered: str
    begun: bool


@dataclass(frozen=True, slots=True)
class LineShown:
    """What one drug asks for in the same breath: the same rule, phase, interval and day. `first` stands for all."""

    first: ItemPlan
    items: tuple[ItemPlan, ...]
    kind: str
    standing: str


@dataclass(frozen=True, slots=True)
class DrugShown:
    """One running drug: its dose now, who looks after its tests, and what it asks for."""

    plan: DrugPlan
    lines: tuple[LineShown, ...]
    name: str
    dose: DosePeriod | None
    care: str
    care_entered: str
    shared: bool


@dataclass(frozen=True, slots=True)
class HistoryShown:
    """One decision of any age. `state` is "" for one that stands as it was entered."""

    kind: str
    word: str
    id: int
    on: date | None
    what: str
    entered: str
    state: str
    gone: str
    why: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class PlanShown:
    drugs: tuple[DrugShown, ...]
    overrides: tuple[DecisionShown, ...]
    pauses: tuple[DecisionShown, ...]
    risk_entered: str
    history: tuple[HistoryShown, ...]


def present(plan: MonitoringPlan, history: Iterable[EntryTold], permissions: Iterable[str]) -> PlanShown:
    """Everything that the page says about the plan. `permissions`: what the reader may do in the patient's clinic."""
    patient, as_of = plan.patient, plan.as_of
    return PlanShown(
        drugs=tuple(_drug(each, plan) for each in plan.drugs),
        overrides=tuple(interval_shown(row, patient, as_of) for row in plan.overrides),
        pauses=tuple(pause_shown(row, patient, as_of) for row in plan.pauses),
        risk_entered=_entered(plan.risk, patient) if plan.risk else "",
        history=tuple(history_shown(told, patient, frozenset(permissions)) for told in history),
    )


def interval_shown(row: IntervalOverride, patient: Patient, as_of: date) -> DecisionShown:
    """Another interval than the schedule's."""
    return _decision(row, interval_words(row.drug, row.item, row.interval_days, row.until), patient, as_of)


def pause_shown(row: Pause, patient: Patient, as_of: date) -> DecisionShown:
    """A pause, named by its drug."""
    return _decision(row, drug_words(row.drug), patient, as_of)


def _drug(each: DrugPlan, plan: MonitoringPlan) -> DrugShown:
    doses = [dose for dose in each.course.doses if dose.from_on <= plan.as_of]
    care = each.care
    who = each.monitored_by.label
    if care is not None:
        named = f", {care.provider}" if care.provider else ""
        who = f"{who}{named}, since {display.day(care.from_on)}"
    return DrugShown(
        plan=each,
        lines=_lines(each.items),
        name=each.monitoring.name if each.monitoring else each.course.drug_text or each.course.drug,
        dose=max(doses, key=lambda dose: dose.from_on, default=None),
        care=who,
        care_entered=_entered(care, plan.patient) if care is not None else "",
        shared=each.monitored_by is not MonitoredBy.US,
    )


def _lines(items: Iterable[ItemPlan]) -> tuple[LineShown, ...]:
    """In the order of the items; how a paused drug's demand stands is that it is paused, whoever else asks."""
    together: dict[tuple[object, ...], list[ItemPlan]] = {}
    for item in items:
        driver = item.driver
        key = (driver.rule_id, driver.phase, driver.interval_days, driver.due_on, item.due.status, item.override)
        together.setdefault((*key, item.due.driver.due_on, item.due.driver.drug_name), []).append(item)
    return tuple(_line(group) for group in together.values())


def _line(items: list[ItemPlan]) -> LineShown:
    first = items[0]
    standing = DueStatus.PAUSED if first.driver.paused_until is not None else first.due.status
    return LineShown(first, tuple(items), standing.value, standing.label)


def _decision(row: IntervalOverride | Pause, words: str, patient: Patient, as_of: date) -> DecisionShown:
    begun = row.from_on <= as_of
    return DecisionShown(
        id=row.pk,
        words=words,
        begins=f"since {display.day(row.from_on)}" if begun else f"begins on {display.day(row.from_on)}",
        ends=f"until {display.day(row.until)}, ends {_in_days(row.until, as_of)}",
        reason=row.reason,
        entered=_entered(row, patient),
        begun=begun,
    )


def history_shown(told: EntryTold, patient: Patient, permissions: frozenset[str]) -> HistoryShown:
    """One entry with what became of it, and whether the reader may withdraw it."""
    stands = told.gone is None
    return HistoryShown(
        kind=told.kind.label,
        word=told.kind.word,
        id=told.id,
        on=told.on,
        what=told.what,
        entered=f"{_moment(told.at, patient)} by {told.by}",
        state=told.gone.label if told.gone else "",
        gone=f"{_moment(told.gone_at, patient)} by {told.gone_by}" if told.gone_at else "",
        why=told.gone_why,
        may_withdraw=stands and told.kind.withdraw is not None and told.kind.permission in permissions,
    )


def _entered(row: Entry, patient: Patient) -> str:
    return f"{_moment(row.recorded_at, patient)} by {_name(row.recorded_by)}"


def _name(staff: Staff) -> str:
    return staff.get_full_name() or staff.username


def _moment(at: datetime, patient: Patient) -> str:
    local = at.astimezone(ZoneInfo(patient.clinic.time_zone))
    return f"{display.day(local.date())} at {local:%H:%M}"


def _in_days(on: date, as_of: date) -> str:
    """`in 12 days`: of a day that is still to come."""
    return f"in {display.days((on - as_of).days)}"
