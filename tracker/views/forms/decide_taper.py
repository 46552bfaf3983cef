from typing import Any

from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.selectors import against
from patients.errors import NotFound
from patients.rules.permissions import Permission
from regimens.actions import decide_taper
from regimens.rules.record import Course, TaperStep
from regimens.rules.taper import present_dose
from regimens.rules.taper_steps import next_step, open_steps
from regimens.rules.vocabulary import CourseRole
from regimens.taper_forms import DecideTaperForm
from tracker import display
from tracker.presenters.taper import Looked, looked_at
from tracker.selectors import standings_of
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import Change, CourseFormPage


class DecideTaper(GuardedPage[DecideTaperForm], CourseFormPage[DecideTaperForm]):
    """A checkpoint of a corticosteroid taper: cut as planned, hold, or raise."""

    template_name = "regimens/decide_taper.html"
    title = gettext_lazy("Taper checkpoint")
    submit_label = gettext_lazy("Record the decision")
    done = gettext_lazy("The decision is recorded.")
    permission = Permission.JUDGE_TREATMENT

    known: Course
    looked: Looked
    present: str

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        if self.course.role != CourseRole.CORTICOSTEROID:
            raise NotFound("Only a corticosteroid course has a taper.")
        self.read()

    def read(self) -> None:
        """What the page shows of the record: the course, the dose, and what was seen last."""
        (standing,) = standings_of(self.staff, [self.patient])
        treatment = standing.record.treatment
        self.known = next(each for each in treatment.courses if each.id == str(self.course.pk))
        self.looked = looked_at(standing, self.known)
        dose = present_dose(self.known, self.today, treatment.patient.weights)
        self.present = "not recorded" if dose is None else f"{display.quantity(dose, 'mg')} a day"

    def form(self, data: QueryDict | None = None) -> DecideTaperForm:
        steps = [(step.on.isoformat(), step_words(step)) for step in self.open_steps]
        usual = next_step(self.known, self.today)
        form = DecideTaperForm(
            data,
            today=self.today,
            steps=steps,
            usual=usual.on.isoformat() if usual else "",
            version=self.course.version,
        )
        form.show_previous(
            {
                "strength": self.looked.strength,
                "muscle_enzyme": self.looked.muscle_enzyme,
                "symptoms": self.looked.symptoms,
                "milligrams_per_day": f"{self.present} now",
            }
        )
        return form

    @property
    def open_steps(self) -> list[TaperStep]:
        return open_steps(self.known, self.today)

    def write(self, form: DecideTaperForm) -> None:
        typed = form.cleaned_data
        decide_taper(
            by=self.staff,
            course_id=self.course.pk,
            on=typed["on"],
            planned_on=typed.get("planned_on"),
            choice=typed["choice"],
            milligrams_per_day=typed["milligrams_per_day"],
            strength=typed["strength"],
            muscle_enzyme=typed["muscle_enzyme"],
            symptoms=typed["symptoms"],
            reason=typed["reason"],
            next_check_on=typed["next_check_on"],
            version=typed["version"],
            override_reason=typed["override_reason"],
            seen=form.seen_fingerprints(),
            if_raised=against(self.staff, self.patient),
        )

    def changes(self) -> list[Change]:
        found = self.latest_change()
        self.read()
        return found

    def standing(self) -> dict[str, str]:
        usual = next_step(self.known, self.today)
        return {
            "planned_on": step_words(usual) if usual else _("no step is left to decide on"),
            "milligrams_per_day": self.present,
        }

    def leave(self) -> HttpResponseRedirect:
        return redirect("taper", course_id=self.course.pk)

    def context(self) -> dict[str, Any]:
        usual = next_step(self.known, self.today)
        return {
            "present": self.present,
            "response_words": self.looked.response,
            "next_step": step_words(usual) if usual else "",
        }


def step_words(step: TaperStep) -> str:
    """`15 mg a day from 05-Apr-2026`, or `stop on 05-Apr-2026`."""
    if not step.milligrams_per_day:
        return f"stop on {display.day(step.on)}"
    return f"{display.quantity(step.milligrams_per_day, 'mg')} a day from {display.day(step.on)}"
