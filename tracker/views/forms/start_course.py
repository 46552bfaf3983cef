from django.http import QueryDict

from monitoring.selectors import baseline_screen
from patients.rules.permissions import Permission
from regimens.actions import start_course
from regimens.forms import StartCourseForm
from tracker.views.forms.catalogue import drug_choices
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import PatientFormPage


class StartCourse(GuardedPage[StartCourseForm], PatientFormPage[StartCourseForm]):
    """A course of a catalogue drug, or of one outside it named in words."""

    template_name = "regimens/start_course.html"
    title = "Start a course"
    submit_label = "Start the course"
    done = "The course is recorded."
    permission = Permission.RECORD_TREATMENT
    fields_of_inputs = {"start_on": "on", "from_on": "on"}

    def form(self, data: QueryDict | None = None) -> StartCourseForm:
        form = StartCourseForm(data, today=self.today, drugs=drug_choices())
        wanted = self.request.GET.get("drug")  # a link from an option of the pathway names its drug
        if wanted:
            form.initial["drug"] = wanted
        return form

    def write(self, form: StartCourseForm) -> None:
        typed = form.cleaned_data
        start_course(
            by=self.staff,
            patient_id=self.patient.pk,
            on=typed["on"].on,
            precision=typed["on"].precision,
            drug=typed["drug"],
            drug_text=typed["drug_text"],
            route=typed["route"],
            dose=form.dose(),
            note=typed["note"],
            override_reason=typed["override_reason"],
            seen=form.seen_fingerprints(),
            beside=baseline_screen(self.staff, self.patient.pk, typed["drug"], typed["on"].on, typed["route"]),
        )
