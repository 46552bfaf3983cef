from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import not_needed
from monitoring.work_forms import NotNeededForm
from tracker.views.forms.work_page import WorkFormPage


class NotNeededPage(WorkFormPage[NotNeededForm]):
    """A due item that is not needed, with the reason."""

    template_name = "monitoring/not_needed.html"
    title = _("Not needed")
    submit_label = _("Take it off the list")
    done = _("The item is recorded as not needed. It is no longer on the worklist.")

    def form(self, data: QueryDict | None = None) -> NotNeededForm:
        return NotNeededForm(data, today=self.today, initial={"occasion": self.occasion})

    def write(self, form: NotNeededForm) -> None:
        row = not_needed(by=self.staff, patient_id=self.patient.pk, item=self.the_item().id, **form.cleaned_data)
        self.undo = ("not_needed", row)
