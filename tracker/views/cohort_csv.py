"""The figures of the cohort pages as CSV files: the same numbers as the tables beside the drawings."""

import csv
from collections.abc import Iterable, Iterator

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker import display
from tracker.caseload.cohort import Cohort
from tracker.caseload.figures import CURVES, figures
from tracker.caseload.filters import chips
from tracker.caseload.kept import Part
from tracker.reports.cells import harmless
from tracker.views.cohort_page import opened


class _Line:
    """A file that hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


@never_cache
@require_safe
def cohort_csv(request: HttpRequest, figure: str) -> HttpResponseBase:
    """One table of counts, or the steps of the curves. Raises Http404 for a name that means nothing."""
    counted, curves = figures().get(figure), CURVES.get(figure)
    if counted is None and curves is None:
        raise Http404
    found, _head = opened(request, counted.parts if counted is not None else {Part.COURSE})
    if found is None:
        return redirect("cohort")
    if counted is not None:
        grid = counted.build(found)
        return streamed(figure, found, f"{grid.title}. {grid.definition}", grid.table())
    assert curves is not None
    return streamed(figure, found, _(curves.title), curves.build(found).table())


def streamed(name: str, cohort: Cohort, about: str, rows: Iterable[list[str]]) -> StreamingHttpResponse:
    """A file that begins with what it is, as of which day and narrowed by what; its lines go out as they are made."""
    asked = cohort.asked
    narrowed = "; ".join(chip.words for chip in chips(asked))
    first = "; ".join(filter(None, (about, display.day(asked.as_of), narrowed)))
    response = StreamingHttpResponse(_lines(first, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name.replace("_", "-")}-{asked.as_of.isoformat()}.csv"'
    return response


def _lines(about: str, rows: Iterable[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield "\ufeff"  # by which spreadsheets know the encoding
    yield writer.writerow([harmless(about)])
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])
