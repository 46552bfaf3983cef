from django.utils.translation import gettext_lazy as _

from tracker import staffing
from tracker.staff_forms import IdentityForm, StaffReasonForm
from tracker.views.forms.staff_page import AccountPage


class CloseAccount(AccountPage):
    """Nobody signs in with the account any more."""

    template_name = "tracker/close_account.html"
    title = _("Close the account")
    submit_label = _("Close the account")
    done = _("The account is closed: nobody is signed in with it, and nobody can.")
    danger = True

    def write(self, form: StaffReasonForm) -> None:
        staffing.close_account(**self.whom, **form.cleaned_data)


class OpenAccount(AccountPage):
    """The account opens again what it opened before."""

    template_name = "tracker/close_account.html"
    title = _("Open the account again")
    submit_label = _("Open the account")
    done = _("The account is open again.")
    form_class = IdentityForm

    def write(self, form: StaffReasonForm) -> None:
        staffing.open_account(**self.whom, **form.cleaned_data)
