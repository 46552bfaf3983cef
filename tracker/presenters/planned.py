"""What is entered of the treatment for a coming day, in the words of the pages, the summary and the letter."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regimens.rules.coming import ComingChange, ComingKind
from tracker import display
from tracker.letters.runs import Line, strong_in
from tracker.presenters.timeline import names_for
from tracker.selectors import RecordPage


@dataclass(frozen=True, slots=True)
class PlannedShown:
    """One planned change: the drug, and a sentence with its day in which what is to be taken is bold."""

    change: ComingChange
    name: str
    line: Line

    @property
    def kind(self) -> str:
        return self.change.kind.value


def planned_shown(page: RecordPage) -> tuple[PlannedShown, ...]:
    """Everything that is planned, soonest first. No query."""
    return tuple(_shown(page))


def planned_in_short(page: RecordPage) -> tuple[PlannedShown, ...]:
    """The same with the next step alone of each taper, which says how many follow: the taper has a page of its own."""
    steps = Counter(each.course.id for each in page.coming if each.kind is ComingKind.TAPER_STEP)
    return tuple(_shown(page, steps))


def _shown(page: RecordPage, steps: Counter[str] | None = None) -> Iterator[PlannedShown]:
    names = names_for(page.standing.protocol, page.standing.as_of)
    told: set[str] = set()
    for change in page.coming:
        name, more = names.course(change.course), 0
        if steps is not None and change.kind is ComingKind.TAPER_STEP:
            if change.course.id in told:
                continue
            told.add(change.course.id)
            more = steps[change.course.id] - 1
        yield PlannedShown(change, name, _line(change, name, more))


def _line(change: ComingChange, name: str, more: int) -> Line:
    day = display.day(change.on, change.precision)
    if change.kind is ComingKind.STOP:
        reason = change.course.stop_reason.label if change.course.stop_reason else _("reason not recorded")
        words = {"drug": name, "day": day, "reason": reason}
        return strong_in(_("%(drug)s stops on %(day)s, the first day without it: %(reason)s") % words, day)
    if change.step is not None:
        return _step(name, day, change.step.milligrams_per_day, more)
    dose = display.dose(change.dose) if change.dose is not None else _("dose not recorded")
    words = {"drug": name, "day": day, "dose": dose}
    if change.kind is ComingKind.START:
        return strong_in(_("%(drug)s starts on %(day)s: %(dose)s") % words, day, dose)
    return strong_in(_("%(drug)s from %(day)s: %(dose)s") % words, day, dose)


def _step(name: str, day: str, milligrams: Decimal, more: int) -> Line:
    dose = display.quantity(milligrams, "mg")
    words = {"drug": name, "day": day, "dose": dose, "more": more}
    if not milligrams and not more:
        return strong_in(_("%(drug)s stops on %(day)s by the planned taper") % words, day)
    if not more:
        return strong_in(_("%(drug)s from %(day)s: %(dose)s a day by the planned taper") % words, day, dose)
    told = ngettext(
        "%(drug)s from %(day)s: %(dose)s a day by the planned taper, and %(more)s more step",
        "%(drug)s from %(day)s: %(dose)s a day by the planned taper, and %(more)s more steps",
        more,
    )
    return strong_in(told % words, day, dose)
