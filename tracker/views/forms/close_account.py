from tracker import staffing
from tracker.staff_forms import IdentityForm, StaffReasonForm
from tracker.views.forms.staff_page import AccountPage


class CloseAccount(AccountPage):
    """Nobody signs in with the account any more."""

    template_name = "tracker/close_account.html"
    title = "Close the account"
    submit_label = "Close the account"
    done = "The account is closed: nobody is signed in with it, and nobody can."
    danger = True

    def write(self, form: StaffReasonForm) -> None:
        staffing.close_account(**self.whom, **form.cleaned_data)


class OpenAccount(AccountPage):
    """The account opens again what it opened before."""

    template_name = "tracker/close_account.html"
    title = "Open the account again"
    submit_label = "Open the account"
    done = "The account is open again."
    form_class = IdentityForm

    def write(self, form: StaffReasonForm) -> None:
        staffing.open_account(**self.whom, **form.cleaned_data)
