from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.actions import record_condition
from patients.forms import AddConditionForm
from patients.rules.permissions import Permission
from patients.selectors import conditions_for
from tracker.presenters.earlier import since, together
from tracker.views.forms.page import PatientFormPage


class AddCondition(PatientFormPage[AddConditionForm]):
    """A condition that the pathway or the monitoring reads."""

    template_name = "patients/add_condition.html"
    title = _("Add a condition")
    submit_label = _("Record the condition")
    done = _("The condition is recorded.")
    permission = Permission.RECORD_CLINICAL

    def form(self, data: QueryDict | None = None) -> AddConditionForm:
        return AddConditionForm(data, today=self.today)

    def previous(self) -> dict[str, str]:
        present = conditions_for(self.staff).filter(Q(to_on=None) | Q(to_on__gte=self.today), patient=self.patient)
        return {
            "kind": together(
                since(row.description or row.get_kind_display(), row.from_on, row.precision) for row in present
            )
        }

    def write(self, form: AddConditionForm) -> None:
        typed = form.cleaned_data
        record_condition(
            by=self.staff,
            patient_id=self.patient.pk,
            kind=typed["kind"],
            description=typed["description"],
            from_on=typed["from_on"].on,
            precision=typed["from_on"].precision,
            to_on=typed["to_on"],
        )
