from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import assess_risk
from monitoring.plan_forms import AssessRiskForm
from monitoring.rules.vocabulary import RiskTier
from monitoring.schedules import protocol_of
from monitoring.selectors import risk_assessments_for
from patients.rules.permissions import Permission
from tracker.presenters.earlier import on_day
from tracker.views.forms.plan_page import PlanFormPage


class AssessRisk(PlanFormPage[AssessRiskForm]):
    """How likely the drugs are to harm this patient, as judged on a day."""

    template_name = "monitoring/assess_risk.html"
    title = _("Judge the risk")
    submit_label = _("Record the risk")
    done = _("The risk is recorded.")
    permission = Permission.ADJUST_MONITORING

    def form(self, data: QueryDict | None = None) -> AssessRiskForm:
        return AssessRiskForm(data, today=self.today)

    def previous(self) -> dict[str, str]:
        latest = risk_assessments_for(self.staff).filter(patient=self.patient).first()
        if latest is None:
            return {}
        return {"tier": on_day(RiskTier(latest.tier).label, latest.on), "factors": latest.factors}

    def write(self, form: AssessRiskForm) -> None:
        assess_risk(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {"tiers_count": bool(protocol_of(self.patient.clinic).risk_tiers)}
