from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import resume_monitoring
from monitoring.plan_forms import ResumeMonitoringForm
from monitoring.selectors import pause_for
from patients.rules.permissions import Permission
from tracker.presenters.monitoring_plan import pause_shown
from tracker.views.forms.plan_page import PlanFormPage


class ResumeMonitoring(PlanFormPage[ResumeMonitoringForm]):
    """A pause ended before its time."""

    template_name = "monitoring/resume_monitoring.html"
    title = _("Take monitoring up again")
    submit_label = _("Take monitoring up again")
    done = _("Monitoring is taken up again. What is due shows below.")
    permission = Permission.RECORD_MONITORING

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.pause = pause_for(self.staff, self.patient.pk, ids["pause_id"])

    def form(self, data: QueryDict | None = None) -> ResumeMonitoringForm:
        return ResumeMonitoringForm(data, today=self.today, initial={"on": self.today})

    def write(self, form: ResumeMonitoringForm) -> None:
        resume_monitoring(by=self.staff, pause_id=self.pause.pk, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {"decision": pause_shown(self.pause, self.patient, self.today)}
