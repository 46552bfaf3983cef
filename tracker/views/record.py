"""The patient record at a glance: where the patient stands and why, what is due, and what changed since last time."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.rules.missed import missed_visits
from monitoring.rules.plan import paused_drugs
from monitoring.rules.vocabulary import AlertStatus
from monitoring.selectors import alerts_of
from patients.clock import end_of_day
from patients.models import Staff
from tracker.journal import changes_since
from tracker.presenters.planned import planned_in_short
from tracker.presenters.record import present
from tracker.presenters.record_actions import actions_shown
from tracker.presenters.record_elsewhere import elsewhere
from tracker.presenters.record_since import day_compared_with, present_since
from tracker.presenters.timeline import names_for
from tracker.selectors import RecordPage
from tracker.views.days import day_asked_for
from tracker.views.record_page import tab_asked_for


@never_cache
@require_safe
def record(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The overview as of today, or of `?as_of=2026-04-05` (or 05-Apr-2026), as known now or on `?known_on=`.

    `?since=` chooses the day with which today is compared; without it that is the last visit.
    """
    page, context = tab_asked_for(request, patient_id, "overview")
    standing = page.standing
    context |= {
        "missed": missed_visits(standing.record, standing.protocol, standing.as_of),
        "paused": paused_drugs(standing.record, standing.protocol, standing.as_of),
        "shown": present(page),
        "planned": planned_in_short(page),
        "actions": actions_shown(patient_id, page.permissions),
        "elsewhere": elsewhere(page),
        **_since(request, page),
    }
    return render(request, "tracker/record.html", context)


def _since(request: HttpRequest, page: RecordPage) -> dict[str, Any]:
    """What changed since the last visit, and the alerts that wait, in one query for both."""
    staff, patient = cast(Staff, request.user), page.standing.patient
    asked, chosen = day_asked_for(request, "since")
    since = day_compared_with(page, chosen)
    # Looking back, neither what was entered later nor what has become of an alert since belongs on the page.
    alerts = alerts_of(staff, patient, since) if page.is_today else []
    entered = changes_since(staff, patient, end_of_day(since, patient.clinic)) if page.is_today and since else ()
    return {
        "open_alerts": [alert for alert in alerts if alert.status != AlertStatus.CLOSED],
        "since": present_since(
            page,
            since,
            was_chosen=chosen is not None and chosen == since,
            alerts=[alert for alert in alerts if since is not None and alert.on >= since],
            late=entered,
            names=names_for(page.standing.protocol, page.standing.as_of),
        ),
        "wrong_since": asked if asked and chosen != since else "",
    }
