"""One member of a clinic, with everything that can be changed about them."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from tracker.staffing.listing import member_of_clinic
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def clinic_member(request: HttpRequest, clinic_id: int, membership_id: int) -> HttpResponse:
    """The page; of one's own account it shows what holds and nothing to change."""
    membership, member = member_of_clinic(cast(Staff, request.user), clinic_id, membership_id)
    return render(request, "tracker/clinic_member.html", {"clinic": membership.clinic, "member": member})
