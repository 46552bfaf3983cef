"""The patient record: where the patient stands and why, what is due, and the course on one time axis."""

from datetime import date
from typing import cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.errors import NotFound
from patients.inputs import DayField
from patients.models import Staff
from tracker.presenters.record import present
from tracker.selectors import record_page


@never_cache
@require_safe
def record(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The record as of today, or of `?as_of=2026-04-05` (or 05-Apr-2026). What is no day is said, and today shown."""
    asked = request.GET.get("as_of", "").strip()
    as_of = _day(asked)
    try:
        page = record_page(cast(Staff, request.user), patient_id, as_of)
    except NotFound as error:
        raise Http404(error.message) from None
    context = {
        "page": page,
        "patient": page.standing.patient,
        "as_of": page.standing.as_of,
        "pathway": page.standing.pathway,
        "monitoring": page.standing.monitoring,
        "permissions": page.permissions,
        "shown": present(page),
        "unreadable_day": asked if asked and as_of is None else "",
    }
    return render(request, "tracker/record.html", context)


def _day(text: str) -> date | None:
    """The day in any form that a form page takes; None for none and for what is no day or outside 1900 to 2200."""
    try:
        return cast("date | None", DayField(label="as of", required=False).clean(text))
    except ValidationError:
        return None
