"""One patient's chart while it is being written, and how active the disease was on any of its days."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from monitoring.rules.record import Result
from patients.rules.record import Assessment, Autoantibody, Condition, Height, Weight
from regimens.rules.record import Course, Milestone
from tracker.cohort.plan import Attempt, Plan
from tracker.cohort.profile import Profile


@dataclass(slots=True)
class Chart:
    """What is written so far about one synthetic patient. `begin` is day 0 of the plan, `until` its last day."""

    profile: Profile
    plan: Plan
    rng: Random
    begin: date
    until: date
    born: date
    kilograms: Decimal
    centimetres: Decimal
    weights: list[Weight] = field(default_factory=list)
    heights: list[Height] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    autoantibodies: list[Autoantibody] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    _last_id: int = 0

    def new_id(self) -> str:
        """The next id of a row of this chart; unique in the whole cohort."""
        self._last_id += 1
        return f"synthetic-{self.profile.number}-{self._last_id}"

    def day(self, number: int) -> date:
        """The calendar date of a day of the plan, never past the end of the chart."""
        return min(self.begin + timedelta(days=number), self.until)

    def age_on(self, day: date) -> int:
        """Age in whole years."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def courses_of(self, drug: str) -> list[Course]:
        return [course for course in self.courses if course.drug == drug and not course.never_given]

    def took(self, drug: str) -> bool:
        return bool(self.courses_of(drug))


class Activity:
    """How active the disease is, 0 (none) to 1 (at its worst): straight lines between the turning points."""

    def __init__(self, chart: Chart) -> None:
        plan, rng = chart.plan, chart.rng
        points = [(0, rng.uniform(0.75, 1.0))]
        for attempt in plan.attempts:
            points += _course_of(rng, attempt)
        if plan.responded is not None:
            points.append((plan.responded, rng.uniform(0.15, 0.3)))
        if plan.remission is not None:
            points.append((plan.remission, rng.uniform(0.0, 0.05)))
        if plan.relapse is not None:
            points += [(plan.relapse - 30, 0.04), (plan.relapse, rng.uniform(0.4, 0.75))]
        if not plan.attempts:
            points.append((plan.length + 1, points[0][1] * (0.8 if chart.profile.glucocorticoid else 1.0)))
        points.sort()
        self._days = [day for day, _ in points]
        self._levels = [level for _, level in points]
        self._begin = chart.begin

    def on(self, day: date) -> float:
        """The level on a calendar day."""
        number = (day - self._begin).days
        after = bisect_right(self._days, number)
        if after == 0:
            return self._levels[0]
        if after == len(self._days):
            return self._levels[-1]
        (left, right), (low, high) = self._days[after - 1 : after + 1], self._levels[after - 1 : after + 1]
        return low + (high - low) * (number - left) / (right - left)


def _course_of(rng: Random, attempt: Attempt) -> list[tuple[int, float]]:
    """A drug that failed brings the disease down a little and loses it again; one in trial has just begun to work."""
    if attempt.failed:
        middle = (attempt.start + attempt.end) // 2
        return [(middle, rng.uniform(0.4, 0.6)), (attempt.end, rng.uniform(0.45, 0.8))]
    if attempt.start < attempt.end:
        return [(attempt.start + 56, rng.uniform(0.4, 0.6))]
    return []
