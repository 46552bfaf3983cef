from typing import Any

from django.http import QueryDict

from patients.errors import NotFound
from patients.rules.permissions import Permission
from regimens.actions import plan_taper
from regimens.rules.vocabulary import CourseRole
from regimens.taper_forms import TAPER_ROWS, PlanTaperForm
from tracker import display
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import Change, CourseFormPage


class PlanTaper(GuardedPage[PlanTaperForm], CourseFormPage[PlanTaperForm]):
    """A planned corticosteroid taper; it takes the place of the plan before it."""

    template_name = "regimens/plan_taper.html"
    title = "Plan a taper"
    submit_label = "Plan the taper"
    done = "The taper is planned."
    permission = Permission.JUDGE_TREATMENT
    fields_of_inputs = {"steps": TAPER_ROWS[0]}

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        if self.course.role != CourseRole.CORTICOSTEROID:
            raise NotFound("Only a corticosteroid course has a taper plan.")

    def form(self, data: QueryDict | None = None) -> PlanTaperForm:
        return PlanTaperForm(data, today=self.today, version=self.course.version)

    def write(self, form: PlanTaperForm) -> None:
        plan_taper(
            by=self.staff,
            course_id=self.course.pk,
            steps=form.steps(),
            note=form.cleaned_data["note"],
            version=form.cleaned_data["version"],
            seen=form.seen_fingerprints(),
        )

    def changes(self) -> list[Change]:
        return self.latest_change()

    def context(self) -> dict[str, Any]:
        steps = [step for plan in self.course.taper_plans.all() for step in plan.steps.all()]
        return {"steps": [(display.day(step.on), display.quantity(step.milligrams_per_day, "mg")) for step in steps]}
