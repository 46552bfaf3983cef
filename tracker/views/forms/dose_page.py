"""Form pages with a dose: what it comes to stands inside the form, and is worked out anew while it is typed.

The page comes with the words for what the form opens with, so that nothing is fetched, and moves, once it is there.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.http import HttpResponse, QueryDict

from patients.inputs import PartsWidget
from regimens.dose_forms import ChangeDoseForm, StartCourseForm
from regimens.infusion_forms import PlanInfusionsForm, RecordInfusionForm
from regimens.rules.dose_words import DoseWorkedOut
from regimens.rules.record import TreatmentRecord
from regimens.selectors import treatment_of
from regimens.taper_forms import PlanTaperForm
from tracker.presenters.dose_words import OF_A_COURSE, course_named, started_dose
from tracker.views.forms.catalogue import drug_choices
from tracker.views.forms.page import CourseFormPage

F = TypeVar("F", bound=forms.Form)

ASIDE = "regimens/_dose_words_live.html"
START = "start"
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
        about, worked = f"{self.dose_kind}:{self.course.pk}", None
        if form is not None:
            worked = worked_out(about, treatment_of(self.staff, self.patient), as_it_stands(form), self.today)
        return super().show(form, status, form_aside=ASIDE, dose_about=about, worked=worked, **more)


def worked_out(about: str, record: TreatmentRecord, typed: QueryDict, today: date) -> DoseWorkedOut | None:
    """What was typed into a form, worked out. `about` says which: START, or one of OF_A_COURSE, as in `dose:12`.

    None where there is no such form or course, and while nothing can be worked out yet.
    """
    kind, _, identity = about.partition(":")
    if kind == START:
        read = read_of(StartCourseForm(typed, today=today, drugs=drug_choices()))
        return started_dose(record, read, today)
    course = course_named(record.courses, identity)
    if kind not in _FORMS or course is None:
        return None
    return OF_A_COURSE[kind](record, course, read_of(_FORMS[kind](typed, today=today)), today)


def as_it_stands(form: forms.Form) -> QueryDict:
    """What the form holds on the page: what was typed, or else what it opens with, as a browser would send it."""
    if form.is_bound:
        return cast(QueryDict, form.data)
    sent = QueryDict(mutable=True)
    for bound in form:
        widget, held = bound.field.widget, {bound.html_name: bound.value()}
        if isinstance(widget, PartsWidget):
            parts = enumerate(widget.decompress(bound.value()))
            held = {f"{bound.html_name}_{number}": part for number, part in parts}
        sent.update({name: str(value) for name, value in held.items() if value is not None})
    return sent


def read_of(form: forms.Form) -> dict[str, Any]:
    """The values of the fields that can be read; half a form is no error here."""
    form.is_valid()
    return dict(form.cleaned_data)
