"""The clinic's letter to the family doctor: what the record says under fixed headings, and what its writer adds."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.rules.findings import DriverFinding, DueFinding
from monitoring.rules.intervals import shared_care_on
from monitoring.rules.record import Result
from monitoring.rules.vocabulary import MonitoredBy
from tracker import display
from tracker.letters import parts
from tracker.letters.parts import Measure, Printed
from tracker.paper import pdf_of
from tracker.presenters.record_since import SinceShown
from tracker.presenters.record_values import newest_of_each, results_shown
from tracker.selectors import RecordPage

_TEMPLATE = Path(__file__).with_name("letter.typ")
RESULT_DAYS = 365  # results older than a year are the record's, not this letter's


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


def letter_pdf(page: RecordPage, since: SinceShown, words: LetterWords, who: Printed) -> bytes:
    """The letter as of the day that `page` stands for; `since` is what the changes are told from."""
    return pdf_of(_TEMPLATE, letter_content(page, since, words, who))


def letter_content(page: RecordPage, since: SinceShown, words: LetterWords, who: Printed) -> dict[str, Any]:
    """Everything that the template prints."""
    writers: dict[LetterPart, Callable[[], tuple[list[str], list[str]]]] = {
        LetterPart.DIAGNOSIS: lambda: ([], parts.diagnosis(page)),
        LetterPart.TREATMENT: lambda: _treatment(page),
        LetterPart.CHANGES: lambda: _changes(since),
        LetterPart.RESULTS: lambda: _results(page),
        LetterPart.MONITORING: lambda: _monitoring(page),
        LetterPart.PLAN: lambda: _plan(page, words.plan),
    }
    sections = []
    for part in LetterPart:
        if part in words.chosen:
            paragraphs, lines = writers[part]()
            sections.append({"title": str(PART_TITLES[part]), "paragraphs": paragraphs, "lines": lines})
    patient = page.standing.patient
    return parts.frame(page, _("About %(who)s") % {"who": _name(page)}, who) | {
        "clinic": patient.clinic.name,
        "day": display.day(who.at.date()),
        "recipient": words.recipient,
        "opening": words.opening,
        "sections": sections,
        "closing": _("Yours sincerely"),
        "signed": who.by,
    }


def _name(page: RecordPage) -> str:
    patient = page.standing.patient
    return f"{patient.given_names} {patient.family_name}".strip()


def _treatment(page: RecordPage) -> tuple[list[str], list[str]]:
    shown = parts.treatment_of(page)
    lines = [f"{row.name} {parts.dose_words(row)}, {parts.since_words(row)}" for row in shown.active]
    return ([] if lines else [_("No active course is recorded.")]), lines


def _changes(since: SinceShown) -> tuple[list[str], list[str]]:
    if since.since is None:
        return [_("No earlier visit is recorded.")], []
    day = display.day(since.since)
    lines = [
        _("%(name)s: %(now)s (before: %(then)s)") % {"name": each.name, "now": each.now, "then": each.then}
        for each in since.differences
        if each.name in _TOLD_DIFFERENCES
    ]
    lines += [
        f"{display.day(line.on)} {line.text}{f', {line.sign}' if line.sign else ''}"
        for section in since.sections
        if section.for_letters
        for line in section.lines
    ]
    if not lines:
        return [
            _("No change of treatment, judgement or condition and no result out of range is recorded since %(day)s.")
            % {"day": day}
        ], []
    return [_("Since %(day)s:") % {"day": day}], lines


# What another doctor can use; the clinic's own questions and options are no news to a practice.
_TOLD_DIFFERENCES = ("Status", "Severity", "Phase", "Line reached")


def _results(page: RecordPage) -> tuple[list[str], list[str]]:
    standing = page.standing
    lines = [_measured(row) for row in parts.measures(standing.record, standing.protocol, standing.as_of)]
    newest = [
        row
        for row in newest_of_each(standing.record.results, standing.as_of)
        if (standing.as_of - row.sampled_on).days <= RESULT_DAYS and not _is_measure(row)
    ]
    if not newest:
        none = _no_result(page, beside=bool(lines))
        return ([], [*lines, none]) if lines else ([none], [])
    shown = results_shown(newest, standing.record, standing.protocol, standing.as_of)
    ordered = sorted(shown, key=lambda row: (not row.is_out_of_range, row.name.casefold()))
    return [], [*lines, *(f"{parts.result_words(row)} ({display.day(row.result.sampled_on)})" for row in ordered)]


def _measured(row: Measure) -> str:
    said = f": {row.said}" if row.said else ""
    return f"{row.name} {row.value}{said} ({display.day(row.on)}{f', {row.before}' if row.before else ''})"


def _is_measure(row: Result) -> bool:
    """Whether it is told among the measures of the disease."""
    return row.analyte == "ck" and row.value is not None


def _no_result(page: RecordPage, *, beside: bool) -> str:
    """That the letter has no result to tell: none at all, or none recent enough. `beside`: measures stand there."""
    standing, window = page.standing, {"days": RESULT_DAYS}
    if not any(row.sampled_on <= standing.as_of and not _is_measure(row) for row in standing.record.results):
        return _("No other result is recorded.") if beside else _("No result is recorded.")
    if beside:
        return _("No other result is recorded in the last %(days)s days.") % window
    return _("No result is recorded in the last %(days)s days.") % window


def _monitoring(page: RecordPage) -> tuple[list[str], list[str]]:
    due = sorted(page.standing.monitoring.due, key=lambda each: (each.due_on, each.name, each.occasion))
    theirs = [each for each in due if _asked_of(each, MonitoredBy.GP)]
    others = _other_services(due, page)
    if theirs:
        asked = _("Please see to the following and send us the results:")
        ours = any(_asked_of(each, MonitoredBy.US) for each in due if each not in theirs)
        rest = [_("The clinic looks after everything else.")] if ours else []
        return [asked], [*_each_due(theirs, page), *others, *rest]
    if not due:
        return [_("No test is asked of the practice: no monitoring is due.")], []
    if not others:
        return [_("No test is asked of the practice: the clinic looks after the monitoring.")], []
    ours = any(_asked_of(each, MonitoredBy.US) for each in due)
    rest = [_("The clinic looks after everything else.")] if ours else []
    return [_("No test is asked of the practice.")], [*others, *rest]


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


def _plan(page: RecordPage, own: str) -> tuple[list[str], list[str]]:
    steps = [
        _("%(drug)s from %(day)s: %(dose)s")
        % {
            "drug": row.name,
            "day": display.day(step.on),
            "dose": _("%(dose)s a day") % {"dose": display.quantity(step.milligrams_per_day, "mg")}
            if step.milligrams_per_day
            else _("stop"),
        }
        for row in parts.treatment_of(page).active
        for step in row.taper
    ]
    paragraphs = [own] if own else []
    if steps:
        return [*paragraphs, _("Planned changes of dose:")], steps
    return paragraphs or [_("Treatment goes on as above.")], []
