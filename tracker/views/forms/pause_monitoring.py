from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import pause_monitoring
from monitoring.plan_forms import PauseMonitoringForm
from monitoring.selectors import pauses_for
from patients.rules.permissions import Permission
from tracker.plan_words import pause_words
from tracker.presenters.earlier import since, together
from tracker.views.forms.plan_page import PlanFormPage


class PauseMonitoring(PlanFormPage[PauseMonitoringForm]):
    """A drug's tests not asked for until a day, with the reason."""

    template_name = "monitoring/pause_monitoring.html"
    title = _("Pause monitoring")
    submit_label = _("Pause monitoring")
    done = _("Monitoring is paused. It begins again by itself on the day that you chose.")
    permission = Permission.RECORD_MONITORING

    def form(self, data: QueryDict | None = None) -> PauseMonitoringForm:
        initial = {"drug": self.drug_asked_for(), "from_on": self.today}
        return PauseMonitoringForm(data, today=self.today, initial=initial, drugs=self.drugs())

    def previous(self) -> dict[str, str]:
        held = pauses_for(self.staff).filter(patient=self.patient, ended_on=None, until__gt=self.today)
        return {"until": together(since(pause_words(row.drug, row.until), row.from_on) for row in held)}

    def write(self, form: PauseMonitoringForm) -> None:
        pause_monitoring(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)
