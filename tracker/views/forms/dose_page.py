"""Form pages with a dose: what it comes to stands inside the form, and is worked out anew while it is typed."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.http import HttpResponse, QueryDict

from regimens.dose_forms import ChangeDoseForm
from regimens.infusion_forms import PlanInfusionsForm, RecordInfusionForm
from regimens.rules.dose_words import DoseWorkedOut
from regimens.rules.record import TreatmentRecord
from regimens.selectors import treatment_of
from regimens.taper_forms import PlanTaperForm
from tracker.presenters.dose_words import OF_A_COURSE, course_named
from tracker.views.forms.page import CourseFormPage

F = TypeVar("F", bound=forms.Form)

ASIDE = "regimens/_dose_words_live.html"
_FORMS: Mapping[str, Callable[..., forms.Form]] = {
    "dose": ChangeDoseForm,
    "taper": PlanTaperForm,
    "infusion": RecordInfusionForm,
    "plan": PlanInfusionsForm,
}


class DosePage(CourseFormPage[F]):
    """A form page about a dose of one course. `dose_kind` says which form it is (OF_A_COURSE)."""

    dose_kind: ClassVar[str]

    def show(self, form: F | None, status: int = 200, **more: Any) -> HttpResponse:
        worked = None
        if form is not None and form.is_bound:
            record = treatment_of(self.staff, self.patient)
            worked = of_a_course(self.dose_kind, record, str(self.course.pk), cast(QueryDict, form.data), self.today)
        about = f"{self.dose_kind}:{self.course.pk}"
        return super().show(form, status, form_aside=ASIDE, dose_about=about, worked=worked, **more)


def of_a_course(
    kind: str, record: TreatmentRecord, identity: str, typed: QueryDict, today: date
) -> DoseWorkedOut | None:
    """What was typed into the form of this kind, worked out; None where there is no such form or course."""
    course = course_named(record.courses, identity)
    if kind not in _FORMS or course is None:
        return None
    return OF_A_COURSE[kind](record, course, read_of(_FORMS[kind](typed, today=today)), today)


def read_of(form: forms.Form) -> dict[str, Any]:
    """The values of the fields that can be read; half a form is no error here."""
    form.is_valid()
    return dict(form.cleaned_data)
