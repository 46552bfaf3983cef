from decimal import Decimal

from django.http import QueryDict

from patients.actions import record_assessment
from patients.forms import AddAssessmentForm
from patients.models import Assessment
from patients.rules.permissions import Permission
from patients.rules.vocabulary import MuscleGroup, SevereFeature
from patients.selectors import latest_assessment
from tracker import display
from tracker.views.forms.page import PatientFormPage

_UNITS = {
    "physician_global": "cm",
    "patient_global": "cm",
    "extramuscular_global": "cm",
    "haq": "",
    "das": "",
    "fvc_percent": "%",
    "dlco_percent": "%",
}


class AddAssessment(PatientFormPage[AddAssessmentForm]):
    """A severity assessment, with the values of the last one beside the fields."""

    template_name = "patients/add_assessment.html"
    title = "Add an assessment"
    submit_label = "Record the assessment"
    done = "The assessment is recorded."
    permission = Permission.RECORD_CLINICAL

    def form(self, data: QueryDict | None = None) -> AddAssessmentForm:
        last = latest_assessment(self.staff, self.patient)
        return AddAssessmentForm(data, today=self.today, previous=previous_values(last) if last else {})

    def write(self, form: AddAssessmentForm) -> None:
        record_assessment(by=self.staff, patient_id=self.patient.pk, values=form.values())


def previous_values(last: Assessment) -> dict[str, str]:
    """What the last assessment says for each field of the form, with its day; fields without a value are left out."""
    said = {name: _quantity(getattr(last, name), unit) for name, unit in _UNITS.items()}
    if last.cmas is not None:
        said["cmas"] = str(last.cmas)
    if last.mmt is not None:
        said["mmt"] = f"{display.number(last.mmt)} of {last.mmt_maximum}"
    if last.lowest_mrc:
        said["lowest_mrc"] = f"{last.lowest_mrc}, {MuscleGroup(last.lowest_mrc_group).label}"
    for enzyme in last.enzymes.all():
        limit = f", upper limit {display.number(enzyme.upper_limit)}" if enzyme.upper_limit is not None else ""
        said[enzyme.name] = f"{display.quantity(enzyme.value, enzyme.get_unit_display())}{limit}"
    said["severe_features"] = "; ".join(SevereFeature(feature).label for feature in last.severe_features)
    said["non_severe_confirmed"] = "confirmed as not severe" if last.non_severe_confirmed else ""
    day = display.day(last.on, last.precision)
    return {name: f"{text} ({day})" for name, text in said.items() if text} | {"on": day}


def _quantity(value: Decimal | None, unit: str) -> str:
    return "" if value is None else display.quantity(value, unit)
