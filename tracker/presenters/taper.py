"""One course's taper as its page shows it: planned against taken, what to look at next, and what was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.entered import above_its_limit
from monitoring.rules.enzymes import enzymes_as_results
from monitoring.rules.findings import DueFinding
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.steroid_items import SteroidItem, steroid_items
from patients.protocol.load import load as load_activity
from patients.rules.entry_order import entry_order
from patients.rules.record import Assessment
from regimens.models import Course as CourseRow
from regimens.models import TaperDecision as DecisionRow
from regimens.protocol.load import load as load_pathway
from regimens.rules.record import Course, TaperDecision, TaperStep
from regimens.rules.response import responses
from regimens.rules.taper import CumulativeDose, PlanVersion, Side, TaperSpan, TaperStanding, taper_standing
from regimens.rules.taper_curve import ExpectedCurve, cumulative_of, expected_curve
from regimens.rules.taper_steps import last_decision, next_step
from regimens.selectors import drug_name
from tracker import display
from tracker.presenters.response import per_kilogram_words
from tracker.selectors import Standing
from tracker.timeline.marks import Timeline
from tracker.timeline.measures import is_creatine_kinase
from tracker.timeline.taper import lay_out_taper

CHECKPOINT = "taper_checkpoint"
RECENT = 8  # rows of the table that stand open; what is older is folded away
_SIDES = {
    Side.AS_PLANNED: "as planned",
    Side.BEHIND: "behind the plan",
    Side.AHEAD: "ahead of the plan",
    Side.NOT_KNOWN: "dose not recorded",
    Side.NO_PLAN: "no plan then",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a checkpoint looks at, as it was seen last; each in words, with its day."""

    strength: str
    muscle_enzyme: str
    symptoms: str
    response: str


@dataclass(frozen=True, slots=True)
class SpanShown:
    """One row of the table beside the drawing."""

    span: TaperSpan
    side: str
    open: bool


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """One decision, with who made it and when it was entered."""

    decision: TaperDecision
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class CumulativeShown:
    """A cumulative dose in words; `planned` too where planned steps that nobody recorded make a difference."""

    title: str
    recorded: str
    planned: str
    per_kilogram: str
    unknown: bool


@dataclass(frozen=True, slots=True)
class TaperShown:
    """Everything that the page draws. `step` is the planned step that holds, `next_step` the one to decide on next."""

    name: str
    standing: TaperStanding
    spans: tuple[SpanShown, ...]
    earlier: tuple[SpanShown, ...]
    step: TaperStep | None
    next_step: TaperStep | None
    checkpoints: tuple[DueFinding, ...]
    looked: Looked
    decisions: tuple[DecisionShown, ...]
    cumulative: tuple[CumulativeShown, ...]
    curve: ExpectedCurve | None
    curve_total: str
    items: tuple[SteroidItem, ...]
    timeline: Timeline | None

    @property
    def plan_ended(self) -> bool:
        """Whether a new plan is to be made: it runs, and no step lies ahead."""
        course = self.standing.course
        return not self.standing.ahead and (course.stop_on is None or course.stop_on > self.standing.as_of)


def present_taper(
    standing: Standing, row: CourseRow, plans: Sequence[PlanVersion], rows: Iterable[DecisionRow]
) -> TaperShown:
    """The page of one course from what the selectors read, as of the day that `standing` stands for."""
    as_of, record = standing.as_of, standing.record
    pathway, monitoring = load_pathway(), load_monitoring()
    course = next(each for each in record.treatment.courses if each.id == str(row.pk))
    taper = taper_standing(record.treatment, course, plans, pathway, as_of)
    weights = record.treatment.patient.weights
    curve = next((expected_curve(each, weights, course.start_on, as_of) for each in pathway.file.expected_tapers), None)
    spans = tuple(SpanShown(span, _SIDES[span.side], span is taper.today) for span in reversed(taper.spans))
    decisions = _decisions(course, as_of, rows, row.patient.clinic.time_zone)
    name = drug_name(row)
    return TaperShown(
        name=name,
        standing=taper,
        spans=spans[:RECENT],
        earlier=spans[RECENT:],
        step=max((step for step in course.taper if step.on <= as_of), key=lambda step: step.on, default=None),
        next_step=next_step(course, as_of),
        checkpoints=tuple(
            due for due in standing.monitoring.due if due.item == CHECKPOINT and due.driver.course.id == course.id
        ),
        looked=looked_at(standing, course),
        decisions=decisions,
        cumulative=(
            _cumulative("Since the start of this course", taper.since_start),
            _cumulative("Over the last 365 days", taper.last_year),
        ),
        curve=curve,
        curve_total=_example_total(curve, as_of),
        items=steroid_items(record, standing.monitoring, monitoring, course.drug),
        timeline=lay_out_taper(taper, curve, [shown.decision for shown in decisions], record, name),
    )


