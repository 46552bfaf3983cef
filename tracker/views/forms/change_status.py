from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.actions import change_status
from patients.forms import ChangeStatusForm
from patients.rules.permissions import Permission
from patients.rules.vocabulary import PatientStatus
from patients.selectors import latest_status_change, patient_for
from tracker import display
from tracker.views.forms.page import Change, PatientFormPage


class ChangeStatus(PatientFormPage[ChangeStatusForm]):
    """Whether the patient is under care, has died, or has gone elsewhere."""

    template_name = "patients/change_status.html"
    title = _("Change the patient’s status")
    submit_label = _("Change the status")
    done = _("The status is changed.")
    permission = Permission.REGISTER_PATIENT

    def form(self, data: QueryDict | None = None) -> ChangeStatusForm:
        return ChangeStatusForm(data, today=self.today, initial={"version": self.patient.version})

    def write(self, form: ChangeStatusForm) -> None:
        change_status(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)

    def changes(self) -> list[Change]:
        self.patient = patient_for(self.staff, self.patient.pk)
        entry = latest_status_change(self.staff, self.patient)
        if entry is None:
            return [Change(self.status_now())]
        return [self.entered(self.status_now(), entry.recorded_by, entry.recorded_at)]

    def standing(self) -> dict[str, str]:
        said = self.previous()
        return {name: said.get(name, "") for name in ("status", "on", "reason")}

    def previous(self) -> dict[str, str]:
        on = self.patient.status_on
        return {
            "status": PatientStatus(self.patient.status).label,
            "on": display.day(on) if on is not None else "",
            "reason": self.patient.status_reason,
        }

    def context(self) -> dict[str, Any]:
        return {"status_now": self.status_now()}

    def status_now(self) -> str:
        label = PatientStatus(self.patient.status).label
        if self.patient.status_on is None:
            return label
        return f"{label} since {display.day(self.patient.status_on)}: {self.patient.status_reason}"
