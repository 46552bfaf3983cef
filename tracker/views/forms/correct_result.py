from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.actions import correct_result
from monitoring.protocol.load import load
from monitoring.result_forms import CorrectResultForm
from monitoring.selectors import corrections_of, result_now
from patients.clock import today_in
from patients.errors import NotFound, StaleVersion
from patients.rules.permissions import Permission
from patients.selectors import require
from tracker.presenters.corrections import correction_words
from tracker.presenters.typed import standing_in
from tracker.views.forms.page import Change, FormPage
from tracker.views.forms.record_results import ResultPage, levels, previous


class CorrectResult(ResultPage, FormPage[CorrectResultForm]):
    """Puts another value, unit or day in the place of one result; what stood there stays readable."""

    template_name = "monitoring/correct_result.html"
    title = _("Correct a result")
    submit_label = _("Correct the result")
    done = _("The result is corrected. What stood there before stays readable beside it.")
    permission = Permission.RECORD_MONITORING

    def open(self, **ids: Any) -> None:
        self.read_at: int = ids["result_id"]
        self.row = result_now(self.staff, self.read_at)
        self.patient = self.row.patient
        require(self.staff, self.patient.clinic_id, self.permission)
        self.today = today_in(self.patient.clinic)
        analyte = load().analytes.get(self.row.analyte)
        if analyte is None:
            raise NotFound("The monitoring protocol no longer knows this test: withdraw the result instead.")
        self.analyte = analyte

    def form(self, data: QueryDict | None = None) -> CorrectResultForm:
        return CorrectResultForm(data, today=self.today, analyte=self.analyte, levels=levels(load()), row=self.row)

    def write(self, form: CorrectResultForm) -> None:
        """Raises StaleVersion where the result that the person saw was corrected meanwhile."""
        if (form.cleaned_data["version"] or self.read_at) != self.row.pk:
            raise StaleVersion(
                "Someone corrected this result while you were working on it. Nothing was saved.", self.row.pk
            )
        row = correct_result(
            by=self.staff,
            result_id=self.row.pk,
            value=form.value(),
            reason=form.cleaned_data["reason"],
            seen=form.seen_fingerprints(),
            **form.sample(),
        )
        self.saved = [row]

    def changes(self) -> list[Change]:
        return [self.entered(f"{self.analyte.name} {previous(self.row)}", self.row.recorded_by, self.row.recorded_at)]

    def standing(self) -> dict[str, str]:
        """As the form would begin now; why it is corrected is part of the entry alone."""
        return {name: words for name, words in standing_in(self.form()).items() if name != "reason"}

    def context(self) -> dict[str, Any]:
        assert self.patient is not None
        return {
            "as_it_stands": f"{self.analyte.name} {previous(self.row)}",
            "entered": self.entered("", self.row.recorded_by, self.row.recorded_at),
            "corrections": [
                correction_words(step, self.patient.clinic.time_zone)
                for step in corrections_of(self.staff, self.patient).get(self.row.pk, ())
            ],
            "withdraw_url": reverse("withdraw_entry", args=[self.patient.pk, "result", self.row.pk]),
        }
