from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tracker import staffing
from tracker.staff_forms import StaffReasonForm
from tracker.views.forms.staff_page import ReasonPage


class EndMembership(ReasonPage):
    """Somebody belongs to the clinic no more."""

    template_name = "tracker/end_membership.html"
    title = _("End the membership")
    submit_label = _("End the membership")
    done = _("They belong to the clinic no more, and their sessions have ended. Their open work is nobody’s now.")
    danger = True

    def write(self, form: StaffReasonForm) -> None:
        staffing.end_membership(**self.whom, **form.cleaned_data)

    def leave(self) -> HttpResponseRedirect:
        return redirect("clinic_staff", clinic_id=self.clinic.pk)

    def cancel_url(self) -> str:
        return reverse("clinic_member", args=[self.clinic.pk, self.member.id])
