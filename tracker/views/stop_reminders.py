"""Where a patient ends reminders by e-mail: by the link in one of them, without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from patients.actions import stop_reminders
from patients.stop_links import details_of


# A mail program ends reminders by a POST of its own, without having been here before (RFC 8058). The token, and not
# who sends it, is the permission; there is no session to borrow.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_reminders_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST ends them. A mail scanner that follows links ends nothing. A wrong link is told calmly."""
    details = details_of(token)
    if details is None:
        return render(request, "patients/stop_reminders.html", {"unknown": True}, status=404)
    stopped = hasattr(details, "opt_out")
    if request.method == "POST":
        stop_reminders(details=details)
        stopped = True
    context = {"stopped": stopped, "telephone": details.patient.clinic.telephone}
    return render(request, "patients/stop_reminders.html", context)
