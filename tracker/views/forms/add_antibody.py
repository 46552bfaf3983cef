from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.actions import record_autoantibody
from patients.forms import AddAntibodyForm
from patients.rules.permissions import Permission
from tracker.views.forms.page import PatientFormPage


class AddAntibody(PatientFormPage[AddAntibodyForm]):
    """A myositis autoantibody finding."""

    template_name = "patients/add_antibody.html"
    title = _("Add an autoantibody")
    submit_label = _("Record the autoantibody")
    done = _("The autoantibody is recorded.")
    permission = Permission.RECORD_CLINICAL

    def form(self, data: QueryDict | None = None) -> AddAntibodyForm:
        return AddAntibodyForm(data, today=self.today)

    def write(self, form: AddAntibodyForm) -> None:
        record_autoantibody(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)
