"""The timeline as its page and its files show it: the drawing of the days and lanes that were asked for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.audit_findings import Period
from monitoring.rules.infusions import shape_of
from patients.models import Patient, Staff
from patients.protocol.load import load as load_activity
from regimens.protocol.load import load as load_pathway
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.coming import ComingChange
from regimens.rules.findings import PathwayFindings
from regimens.rules.infusion_plan import cycles_ahead, is_infused
from regimens.rules.pathway import evaluate
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.response import responses
from regimens.rules.response_findings import Responses
from tracker import display
from tracker.selectors import Standing
from tracker.templatetags.clinical import banner_text
from tracker.timeline.layout import Closer, Window, lay_out, whole_axis
from tracker.timeline.looks import Look, looks
from tracker.timeline.marks import LaneKind, Timeline
from tracker.timeline.response import scores_over_time
from tracker.timeline.scale import TimeScale
from tracker.timeline.sheet import Heading
from tracker.timeline.standing import standing_periods
from tracker.timeline.treatment import Names
from tracker.timeline.view import Span, back_from, moved, spanned, usual, zoomed_in, zoomed_out

LANE_LABELS: dict[LaneKind, str | Promise] = {
    LaneKind.PHASE: gettext_lazy("Phase and line"),
    LaneKind.MILESTONES: gettext_lazy("Remission and relapse"),
    LaneKind.DRUGS: gettext_lazy("Drugs"),
    LaneKind.MONITORING: gettext_lazy("Monitoring"),
    LaneKind.CONDITIONS: gettext_lazy("Conditions"),
    LaneKind.ASSESSMENTS: gettext_lazy("Assessments"),
    LaneKind.ENZYMES: gettext_lazy("CK"),
    LaneKind.STRENGTH: gettext_lazy("Muscle strength"),
    LaneKind.GLOBALS: gettext_lazy("Globals"),
    LaneKind.RESPONSE: gettext_lazy("Response (TIS)"),
    LaneKind.LUNG: gettext_lazy("Lung function"),
    LaneKind.LEVELS: gettext_lazy("Drug levels"),
    LaneKind.RESULTS: gettext_lazy("Other results"),
}
LANE_PRESETS: tuple[tuple[str | Promise, tuple[LaneKind, ...]], ...] = (
    (gettext_lazy("Everything"), tuple(LaneKind)),
    (gettext_lazy("Drugs only"), (LaneKind.PHASE, LaneKind.MILESTONES, LaneKind.DRUGS)),
    (
        gettext_lazy("Monitoring"),
        (LaneKind.DRUGS, LaneKind.MONITORING, LaneKind.LEVELS, LaneKind.RESULTS, LaneKind.CONDITIONS),
    ),
    (
        gettext_lazy("Disease activity"),
        (
            LaneKind.PHASE, LaneKind.MILESTONES, LaneKind.DRUGS, LaneKind.ASSESSMENTS, LaneKind.ENZYMES,
            LaneKind.STRENGTH, LaneKind.GLOBALS, LaneKind.RESPONSE, LaneKind.LUNG,
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. None: the usual days; no lanes: every lane."""

    first: date | None = None
    last: date | None = None
    lanes: tuple[LaneKind, ...] = ()


@dataclass(frozen=True, slots=True)
class SpanLink:
    """A span of days that can be shown, and whether it is."""

    label: str
    span: Span
    here: bool = False


@dataclass(frozen=True, slots=True)
class TimelineShown:
    """The page: the drawing (None: nothing dated is recorded), the span that it shows and those a step away."""

    timeline: Timeline | None
    span: Span | None = None
    presets: tuple[SpanLink, ...] = ()
    steps: tuple[SpanLink, ...] = ()
    everything: Span | None = None


def timeline_shown(standing: Standing, asked: Asked, coming: Sequence[ComingChange] = ()) -> TimelineShown:
    """The page's content from what the selectors read; `coming` is what is entered for a later day."""
    as_of, record = standing.as_of, standing.record
    names = names_for(standing.protocol, as_of)
    whole = whole_axis(record, standing.monitoring, as_of, names=names, coming=coming)
    if whole is None:
        return TimelineShown(None)
    span = _span(asked, as_of, whole, coming)
    pathway = load_pathway()
    found = responses(record.treatment, pathway, load_activity(), as_of, standing.pathway)
    lanes = frozenset(asked.lanes or LaneKind)
    timeline = lay_out(
        record,
        standing_periods(record.treatment, as_of, _pathway_on(record.treatment, pathway)),
        standing.monitoring,
        names,
        as_of,
        window=Window(span.first, span.last, lanes),
        closer=Closer(
            standing.protocol,
            _looks(standing, pathway, span) if LaneKind.MONITORING in lanes else (),
            scores_over_time(record.treatment, found, load_activity(), as_of),
        ),
        coming=coming,
    )
    return TimelineShown(
        timeline,
        span,
        tuple(_presets(standing, found, span, whole)),
        tuple(_steps(span, as_of)),
        Span(whole.first, whole.last),
    )


