"""The list of merges in the person's clinics, with what takes each back."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of
from tracker.patient_life.merge_log import merges_for, merges_shown

PAGE_SIZE = 50


@never_cache
@require_safe
def merges_page(request: HttpRequest) -> HttpResponse:
    """One page of the list, the latest first."""
    staff = cast(Staff, request.user)
    clinics = list(clinics_of(staff, Permission.MERGE_PATIENTS))
    if not clinics:
        raise PermissionDenied(_("Your role does not merge records."))
    page = Paginator(merges_for(staff), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "merges": merges_shown(list(page.object_list)),
        "clinics": clinics,
        "mine": {clinic.pk for clinic in clinics_of(staff)},
    }
    return render(request, "patients/merges.html", context)
