"""Response as its page shows it: two assessments side by side, then each line and each course as one row."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from patients.protocol.activity import ActivityProtocol
from patients.rules.imacs import DefinitionOfImprovement
from patients.rules.improvement import Component, ImprovementScore
from patients.rules.reasons import FactReference, Truth
from patients.rules.vocabulary import ResponseCategory
from regimens.rules.exposure import CumulativePrednisolone
from regimens.rules.response_comparison import Comparison, ResponseFindings
from regimens.rules.response_findings import CourseResponse, LeftOutWhy, LineResponse, Response, ResponseState, Score
from tracker import display

_CATEGORY_TAGS = {
    ResponseCategory.NONE: "plain",
    ResponseCategory.MINIMAL: "info",
    ResponseCategory.MODERATE: "good",
    ResponseCategory.MAJOR: "good",
}
_MET = {
    Truth.TRUE: ("good", "met"),
    Truth.FALSE: ("plain", "not met"),
    Truth.UNKNOWN: ("caution", "not known: a missing measure could decide it"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """An assessment that can be chosen."""

    id: str
    label: str
    is_baseline: bool
    is_follow_up: bool


@dataclass(frozen=True, slots=True)
class ComponentShown:
    """One measure of the score in words; `points` of `most`, which a complete recovery would have given."""

    name: str
    baseline: str
    follow_up: str
    change: str
    points: str
    most: str
    scale: str


@dataclass(frozen=True, slots=True)
class ScoreShown:
    """The score with its components, its cut-offs and what it could have been at most."""

    score: ImprovementScore
    tag: str
    components: tuple[ComponentShown, ...]
    missing: tuple[str, ...]
    cut_offs: str
    ceiling: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line or course: `name` leads to `fact` on the record page when there is one."""

    code: str
    name: str
    note: str
    fact: FactReference | None
    span: str
    response: Response
    best: Score | None
    latest: Score | None
    best_tag: str
    latest_tag: str
    unscored: str
    times: tuple[str, ...]
    left_out: tuple[str, ...]
    steroid: str
    cumulative: str
    per_kilogram: str


@dataclass(frozen=True, slots=True)
class ResponseShown:
    """Everything that the response page draws."""

    choices: tuple[Choice, ...]
    comparison: Comparison | None
    score: ScoreShown | None
    improvement: DefinitionOfImprovement | None
    met_tag: str
    met: str
    lines: tuple[Row, ...]
    courses: tuple[Row, ...]


def present(findings: ResponseFindings, activity: ActivityProtocol) -> ResponseShown:
    """The page's content from the findings."""
    comparison = findings.comparison
    definition = comparison.improvement if comparison else None
    tag, met = _MET[definition.met] if definition else ("plain", "")
    score = comparison.score if comparison else None
    return ResponseShown(
        choices=tuple(_choices(findings)),
        comparison=comparison,
        score=_score(score, activity) if score else None,
        improvement=definition,
        met_tag=tag,
        met=met,
        lines=tuple(_line_row(line) for line in findings.responses.lines),
        courses=tuple(_course_row(course) for course in reversed(findings.responses.courses)),
    )


def _choices(findings: ResponseFindings) -> Iterable[Choice]:
    chosen = findings.comparison
    for fact in findings.assessments:
        label = fact.label.removeprefix("assessment, ")
        is_baseline = chosen is not None and fact == chosen.baseline
        yield Choice(fact.id, label, is_baseline, chosen is not None and fact == chosen.follow_up)


