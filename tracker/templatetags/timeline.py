"""The drawing of a timeline on a page and its table, with each mark and row as a link to where it was entered."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from patients.models import Patient
from tracker import display
from tracker.record_tabs import entry_address, tab_address
from tracker.timeline.legend import signs_of
from tracker.timeline.marks import Mark, Row, Timeline
from tracker.timeline.svg import label_parts, picture, plot_parts, written
from tracker.timeline.view import closer

register = template.Library()
_ANY = "ENTRY"  # stands for the entry in the address of its kind


@register.simple_tag(takes_context=True)
def timeline_plot(context: Context, timeline: Timeline) -> SafeString:
    """The drawing as SVG. Safe because it is written by an XML writer, which escapes every text of it."""
    most, links = context.get("most_height") or 0, _Links(context)
    return SafeString("".join(written(part) for part in plot_parts(timeline, links.of_mark, most=most)))


@register.simple_tag(takes_context=True)
def timeline_labels(context: Context, timeline: Timeline) -> SafeString:
    """The names of the lanes as SVG, written as the drawing is."""
    return SafeString("".join(written(part) for part in label_parts(timeline, most=context.get("most_height") or 0)))


@register.simple_tag
def timeline_signs(timeline: Timeline) -> list[tuple[SafeString, str]]:
    """The signs that the drawing uses, each as a picture with its words."""
    return [(SafeString(written(picture(mark))), words) for mark, words in signs_of(timeline.signs)]


@register.simple_tag(takes_context=True)
def timeline_rows(context: Context, rows: Sequence[Row]) -> SafeString:
    """The bodies of the table, one for each lane. Made here, since a long record has thousands of rows."""
    links, that_day, still = _Links(context), _("that day"), _("still so")
    bodies = []
    for lane, same in groupby(rows, key=attrgetter("lane")):
        own = list(same)
        head = format_html(
            '<tr class="timeline__lane"><th scope="rowgroup" colspan="3">{} ({})</th></tr>', lane, len(own)
        )
        cells = format_html_join(
            "\n", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", _cells(own, links, that_day, still)
        )
        bodies.append(format_html("<tbody>{}\n{}</tbody>", head, cells))
    return SafeString("".join(bodies))


def _cells(rows: list[Row], links: "_Links", that_day: str, still: str) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        until = that_day if row.single else display.day(row.to_on) if row.to_on else still
        address = links.of_row(row)
        words = format_html('<a href="{}">{}</a>', address, row.words) if address else row.words
        yield display.day(row.from_on, row.precision), until, words


class _Links:
    """Where marks and rows of the context's `patient` lead, for the same days as the page; nowhere without one."""

    def __init__(self, context: Context) -> None:
        patient: Any = context.get("patient")
        self._patient_id = patient.pk if isinstance(patient, Patient) else None
        days_query: Any = getattr(context.get("page"), "days_query", "")
        self._days_query = days_query if isinstance(days_query, str) else ""
        self._kept: dict[str, Any] = context.get("timeline_keeps") or {}
        self._of_kind: dict[str, str] = {}

    def of_row(self, row: Row) -> str:
        """Its entry; what is due leads to the list of what is due; "" for what no one entry says."""
        if self._patient_id is None or not row.kind:
            return ""
        address = self._of_kind.get(row.kind)
        if address is None:
            if row.kind == "due":
                address = f"{tab_address(self._patient_id, 'overview', self._days_query)}#due"
            else:
                address = entry_address(self._patient_id, row.kind, _ANY, self._days_query)
            self._of_kind[row.kind] = address
        return address.replace(_ANY, row.entry_id)

    def of_mark(self, mark: Mark) -> str:
        """Its entry; a mark that stands for several days leads to a closer look at them."""
        if mark.is_cluster:
            return self._closer(mark)
        return next((address for row in mark.rows if (address := self.of_row(row))), "")

    def _closer(self, mark: Mark) -> str:
        if self._patient_id is None:
            return ""
        first, last = closer(mark.rows[0].from_on, max(row.to_on or row.from_on for row in mark.rows))
        query = {**self._kept, "from": first.isoformat(), "until": last.isoformat()}
        joined = f"{self._days_query}&" if self._days_query else "?"
        return f"{reverse('timeline', args=[self._patient_id])}{joined}{urlencode(query, doseq=True)}"
