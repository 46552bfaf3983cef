from django.http import QueryDict

from patients.rules.permissions import Permission
from regimens.actions import stop_course
from regimens.facts import dose_record
from regimens.forms import StopCourseForm
from regimens.selectors import course_for
from tracker import display
from tracker.views.forms.page import Change, CourseFormPage


class StopCourse(CourseFormPage[StopCourseForm]):
    """The first day without the drug, and why."""

    template_name = "regimens/stop_course.html"
    title = "Stop the course"
    submit_label = "Stop the course"
    done = "The course is stopped."
    permission = Permission.RECORD_TREATMENT
    danger = True
    fields_of_inputs = {"stop_on": "on", "stop_reason": "reason", "stop_note": "note"}

    def form(self, data: QueryDict | None = None) -> StopCourseForm:
        return StopCourseForm(data, today=self.today, initial={"version": self.course.version})

    def write(self, form: StopCourseForm) -> None:
        typed = form.cleaned_data
        stop_course(
            by=self.staff,
            course_id=self.course.pk,
            on=typed["on"].on,
            precision=typed["on"].precision,
            reason=typed["reason"],
            note=typed["note"],
            version=typed["version"],
        )

    def changes(self) -> list[Change]:
        """Only a dose change moves a running course's version on; the one entered last is what was not seen."""
        self.course = course_for(self.staff, self.course.pk)
        newest = max(self.course.doses.all(), key=lambda row: (row.recorded_at, row.pk), default=None)
        if newest is None:
            return []
        what = f"dose from {display.day(newest.from_on)}: {display.dose(dose_record(newest))}"
        return [self.entered(what, newest.recorded_by, newest.recorded_at)]
