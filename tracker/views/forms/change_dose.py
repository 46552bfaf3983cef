from typing import Any

from django.http import QueryDict

from patients.rules.permissions import Permission
from regimens.actions import change_dose
from regimens.facts import dose_record
from regimens.forms import ChangeDoseForm
from tracker import display
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import Change, CourseFormPage


class ChangeDose(GuardedPage[ChangeDoseForm], CourseFormPage[ChangeDoseForm]):
    """A dose from a day on."""

    template_name = "regimens/change_dose.html"
    title = "Change the dose"
    submit_label = "Change the dose"
    done = "The dose is changed."
    permission = Permission.RECORD_TREATMENT
    fields_of_inputs = {"from_on": "on"}

    def form(self, data: QueryDict | None = None) -> ChangeDoseForm:
        return ChangeDoseForm(data, today=self.today, version=self.course.version)

    def write(self, form: ChangeDoseForm) -> None:
        typed = form.cleaned_data
        change_dose(
            by=self.staff,
            course_id=self.course.pk,
            on=typed["on"],
            dose=form.dose(),
            note=typed["note"],
            version=typed["version"],
            override_reason=typed["override_reason"],
            seen=form.seen_fingerprints(),
        )

    def changes(self) -> list[Change]:
        return self.latest_change()

    def context(self) -> dict[str, Any]:
        return {
            "doses": [(display.day(row.from_on), display.dose(dose_record(row))) for row in self.course.doses.all()]
        }
