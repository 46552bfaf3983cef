from django.utils.translation import gettext_lazy as _

from tracker import staffing
from tracker.staff_forms import StaffReasonForm
from tracker.views.forms.staff_page import ReasonPage


class EndMemberSessions(ReasonPage):
    """Signs somebody out everywhere, programs too."""

    template_name = "tracker/end_member_sessions.html"
    title = _("End all sessions and API tokens")
    submit_label = _("End them all")
    done = _("They are signed in nowhere any more, and no API token of theirs opens anything.")

    def write(self, form: StaffReasonForm) -> None:
        staffing.end_sessions(**self.whom, **form.cleaned_data)

    def follow_up(self) -> None:
        """Nothing: no work changes hands by it."""
