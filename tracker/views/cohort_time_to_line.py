"""How long it was from each line of treatment to the next one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regimens.protocol.cohort import load_cohort
from tracker.caseload.curves import line_curves
from tracker.caseload.figures_treatment import next_line
from tracker.caseload.kept import Part
from tracker.views.cohort_page import opened, shown


@never_cache
@require_safe
def cohort_time_to_line(request: HttpRequest) -> HttpResponse:
    """A curve for each line with its numbers at risk, and what became of everybody on it."""
    found, context = opened(request, {Part.COURSE})
    if found is not None:
        rule = load_cohort().rule("cohort.line")
        context |= {"curves": line_curves(found), "figure": "line_curves", "grid": next_line(found), "rules": [rule]}
    return shown(request, "tracker/cohort_time_to_line.html", found, context)
