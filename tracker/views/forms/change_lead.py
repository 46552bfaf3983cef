from django.utils.translation import gettext_lazy as _

from tracker import staffing
from tracker.staff_forms import StaffReasonForm
from tracker.views.forms.staff_page import ReasonPage


class LeadPage(ReasonPage):
    """Whether somebody leads the clinic."""

    template_name = "tracker/change_lead.html"
    leads: bool

    def write(self, form: StaffReasonForm) -> None:
        staffing.set_lead(**self.whom, leads=self.leads, **form.cleaned_data)

    def follow_up(self) -> None:
        """Nothing: whose work is whose does not hang on it."""


class MakeLead(LeadPage):
    """Somebody leads the clinic from now on."""

    title = _("Make them lead the clinic")
    submit_label = _("Make them lead")
    done = _("They lead the clinic now.")
    leads = True


class EndLead(LeadPage):
    """Somebody leads the clinic no more."""

    title = _("End leading the clinic")
    submit_label = _("End it")
    done = _("They lead the clinic no more.")
    leads = False
