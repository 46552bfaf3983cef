from typing import Any, cast

from django import forms
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.tasks import reconcile_many_soon
from patients.errors import Refused
from patients.life_forms import FindOtherForm, MergeForm
from patients.models import Patient
from patients.rules.permissions import Permission
from patients.selectors import patients_for
from tracker.patient_life.merge_log import taken_apart_before
from tracker.patient_life.merge_preview import MergePreview, preview_merge
from tracker.patient_life.merges import merge_patients
from tracker.patient_life.treated_together import treated_together
from tracker.views.forms.page import PatientFormPage


class MergePatient(PatientFormPage[forms.Form]):
    """Another record of the same person made a part of this one: first which, then what it does, then why."""

    template_name = "patients/merge_patient.html"
    title = _("Merge with another record")
    done = _("The two records are one now. It can be taken back from the list of merges.")
    keeps_drafts = False  # what is sent is no plain save
    permission = Permission.MERGE_PATIENTS
    preview: MergePreview | None = None
    refused: str = ""
    other_id: int | None = None

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        asked = self.request.GET.get("with", "")
        if asked.isdecimal() and len(asked) < 19:
            try:
                self.preview = preview_merge(by=self.staff, kept_id=self.patient.pk, merged_id=int(asked))
                self.other_id = int(asked)
            except Refused as error:
                self.refused = error.message

    @property
    def submit_label(self) -> str:  # type: ignore[override]  # two steps on one page
        return "Merge the two records" if self.preview else "Show what merging would do"

    @property
    def danger(self) -> bool:  # type: ignore[override]  # as above
        return self.preview is not None

    def form(self, data: QueryDict | None = None) -> forms.Form:
        if self.preview is None:
            return FindOtherForm(data, today=self.today)
        return MergeForm(data, today=self.today, initial={"seen": self.preview.fingerprint})

    def write(self, form: forms.Form) -> None:
        if self.preview is None:
            self.other_id = self.found(form.cleaned_data["other"]).pk
            preview_merge(by=self.staff, kept_id=self.patient.pk, merged_id=self.other_id)  # refused here, if at all
            return
        typed = form.cleaned_data
        merge_patients(
            by=self.staff,
            kept_id=self.patient.pk,
            merged_id=self.preview.merged.pk,
            reason=typed["reason"],
            seen=typed["seen"],
        )

    def found(self, number: str) -> Patient:
        """The record of the same clinic with that number. Raises Refused."""
        rows = patients_for(self.staff).filter(clinic=self.patient.clinic_id, hospital_number__iexact=number)
        patient = rows.first()
        if patient is None:
            raise Refused("No record of this clinic has this hospital number.", "other")
        return patient

    def show_again(self, form: forms.Form, stale: Any) -> Any:
        """What is shown is the preview of this moment; the next attempt counts as made in sight of it."""
        assert self.preview is not None
        self.open(patient_id=self.patient.pk)
        typed = cast(QueryDict, form.data).copy()
        typed["seen"] = self.preview.fingerprint
        form.data = typed
        return self.show(form, 409, changed=stale.message)

    def follow_up(self) -> None:
        if self.preview is not None:
            reconcile_many_soon(sorted((self.patient.pk, self.preview.merged.pk)))

    def say_done(self) -> None:
        if self.preview is not None:
            super().say_done()

    def leave(self) -> HttpResponseRedirect:
        if self.preview is not None:
            return super().leave()
        return redirect(f"{reverse('merge_patient', args=[self.patient.pk])}?with={self.other_id}")

    def context(self) -> dict[str, Any]:
        if self.preview is None:
            return {"preview": None, "refused": self.refused}
        two = self.preview.kept, self.preview.merged
        return {
            "preview": self.preview,
            "refused": self.refused,
            "together": treated_together(self.staff, *two, self.today),
            "apart_before": taken_apart_before(*two),
        }
