"""The protocol in readable pages: pathway, each drug, activity, service audits, counting. Nothing is retyped."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.protocol.audit_document import render_audits
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.schedules import protocol_of
from patients.models import Staff
from patients.protocol.document import render as render_activity
from patients.selectors import clinics_of
from regimens.protocol.cohort_document import render_cohort
from regimens.protocol.document import render as render_pathway
from tracker.presenters.drug_page import drug_page
from tracker.presenters.protocol import rule_ids
from tracker.presenters.written_out import written_page
from tracker.protocols import protocol_in_force


@never_cache
@require_safe
def protocol_pathway(request: HttpRequest) -> HttpResponse:
    """Lines, options, doses, the dose guard and every rule of the treatment pathway as it is configured."""
    return _written(request, render_pathway(protocol_in_force().pathway), "pathway")


@never_cache
@require_safe
def protocol_activity(request: HttpRequest) -> HttpResponse:
    """How activity is measured and what counts as better or worse."""
    return _written(request, render_activity(protocol_in_force().activity), "activity")


@never_cache
@require_safe
def protocol_audits(request: HttpRequest) -> HttpResponse:
    """What each service audit counts."""
    return _written(request, render_audits(protocol_in_force().monitoring.audits), "audits")


@never_cache
@require_safe
def protocol_cohort(request: HttpRequest) -> HttpResponse:
    """How the cohort pages count."""
    return _written(request, render_cohort(protocol_in_force().cohort), "cohort")


@never_cache
@require_safe
def protocol_drugs(request: HttpRequest) -> HttpResponse:
    """Every drug that the protocol knows, by name."""
    pathway = protocol_in_force().pathway
    drugs = sorted(protocol_in_force().monitoring.drugs.values(), key=lambda drug: drug.name.casefold())
    rows = [(drug, pathway.drugs[drug.id].role.label if drug.id in pathway.drugs else "") for drug in drugs]
    return render(request, "tracker/protocol_drugs.html", {"drugs": rows})


@never_cache
@require_safe
def protocol_drug(request: HttpRequest, drug: str) -> HttpResponse:
    """One drug under the schedule of the person's clinic; `?schedule=` chooses where their clinics have several."""
    schedules = _schedules(cast(Staff, request.user))
    asked = request.GET.get("schedule", "")
    chosen = next((one for one in schedules if one.schedule_id == asked), schedules[0])
    try:
        page = drug_page(drug, chosen, protocol_in_force().pathway)
    except KeyError:
        raise Http404(_("The protocol knows no such drug.")) from None
    context = {"page": page, "schedules": schedules, "chosen": chosen}
    return render(request, "tracker/protocol_drug.html", context)


def _schedules(staff: Staff) -> list[MonitoringProtocol]:
    """Each schedule by which a clinic of the person monitors, by clinic; the one in force for somebody in none."""
    used = {one.schedule_id: one for one in map(protocol_of, clinics_of(staff).order_by("name"))}
    return list(used.values()) or [protocol_in_force().monitoring]


def _written(request: HttpRequest, text: str, here: str) -> HttpResponse:
    page = written_page(text, rule_ids(protocol_in_force()))
    return render(request, "tracker/protocol_written.html", {"page": page, "here": here})