def names_for(protocol: MonitoringProtocol, as_of: date) -> Names:
    """What the drawing calls drugs and analytes, and what the catalogue says of equivalence and cycles."""
    pathway = load_pathway()

    def drug(slug: str) -> str:
        return pathway.drugs[slug].name if slug in pathway.drugs else slug

    def analyte(slug: str) -> str:
        return protocol.analytes[slug].name if slug in protocol.analytes else slug

    def equivalence(course: Course) -> Decimal | None:
        return pathway.drugs[course.drug].prednisolone_equivalence if course.drug in pathway.drugs else None

    def cycles(course: Course) -> tuple[date, ...]:
        running = course.start_on <= as_of and (course.stop_on is None or course.stop_on > as_of)
        if course.never_given or not running or not is_infused(course.route, pathway.drugs.get(course.drug)):
            return ()
        shape = shape_of(protocol.drugs.get(course.drug), course.route, protocol)
        return tuple(cycle.first_on for cycle in cycles_ahead(course, shape, as_of))

    return Names(drug, analyte, equivalence, cycles)


def _pathway_on(record: TreatmentRecord, protocol: PathwayProtocol) -> Callable[[date], PathwayFindings]:
    return lambda day: evaluate(record, protocol, day)


def _looks(standing: Standing, pathway: PathwayProtocol, span: Span) -> tuple[Look, ...]:
    if span.first > standing.as_of:
        return ()
    period = Period(span.first, min(span.last, standing.as_of), standing.as_of)
    return looks(standing.record, standing.protocol, pathway, standing.monitoring, period)


def _span(asked: Asked, as_of: date, whole: TimeScale, coming: Sequence[ComingChange]) -> Span:
    """What was asked for; one end alone is completed by the usual length.

    Unasked it reaches to the last start, dose or stop that is planned; the steps of a taper may lie far ahead.
    """
    if asked.first is None and asked.last is None:
        return usual(as_of, whole, [change.on for change in coming if change.step is None])
    length = usual(as_of, whole).last - usual(as_of, whole).first
    first = asked.first or (asked.last - length if asked.last else whole.first)
    last = asked.last or max(whole.last, first)
    return spanned(first, last)


def _presets(standing: Standing, found: Responses, span: Span, whole: TimeScale) -> Iterable[SpanLink]:
    as_of = standing.as_of
    offered = [(_("3 months"), back_from(as_of, 91, whole)), (_("1 year"), back_from(as_of, 365, whole))]
    offered.append((_("3 years"), back_from(as_of, 3 * 365, whole)))
    offered.append((_("All"), Span(whole.first, whole.last)))
    visits = [each.on for each in standing.record.treatment.patient.assessments if each.on <= as_of]
    if visits:
        days = max((as_of - max(visits)).days, 1)
        offered.append((_("Since the last assessment"), back_from(as_of, days + days // 10 + 3, whole)))
    line = found.present_line
    if line is not None:
        days = max((as_of - line.response.start_on).days, 1)
        name = _("Since line %(line)s") if line.code.isdigit() else _("Since maintenance (%(line)s)")
        offered.append((name % {"line": line.code}, back_from(as_of, days + days // 10 + 3, whole)))
    for label, each in offered:
        yield SpanLink(label, each, here=each == span)


def _steps(span: Span, as_of: date) -> Iterable[SpanLink]:
    yield SpanLink(_("Earlier"), moved(span, -1))
    yield SpanLink(_("Later"), moved(span, 1))
    yield SpanLink(_("Closer"), zoomed_in(span, as_of))
    yield SpanLink(_("Further"), zoomed_out(span, as_of))


def heading(
    standing: Standing, patient: Patient, span: Span | None, *, printed_by: Staff, printed_at: datetime
) -> Heading:
    """What stands above and below the drawing in a file of its own."""
    as_of = standing.as_of
    number = _("hospital number %(number)s") % {"number": patient.hospital_number}
    identity = f"{banner_text(patient, as_of)}, {number}"
    days = ""
    if span is not None:
        days = _("%(first)s to %(last)s") % {"first": display.day(span.first), "last": display.day(span.last)}
    known = ""
    if standing.known_on is not None:
        known = _(", as known on %(day)s") % {"day": display.day(standing.known_on)}
    about = _("As of %(day)s%(known)s. Shown: %(days)s.") % {"day": display.day(as_of), "known": known, "days": days}
    by = printed_by.get_full_name() or printed_by.username
    foot = _("Made by %(name)s on %(day)s at %(time)s. Myoline advises; clinicians decide.") % {
        "name": by,
        "day": display.day(printed_at.date()),
        "time": f"{printed_at:%H:%M}",
    }
    return Heading(_("Treatment timeline"), (identity, about), foot)
