"""The worklist: every open due item over all patients of the person's clinics, the one due longest first."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.findings import DueStatus
from monitoring.selectors import ATTENTION, EVERYTHING, WorklistFilters, counts_by_status, rows_of, worklist
from patients.clock import now_in
from patients.models import Clinic, Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of
from regimens.protocol.load import load as load_pathway

PAGE_SIZE = 50
_LISTS = {
    ATTENTION: "Needs attention",
    EVERYTHING: "Everything open",
    **{status.value: status.label.capitalize() for status in DueStatus},
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class StatusTab:
    """One list of the worklist, with how many items it holds under the other filters."""

    value: str
    label: str
    count: int
    chosen: bool


@never_cache
@require_safe
def worklist_page(request: HttpRequest) -> HttpResponse:
    """One page of the list. Filters stand in the address; one that is not known is left out and named."""
    staff = cast(Staff, request.user)
    clinics = list(clinics_of(staff))
    filters, ignored = _filters(request.GET, clinics)
    read_at = now_in(_clinic_of_the_day(clinics, filters)) if clinics else None
    if read_at is None:
        return render(request, "monitoring/worklist.html", {"no_clinic": True})
    as_of = read_at.date()
    page = Paginator(worklist(staff, as_of, filters), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "as_of": as_of,
        "read_at": f"{read_at:%H:%M}",  # by the clinic's clocks; a template would turn it into UTC
        "list_name": _LISTS[filters.status],
        "page": page,
        "rows": rows_of(page.object_list, as_of),
        "recordable": {clinic.pk for clinic in clinics_of(staff, Permission.RECORD_MONITORING)},
        "tabs": _tabs(staff, as_of, filters),
        "clinics": [Choice(str(clinic.pk), clinic.name, clinic.pk == filters.clinic) for clinic in clinics],
        "drugs": _drugs(filters.drug),
        "items": _items(filters.item),
        "filters": filters,
        "ignored": ignored,
    }
    return render(request, "monitoring/worklist.html", context)


def _filters(query: QueryDict, clinics: list[Clinic]) -> tuple[WorklistFilters, list[str]]:
    """The filters of the address, and those in it that mean nothing here."""
    known = {
        "clinic": {str(clinic.pk) for clinic in clinics},
        "drug": set(load_monitoring().drugs),
        "item": set(load_monitoring().items),
        "status": set(_LISTS),
    }
    asked = {name: query.get(name, "").strip() for name in known}
    sound = {name: value if value in known[name] else "" for name, value in asked.items()}
    filters = WorklistFilters(
        clinic=int(sound["clinic"]) if sound["clinic"] else None,
        drug=sound["drug"],
        item=sound["item"],
        status=sound["status"] or ATTENTION,
    )
    return filters, [f"{name} “{value}”" for name, value in asked.items() if value and not sound[name]]


def _clinic_of_the_day(clinics: list[Clinic], filters: WorklistFilters) -> Clinic:
    """Whose calendar day the list stands for: the chosen clinic's, else that of the first by name."""
    return next((clinic for clinic in clinics if clinic.pk == filters.clinic), clinics[0])


def _tabs(staff: Staff, as_of: date, filters: WorklistFilters) -> list[StatusTab]:
    counts = counts_by_status(staff, as_of, filters)
    everything = sum(counts.values())
    totals = {ATTENTION: everything - counts[DueStatus.NOT_DUE] - counts[DueStatus.SNOOZED], EVERYTHING: everything}
    totals |= {status.value: count for status, count in counts.items()}
    order = (ATTENTION, "overdue", "due", "due_soon", "snoozed", "not_due", EVERYTHING)
    return [StatusTab(value, _LISTS[value], totals[value], value == filters.status) for value in order]


def _drugs(chosen: str) -> list[Choice]:
    names = load_pathway().drugs
    found = [
        Choice(drug, names[drug].name if drug in names else drug, drug == chosen) for drug in load_monitoring().drugs
    ]
    return sorted(found, key=lambda choice: choice.label)


def _items(chosen: str) -> list[Choice]:
    found = [Choice(item.id, item.name, item.id == chosen) for item in load_monitoring().items.values()]
    return sorted(found, key=lambda choice: choice.label)
