"""The clinic's letter to the family doctor: what the record says under fixed headings, and what its writer adds."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.rules.findings import DriverFinding, DueFinding
from monitoring.rules.intervals import shared_care_on
from monitoring.rules.vocabulary import MonitoredBy
from tracker import display
from tracker.letters import parts
from tracker.letters.parts import Printed
from tracker.letters.results import ranked_results
from tracker.letters.room import Keeper, Room, fitted
from tracker.letters.runs import Line, plain_line, strong_in
from tracker.paper import pdf_of
from tracker.presenters.planned import planned_shown
from tracker.presenters.record_since import SinceShown
from tracker.selectors import RecordPage

_TEMPLATE = Path(__file__).with_name("letter.typ")
RESULT_DAYS = 365  # results older than a year are the record's, not this letter's
# One page where that can be had with everything on it; else two, and then what asks for nothing is cut. What is taken,
# what asks for action, what the practice is asked to do and the writer's own sentences are never cut.
_ROOMS = (
    Room(lines=60, values=60, findings=60, letters=3000, size=10.5),
    Room(lines=60, values=60, findings=60, letters=3000, size=9.5, columns=2),
    Room(lines=60, values=60, findings=60, letters=3000, size=10.5, pages=2),
    Room(lines=60, values=60, findings=60, letters=3000, size=9.5, columns=2, pages=2),
    Room(lines=16, values=24, findings=16, letters=400, size=9.5, columns=2, pages=2),
    Room(lines=8, values=12, findings=6, letters=240, size=9, columns=2, pages=2),
)


class LetterPart(StrEnum):
    """The headings of the letter, in their order."""

    DIAGNOSIS = "diagnosis"
    TREATMENT = "treatment"
    CHANGES = "changes"
    RESULTS = "results"
    MONITORING = "monitoring"
    PLAN = "plan"


PART_TITLES: dict[LetterPart, str | Promise] = {
    LetterPart.DIAGNOSIS: gettext_lazy("Diagnosis"),
    LetterPart.TREATMENT: gettext_lazy("Current treatment"),
    LetterPart.CHANGES: gettext_lazy("Changes since the last visit"),
    LetterPart.RESULTS: gettext_lazy("Results"),
    LetterPart.MONITORING: gettext_lazy("Monitoring: what the practice is asked to do, and by when"),
    LetterPart.PLAN: gettext_lazy("Plan"),
}


@dataclass(frozen=True, slots=True)
class LetterWords:
    """What the writer chooses and adds. Nothing of it is kept."""

    chosen: frozenset[LetterPart] = frozenset(LetterPart)
    recipient: str = ""
    opening: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading: sentences, a list (in columns where it is long), and lines after it."""

    before: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)


def letter_pdf(page: RecordPage, since: SinceShown, words: LetterWords, who: Printed) -> bytes:
    """The letter as of the day that `page` stands for; `since` is what the changes are told from."""
    return pdf_of(_TEMPLATE, fitted(_TEMPLATE, _ROOMS, lambda room: letter_content(page, since, words, who, room)))


def letter_content(
    page: RecordPage, since: SinceShown, words: LetterWords, who: Printed, room: Room
) -> Mapping[str, Any]:
    """Everything that the template prints."""
    keep = Keeper(room)
    writers: dict[LetterPart, Callable[[], Section]] = {
        LetterPart.DIAGNOSIS: lambda: Section(lines=[plain_line(keep.short(line)) for line in parts.diagnosis(page)]),
        LetterPart.TREATMENT: lambda: _treatment(page),
        LetterPart.CHANGES: lambda: _changes(since, keep),
        LetterPart.RESULTS: lambda: _results(page, keep),
        LetterPart.MONITORING: lambda: _monitoring(page),
        LetterPart.PLAN: lambda: _plan(page, words.plan),
    }
    sections = [
        {"title": str(PART_TITLES[part]), "before": told.before, "lines": told.lines, "after": told.after}
        for part in LetterPart
        if part in words.chosen
        for told in [writers[part]()]
    ]
    patient = page.standing.patient
    return parts.frame(page, _("About %(who)s") % {"who": _name(page)}, who) | {
        "clinic": patient.clinic.name,
        "day": display.day(who.at.date()),
        "recipient": words.recipient,
        "opening": words.opening,
        "sections": sections,
        "closing": _("Yours sincerely"),
        "signed": who.by,
        "size": room.size,
        "columns": room.columns,
    }


def _name(page: RecordPage) -> str:
    patient = page.standing.patient
    return f"{patient.given_names} {patient.family_name}".strip()


def _treatment(page: RecordPage) -> Section:
    lines = [parts.course_line(row) for row in parts.treatment_of(page).active]
    return Section(before=[] if lines else [_("No active course is recorded.")], lines=lines)


