"""Who takes at most the target dose of corticosteroid, now and a time after the first one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regimens.protocol.cohort import load_cohort
from tracker.caseload.figures_now import steroid_now
from tracker.caseload.figures_treatment import steroid_after
from tracker.caseload.kept import Part
from tracker.caseload.shares import shares_of
from tracker.views.cohort_page import opened, shown


@never_cache
@require_safe
def cohort_steroid(request: HttpRequest) -> HttpResponse:
    """Both tables with their shares as bars."""
    found, context = opened(request, {Part.COURSE})
    if found is not None:
        grids = (steroid_now(found), steroid_after(found))
        context |= {
            "figures": [(grid, shares_of(grid)) for grid in grids],
            "rules": [load_cohort().rule("cohort.steroid")],
        }
    return shown(request, "tracker/cohort_steroid.html", found, context)
