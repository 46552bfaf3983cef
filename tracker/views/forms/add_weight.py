from datetime import date
from decimal import Decimal
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.actions import record_body_measures
from patients.forms import AddWeightForm
from patients.rules.permissions import Permission
from patients.selectors import heights_for, weights_for
from tracker import display
from tracker.presenters.earlier import on_day
from tracker.views.forms.comes_back import ComesBack
from tracker.views.forms.page import PatientFormPage


class AddWeight(ComesBack[AddWeightForm], PatientFormPage[AddWeightForm]):
    """Weight, height or both of one day."""

    template_name = "patients/add_weight.html"
    title = _("Add weight or height")
    submit_label = _("Record the measures")
    done = _("The measures are recorded.")
    permission = Permission.RECORD_CLINICAL

    def form(self, data: QueryDict | None = None) -> AddWeightForm:
        form = AddWeightForm(data, today=self.today)
        form.compare_with({name: number for name, (number, _on) in self.latest.items()})
        return form

    @cached_property
    def latest(self) -> dict[str, tuple[Decimal, date]]:
        """The value and the day of each measure that was recorded last, by field."""
        weight = weights_for(self.staff).filter(patient=self.patient).first()
        height = heights_for(self.staff).filter(patient=self.patient).first()
        found = {"kilograms": (weight.kilograms, weight.on)} if weight else {}
        return found | ({"centimetres": (height.centimetres, height.on)} if height else {})

    def previous(self) -> dict[str, str]:
        units = {"kilograms": "kg", "centimetres": "cm"}
        return {name: on_day(display.quantity(number, units[name]), on) for name, (number, on) in self.latest.items()}

    def write(self, form: AddWeightForm) -> None:
        record_body_measures(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)
