from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.rules.permissions import Permission
from regimens.actions import record_outcome
from regimens.forms import RecordOutcomeForm
from tracker.presenters.earlier import on_day, together
from tracker.views.forms.asked import AskedOncePage
from tracker.views.forms.page import CourseFormPage


class RecordOutcome(AskedOncePage[RecordOutcomeForm], CourseFormPage[RecordOutcomeForm]):
    """A clinician's judgement on a course, apart from its stop."""

    template_name = "regimens/record_outcome.html"
    title = _("Record an outcome")
    submit_label = _("Record the outcome")
    done = _("The outcome is recorded.")
    permission = Permission.JUDGE_TREATMENT

    def form(self, data: QueryDict | None = None) -> RecordOutcomeForm:
        return RecordOutcomeForm(data, today=self.today)

    def previous(self) -> dict[str, str]:
        newest = sorted(self.course.outcomes.all(), key=lambda row: (row.on, row.pk), reverse=True)
        return {"kind": together(on_day(row.get_kind_display(), row.on, row.precision) for row in newest)}

    def write(self, form: RecordOutcomeForm) -> None:
        typed = form.cleaned_data
        record_outcome(
            by=self.staff,
            course_id=self.course.pk,
            on=typed["on"].on,
            precision=typed["on"].precision,
            kind=typed["kind"],
            reason=typed["reason"],
            reaction=typed["reaction"],
            seen=form.seen_fingerprints(),
        )
