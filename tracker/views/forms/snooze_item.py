from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import snooze_item
from monitoring.actions.snoozes import LONGEST
from monitoring.forms import SnoozeItemForm
from tracker.views.forms.work_page import WorkFormPage


class SnoozeItem(WorkFormPage[SnoozeItemForm]):
    """A due item put off until a day, with a reason."""

    template_name = "monitoring/snooze_item.html"
    title = _("Put an item off")
    submit_label = _("Put it off")
    done = _("The item is put off. How late it is stays visible.")

    def form(self, data: QueryDict | None = None) -> SnoozeItemForm:
        initial = {"occasion": self.occasion}
        return SnoozeItemForm(data, today=self.today, initial=initial, limit=self.limit_in_words(LONGEST))

    def write(self, form: SnoozeItemForm) -> None:
        said: dict[str, Any] = form.cleaned_data
        row = snooze_item(by=self.staff, patient_id=self.patient.pk, item=self.the_item().id, **said)
        self.undo = ("snooze", row)
