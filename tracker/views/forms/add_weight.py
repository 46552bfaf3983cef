from django.http import QueryDict

from patients.actions import record_body_measures
from patients.forms import AddWeightForm
from patients.rules.permissions import Permission
from patients.selectors import heights_for, weights_for
from tracker import display
from tracker.views.forms.page import PatientFormPage


class AddWeight(PatientFormPage[AddWeightForm]):
    """Weight, height or both of one day."""

    template_name = "patients/add_weight.html"
    title = "Add weight or height"
    submit_label = "Record the measures"
    done = "The measures are recorded."
    permission = Permission.RECORD_CLINICAL

    def form(self, data: QueryDict | None = None) -> AddWeightForm:
        form = AddWeightForm(data, today=self.today)
        weight = weights_for(self.staff).filter(patient=self.patient).first()
        height = heights_for(self.staff).filter(patient=self.patient).first()
        form.show_previous(
            {
                "kilograms": f"{display.quantity(weight.kilograms, 'kg')} on {display.day(weight.on)}"
                if weight
                else "",
                "centimetres": f"{display.quantity(height.centimetres, 'cm')} on {display.day(height.on)}"
                if height
                else "",
            }
        )
        return form

    def write(self, form: AddWeightForm) -> None:
        record_body_measures(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)
