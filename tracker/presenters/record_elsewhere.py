"""What the other tabs of a record hold, one line each, for the foot of the overview."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker import display
from tracker.letters.parts import diagnosis
from tracker.record_tabs import BY_WORD
from tracker.selectors import RecordPage


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One tab, by its word, and what it holds up to the page's day."""

    tab: str
    text: str

    @property
    def label(self) -> str | Promise:
        return BY_WORD[self.tab].label


def elsewhere(page: RecordPage) -> tuple[Elsewhere, ...]:
    """What is recorded up to the page's day. No query."""
    as_of, record = page.standing.as_of, page.standing.record
    treatment = record.treatment
    assessed = _up_to(as_of, (row.on for row in treatment.patient.assessments))
    sampled = _up_to(as_of, (row.sampled_on for row in record.results))
    begun = _up_to(as_of, (course.start_on for course in treatment.courses))
    return (
        Elsewhere("background", "; ".join(diagnosis(page))),
        Elsewhere("assessments", _assessments(assessed)),
        Elsewhere("results", _results(sampled)),
        Elsewhere("timeline", _timeline([*assessed, *sampled, *begun])),
    )


def _up_to(as_of: date, days: Iterable[date]) -> list[date]:
    return [day for day in days if day <= as_of]


def _assessments(days: list[date]) -> str:
    if not days:
        return _("none is recorded up to this day")
    words = ngettext("%(count)s, on %(day)s", "%(count)s, the last on %(day)s", len(days))
    return words % {"count": len(days), "day": display.day(max(days))}


def _results(days: list[date]) -> str:
    if not days:
        return _("none is recorded up to this day")
    words = ngettext("%(count)s, of a sample of %(day)s", "%(count)s, the last sample of %(day)s", len(days))
    return words % {"count": len(days), "day": display.day(max(days))}


def _timeline(days: list[date]) -> str:
    if not days:
        return _("nothing dated is recorded up to this day")
    return _("the whole course on one axis, from %(day)s") % {"day": display.day(min(days))}
