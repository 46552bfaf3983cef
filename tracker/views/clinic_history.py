"""Everything that was ever changed in a clinic's settings and in who belongs to it."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.errors import NotAllowed, NotFound
from patients.models import Staff
from tracker.audit.history import clinic_history as history_of_clinic
from tracker.audit.history import clinic_managed
from tracker.views.history_filters import asked_for, page_of


@never_cache
@require_safe
def clinic_history(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """One page of the list, the latest first; filtered as the history of a patient is."""
    staff = cast(Staff, request.user)
    try:
        clinic = clinic_managed(staff, clinic_id)
        asked = asked_for(request, history_of_clinic(staff, clinic_id))
        found = history_of_clinic(staff, clinic_id, asked.filters)
    except NotFound as error:
        raise Http404(error.message) from None
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    return render(request, "tracker/clinic_history.html", page_of(request, found, clinic) | {"asked": asked})
