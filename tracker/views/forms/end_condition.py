from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.actions import end_condition
from patients.forms import EndConditionForm
from patients.rules.permissions import Permission
from patients.rules.vocabulary import ConditionKind
from patients.selectors import condition_for
from tracker import display
from tracker.views.forms.page import PatientFormPage


class EndCondition(PatientFormPage[EndConditionForm]):
    """The last day of a condition."""

    template_name = "patients/end_condition.html"
    title = _("End a condition")
    submit_label = _("Record the end")
    done = _("The end of the condition is recorded.")
    permission = Permission.RECORD_CLINICAL

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.condition = condition_for(self.staff, self.patient.pk, ids["condition_id"])

    def form(self, data: QueryDict | None = None) -> EndConditionForm:
        return EndConditionForm(data, today=self.today)

    def write(self, form: EndConditionForm) -> None:
        end_condition(by=self.staff, condition_id=self.condition.pk, to_on=form.cleaned_data["to_on"])

    def context(self) -> dict[str, Any]:
        label = ConditionKind(self.condition.kind).label
        return {
            "condition_name": f"{label} ({self.condition.description})" if self.condition.description else label,
            "present_from": display.day(self.condition.from_on, self.condition.precision),
        }
