"""The published algorithm drawn as a map, with one patient's path on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regimens.protocol.load import load
from regimens.rules.algorithm_map import algorithm_map, group_words
from tracker.views.days import page_asked_for


@never_cache
@require_safe
def algorithm_map_page(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The map as of today or of `?as_of=`, as known now or on `?known_on=`, as on the record page."""
    page, context = page_asked_for(request, patient_id)
    standing = page.standing
    context |= {
        "pathway": standing.pathway,
        "map": algorithm_map(standing.record.treatment, standing.pathway, load(), standing.as_of),
        "group": group_words(standing.pathway),
        "record_url": reverse("record", args=[patient_id]) + page.days_query,
    }
    return render(request, "tracker/algorithm_map.html", context)
