from typing import Any

from django.http import QueryDict

from patients.actions import change_status
from patients.forms import ChangeStatusForm
from patients.rules.permissions import Permission
from patients.rules.vocabulary import PatientStatus
from patients.selectors import patient_for
from tracker import display
from tracker.views.forms.page import Change, PatientFormPage


class ChangeStatus(PatientFormPage[ChangeStatusForm]):
    """Whether the patient is under care, has died, or has gone elsewhere."""

    template_name = "patients/change_status.html"
    title = "Change the patient’s status"
    submit_label = "Change the status"
    done = "The status is changed."
    permission = Permission.REGISTER_PATIENT

    def form(self, data: QueryDict | None = None) -> ChangeStatusForm:
        return ChangeStatusForm(data, today=self.today, initial={"version": self.patient.version})

    def write(self, form: ChangeStatusForm) -> None:
        change_status(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)

    def changes(self) -> list[Change]:
        self.patient = patient_for(self.staff, self.patient.pk)
        return [Change(self.status_now())]

    def context(self) -> dict[str, Any]:
        return {"status_now": self.status_now()}

    def status_now(self) -> str:
        label = PatientStatus(self.patient.status).label
        if self.patient.status_on is None:
            return label
        return f"{label} since {display.day(self.patient.status_on)}: {self.patient.status_reason}"
