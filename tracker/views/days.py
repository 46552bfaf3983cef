"""The days that a page is asked to stand for: of the patient's life, and of what was known."""

from datetime import date
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from patients.errors import NotKnownYet, Refused
from patients.inputs import DayField
from patients.models import Staff
from tracker.selectors import RecordPage, record_page
from tracker.views.refusals import refusals_as_pages


@refusals_as_pages()
def page_asked_for(
    request: HttpRequest, patient_id: int, *, dose_checks: bool = False, withdrawn: bool = False
) -> tuple[RecordPage, dict[str, Any]]:
    """The patient's page as of `?as_of=` and as known at the end of `?known_on=`, and what `_as_of.html` needs.

    `dose_checks` and `withdrawn` are read for the pages that show them.

    What is no day, has not come yet or lies before the patient was registered is said, and left out. Raises Http404
    for a patient of another clinic.
    """
    staff = cast(Staff, request.user)
    asked, as_of = day_asked_for(request)
    asked_known, known_on = day_asked_for(request, "known_on")
    wrong_known = _no_day(asked_known) if asked_known and known_on is None else ""
    try:
        page = record_page(staff, patient_id, as_of, known_on, dose_checks=dose_checks, withdrawn=withdrawn)
    except (NotKnownYet, Refused) as error:
        wrong_known = error.message
        page = record_page(staff, patient_id, as_of, dose_checks=dose_checks, withdrawn=withdrawn)
    return page, {
        "page": page,
        "patient": page.standing.patient,
        "as_of": page.standing.as_of,
        "known_on_offered": True,
        "asked_known_on": asked_known if wrong_known else "",
        "wrong_known_on": wrong_known,
        "unreadable_day": asked if asked and as_of is None else "",
    }


def _no_day(asked: str) -> str:
    return _("“%(typed)s” is no day. Write 05/04/2026 or 05-Apr-2026.") % {"typed": asked}


def day_asked_for(request: HttpRequest, name: str = "as_of") -> tuple[str, date | None]:
    """What stands in the address under `name`, and the day that it says.

    The day may be written in any form that a form page takes; None for nothing, for what is no day, and for a day
    outside 1900 to 2200.
    """
    asked = request.GET.get(name, "").strip()
    try:
        return asked, cast("date | None", DayField(label=name, required=False).clean(asked))
    except ValidationError:
        return asked, None
