from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.rules.permissions import Permission
from regimens.actions import record_never_given
from regimens.forms import RecordNeverGivenForm
from tracker.views.forms.catalogue import drug_choices
from tracker.views.forms.page import PatientFormPage


class RecordNeverGiven(PatientFormPage[RecordNeverGivenForm]):
    """A drug that was contraindicated or declined, and never given."""

    template_name = "regimens/record_never_given.html"
    title = _("Record a drug that was never given")
    submit_label = _("Record the decision")
    done = _("The decision is recorded.")
    permission = Permission.JUDGE_TREATMENT

    def form(self, data: QueryDict | None = None) -> RecordNeverGivenForm:
        return RecordNeverGivenForm(data, today=self.today, drugs=drug_choices())

    def write(self, form: RecordNeverGivenForm) -> None:
        record_never_given(by=self.staff, patient_id=self.patient.pk, **form.cleaned_data)
