"""Who belongs to a clinic, for those who decide it."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.errors import NotAllowed, NotFound
from patients.models import Staff
from tracker.staffing.listing import staff_of_clinic


@never_cache
@require_safe
def clinic_staff(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Everybody, by name, with what matters for who gets in: role, second factor, last sign-in, open sessions."""
    try:
        clinic, members = staff_of_clinic(cast(Staff, request.user), clinic_id)
    except NotFound as error:
        raise Http404(error.message) from None
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    return render(request, "tracker/clinic_staff.html", {"clinic": clinic, "members": members})
