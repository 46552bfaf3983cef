"""What changed since the last visit, as the overview tells it: each change in one line, with the way to its source."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from monitoring.models import Alert
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from regimens.protocol.load import load as load_pathway
from regimens.rules.infusion_plan import is_infused
from regimens.rules.pathway import evaluate as evaluate_pathway
from regimens.rules.record import Course
from regimens.rules.reviews import questions
from tracker import display
from tracker.journal import EntryChange
from tracker.presenters.looking_back import AnswerDiffers, ChangeShown, changes_shown, differences
from tracker.presenters.record_values import ResultShown, results_shown
from tracker.record_tabs import entry_address
from tracker.selectors import RecordPage, Standing
from tracker.since_visit import DoseChange, SinceVisit, first_dose, last_visit, since_visit
from tracker.timeline.treatment import Names


@dataclass(frozen=True, slots=True)
class Line:
    """One change: its day, what it was, where it stands; `sign` is a word that must not be missed, or "".

    `dose` is the part of the text that is the dose from then on, or "".
    """

    on: date
    text: str
    url: str
    sign: str | Promise = ""
    dose: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The changes of one sense. `for_letters`: another doctor can use them; else they are the clinic's own work."""

    title: str | Promise
    lines: tuple[Line, ...]
    for_letters: bool = False

    @property
    def opens(self) -> bool:
        """Whether there are few enough to be read at once."""
        return len(self.lines) <= 3


