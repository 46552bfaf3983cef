from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import share_care
from monitoring.models import SharedCare
from monitoring.plan_forms import ShareCareForm
from monitoring.selectors import shared_care_for
from patients.rules.permissions import Permission
from tracker.plan_words import care_words
from tracker.presenters.earlier import since, together
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

    def previous(self) -> dict[str, str]:
        newest: dict[str, SharedCare] = {}
        for row in shared_care_for(self.staff).filter(patient=self.patient):
            newest.setdefault(row.drug, row)
        said = (since(care_words(row.drug, row.monitored_by, row.provider), row.from_on) for row in newest.values())
        return {"monitored_by": together(said)}

    def write(self, form: ShareCareForm) -> None:
        share_care(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)
