"""One member of a clinic, with everything that can be changed about them."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.errors import NotAllowed, NotFound
from patients.models import Staff
from tracker.staffing.listing import member_of_clinic


@never_cache
@require_safe
def clinic_member(request: HttpRequest, clinic_id: int, membership_id: int) -> HttpResponse:
    """The page; of one's own account it shows what holds and nothing to change."""
    try:
        membership, member = member_of_clinic(cast(Staff, request.user), clinic_id, membership_id)
    except NotFound as error:
        raise Http404(error.message) from None
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    return render(request, "tracker/clinic_member.html", {"clinic": membership.clinic, "member": member})