@dataclass(frozen=True, slots=True)
class SinceShown:
    """What the panel says. `since` None: no visit is known, and none was chosen.

    `late` is what was entered, corrected or withdrawn after that day about days before it: it could not be seen then.
    """

    since: date | None
    was_chosen: bool
    differences: tuple[AnswerDiffers, ...] = ()
    sections: tuple[Section, ...] = ()
    late: tuple[ChangeShown, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing happened since; what was entered later about days before is told all the same."""
        return not (self.differences or self.sections)


def day_compared_with(page: RecordPage, asked: date | None) -> date | None:
    """The day asked for, if it lies before the page's day; else the last visit before that."""
    standing = page.standing
    if asked is not None and asked < standing.as_of:
        return asked
    return last_visit(standing.record.treatment.patient, standing.as_of)


def present_since(
    page: RecordPage,
    since: date | None,
    was_chosen: bool,
    alerts: Iterable[Alert],
    late: Iterable[EntryChange],
    names: Names,
) -> SinceShown:
    """`alerts` are those about `since` and later; `late` what was entered after it about that day or earlier."""
    if since is None:
        return SinceShown(None, was_chosen=False)
    then, now = standing_on(page.standing, since), page.standing
    found = since_visit(now.record, then.monitoring, now.monitoring, since, now.as_of)
    told = _Teller(page, names)
    sections = (
        Section(gettext_lazy("Results out of range"), tuple(told.results(found, out_of_range=True)), for_letters=True),
        Section(gettext_lazy("Alerts"), tuple(told.alerts(alerts))),
        Section(gettext_lazy("Treatment"), tuple(told.treatment(found)), for_letters=True),
        Section(gettext_lazy("Judgements"), tuple(told.judgements(found)), for_letters=True),
        Section(gettext_lazy("Became overdue"), tuple(told.overdue(found))),
        Section(gettext_lazy("Conditions and assessments"), tuple(told.background(found)), for_letters=True),
        Section(gettext_lazy("Answers to questions"), tuple(told.answers(found))),
        Section(gettext_lazy("Other new results"), tuple(told.results(found, out_of_range=False))),
    )
    return SinceShown(
        since=since,
        was_chosen=was_chosen,
        differences=differences(then, now, leaving_out=("Overdue",)),
        sections=tuple(section for section in sections if section.lines),
        late=changes_shown((change for change in late if _is_late(change, since)), now.patient),
    )


def standing_on(standing: Standing, day: date) -> Standing:
    """Where the same patient stood on an earlier day, from the same record. No query."""
    treatment, pathway = standing.record.treatment, load_pathway()
    findings = evaluate_pathway(treatment, pathway, day)
    return replace(
        standing,
        as_of=day,
        pathway=findings,
        monitoring=evaluate_monitoring(standing.record, standing.protocol, day),
        questions=questions(treatment, findings),
    )


def _is_late(change: EntryChange, since: date) -> bool:
    """Whether it is about the visit's day or earlier. What has no day, and a result of that day, is told elsewhere."""
    if change.on is None or (change.kind.word == "result" and change.on == since and change.event.value == "entered"):
        return False
    return change.on <= since


class _Teller:
    """Writes each change as a line."""

    def __init__(self, page: RecordPage, names: Names) -> None:
        self._page, self._names = page, names
        self._patient = page.standing.patient.pk

    def results(self, found: SinceVisit, *, out_of_range: bool) -> Iterator[Line]:
        standing = self._page.standing
        for row in results_shown(found.results, standing.record, standing.protocol, found.as_of):
            if row.is_out_of_range is out_of_range:
                yield Line(row.result.sampled_on, _result_words(row), self._url("result", row.result.id), _sign(row))

    def alerts(self, alerts: Iterable[Alert]) -> Iterator[Line]:
        for alert in alerts:
            state = _("%(text)s (%(state)s)") % {"text": alert.text, "state": alert.get_status_display()}
            yield Line(alert.on, state, reverse("alert", args=[alert.pk]), alert.get_grade_display())

    def treatment(self, found: SinceVisit) -> Iterator[Line]:
        lines = [
            *(self._start(course) for course in found.started),
            *(self._stop(course) for course in found.stopped),
            *(self._dose(change) for change in found.doses),
            *(self._step(each.course, each.row.id, each.row.on, each.row.milligrams_per_day)
              for each in found.taper_steps),
            *(self._of("infusion", each.course, each.row.id, each.row.first_on, _("infusion given"))
              for each in found.infusions),
        ]  # fmt: skip
        return iter(sorted(lines, key=lambda line: line.on, reverse=True))

    def judgements(self, found: SinceVisit) -> Iterator[Line]:
        for each in found.outcomes:
            yield self._of("outcome", each.course, each.row.id, each.row.on, each.row.kind.label)
        for course in found.ruled_out:
            if not course.outcomes:
                yield self._course(course, course.start_on, _("considered and never given"))
        for row in found.milestones:
            yield Line(row.on, row.kind.label, self._url("milestone", row.id))

    def overdue(self, found: SinceVisit) -> Iterator[Line]:
        for due in found.overdue:
            words = ngettext(
                "%(name)s, overdue by %(days)s day, for %(drug)s",
                "%(name)s, overdue by %(days)s days, for %(drug)s",
                due.days_overdue,
            ) % {"name": due.name, "days": due.days_overdue, "drug": due.driver.drug_name}
            yield Line(due.due_on, words, "#due")

    def background(self, found: SinceVisit) -> Iterator[Line]:
        for condition in found.conditions_begun:
            text = _("%(condition)s, new") % {"condition": condition.description or condition.kind.label}
            yield Line(condition.from_on, text, self._url("condition", condition.id))
        for condition in found.conditions_ended:
            text = _("%(condition)s, ended") % {"condition": condition.description or condition.kind.label}
            yield Line(condition.to_on or found.as_of, text, self._url("condition", condition.id))
        for antibody in found.antibodies:
            text = f"{antibody.name} {antibody.finding.label}"
            yield Line(antibody.on or found.as_of, text, self._url("autoantibody", antibody.id))
        for assessment in found.assessments:
            yield Line(assessment.on, _("assessment"), self._url("assessment", assessment.id))

    def answers(self, found: SinceVisit) -> Iterator[Line]:
        for review in found.answers:
            said = {"answer": review.answer.label, "question": review.question or review.prompt.label, "by": review.by}
            text = _("%(answer)s: %(question)s (%(by)s)") % said if review.by else "{answer}: {question}".format(**said)
            yield Line(review.on, text, "#questions")

    def _dose(self, change: DoseChange) -> Line:
        name, after = self._names.course(change.course), display.dose(change.after)
        text = (
            _("%(drug)s: %(after)s, before %(before)s")
            % {"drug": name, "after": after, "before": display.dose(change.before)}
            if change.before
            else _("%(drug)s: %(after)s") % {"drug": name, "after": after}
        )
        return Line(change.after.from_on, text, self._url("dose", change.after.id), dose=after)

    def _step(self, course: Course, step_id: str, on: date, milligrams: Decimal | None) -> Line:
        dose = _("%(dose)s mg a day") % {"dose": display.number(milligrams)} if milligrams else _("none")
        words = _("%(dose)s by the planned taper") % {"dose": dose}
        return self._of("taper_step", course, step_id, on, words, dose)

    def _start(self, course: Course) -> Line:
        dose, written = first_dose(course), ""
        if dose is not None and dose.amount is not None:
            written = display.dose(dose)
            words = _("started with %(dose)s") % {"dose": written}
        elif dose is None and is_infused(course.route, load_pathway().drugs.get(course.drug)):
            words = _("started")  # what is infused is told with each infusion
        else:
            words = _("started, dose not recorded")
        return self._course(course, course.start_on, words, written)

    def _stop(self, course: Course) -> Line:
        why = f": {course.stop_reason.label}" if course.stop_reason else ""
        return self._course(course, course.stop_on or course.start_on, _("stopped") + why)

    def _course(self, course: Course, on: date, words: str, dose: str = "") -> Line:
        return self._of("course", course, course.id, on, words, dose)

    def _of(self, kind: str, course: Course, entry_id: str, on: date, words: str, dose: str = "") -> Line:
        text = _("%(drug)s: %(what)s") % {"drug": self._names.course(course), "what": words}
        return Line(on, text, self._url(kind, entry_id), dose=dose)

    def _url(self, kind: str, entry_id: str) -> str:
        return entry_address(self._patient, kind, entry_id, self._page.days_query)


def _result_words(row: ResultShown) -> str:
    result = row.result
    written = display.result_value(result.comparator, result.value, result.unit, result.text)
    flagged = "; ".join(flag.text for flag in row.flags)
    return f"{row.name} {written}" + (f". {flagged}" if flagged else "")


def _sign(row: ResultShown) -> str:
    if row.needs_action:
        return _("needs action")
    if row.flags:
        return _("cannot be told")
    return _("above the upper limit") if row.above_limit else ""
