from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from tracker import staffing
from tracker.staff_forms import IdentityForm, StaffReasonForm
from tracker.views.forms.staff_page import AccountPage, show_link


class NewStartLink(AccountPage):
    """Another start link for somebody who has not set a password yet."""

    template_name = "tracker/new_start_link.html"
    title = _("Make a start link")
    submit_label = _("Make the link")
    done = _("The link is made.")
    form_class = IdentityForm
    token = ""

    def write(self, form: StaffReasonForm) -> None:
        self.membership, self.token = staffing.new_start_link(**self.whom, **form.cleaned_data)

    def follow_up(self) -> None:
        """Nothing: no work changes hands by it."""

    def say_done(self) -> None:
        """The page says it."""

    @method_decorator(sensitive_variables())
    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        answer = super().post(request, **ids)
        return show_link(request, self.membership, self.token) if self.token else answer
