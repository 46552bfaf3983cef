"""Patients on their way from one clinic to another, as either of them sees it."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of
from tracker.patient_life.transfers import transfers_for, transfers_shown, withdraw_transfer
from tracker.views.refusals import refusals_as_pages

PAGE_SIZE = 50


@never_cache
@require_safe
def transfers_page(request: HttpRequest) -> HttpResponse:
    """What waits for an answer here, what was asked for from here, and what is settled, the latest first."""
    staff = cast(Staff, request.user)
    mine = {clinic.pk for clinic in clinics_of(staff, Permission.TRANSFER_PATIENT)}
    if not mine:
        raise PermissionDenied(_("Your role does not hand patients over."))
    found = transfers_for(staff)
    page = Paginator(found.settled, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"transfers": found, "page": page, "settled": transfers_shown(list(page.object_list)), "mine": mine}
    return render(request, "patients/transfers.html", context)


@require_POST
@refusals_as_pages()
def withdraw_transfer_page(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """The clinic that asked does not ask any more."""
    try:
        withdraw_transfer(by=cast(Staff, request.user), transfer_id=transfer_id)
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The transfer is withdrawn. The patient stays in your clinic."))
    return redirect("transfers")
