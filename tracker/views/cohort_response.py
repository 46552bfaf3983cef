"""How far the disease had improved some months after a drug or a line was begun."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regimens.protocol.cohort import load_cohort
from tracker.caseload.figures_treatment import definition_of_improvement, response
from tracker.caseload.filters import Grouping
from tracker.caseload.kept import Part
from tracker.caseload.shares import shares_of
from tracker.views.cohort_page import opened, shown


@never_cache
@require_safe
def cohort_response(request: HttpRequest) -> HttpResponse:
    """The response after each time, with what was not measured beside what was."""
    found, context = opened(request, {Part.COURSE})
    if found is not None:
        file = load_cohort()
        after = [response(found, months) for months in file.settings.response_months]
        context |= {
            "figures": [(grid, shares_of(grid)) for grid in after],
            "improvement": [definition_of_improvement(found, months) for months in file.settings.response_months],
            "groupings": Grouping.choices(),
            "rules": [file.rule("cohort.response"), file.rule("cohort.drug_end")],
        }
    return shown(request, "tracker/cohort_response.html", found, context)
