"""The worklist as a CSV file: exactly the filtered list, with the columns of the printed one."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.models import DueItem
from monitoring.selectors import asked_for, worklist
from patients.clock import now_in
from patients.models import Staff
from patients.seen import seen
from tracker import display
from tracker.presenters.worklist import COLUMNS, filters_shown, list_words, shown_rows
from tracker.reports.cells import harmless
from tracker.views.worklist import clinic_of_the_day

_AT_ONCE = 500  # rows read at once: the list is never held in memory whole


class _Line:
    """A file that hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


@never_cache
@require_safe
def worklist_export(request: HttpRequest) -> HttpResponseBase:
    """The rows as they are read, so that a long list starts at once."""
    staff = cast(Staff, request.user)
    asked = asked_for(staff, request.GET)
    if not asked.clinics:
        return redirect("worklist")
    read_at = now_in(clinic_of_the_day(asked))
    as_of = read_at.date()
    listed = worklist(staff, as_of, asked.filters)
    seen(listed.order_by().values_list("patient_id", flat=True).distinct())  # told whole, before the first row goes out
    items = listed.iterator(chunk_size=_AT_ONCE)
    about = [*list_words(asked, filters_shown(staff, asked)), f"As of {display.day(as_of)}, read at {read_at:%H:%M}"]
    if asked.ignored:
        about.append(f"Not known here and not applied: {', '.join(asked.ignored)}")
    response: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(
        _lines("; ".join(about), _rows(staff, items, as_of)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="worklist-{as_of.isoformat()}.csv"'
    return response


def _lines(about: str, rows: Iterable[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield "\ufeff"  # by which spreadsheets know the encoding
    yield writer.writerow([harmless(about)])
    yield writer.writerow([column.heading for column in COLUMNS])
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def _rows(staff: Staff, items: Iterator[DueItem], as_of: date) -> Iterator[list[str]]:
    while part := list(islice(items, _AT_ONCE)):
        for shown in shown_rows(staff, part, as_of):
            yield [column.value(shown) for column in COLUMNS]
