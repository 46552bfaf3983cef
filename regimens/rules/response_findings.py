"""What the rules answer about response: how far the disease improved over each course and each line."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.rules.quick_init import quick_init
from patients.rules.reasons import FactReference, Reason
from patients.rules.vocabulary import DatePrecision, ResponseCategory, Vocabulary
from patients.rules.wording import display_number
from regimens.rules.exposure import CumulativePrednisolone
from regimens.rules.vocabulary import CourseRole


class ResponseState(Vocabulary):
    """Whether a response could be worked out, and if not, why."""

    SCORED = "scored", "scored"
    NO_BASELINE = "no_baseline", "no assessment near the start"
    NO_FOLLOW_UP = "no_follow_up", "no assessment since the start"
    NOT_COMPARABLE = "not_comparable", "no later assessment can be compared"
    TOO_LITTLE = "too_little", "too little measured for a score"


class LeftOutWhy(Vocabulary):
    """Why an assessment in the span gives no score that counts."""

    NOT_COMPARABLE = "not_comparable", "cannot be compared with the baseline"
    TOO_LITTLE = "too_little", "physician global or strength is missing"


@quick_init
@dataclass(frozen=True, slots=True)
class Score:
    """The Total Improvement Score (0 to 100) of one assessment, `days` after the start.

    When `partial`, a measure is missing: score and category are the least that they can be.
    """

    assessment: FactReference
    on: date
    days: int
    points: Decimal
    category: ResponseCategory
    partial: bool

    @property
    def words(self) -> str:
        """`45, moderate response`; `at least 45, at least moderate response`."""
        return f"{'at least ' if self.partial else ''}{display_number(self.points)}, {self.category_words}"

    @property
    def category_words(self) -> str:
        """`moderate response`, `at least moderate response`."""
        if not self.partial:
            return self.category.label
        if self.category is ResponseCategory.NONE:
            return "below minimal in what was measured, not decided"
        return f"at least {self.category.label}"


@quick_init
@dataclass(frozen=True, slots=True)
class Reached:
    """The first assessment with at least this response, and the days from the start to it."""

    category: ResponseCategory
    assessment: FactReference
    on: date
    days: int


@quick_init
@dataclass(frozen=True, slots=True)
class LeftOut:
    """An assessment in the span without a score that counts. `problems` are sentences for a person."""

    assessment: FactReference
    on: date
    why: LeftOutWhy
    problems: tuple[str, ...]


@quick_init
@dataclass(frozen=True, slots=True)
class Response:
    """How far the disease improved from the start of a course or a line.

    Assessments count from the day after the start (or the baseline) up to and with `counted_until`. `reached` has
    minimal, moderate and major response, as far as they were reached. The corticosteroid is mg of prednisolone a day
    on the first day and on `ended_on` (the stop, or the day asked about): None when not known.
    """

    start_on: date
    ended_on: date
    counted_until: date
    state: ResponseState
    baseline: FactReference | None
    baseline_on: date | None
    best: Score | None
    latest: Score | None
    reached: tuple[Reached, ...]
    left_out: tuple[LeftOut, ...]
    steroid_at_start: Decimal | None
    steroid_at_end: Decimal | None
    cumulative: CumulativePrednisolone
    reasons: tuple[Reason, ...]


@quick_init
@dataclass(frozen=True, slots=True)
class CourseResponse:
    """One course that was given for the myositis. `stop_on` None: it runs."""

    course: FactReference
    drug: str
    drug_name: str
    role: CourseRole
    start_on: date
    stop_on: date | None
    response: Response
    start_precision: DatePrecision = DatePrecision.DAY
    stop_precision: DatePrecision = DatePrecision.DAY


@quick_init
@dataclass(frozen=True, slots=True)
class LineResponse:
    """One induction line ("1", "2", "3") or maintenance step ("a", "b", "c") of the present course of treatment.

    `start_precision` and `end_precision` say how exactly the response's `start_on` and `ended_on` are known.
    """

    code: str
    title: str
    courses: tuple[FactReference, ...]
    running: bool
    response: Response
    start_precision: DatePrecision = DatePrecision.DAY
    end_precision: DatePrecision = DatePrecision.DAY


@quick_init
@dataclass(frozen=True, slots=True)
class Responses:
    """Courses and lines, the oldest start first, as of a day."""

    as_of: date
    protocol_version: str
    activity_version: str
    courses: tuple[CourseResponse, ...]
    lines: tuple[LineResponse, ...]

    @property
    def present_line(self) -> LineResponse | None:
        """The line that was begun last among those that run, or else the one begun last of all."""
        running = [line for line in self.lines if line.running] or self.lines
        return running[-1] if running else None
