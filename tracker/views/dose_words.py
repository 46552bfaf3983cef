"""What a dose comes to while it is being typed: a part of every page with a dose. Nothing is written or refused."""

from datetime import date
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from patients.clock import today_in
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_for, require
from regimens.rules.record import TreatmentRecord
from regimens.selectors import treatment_of
from tracker.presenters.dose_words import OF_A_COURSE, course_named
from tracker.views.forms import planned_changes
from tracker.views.forms.dose_page import START, worked_out
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_POST
@refusals_as_pages()
def dose_words(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The part. `about` says which form: `start`, or one of OF_A_COURSE with the course, as in `dose:12`."""
    staff = cast(Staff, request.user)
    patient = patient_for(staff, patient_id)
    require(staff, patient.clinic_id, Permission.RECORD_TREATMENT)
    record, today = treatment_of(staff, patient), today_in(patient.clinic)
    changed, about = _with_changes(record, request.POST, today), request.GET.get("about", "")
    kind, _, identity = about.partition(":")
    if kind != START and (kind not in OF_A_COURSE or course_named(changed.courses, identity) is None):
        raise Http404("No such form, or no such course of this patient.")
    worked = worked_out(about, changed, request.POST, today)
    return render(request, "regimens/_dose_words.html", {"worked": worked, "patient": patient})


def _with_changes(record: TreatmentRecord, typed: QueryDict, today: date) -> TreatmentRecord:
    """The record with the sandbox's list of changes, where the form stands in the sandbox."""
    proposals = []
    for change in planned_changes.read(typed):
        form = change.form(today)
        if not form.is_valid():
            return record
        proposals.append(planned_changes.planned(change, form).proposal)
    return planned_changes.after(record, proposals)
