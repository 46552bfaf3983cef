"""How well monitoring keeps up: tests in date by drug and over time, and what is overdue for how long."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.caseload.figures_monitoring import in_date_drug, in_date_quarter, late_clinic, late_drug, late_item
from tracker.caseload.kept import Part
from tracker.caseload.shares import shares_of
from tracker.views.cohort_page import opened, shown


@never_cache
@require_safe
def cohort_monitoring(request: HttpRequest) -> HttpResponse:
    """The shares in date as bars, and the overdue items as shaded tables."""
    found, context = opened(request, {Part.QUARTERS})
    if found is not None:
        heat = [late_drug(found), late_item(found)]
        if len(found.clinic_names) > 1:
            heat.insert(0, late_clinic(found))
        grids = (in_date_drug(found), in_date_quarter(found))
        context |= {"figures": [(grid, shares_of(grid)) for grid in grids], "heat": heat}
    return shown(request, "tracker/cohort_monitoring.html", found, context)
