"""Records of one clinic that may be about one person, for those who may merge them."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.duplicates import alike_pairs
from patients.errors import NotAllowed, NotFound
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinic_for


@never_cache
@require_safe
def duplicates_page(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """The pairs, the likeliest first, each with why and a way to compare the two."""
    staff = cast(Staff, request.user)
    try:
        clinic = clinic_for(staff, clinic_id, Permission.MERGE_PATIENTS)
        found = alike_pairs(staff, clinic_id)
    except NotFound as error:
        raise Http404(error.message) from None
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    return render(request, "patients/duplicates.html", {"clinic": clinic, "found": found})
