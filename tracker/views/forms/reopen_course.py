from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.rules.permissions import Permission
from regimens.actions import reopen_course
from regimens.forms import ReopenCourseForm
from tracker import display
from tracker.views.forms.page import Change, CourseFormPage


class ReopenCourse(CourseFormPage[ReopenCourseForm]):
    """Takes back a stop that was entered in error."""

    template_name = "regimens/reopen_course.html"
    title = _("The course was not stopped")
    submit_label = _("Take the stop back")
    done = _("The stop is taken back: the course goes on.")
    permission = Permission.RECORD_TREATMENT

    def form(self, data: QueryDict | None = None) -> ReopenCourseForm:
        return ReopenCourseForm(data, today=self.today, initial={"version": self.course.version})

    def write(self, form: ReopenCourseForm) -> None:
        reopen_course(by=self.staff, course_id=self.course.pk, **form.cleaned_data)

    def changes(self) -> list[Change]:
        return self.latest_change()

    def context(self) -> dict[str, Any]:
        return {"stopped": display.day(self.course.stop_on, self.course.stop_precision)}
