from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.tasks import reconcile_soon
from patients.clock import today_in
from patients.life_forms import AcceptTransferForm, DeclineTransferForm
from patients.models import PatientTransfer
from patients.rules.permissions import Permission
from tracker.patient_life.transfers import accept_transfer, decline_transfer, transfer_to_decide
from tracker.views.forms.page import FormPage

F = TypeVar("F", bound=forms.Form)


class DecideTransfer(FormPage[F]):
    """What both answers to a transfer share: what the clinic may see of the patient before it decides."""

    permission = Permission.TRANSFER_PATIENT
    parent_label = _("Transfers")
    transfer: PatientTransfer

    def open(self, **ids: Any) -> None:
        self.transfer = transfer_to_decide(self.staff, ids["transfer_id"])
        self.today = today_in(self.transfer.to_clinic)

    def follow_up(self) -> None:
        """Only taking a patient over moves what is due."""

    def leave(self) -> HttpResponseRedirect:
        return redirect("transfers")

    def cancel_url(self) -> str:
        return reverse("transfers")

    def context(self) -> dict[str, Any]:
        return {"transfer": self.transfer}


class AcceptTransfer(DecideTransfer[AcceptTransferForm]):
    """Takes a patient over from another clinic."""

    template_name = "patients/accept_transfer.html"
    title = _("Take a patient over")
    submit_label = _("Take the patient over")
    done = _("The patient is in your clinic now.")

    def form(self, data: QueryDict | None = None) -> AcceptTransferForm:
        return AcceptTransferForm(data, today=self.today)

    def write(self, form: AcceptTransferForm) -> None:
        self.transfer = accept_transfer(by=self.staff, transfer_id=self.transfer.pk, **form.cleaned_data)

    def follow_up(self) -> None:
        reconcile_soon(self.transfer.patient_id)

    def say_done(self) -> None:
        super().say_done()
        if self.transfer.decision_note:
            messages.warning(self.request, self.transfer.decision_note)

    def leave(self) -> HttpResponseRedirect:
        return redirect("record", patient_id=self.transfer.patient_id)


class DeclineTransfer(DecideTransfer[DeclineTransferForm]):
    """Tells the clinic that asked that the patient is not taken over."""

    template_name = "patients/decline_transfer.html"
    title = _("Decline a transfer")
    submit_label = _("Decline")
    done = _("The clinic that asked sees your answer. The patient stays there.")

    def form(self, data: QueryDict | None = None) -> DeclineTransferForm:
        return DeclineTransferForm(data, today=self.today)

    def write(self, form: DeclineTransferForm) -> None:
        decline_transfer(by=self.staff, transfer_id=self.transfer.pk, **form.cleaned_data)
