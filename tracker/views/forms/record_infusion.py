from django.http import QueryDict

from patients.rules.permissions import Permission
from patients.selectors import weights_for
from regimens.actions import record_infusion
from regimens.forms import RecordInfusionForm
from tracker import display
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import CourseFormPage


class RecordInfusion(GuardedPage[RecordInfusionForm], CourseFormPage[RecordInfusionForm]):
    """One infusion cycle that was given."""

    template_name = "regimens/record_infusion.html"
    title = "Record an infusion"
    submit_label = "Record the infusion"
    done = "The infusion is recorded."
    permission = Permission.RECORD_TREATMENT

    def form(self, data: QueryDict | None = None) -> RecordInfusionForm:
        form = RecordInfusionForm(data, today=self.today)
        weight = weights_for(self.staff).filter(patient=self.patient).first()
        if weight is not None:
            said = f"{display.quantity(weight.kilograms, 'kg')} on {display.day(weight.on)}"
            form.show_previous({"dosing_weight": said})
        return form

    def write(self, form: RecordInfusionForm) -> None:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
        record_infusion(by=self.staff, course_id=self.course.pk, seen=form.seen_fingerprints(), **typed)
