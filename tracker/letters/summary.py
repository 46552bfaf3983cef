"""One patient on one page of A4. What has no room is counted and said, never dropped in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.rules.reasons import Reason
from tracker import display
from tracker.letters import parts
from tracker.letters.drawing import Drawing, compact_drawing
from tracker.letters.parts import Printed
from tracker.paper import pages_of, pdf_of
from tracker.patient_flags import PatientFlags
from tracker.presenters.record_values import ResultShown, newest_of_each, results_shown
from tracker.selectors import RecordPage

T = TypeVar("T")
_TEMPLATE = Path(__file__).with_name("summary.typ")
_PAGE_WIDTH = 18.0  # cm of A4 between the margins


@dataclass(frozen=True, slots=True)
class Room:
    """How many of each list are printed, how many letters of a sentence, and how large.

    `drawing` is how high the drawing may be, in cm; `size` is that of the type, in points.
    """

    lines: int
    letters: int
    drawing: float
    size: float


# The first that fits one page is taken. The last is so small that it always fits.
_ROOMS = (
    Room(40, 500, 12.0, 9.6),
    Room(40, 500, 9.0, 8.8),
    Room(25, 400, 8.0, 8.6),
    Room(16, 300, 8.0, 8.4),
    Room(12, 220, 7.0, 8.2),
    Room(8, 160, 6.0, 8.2),
    Room(5, 120, 5.0, 8.0),
    Room(3, 80, 0, 7.6),
)


def summary_pdf(page: RecordPage, flags: PatientFlags, who: Printed) -> bytes:
    """The page as of the day that `page` stands for; the warnings `flags` are those of the same day."""
    drawing = compact_drawing(page)
    for room in _ROOMS:
        content = summary_content(page, flags, who, drawing, room)
        if room is _ROOMS[-1] or pages_of(_TEMPLATE, content) == 1:
            break
    return pdf_of(_TEMPLATE, content)


def summary_content(
    page: RecordPage, flags: PatientFlags, who: Printed, drawing: Drawing | None, room: Room
) -> dict[str, Any]:
    """Everything that the template prints, with what was left out for want of room."""
    standing, keep = page.standing, _Keeper(room)
    treatment = parts.treatment_of(page)
    asked = [each.prompt.text or each.prompt.code.label for each in standing.questions.open]
    asked += [gap.text for gap in standing.pathway.gaps]
    height = min(room.drawing, _PAGE_WIDTH / drawing.proportion) if drawing else 0
    content: dict[str, Any] = parts.frame(page, _("Summary of one patient"), who) | {
        "words": _headings(),
        "warnings": _warnings(flags),
        "diagnosis": [keep.short(line) for line in parts.diagnosis(page)],
        "standing": _standing(page, keep),
        "next": keep.short(standing.pathway.next_step.text or standing.pathway.next_step.word.label),
        "drugs": [
            {"name": row.name, "dose": parts.dose_words(row), "since": parts.since_words(row)}
            for row in treatment.active  # what is taken is never cut
        ],
        "failed": [
            keep.short(f"{each.name}: {each.outcome.kind.label}, {display.day(each.outcome.on)}")
            for each in keep.some(treatment.failed, _("judgements of failure"))
        ],
        "measures": [
            {"name": row.name, "value": row.value, "on": display.day(row.on), "before": row.before}
            for row in keep.some(parts.measures(standing.record, standing.protocol, standing.as_of), _("measures"))
        ],
        "results": [keep.short(_dated(row)) for row in keep.some(_results(page), _("results"))],
        "due": keep.some(_due(page), _("days of due items")),
        "questions": [keep.short(text) for text in keep.some(asked, _("questions and gaps"))],
        "drawing": drawing.svg if drawing and height else "",
        "drawing_words": drawing.words if drawing else "",
        "drawing_height": round(height, 2),
        "size": room.size,
    }
    if drawing and not height:
        keep.left.append(_("the timeline"))
    content["left_out"] = keep.said()
    return content


class _Keeper:
    """Cuts lists and sentences to the room there is, and remembers what it cut."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.left: list[str] = []
        self._shortened = 0

    def some(self, rows: Sequence[T], what: str) -> Sequence[T]:
        """As many as there is room for, in their order."""
        if (more := len(rows) - self._room.lines) > 0:
            self.left.append(f"{more} {what}")
        return rows[: self._room.lines]

    def short(self, text: str) -> str:
        if len(text) <= self._room.letters:
            return text
        self._shortened += 1
        return f"{text[: self._room.letters].rsplit(' ', 1)[0]} …"

    def said(self) -> str:
        """What is not on the page, in words; "" when everything is."""
        told = [*self.left]
        if self._shortened:
            told.append(
                ngettext("the end of %(count)s sentence", "the ends of %(count)s sentences", self._shortened)
                % {"count": self._shortened}
            )
        if not told:
            return ""
        return _("Left out for want of room: %(what)s. They stand in the record.") % {"what": "; ".join(told)}


