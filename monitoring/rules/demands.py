"""What one course asks for, before drugs are put together."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from monitoring.protocol.definitions import DrugMonitoring, MonitoringProtocol, Pair, RestartedBy, Rule
from monitoring.rules import wording
from monitoring.rules.doses import Change, DoseChange, dose_changes
from monitoring.rules.findings import DriverFinding
from monitoring.rules.intervals import Risk, monitored_by, override_for, paused_until
from monitoring.rules.record import IntervalOverride, MonitoringRecord
from monitoring.rules.samples import Done, Samples
from monitoring.rules.status import days_after
from monitoring.rules.vocabulary import MonitoredBy
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.record import PatientRecord
from regimens.rules.record import Course


class Demand(NamedTuple):
    """One driver's demand for one item, with what the status is judged by."""

    item: str
    occasion: str
    driver: DriverFinding
    counted_from: date
    interval_days: int
    last_done: Done | None
    detail: str
    asked_since: date
    """The start, increase or infusion that asks. A snooze or a waiver made before it was about something else."""
    at_once: bool = False
    """Asked for by symptoms: it stands beside what the course asks for anyway, so that neither hides the other."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient as of a day, as the schedule rules read it. `risk` is None under a schedule without risk tiers."""

    record: MonitoringRecord
    protocol: MonitoringProtocol
    as_of: date
    samples: Samples
    risk: Risk | None = None

    @property
    def patient(self) -> PatientRecord:
        return self.record.treatment.patient


class Running:
    """A course that is running on the day, with its drug's rules."""

    def __init__(self, course: Course, drug: DrugMonitoring, chart: Chart) -> None:
        self.course = course
        self.drug = drug
        self.chart = chart
        self.start = course.start_on
        self.name = drug.name
        self.reference = FactReference(
            "course", course.id, wording.from_day_label(drug.name, course.start_on, course.start_precision)
        )
        self.version = f"{chart.protocol.version}, {drug.id} {drug.version}"
        record = chart.record
        self.monitored_by = monitored_by(record, drug.id, chart.as_of) if record.shared_care else MonitoredBy.US

    @cached_property
    def changes(self) -> list[DoseChange]:
        """Every change of dose up to the day, oldest first."""
        return dose_changes(self.course, self.chart.as_of)

    @cached_property
    def increases(self) -> list[DoseChange]:
        """The changes that were, or may have been, increases."""
        return [change for change in self.changes if change.change in (Change.INCREASE, Change.UNKNOWN)]

    @cached_property
    def asks_since(self) -> date:
        """Since when the course asks as it does now: its start, or the last increase."""
        return self.increases[-1].on if self.increases else self.start

    def restarts(self, restarted_by: RestartedBy) -> list[DoseChange]:
        """The dose changes that send such a schedule back to its first phase."""
        if restarted_by is RestartedBy.INCREASE:
            return self.increases
        return self.changes if restarted_by is RestartedBy.ANY_CHANGE else []

    def paused_until(self, asked_since: date) -> date | None:
        """Until when what the course has asked for since the day is paused; None when it is not."""
        if not self.chart.record.pauses:
            return None
        return paused_until(self.chart.record, self.drug.id, asked_since, self.chart.as_of)

    def override(self, item: str) -> IntervalOverride | None:
        """The other interval that was decided for this drug's demand for the item and holds on the day."""
        chart = self.chart
        if not chart.record.overrides:
            return None
        return override_for(chart.record, self.drug.id, chart.protocol.items[item], chart.as_of)

    def demand(
        self,
        rule: Rule,
        item: str,
        *,
        text: str,
        phase: str,
        counted_from: date,
        interval_days: int,
        predicates: tuple[Predicate, ...] = (),
        repeats: bool = False,
        occasion: str = "",
        last_done: Done | None = None,
        not_before: date | None = None,
        detail: str = "",
        asked_since: date | None = None,
        reason: Reason | None = None,
        override: FactReference | None = None,
        taken_with: tuple[str, ...] = (),
        can_pause: bool = True,
    ) -> Demand:
        """A demand due `interval_days` after `counted_from`, with the reason for it (None: `text`, on the rule)."""
        since = asked_since or self.asks_since
        driver = DriverFinding(
            self.drug.id,
            self.name,
            self.reference,
            rule.id,
            phase,
            interval_days if repeats else None,
            days_after(counted_from, interval_days),
            reason or self.reason(rule, text, predicates),
            not_before,
            self.monitored_by,
            self.paused_until(since) if can_pause else None,
            override,
            taken_with,
        )
        return Demand(item, occasion, driver, counted_from, interval_days, last_done, detail, since)

    def reason(self, rule: Rule, text: str, predicates: tuple[Predicate, ...] = ()) -> Reason:
        """A reason that rests on one of this drug's rules."""
        return Reason(rule.id, text, rule.kind, rule.source, self.version, predicates)

    def since_last(self, item: str, last: date | None) -> tuple[Done | None, tuple[Predicate, ...]]:
        """When the item was last done, and the predicate that says so."""
        if last is None:
            return None, (Predicate(wording.counted_from_start(self.start), Truth.TRUE, (self.reference,)),)
        row = self.chart.samples.reference(item, last)
        return (last, row), (Predicate(wording.counted_from_last(last), Truth.TRUE, (row,)),)

    def last_since_start(self, item: str) -> date | None:
        """The last day on or after the start on which the item was done."""
        last = self.chart.samples.last_day(item)
        return last if last is not None and last >= self.start else None


class RunningPair(Running):
    """Drugs with a stricter schedule together: it starts with the last of them; either one's increase restarts it."""

    def __init__(self, pair: Pair, members: list[Running]) -> None:
        last = max(members, key=lambda running: (running.start, entry_order(running.course.id)))
        super().__init__(last.course, last.drug, last.chart)
        self.name = pair.name
        self.members = members
        self.version = f"{last.chart.protocol.version}, {pair.id}"
        if any(running.monitored_by is MonitoredBy.US for running in members):
            self.monitored_by = MonitoredBy.US

    def paused_until(self, asked_since: date) -> date | None:
        """Until the first of the drugs is looked after again; while one is, both are taken together for all we know."""
        ends = [running.paused_until(asked_since) for running in self.members]
        return None if None in ends else min(end for end in ends if end is not None)

    def override(self, item: str) -> IntervalOverride | None:
        """Another interval for the drugs together: only when one was decided for each, and then the shortest."""
        found = [running.override(item) for running in self.members]
        decided = [one for one in found if one is not None]
        if len(decided) < len(found):
            return None
        return min(decided, key=lambda one: (one.interval_days, -one.from_on.toordinal(), entry_order(one.id)))

    @cached_property
    def changes(self) -> list[DoseChange]:
        found = [change for running in self.members for change in running.changes]
        return sorted(found, key=lambda change: (change.on, change.change.value))
