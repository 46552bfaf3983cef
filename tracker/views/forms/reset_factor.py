from django.utils.translation import gettext_lazy as _

from tracker import staffing
from tracker.staff_forms import IdentityForm, StaffReasonForm
from tracker.views.forms.staff_page import AccountPage


class ResetFactor(AccountPage):
    """Takes the second factors from somebody who has lost theirs."""

    template_name = "tracker/reset_factor.html"
    title = _("Reset the second factor")
    submit_label = _("Take the second factor away")
    done = _("They have no second factor any more, and their sessions and API tokens have ended.")
    form_class = IdentityForm
    danger = True

    def write(self, form: StaffReasonForm) -> None:
        staffing.reset_second_factor(**self.whom, **form.cleaned_data)

    def follow_up(self) -> None:
        """Nothing: no work changes hands by it."""
