"""The third step of starting a course: the monitoring that the drug adds, beside what there is."""

from typing import Any

from tracker.presenters.what_if import change_words, preview
from tracker.views.forms.start_step import KeptStart, StartStep


class StartCourseCalendar(StartStep):
    """The merged calendar of the sandbox, with this one change."""

    name = "start_course_calendar"
    template_name = "regimens/start_course_calendar.html"

    def context(self, kept: KeptStart) -> dict[str, Any]:
        start = kept.shown.start
        return {
            "changes": [change_words(start, {})],
            "preview": preview(self.record, [start], self.today, self.protocol),
        }
