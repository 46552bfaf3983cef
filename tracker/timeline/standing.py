"""How the standing changed: one period for each stretch of days with the same phase, line and severity."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from regimens.rules.findings import PathwayFindings, Phase, SeverityGroup
from regimens.rules.record import TreatmentRecord


@dataclass(frozen=True, slots=True)
class StandingPeriod:
    """From a day on, until the next period or `as_of`."""

    from_on: date
    phase: Phase
    line_reached: int
    severity: SeverityGroup
    in_scope: bool

    @property
    def words(self) -> str:
        if not self.in_scope:
            return "pathway does not apply"
        line = f"line {self.line_reached}" if self.line_reached else "no line yet"
        return f"{self.phase.label} · {line} · {self.severity.label}"

    @property
    def short_words(self) -> str:
        if not self.in_scope:
            return "not applicable"
        return f"{self.phase.label}, {self.line_reached}" if self.line_reached else self.phase.label

    @property
    def code(self) -> str:
        """The number of the line, for a stretch too short for words."""
        return str(self.line_reached) if self.in_scope and self.line_reached else ""


def turning_days(record: TreatmentRecord, as_of: date) -> list[date]:
    """Days up to `as_of` on which a recorded fact could change the standing, in order."""
    found: set[date] = set()
    for course in record.courses:
        found.add(course.start_on)
        found.update(outcome.on for outcome in course.outcomes)
        if course.stop_on:
            found.add(course.stop_on)
    for condition in record.patient.conditions:
        found.add(condition.from_on)
        if condition.to_on:
            found.add(condition.to_on + timedelta(days=1))
    found.update(assessment.on for assessment in record.patient.assessments)
    found.update(milestone.on for milestone in record.milestones)
    return sorted(day for day in found if day <= as_of)


def standing_periods(
    record: TreatmentRecord, as_of: date, pathway_on: Callable[[date], PathwayFindings]
) -> tuple[StandingPeriod, ...]:
    """The standing as each day knew it, asked of the same rules that answer for `as_of`."""
    periods: list[StandingPeriod] = []
    for day in turning_days(record, as_of):
        findings = pathway_on(day)
        period = StandingPeriod(
            day, findings.phase.phase, findings.line_reached, findings.severity.group, findings.in_scope
        )
        before = periods[-1] if periods else None
        if before is None or (before.phase, before.line_reached, before.severity, before.in_scope) != (
            period.phase,
            period.line_reached,
            period.severity,
            period.in_scope,
        ):
            periods.append(period)
    return tuple(periods)
