"""What the pages of history read from their address, and what they offer to narrow the list by."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from patients.models import Clinic
from tracker.audit.history import HistoryFilters, Offered, offered, told
from tracker.models import Event
from tracker.views.access_log import DayAsked
from tracker.views.days import day_asked_for

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class HistoryAsked:
    """What narrows the list; whatever the address says beside is left out."""

    filters: HistoryFilters
    offered: Offered
    days: list[DayAsked]

    @property
    def narrowed(self) -> bool:
        return self.filters != HistoryFilters()


def asked_for(request: HttpRequest, everything: QuerySet[Event]) -> HistoryAsked:
    """`?what=`, `?field=`, `?person=`, `?from=` and `?until=`, each only where the history has it."""
    known = offered(everything)
    days = [
        DayAsked(name, label, *day_asked_for(request, name)) for name, label in (("from", "From"), ("until", "Until"))
    ]
    person, table, field = (request.GET.get(name, "") for name in ("person", "what", "field"))
    filters = HistoryFilters(
        table=next((each for each, _ in known.tables if each == table), ""),
        field=next((each for each in known.fields if each == field), ""),
        person=next((each for each, _ in known.people if str(each) == person), None),
        first_on=days[0].day,
        last_on=days[1].day,
    )
    return HistoryAsked(filters, known, days)


def page_of(request: HttpRequest, events: QuerySet[Event], clinic: Clinic) -> dict[str, Any]:
    """One page of the list in words, for the template."""
    page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("page"))
    return {"page": page, "lines": told(page.object_list, clinic), "clinic": clinic}
