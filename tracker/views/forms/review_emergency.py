from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.actions import review_emergency_access
from patients.clock import today_in
from patients.emergencies import emergency_for, has_moved_on
from patients.emergency_forms import ReviewEmergencyForm
from patients.rules.permissions import Permission
from patients.rules.vocabulary import EmergencyFinding
from tracker.audit.accesses import accesses_under, told
from tracker.presenters.emergencies import emergency_shown
from tracker.views.forms.page import FormPage


class ReviewEmergency(FormPage[ReviewEmergencyForm]):
    """One emergency access to a patient of the clinic: why, what was looked at, and what the clinic finds of it."""

    template_name = "patients/review_emergency.html"
    title = _("Review an emergency access")
    submit_label = _("Record what you find")
    done = _("The review is recorded.")
    permission = Permission.REVIEW_BREAK_GLASS
    parent_label = _("Emergency access to review")

    def open(self, **ids: Any) -> None:
        self.emergency = emergency_for(self.staff, ids["emergency_id"])
        # The banner of a record that another clinic keeps by now is not this clinic's to read.
        self.patient = None if has_moved_on(self.emergency) else self.emergency.patient
        self.today = today_in(self.emergency.patient.clinic)

    def get(self, request: Any, **ids: Any) -> HttpResponse:
        return self.show(self.form() if self.can_review else None)

    @property
    def can_review(self) -> bool:
        """Whether it waits for this person's word now."""
        row = self.emergency
        return row.reviewed_at is None and row.staff_id != self.staff.pk and not row.is_open(timezone.now())

    def form(self, data: QueryDict | None = None) -> ReviewEmergencyForm:
        return ReviewEmergencyForm(data, today=self.today)

    def write(self, form: ReviewEmergencyForm) -> None:
        review_emergency_access(
            by=self.staff,
            emergency_id=self.emergency.pk,
            finding=EmergencyFinding(form.cleaned_data["finding"]),
            note=form.cleaned_data["note"],
        )

    def follow_up(self) -> None:
        """Nothing was written about the patient, so nothing is due anew."""

    def leave(self) -> HttpResponseRedirect:
        return redirect("emergency_reviews")

    def cancel_url(self) -> str:
        return reverse("emergency_reviews")

    def context(self) -> dict[str, Any]:
        clinic = self.emergency.patient.clinic
        return {
            "shown": emergency_shown(self.emergency, timezone.now()),
            "rows": told(accesses_under(self.staff, self.emergency), clinic),
            "is_own": self.emergency.staff_id == self.staff.pk,
        }
