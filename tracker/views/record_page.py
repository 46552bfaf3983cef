"""What every tab of the record shares: the days it stands for, what was entered in error, and whether one corrects."""

from typing import Any

from django.http import HttpRequest

from tracker.presenters.looking_back import changes_shown, looking_back
from tracker.presenters.record import recorded_later
from tracker.record_tabs import TAB_OF_KIND
from tracker.selectors import RecordPage
from tracker.views.days import page_asked_for


def tab_asked_for(
    request: HttpRequest, patient_id: int, tab: str, *, dose_checks: bool = False
) -> tuple[RecordPage, dict[str, Any]]:
    """The page of a tab as of `?as_of=` and `?known_on=`; with `?correct=1` each entry can be taken back.

    Raises Http404 for a patient of another clinic.
    """
    page, context = page_asked_for(request, patient_id, dose_checks=dose_checks, withdrawn=tab != "overview")
    standing = page.standing
    withdrawn = [change for change in page.withdrawn if TAB_OF_KIND.get(change.kind.word) == tab]
    return page, context | {
        "tab": tab,
        "permissions": page.permissions,
        "person": standing.record.treatment.patient.person,
        "pathway": standing.pathway,
        "monitoring": standing.monitoring,
        "looking_back": looking_back(page),
        "left_out": recorded_later(standing.record, standing.as_of),
        "withdrawn": changes_shown(withdrawn, standing.patient),
        "correcting": page.is_today and request.GET.get("correct") == "1",
    }
