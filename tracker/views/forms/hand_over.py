from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.life_forms import AskTransferForm
from patients.rules.permissions import Permission
from tracker.patient_life.transfers import ask_transfer, clinics_to_hand_over_to, waiting_transfer_of
from tracker.views.forms.page import PatientFormPage


class HandOver(PatientFormPage[AskTransferForm]):
    """Asks another clinic to take the patient over."""

    template_name = "patients/hand_over.html"
    title = _("Hand over to another clinic")
    submit_label = _("Ask the other clinic")
    done = _("The other clinic is asked. Nothing changes until it accepts.")
    permission = Permission.TRANSFER_PATIENT

    def form(self, data: QueryDict | None = None) -> AskTransferForm:
        clinics = [(clinic.pk, clinic.name) for clinic in clinics_to_hand_over_to(self.staff, self.patient)]
        return AskTransferForm(data, today=self.today, clinics=clinics)

    def write(self, form: AskTransferForm) -> None:
        ask_transfer(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)

    def follow_up(self) -> None:
        """Nothing is due otherwise while the other clinic has not accepted."""

    def context(self) -> dict[str, Any]:
        return {"waiting": waiting_transfer_of(self.staff, self.patient)}