def _standing(page: RecordPage, keep: _Keeper) -> list[dict[str, str]]:
    pathway = page.standing.pathway
    line = _("line %(number)s") % {"number": pathway.line_reached} if pathway.line_reached else _("no line yet")
    failed = ", ".join(_("line %(number)s") % {"number": number} for number in pathway.failed_lines)
    if not pathway.in_scope:
        return [{"name": _("Pathway"), "value": _("does not apply"), "why": keep.short(_why(pathway.scope_reasons))}]
    return [
        {
            "name": _("Severity"),
            "value": pathway.severity.group.label,
            "why": keep.short(_why(pathway.severity.reasons)),
        },
        {"name": _("Phase"), "value": pathway.phase.phase.label, "why": keep.short(_why(pathway.phase.reasons))},
        {"name": _("Line of therapy reached"), "value": line, "why": keep.short(_why(pathway.line_reasons))},
        {"name": _("Judged to have failed"), "value": failed or _("no line"), "why": ""},
    ]


def _why(reasons: Sequence[Reason]) -> str:
    return f"{reasons[0].text[:1].upper()}{reasons[0].text[1:]}" if reasons else ""


def _results(page: RecordPage) -> list[ResultShown]:
    """The newest of each test, those out of range alone, the most pressing first."""
    standing = page.standing
    newest = newest_of_each(standing.record.results, standing.as_of)
    shown = results_shown(newest, standing.record, standing.protocol, standing.as_of)
    found = [row for row in shown if row.is_out_of_range]
    return sorted(found, key=lambda row: (not row.needs_action, -row.result.sampled_on.toordinal(), row.name))


def _due(page: RecordPage) -> list[dict[str, str]]:
    """What is due, what falls on one day for one drug in one line, the longest due first."""
    as_of = page.standing.as_of
    together: dict[tuple[date, str, str], list[str]] = {}
    for each in sorted(page.standing.monitoring.due, key=lambda due: (due.due_on, due.name, due.occasion)):
        key = (each.due_on, parts.due_words(each, as_of), each.driver.drug_name)
        together.setdefault(key, []).append(each.name)
    return [
        {"when": when, "name": ", ".join(names), "drug": _("for %(drug)s") % {"drug": drug}}
        for (_on, when, drug), names in together.items()
    ]


def _dated(row: ResultShown) -> str:
    return f"{display.day(row.result.sampled_on)} {parts.result_words(row)}"


def _warnings(flags: PatientFlags) -> str:
    told = [kind.label for kind in flags.conditions]
    if flags.urgent_alerts:
        told.insert(
            0,
            ngettext("%(count)s urgent alert open", "%(count)s urgent alerts open", flags.urgent_alerts)
            % {"count": flags.urgent_alerts},
        )
    if flags.not_tolerated:
        told.append(_("not tolerated or contraindicated: %(drugs)s") % {"drugs": ", ".join(flags.not_tolerated)})
    return _("Warnings: %(told)s") % {"told": "; ".join(told)} if told else ""


def _headings() -> dict[str, str]:
    return {
        "diagnosis": _("Diagnosis"),
        "standing": _("Where the patient stands"),
        "next": _("What the algorithm says next"),
        "drugs": _("Taken now"),
        "failed": _("Judged to have failed"),
        "measures": _("Last measures"),
        "results": _("Last results out of range"),
        "due": _("What is due"),
        "questions": _("Open questions and gaps"),
        "course": _("The course so far"),
        "nothing": _("Nothing is recorded."),
        "no_drugs": _("No active course is recorded."),
        "no_measures": _("No assessment is recorded."),
        "no_results": _("None of the newest results is out of range."),
        "no_due": _("Nothing is due."),
        "no_questions": _("None."),
    }