def looked_at(standing: Standing, course: Course) -> Looked:
    """The latest strength, muscle enzyme, globals and response, and what the last checkpoint said of them."""
    as_of, patient = standing.as_of, standing.record.treatment.patient
    seen = sorted(
        (each for each in patient.assessments if each.on <= as_of), key=lambda each: (each.on, entry_order(each.id))
    )
    last = last_decision(course, as_of)
    return Looked(
        strength=_with_trend(_strength(seen), last, "strength"),
        muscle_enzyme=_with_trend(_muscle_enzyme(standing.record, as_of), last, "muscle_enzyme"),
        symptoms=_with_trend(_symptoms(seen), last, "symptoms"),
        response=_response(standing, course),
    )


def _with_trend(words: str, last: TaperDecision | None, of: str) -> str:
    if last is None:
        return words
    return f"{words}; {getattr(last, of).label} at the checkpoint of {display.day(last.on)}"


def _strength(seen: Sequence[Assessment]) -> str:
    with_mmt = [each for each in seen if each.mmt is not None]
    parts = []
    if with_mmt:
        latest = with_mmt[-1]
        form = f"MMT {display.number(latest.mmt or 0)}"
        form += f" of {latest.mmt_maximum}" if latest.mmt_maximum else ", form not recorded"
        parts.append(f"{form} on {display.day(latest.on, latest.precision)}")
        if len(with_mmt) > 1 and with_mmt[-2].mmt_maximum == latest.mmt_maximum:
            before = with_mmt[-2]
            parts[-1] += f" ({display.number(before.mmt or 0)} on {display.day(before.on, before.precision)})"
    graded = [each for each in seen if each.lowest_mrc is not None]
    if graded and (not with_mmt or graded[-1].on > with_mmt[-1].on):
        grade = graded[-1].lowest_mrc
        assert grade is not None
        parts.append(f"lowest MRC grade {grade.label} on {display.day(graded[-1].on, graded[-1].precision)}")
    return "; ".join(parts) or "strength not recorded"


def _muscle_enzyme(record: MonitoringRecord, as_of: date) -> str:
    """CK with its day, and whether it is back to normal; without an upper limit that is not known."""
    measured = enzymes_as_results(record.treatment.patient.assessments, as_of)
    found = [row for row in (*record.results, *measured) if is_creatine_kinase(row) and row.sampled_on <= as_of]
    if not found:
        return "CK not recorded"
    row = max(found, key=lambda row: (row.sampled_on, entry_order(row.id)))
    limit = row.upper_limit
    words = f"CK {display.result_value(row.comparator, row.value, row.unit, '')} on {display.day(row.sampled_on)}"
    if limit is None:
        return f"{words}, upper limit not recorded, so not known whether it is normal"
    if above_its_limit(row):
        return f"{words}, above the upper limit of {display.number(limit)}"
    if row.comparator.startswith(">") or row.value is None or row.value > limit:
        return f"{words}, not known whether it is normal"
    return f"{words}, back to normal (upper limit {display.number(limit)})"


def _symptoms(seen: Sequence[Assessment]) -> str:
    parts = []
    for name, attribute in (("patient global", "patient_global"), ("physician global", "physician_global")):
        latest = next((each for each in reversed(seen) if getattr(each, attribute) is not None), None)
        if latest is not None:
            value = display.quantity(getattr(latest, attribute), "cm")
            parts.append(f"{name} {value} on {display.day(latest.on, latest.precision)}")
    return "; ".join(parts) or "globals not recorded"


def _response(standing: Standing, course: Course) -> str:
    found = responses(
        standing.record.treatment, load_pathway(), load_activity(), standing.as_of, standing.pathway
    ).courses
    own = next((each.response for each in found if each.course.id == course.id), None)
    if own is None or own.latest is None:
        return "no response score over this course"
    return own.latest.words


def _decisions(course: Course, as_of: date, rows: Iterable[DecisionRow], zone: str) -> tuple[DecisionShown, ...]:
    known = {decision.id: decision for decision in course.taper_decisions if decision.on <= as_of}
    shown = []
    for row in rows:
        decision = known.get(str(row.pk))
        if decision is not None:
            at = row.recorded_at.astimezone(ZoneInfo(zone))
            by = row.recorded_by.get_full_name() or row.recorded_by.username
            shown.append(DecisionShown(decision, by, f"{display.day(at.date())} at {at:%H:%M}"))
    return tuple(shown)


def _example_total(curve: ExpectedCurve | None, as_of: date) -> str:
    if curve is None or curve.ends_on is None:
        return ""
    total = display.quantity(cumulative_of(curve, as_of), "mg")
    return total if as_of <= curve.ends_on else f"{total} up to its end, {display.day(curve.ends_on)}"


def _cumulative(title: str, dose: CumulativeDose) -> CumulativeShown:
    sums = dose.recorded
    return CumulativeShown(
        title=title,
        recorded=sums.words,
        planned=dose.with_planned_steps.words if dose.differ else "",
        per_kilogram=per_kilogram_words(sums),
        unknown=not sums.exact,
    )
