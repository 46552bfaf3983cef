from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import end_interval
from monitoring.plan_forms import EndIntervalForm
from monitoring.selectors import interval_override_for
from patients.rules.permissions import Permission
from tracker.presenters.monitoring_plan import interval_shown
from tracker.views.forms.plan_page import PlanFormPage


class EndInterval(PlanFormPage[EndIntervalForm]):
    """Back to the schedule's own interval before the other one ends by itself."""

    template_name = "monitoring/end_interval.html"
    title = _("Back to the schedule’s interval")
    submit_label = _("Go back to the schedule")
    done = _("The schedule’s own interval holds again from today.")
    permission = Permission.ADJUST_MONITORING

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.override = interval_override_for(self.staff, self.patient.pk, ids["override_id"])

    def form(self, data: QueryDict | None = None) -> EndIntervalForm:
        return EndIntervalForm(data, today=self.today)

    def write(self, form: EndIntervalForm) -> None:
        end_interval(by=self.staff, override_id=self.override.pk, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {"decision": interval_shown(self.override, self.patient, self.today)}
