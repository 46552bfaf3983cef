"""What the forms of a monitoring plan do alike: they are reached from the plan and lead back to it."""

from typing import TypeVar

from django import forms
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from monitoring.plan_forms import EVERY
from monitoring.selectors import drugs_to_plan
from tracker.views.forms.page import PatientFormPage

F = TypeVar("F", bound=forms.Form)


class PlanFormPage(PatientFormPage[F]):
    """A form about one patient's monitoring plan."""

    parent_label = gettext_lazy("Monitoring plan")

    def leave(self) -> HttpResponseRedirect:
        return redirect("monitoring_plan", patient_id=self.patient.pk)

    def cancel_url(self) -> str:
        return reverse("monitoring_plan", kwargs={"patient_id": self.patient.pk})

    def drugs(self) -> list[tuple[str, str]]:
        """The drugs that can be chosen: those that this patient takes, or is about to, and that ask for anything."""
        return [(drug.id, drug.name) for drug in drugs_to_plan(self.staff, self.patient, self.today)]

    def drug_asked_for(self) -> str:
        """The drug that the link names; without one the only drug that there is, else none is chosen beforehand."""
        drugs = [drug for drug, _ in self.drugs()]
        asked = self.request.GET.get("drug", "")
        if asked in (*drugs, EVERY):
            return asked
        return drugs[0] if len(drugs) == 1 else ""
