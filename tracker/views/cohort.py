"""The cohort at a glance: how many people stand where, on a day."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.caseload.cohort import Cohort
from tracker.caseload.figures_monitoring import in_date_drug, late_drug
from tracker.caseload.figures_now import antibody, drug_now, line_phase, steroid_now, subtype
from tracker.caseload.filters import Flag, has_flag
from tracker.views.cohort_page import opened, shown

_KINDS = {Flag.OVERDUE: "caution", Flag.ALERT: "danger"}


@dataclass(frozen=True, slots=True)
class Card:
    """One number at the head of the page, and the list behind it."""

    number: int
    label: str
    url: str
    kind: str


@never_cache
@require_safe
def cohort(request: HttpRequest) -> HttpResponse:
    """Counts by line, phase, subtype, antibody and drug; each leads to the people behind it."""
    found, context = opened(request)
    if found is not None:
        context |= {
            "cards": _cards(found),
            "line_phase": line_phase(found),
            "counts": [subtype(found), antibody(found), drug_now(found)],
            "steroid": steroid_now(found),
            "in_date": in_date_drug(found),
            "late": late_drug(found),
        }
    return shown(request, "tracker/cohort.html", found, context)


def _cards(found: Cohort) -> list[Card]:
    """How many of those counted have each flag."""
    asked, cards = found.asked, []
    for flag in Flag:
        number = sum(has_flag(flag, member, found.alerts) for member in found.members)
        flags = tuple(one.value for one in Flag if one is flag or one.value in asked.filters.flags)
        query = asked.query_of(replace(asked.filters, flags=flags))
        cards.append(
            Card(number, flag.label, f"{reverse('cohort_list')}?{query}", _KINDS.get(flag, "") if number else "")
        )
    return cards
