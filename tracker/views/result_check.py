"""What there is to say of one value while it is typed: a part of the page for results. Nothing is written."""

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from monitoring.actions import NewResult, Sample, rehearse_result
from monitoring.protocol.load import load
from monitoring.result_forms import RecordResultsForm
from patients.clock import today_in
from patients.errors import Refused
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_for, require
from tracker.views.forms.record_results import levels
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_POST
@refusals_as_pages()
def result_check(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The part of one row; `test` in the address says which. Empty for an empty row."""
    staff = cast(Staff, request.user)
    patient = patient_for(staff, patient_id)
    require(staff, patient.clinic_id, Permission.RECORD_MONITORING)
    said = _said(staff, patient, request)
    return render(request, "monitoring/_result_remarks.html", said)


def _said(staff: Staff, patient: Patient, request: HttpRequest) -> dict[str, Any]:
    protocol = load()
    analyte = protocol.analytes.get(request.GET.get("test", ""))
    if analyte is None:
        raise Http404("No such test.")
    form = RecordResultsForm(request.POST, today=today_in(patient.clinic), analytes=[analyte], levels=levels(protocol))
    form.is_valid()
    if analyte.id in form.errors:
        return {"wrong": form.errors[analyte.id]}
    value: NewResult | None = form.cleaned_data[analyte.id]
    if value is None:
        return {}
    wrong = [error for name in ("sampled_on", "sampled_at") for error in form.errors.get(name, [])]
    if wrong:
        return {"not_checked": _("Not checked yet: the day of the sample cannot be read.")}
    sample = Sample(sampled_on=form.cleaned_data["sampled_on"], sampled_at=form.cleaned_data["sampled_at"])
    try:
        return {"remarks": rehearse_result(by=staff, patient_id=patient.pk, value=value, sample=sample)}
    except Refused as refused:
        return {"wrong": [refused.message]}