def _changes(since: SinceShown, keep: Keeper) -> Section:
    if since.since is None:
        return Section(before=[_("No earlier visit is recorded.")])
    day = display.day(since.since)
    lines = [
        plain_line(_("%(name)s: %(now)s (before: %(then)s)") % {"name": each.name, "now": each.now, "then": each.then})
        for each in since.differences
        if each.name in _TOLD_DIFFERENCES
    ]
    lines += [
        strong_in(f"{display.day(line.on)} {line.text}{f', {line.sign}' if line.sign else ''}", line.dose)
        for section in since.sections
        if section.for_letters
        for line in section.lines
    ]
    if not lines:
        none = _("No change of treatment, judgement or condition and no result out of range is recorded since %(day)s.")
        return Section(before=[none % {"day": day}])
    return Section(before=[_("Since %(day)s:") % {"day": day}], lines=keep.lines(lines))


# What another doctor can use; the clinic's own questions and options are no news to a practice.
_TOLD_DIFFERENCES = ("Status", "Severity", "Phase", "Line reached")


def _results(page: RecordPage, keep: Keeper) -> Section:
    """What asks for something, then what changed, then the measures of the disease; the rest in a few lines."""
    standing = page.standing
    measures = parts.measures(standing.record, standing.protocol, standing.as_of)
    told = [parts.measure_line(row) for row in measures]
    # A creatine kinase that says something goes before measures that say nothing.
    told = [line for row, line in zip(measures, told, strict=True) if row.said] + [
        line for row, line in zip(measures, told, strict=True) if not row.said
    ]
    ranked = ranked_results(
        standing.record, standing.protocol, standing.as_of, RESULT_DAYS, told_elsewhere=parts.is_measure
    )
    lines = [*(each.line() for each in ranked.pressing), *(each.line() for each in ranked.changed), *told]
    after = [*ranked.summed_up(keep), ranked.vaccine_line()]
    before = []
    if ranked.is_empty:
        none = _no_result(page, beside=bool(told))
        if told:
            after.insert(0, plain_line(none))
        else:
            before.append(none)
    return Section(before, lines, after)


def _no_result(page: RecordPage, *, beside: bool) -> str:
    """That the letter has no result to tell: none at all, or none recent enough. `beside`: measures stand there."""
    standing, window = page.standing, {"days": RESULT_DAYS}
    if not any(row.sampled_on <= standing.as_of and not parts.is_measure(row) for row in standing.record.results):
        return _("No other result is recorded.") if beside else _("No result is recorded.")
    if beside:
        return _("No other result is recorded in the last %(days)s days.") % window
    return _("No result is recorded in the last %(days)s days.") % window


def _monitoring(page: RecordPage) -> Section:
    due = sorted(page.standing.monitoring.due, key=lambda each: (each.due_on, each.name, each.occasion))
    theirs = [each for each in due if _asked_of(each, MonitoredBy.GP)]
    others = _other_services(due, page)
    ours = any(_asked_of(each, MonitoredBy.US) for each in due if each not in theirs)
    rest = [_("The clinic looks after everything else.")] if ours else []
    if theirs:
        asked = _("Please see to the following and send us the results:")
        said = (*_each_due(theirs, page), *others, *rest)
    elif not due:
        asked, said = _("No test is asked of the practice: no monitoring is due."), ()
    elif not others:
        asked, said = _("No test is asked of the practice: the clinic looks after the monitoring."), ()
    else:
        asked, said = _("No test is asked of the practice."), (*others, *rest)
    return Section(before=[asked], lines=[plain_line(text) for text in said])


def _asked_of(due: DueFinding, care: MonitoredBy) -> bool:
    return any(driver.monitored_by is care for driver in _drivers(due))


def _drivers(due: DueFinding) -> tuple[DriverFinding, ...]:
    return (due.driver, *due.other_drivers)


def _other_services(due: Collection[DueFinding], page: RecordPage) -> list[str]:
    """Who else looks after which drugs, by the name recorded of them."""
    drugs: dict[str, dict[str, None]] = {}
    for driver in (one for each in due for one in _drivers(each) if one.monitored_by is MonitoredBy.OTHER):
        care = shared_care_on(page.standing.record, driver.drug, page.standing.as_of)
        drugs.setdefault(care.provider if care else "", {})[driver.drug_name] = None
    found = []
    for provider, names in sorted(drugs.items()):
        said = {"service": provider, "drugs": ", ".join(sorted(names))}
        named = _("%(service)s looks after the monitoring for %(drugs)s.")
        unnamed = _("Another service, whose name is not recorded, looks after the monitoring for %(drugs)s.")
        found.append((named if provider else unnamed) % said)
    return found


def _each_due(due: Collection[DueFinding], page: RecordPage) -> Iterable[str]:
    for each in due:
        said = {
            "name": each.name,
            "day": display.day(each.due_on),
            "drug": ", ".join(dict.fromkeys(one.drug_name for one in (each.driver, *each.other_drivers))),
        }
        if each.days_overdue > 0:
            yield _("%(name)s: as soon as possible, was due %(day)s (%(drug)s)") % said
        else:
            yield _("%(name)s: by %(day)s (%(drug)s)") % said


def _plan(page: RecordPage, own: str) -> Section:
    changes = [row.line for row in planned_shown(page)]
    before = [own] if own else []
    if changes:
        return Section([*before, _("Planned changes:")], changes)
    return Section(before or [_("Treatment goes on as above.")])
