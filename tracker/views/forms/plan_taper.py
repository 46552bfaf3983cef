from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.errors import NotFound
from patients.rules.permissions import Permission
from regimens.actions import plan_taper
from regimens.rules.vocabulary import CourseRole
from regimens.taper_forms import TAPER_ROWS, PlanTaperForm
from tracker import display
from tracker.views.forms.dose_page import DosePage
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import Change


class PlanTaper(GuardedPage[PlanTaperForm], DosePage[PlanTaperForm]):
    """A planned corticosteroid taper; it takes the place of the plan before it."""

    template_name = "regimens/plan_taper.html"
    title = _("Plan a taper")
    submit_label = _("Plan the taper")
    done = _("The taper is planned.")
    permission = Permission.JUDGE_TREATMENT
    dose_kind = "taper"
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

    def standing(self) -> dict[str, str]:
        planned = [
            f"{display.day(step.on)} {display.number(step.milligrams_per_day)}"
            for plan in self.course.taper_plans.all()
            for step in plan.steps.all()
        ]
        return {name: planned[place] if place < len(planned) else "" for place, name in enumerate(TAPER_ROWS)}

    def previous(self) -> dict[str, str]:
        steps = [step for plan in self.course.taper_plans.all() for step in plan.steps.all()]
        said = (
            f"{display.quantity(step.milligrams_per_day, 'mg')} a day from {display.day(step.on)}" for step in steps
        )
        return dict(zip(TAPER_ROWS, said, strict=False))

    def context(self) -> dict[str, Any]:
        steps = [step for plan in self.course.taper_plans.all() for step in plan.steps.all()]
        return {"steps": [(display.day(step.on), display.quantity(step.milligrams_per_day, "mg")) for step in steps]}
