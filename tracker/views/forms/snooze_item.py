from typing import Any

from django.http import QueryDict

from monitoring.actions import snooze_item
from monitoring.forms import SnoozeItemForm
from monitoring.protocol.load import load
from patients.errors import NotFound
from patients.rules.permissions import Permission
from tracker.views.forms.page import PatientFormPage


class SnoozeItem(PatientFormPage[SnoozeItemForm]):
    """A due item put off until a day, with a reason."""

    template_name = "monitoring/snooze_item.html"
    title = "Put an item off"
    submit_label = "Put it off"
    done = "The item is put off. How late it is stays visible."
    permission = Permission.RECORD_MONITORING

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        item = load().items.get(ids["item"])
        if item is None:
            raise NotFound("No such item of the monitoring protocol.")
        self.item = item

    def form(self, data: QueryDict | None = None) -> SnoozeItemForm:
        # An item due more than once, such as each step of a taper, says which time in the link's address.
        return SnoozeItemForm(data, today=self.today, initial={"occasion": self.request.GET.get("occasion", "")})

    def write(self, form: SnoozeItemForm) -> None:
        snooze_item(by=self.staff, patient_id=self.patient.pk, item=self.item.id, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {"item": self.item}
