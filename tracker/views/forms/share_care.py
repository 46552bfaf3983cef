from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import share_care
from monitoring.plan_forms import ShareCareForm
from patients.rules.permissions import Permission
from tracker.views.forms.plan_page import PlanFormPage


class ShareCare(PlanFormPage[ShareCareForm]):
    """Who looks after the tests of a drug from a day on."""

    template_name = "monitoring/share_care.html"
    title = _("Who looks after the tests")
    submit_label = _("Record who looks after them")
    done = _("It is recorded who looks after the tests.")
    permission = Permission.RECORD_MONITORING

    def form(self, data: QueryDict | None = None) -> ShareCareForm:
        initial = {"drug": self.drug_asked_for(), "from_on": self.today}
        return ShareCareForm(data, today=self.today, initial=initial, drugs=self.drugs())

    def write(self, form: ShareCareForm) -> None:
        share_care(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)
