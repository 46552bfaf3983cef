from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.rules.permissions import Permission
from regimens.actions import stop_course
from regimens.forms import StopCourseForm
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import Change, CourseFormPage


class StopCourse(GuardedPage[StopCourseForm], CourseFormPage[StopCourseForm]):
    """The first day without the drug, and why."""

    template_name = "regimens/stop_course.html"
    title = gettext_lazy("Stop the course")
    submit_label = gettext_lazy("Stop the course")
    done = gettext_lazy("The course is stopped.")
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
            seen=form.seen_fingerprints(),
        )

    def changes(self) -> list[Change]:
        return self.latest_change()

    def standing(self) -> dict[str, str]:
        """Of a course that was stopped meanwhile the action says so itself; what changed otherwise left it running."""
        return {"on": _("not stopped")}
