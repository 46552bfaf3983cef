from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from patients.models import Membership
from tracker import staffing
from tracker.sign_in import provider
from tracker.staff_forms import AddAccountForm
from tracker.views.forms.staff_page import ClinicStaffPage, show_link


class AddAccount(ClinicStaffPage[AddAccountForm]):
    """Somebody who has no account gets one, with a role in the clinic."""

    template_name = "tracker/add_account.html"
    title = _("Make a new account")
    submit_label = _("Make the account")
    done = _("The account is made.")
    membership: Membership
    token = ""

    def form(self, data: QueryDict | None = None) -> AddAccountForm:
        return AddAccountForm(
            data, today=self.today, provider_name=settings.OIDC_NAME if provider.is_configured() else ""
        )

    def write(self, form: AddAccountForm) -> None:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "signs_in"}
        self.membership, self.token = staffing.add_new_member(
            by=self.staff, clinic_id=self.clinic.pk, by_provider=form.by_provider(), **typed
        )

    def say_done(self) -> None:
        if not self.token:
            super().say_done()

    @method_decorator(sensitive_variables())
    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        answer = super().post(request, **ids)
        return show_link(request, self.membership, self.token) if self.token else answer
