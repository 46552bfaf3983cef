from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import take_sample
from monitoring.actions.work import days_to_wait
from monitoring.selectors import sampled_items_of
from monitoring.work_forms import TakeSampleForm
from tracker.views.forms.work_page import WorkFormPage


class TakeSample(WorkFormPage[TakeSampleForm]):
    """A sample on its way. Its items wait for the result, and are asked for again when it does not come."""

    template_name = "monitoring/take_sample.html"
    title = _("Sample taken")
    submit_label = _("Record the sample")
    done = _("The sample is recorded. Its items wait for the result.")

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.items = sampled_items_of(self.staff, self.patient, self.item)

    def form(self, data: QueryDict | None = None) -> TakeSampleForm:
        chosen = {"items": [self.item.id] if self.item is not None else [], "occasion": self.occasion}
        return TakeSampleForm(data, today=self.today, items=self.items, initial=chosen, days_to_wait=days_to_wait())

    def write(self, form: TakeSampleForm) -> None:
        rows = take_sample(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)
        self.undo = ("sample", rows[0])
