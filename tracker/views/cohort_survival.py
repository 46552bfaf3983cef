"""How long drugs are kept, and why they were stopped."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regimens.protocol.cohort import load_cohort
from tracker.caseload.curves import drug_curves, end_words
from tracker.caseload.figures_treatment import stops
from tracker.caseload.filters import DrugEnd, Grouping
from tracker.caseload.kept import Part
from tracker.views.cohort_page import opened, shown


@never_cache
@require_safe
def cohort_survival(request: HttpRequest) -> HttpResponse:
    """A curve for each drug, line or subtype with its numbers at risk, and the reasons for stopping."""
    found, context = opened(request, {Part.COURSE})
    if found is not None:
        file = load_cohort()
        context |= {
            "curves": drug_curves(found),
            "figure": "drug_curves",
            "grid": stops(found),
            "end_words": end_words(found),
            "groupings": Grouping.choices(),
            "drug_ends": DrugEnd.choices(),
            "rules": [file.rule("cohort.spell"), file.rule("cohort.drug_end")],
        }
    return shown(request, "tracker/cohort_survival.html", found, context)
