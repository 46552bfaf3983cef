from typing import Any

from django.http import QueryDict

from monitoring.actions import assess_risk
from monitoring.plan_forms import AssessRiskForm
from monitoring.rules.vocabulary import RiskTier
from monitoring.schedules import protocol_of
from monitoring.selectors import risk_assessments_for
from patients.rules.permissions import Permission
from tracker import display
from tracker.views.forms.plan_page import PlanFormPage


class AssessRisk(PlanFormPage[AssessRiskForm]):
    """How likely the drugs are to harm this patient, as judged on a day."""

    template_name = "monitoring/assess_risk.html"
    title = "Judge the risk"
    submit_label = "Record the risk"
    done = "The risk is recorded."
    permission = Permission.ADJUST_MONITORING

    def form(self, data: QueryDict | None = None) -> AssessRiskForm:
        form = AssessRiskForm(data, today=self.today)
        latest = risk_assessments_for(self.staff).filter(patient=self.patient).first()
        if latest is not None:
            said = f"{RiskTier(latest.tier).label} on {display.day(latest.on)}"
            form.show_previous({"tier": said, "factors": latest.factors})
        return form

    def write(self, form: AssessRiskForm) -> None:
        assess_risk(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {"tiers_count": bool(protocol_of(self.patient.clinic).risk_tiers)}
