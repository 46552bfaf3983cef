"""One patient on one page of A4. What has no room is counted and said, never dropped in silence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.rules.reasons import Reason
from tracker import display
from tracker.letters import parts
from tracker.letters.drawing import Drawing, compact_drawing
from tracker.letters.parts import Printed
from tracker.letters.results import ranked_results
from tracker.letters.room import Keeper, Room, fitted
from tracker.letters.runs import plain_line, strong_in
from tracker.paper import pdf_of
from tracker.patient_flags import PatientFlags
from tracker.presenters.planned import planned_in_short
from tracker.presenters.record_courses import FailedDrug
from tracker.selectors import RecordPage

_TEMPLATE = Path(__file__).with_name("summary.typ")
_PAGE_WIDTH = 18.0  # cm of A4 between the margins


# The first that fits one page is taken. The last is so small that it always fits.
_ROOMS = (
    Room(lines=40, values=60, findings=12, letters=500, drawing=12.0, size=9.6),
    Room(lines=40, values=60, findings=12, letters=500, drawing=9.0, size=8.8),
    Room(lines=25, values=40, findings=8, letters=400, drawing=8.0, size=8.6),
    Room(lines=16, values=30, findings=6, letters=300, drawing=8.0, size=8.4),
    Room(lines=12, values=20, findings=6, letters=220, drawing=7.0, size=8.2),
    Room(lines=8, values=12, findings=4, letters=160, drawing=6.0, size=8.2),
    Room(lines=5, values=8, findings=3, letters=120, drawing=5.0, size=8.0),
    Room(lines=3, values=5, findings=2, letters=80, drawing=0, size=7.6),
)


def summary_pdf(page: RecordPage, flags: PatientFlags, who: Printed) -> bytes:
    """The page as of the day that `page` stands for; the warnings `flags` are those of the same day."""
    drawing = compact_drawing(page)
    return pdf_of(_TEMPLATE, fitted(_TEMPLATE, _ROOMS, lambda room: summary_content(page, flags, who, drawing, room)))


def summary_content(
    page: RecordPage, flags: PatientFlags, who: Printed, drawing: Drawing | None, room: Room
) -> Mapping[str, Any]:
    """Everything that the template prints, with what was left out for want of room."""
    standing, keep = page.standing, Keeper(room)
    treatment = parts.treatment_of(page)
    asked = [each.prompt.text or each.prompt.code.label for each in standing.questions.open]
    asked += [gap.text for gap in standing.pathway.gaps]
    height = min(room.drawing, _PAGE_WIDTH / drawing.proportion) if drawing else 0
    ranked = ranked_results(standing.record, standing.protocol, standing.as_of, told_elsewhere=parts.is_measure)
    measured = parts.measures(standing.record, standing.protocol, standing.as_of)
    content: dict[str, Any] = parts.frame(page, _("Summary of one patient"), who) | {
        "words": _headings() | ({"no_results": _("No other result is recorded.")} if ranked.is_empty else {}),
        "warnings": _warnings(flags),
        "diagnosis": [plain_line(keep.short(line)) for line in parts.diagnosis(page)],
        "standing": _standing(page, keep),
        "next": keep.short(standing.pathway.next_step.text or standing.pathway.next_step.word.label),
        "drugs": [parts.course_line(row) for row in treatment.active],  # what is taken is never cut
        "planned": [row.line for row in planned_in_short(page)],  # nor what is planned, a taper but for its next step
        "failed": keep.lines([plain_line(keep.short(_failed(each))) for each in treatment.failed]),
        "measures": keep.lines([parts.measure_line(row) for row in measured]),
        "results": keep.lines([each.line() for each in (*ranked.pressing, *ranked.changed)]),
        "summed_up": [*ranked.summed_up(keep), ranked.vaccine_line()],
        "due": keep.lines([strong_in(f"{when}, {text}", when) for when, text in _due(page)]),
        "questions": keep.lines([plain_line(keep.short(text)) for text in asked]),
        "drawing": drawing.svg if drawing and height else "",
        "drawing_words": drawing.words if drawing else "",
        "drawing_height": round(height, 2),
        "size": room.size,
    }
    left = [_("the timeline")] if drawing and not height else []
    content["left_out"] = _left_out([*left, keep.shortened()])
    return content


def _left_out(what: Iterable[str]) -> str:
    """What is not on the page beside what its lists count, in words; "" when everything is."""
    told = "; ".join(filter(None, what))
    return _("Left out for want of room: %(what)s. They stand in the record.") % {"what": told} if told else ""


def _failed(each: FailedDrug) -> str:
    return f"{each.name}: {each.outcome.kind.label}, {display.day(each.outcome.on)}"


def _standing(page: RecordPage, keep: Keeper) -> list[dict[str, str]]:
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


def _due(page: RecordPage) -> list[tuple[str, str]]:
    """What is due, when and what: what falls on one day for one drug in one line, the longest due first."""
    as_of = page.standing.as_of
    together: dict[tuple[date, str, str], list[str]] = {}
    for each in sorted(page.standing.monitoring.due, key=lambda due: (due.due_on, due.name, due.occasion)):
        key = (each.due_on, parts.due_words(each, as_of), each.driver.drug_name)
        together.setdefault(key, []).append(each.name)
    return [
        (when, _("for %(drug)s: %(tests)s") % {"drug": drug, "tests": ", ".join(names)})
        for (_on, when, drug), names in together.items()
    ]


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
        "planned": _("Planned"),
        "failed": _("Judged to have failed"),
        "measures": _("Last measures"),
        "results": _("Last results"),
        "due": _("What is due"),
        "questions": _("Open questions and gaps"),
        "course": _("The course so far"),
        "nothing": _("Nothing is recorded."),
        "no_drugs": _("No active course is recorded."),
        "no_measures": _("No assessment is recorded."),
        "no_results": _("None of the newest results is out of range or has changed."),
        "no_due": _("Nothing is due."),
        "no_questions": _("None."),
    }
