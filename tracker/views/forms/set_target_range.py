from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import set_target_range
from monitoring.plan_forms import SetTargetRangeForm
from monitoring.result_forms import shown_units
from monitoring.rules.levels import level_analytes
from monitoring.schedules import protocol_of
from monitoring.selectors import target_ranges_for
from patients.errors import NotFound
from patients.rules.permissions import Permission
from tracker import display
from tracker.presenters.earlier import since
from tracker.views.forms.plan_page import PlanFormPage


class SetTargetRange(PlanFormPage[SetTargetRangeForm]):
    """The range in which one drug level of this patient should lie."""

    template_name = "monitoring/set_target_range.html"
    title = _("Set a target range")
    submit_label = _("Set the target range")
    done = _("The target range is set.")
    permission = Permission.ADJUST_MONITORING

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        protocol = protocol_of(self.patient.clinic)
        if ids["analyte"] not in level_analytes(protocol):
            raise NotFound("No such drug level in the monitoring protocol.")
        self.analyte = protocol.analytes[ids["analyte"]]

    def form(self, data: QueryDict | None = None) -> SetTargetRangeForm:
        units = [(unit, read) for unit, read in shown_units(self.analyte) if unit in self.analyte.units]
        return SetTargetRangeForm(data, today=self.today, initial={"from_on": self.today}, units=units)

    def previous(self) -> dict[str, str]:
        latest = target_ranges_for(self.staff).filter(patient=self.patient, analyte=self.analyte.id).first()
        if latest is None:
            return {}
        return {
            "low": since(display.quantity(latest.low, latest.unit), latest.from_on),
            "high": since(display.quantity(latest.high, latest.unit), latest.from_on),
            "reason": latest.reason,
        }

    def write(self, form: SetTargetRangeForm) -> None:
        set_target_range(by=self.staff, patient_id=self.patient.pk, analyte=self.analyte.id, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {"analyte": self.analyte}
