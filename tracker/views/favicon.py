"""The address at which browsers look for an icon when a page names none, such as an answer of the API."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """To the one icon that there is."""
    return HttpResponseRedirect(static("myoline.svg"))