def _score(score: ImprovementScore, activity: ActivityProtocol) -> ScoreShown:
    cut_offs = activity.categories[score.population]
    number = display.number
    ceiling = ""
    if score.ceiling < 100:
        what = "the measures compared" if score.partial else "a complete recovery"
        ceiling = f"From this baseline {what} could have given {number(score.ceiling)} points at most, not 100."
    return ScoreShown(
        score=score,
        tag=_CATEGORY_TAGS[score.category],
        components=tuple(_component(each) for each in score.components),
        missing=tuple(measure.label for measure in score.missing),
        cut_offs=(
            f"{score.population.label.capitalize()} criteria: minimal from {number(cut_offs.minimal)}, moderate from "
            f"{number(cut_offs.moderate)}, major from {number(cut_offs.major)} points"
        ),
        ceiling=ceiling,
    )


def _component(each: Component) -> ComponentShown:
    percent = each.change_percent
    if percent:
        change = f"{'better' if percent > 0 else 'worse'} by {display.number(abs(percent))}{display.NO_BREAK}%"
    else:
        change = "no change"
    return ComponentShown(
        name=each.name,
        baseline=display.quantity(each.baseline, each.unit),
        follow_up=display.quantity(each.follow_up, each.unit),
        change=change,
        points=display.number(each.points),
        most=display.number(each.most_points),
        scale=display.quantity(each.scale, each.unit),
    )


def _line_row(line: LineResponse) -> Row:
    code = f"Line {line.code}" if line.code.isdigit() else f"Maintenance ({line.code})"
    drugs = ", ".join(course.label for course in line.courses)
    start = display.day(line.response.start_on, line.start_precision)
    end = "runs" if line.running else f"to {display.day(line.response.ended_on, line.end_precision)}"
    return _row(line.code, code, drugs, None, line.response, f"{start}, {end}")


def _course_row(course: CourseResponse) -> Row:
    start = display.day(course.start_on, course.start_precision)
    end = "runs" if course.stop_on is None else f"to {display.day(course.stop_on, course.stop_precision)}"
    span = f"{start}, {end}"
    return _row(course.course.id, course.drug_name, course.role.label, course.course, course.response, span)


def _row(code: str, name: str, note: str, fact: FactReference | None, response: Response, span: str) -> Row:
    best, latest = response.best, response.latest
    return Row(
        code=code,
        name=name,
        note=note,
        fact=fact,
        span=span,
        response=response,
        best=best,
        latest=latest,
        best_tag=_CATEGORY_TAGS[best.category] if best else "plain",
        latest_tag=_CATEGORY_TAGS[latest.category] if latest else "plain",
        unscored="" if response.state is ResponseState.SCORED else response.state.label,
        times=tuple(f"{each.category.label.split()[0]}: {display.days(each.days)}" for each in response.reached),
        left_out=tuple(_left_out(response)),
        steroid=f"{_daily(response.steroid_at_start)}, then {_daily(response.steroid_at_end)}",
        cumulative=response.cumulative.words,
        per_kilogram=per_kilogram_words(response.cumulative),
    )


def _left_out(response: Response) -> Iterable[str]:
    """The assessments of the span without a score, counted by why; problems of comparison in full."""
    little = sum(each.why is LeftOutWhy.TOO_LITTLE for each in response.left_out)
    if little:
        which = "1 assessment" if little == 1 else f"{little} assessments"
        yield f"{which} without physician global or strength"
    for each in response.left_out:
        if each.why is LeftOutWhy.NOT_COMPARABLE:
            problems = "; ".join(each.problems) or "no measure in common"
            yield f"{display.day(each.on)}: {problems}"


def _daily(milligrams: Decimal | None) -> str:
    return "dose not known" if milligrams is None else f"{display.quantity(milligrams.normalize(), 'mg')} a day"


def per_kilogram_words(cumulative: CumulativePrednisolone) -> str:
    """`126 mg/kg (at 75 kg, 05-Apr-2026)`; without a weight, that it cannot be said."""
    amount = cumulative.per_kilogram
    if amount is None or cumulative.weight is None:
        return "mg/kg not known: no dated weight"
    least = "" if cumulative.exact else "at least "
    return f"{least}{display.quantity(amount.normalize(), 'mg/kg')} (at {cumulative.weight.label})"
