from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.rules.permissions import Permission
from regimens.actions import record_milestone
from regimens.forms import AddMilestoneForm
from regimens.selectors import milestones_for
from tracker.presenters.earlier import since, together
from tracker.views.forms.page import PatientFormPage


class AddMilestone(PatientFormPage[AddMilestoneForm]):
    """Remission, remission off treatment, or relapse."""

    template_name = "regimens/add_milestone.html"
    title = _("Add a milestone")
    submit_label = _("Record the milestone")
    done = _("The milestone is recorded.")
    permission = Permission.JUDGE_TREATMENT

    def form(self, data: QueryDict | None = None) -> AddMilestoneForm:
        return AddMilestoneForm(data, today=self.today)

    def previous(self) -> dict[str, str]:
        rows = milestones_for(self.staff).filter(patient=self.patient)
        return {"kind": together(since(row.get_kind_display(), row.on, row.precision) for row in rows)}

    def write(self, form: AddMilestoneForm) -> None:
        typed = form.cleaned_data
        record_milestone(
            by=self.staff,
            patient_id=self.patient.pk,
            on=typed["on"].on,
            precision=typed["on"].precision,
            kind=typed["kind"],
            note=typed["note"],
        )
