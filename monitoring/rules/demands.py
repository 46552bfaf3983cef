"""What one course asks for, before drugs are put together."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from monitoring.protocol.definitions import DrugMonitoring, MonitoringProtocol, Pair, RestartedBy, Rule
from monitoring.rules import wording
from monitoring.rules.doses import Change, DoseChange, dose_changes
from monitoring.rules.findings import DriverFinding
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Done, Samples
from monitoring.rules.status import days_after
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
    """The start, increase or infusion that asks. A snooze made before it put off something else."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient as of a day, as the schedule rules read it."""

    record: MonitoringRecord
    protocol: MonitoringProtocol
    as_of: date
    samples: Samples

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
    ) -> Demand:
        """A demand due `interval_days` after `counted_from`, with the reason for it."""
        driver = DriverFinding(
            self.drug.id,
            self.name,
            self.reference,
            rule.id,
            phase,
            interval_days if repeats else None,
            days_after(counted_from, interval_days),
            self.reason(rule, text, predicates),
            not_before,
        )
        since = asked_since or self.asks_since
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
        last = max(members, key=lambda running: (running.start, running.course.id))
        super().__init__(last.course, last.drug, last.chart)
        self.name = pair.name
        self.members = members
        self.version = f"{last.chart.protocol.version}, {pair.id}"

    @cached_property
    def changes(self) -> list[DoseChange]:
        found = [change for running in self.members for change in running.changes]
        return sorted(found, key=lambda change: (change.on, change.change.value))
