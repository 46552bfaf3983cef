"""The steps of starting a course after the first. What was typed is the person's own draft; nothing else is kept.

Each step reads it and the record anew. Without a draft a step says so and leads to the first one (docs/adr/0043).
"""

from abc import ABC
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache

from monitoring.schedules import protocol_of
from monitoring.selectors import against, records_of
from patients.clock import today_in
from patients.drafts import draft_at
from patients.models import Draft, Patient, Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_for, permissions_in, require
from regimens.dose_forms import StartCourseForm
from regimens.rules.proposals import StartDrug
from tracker.presenters.start_course import StartShown, start_shown
from tracker.views.forms.catalogue import drug_choices
from tracker.views.forms.keeping import GO_ON
from tracker.views.forms.planned_changes import ChangeKind, TypedChange, planned
from tracker.views.refusals import refusals_as_pages

# The steps in their order, by the names of their addresses.
STEPS: tuple[tuple[str, Promise | str], ...] = (
    ("start_course", _("Drug and dose")),
    ("start_course_baseline", _("Before the first dose")),
    ("start_course_calendar", _("Monitoring it adds")),
    ("start_course_confirm", _("Confirm")),
)


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step in the list at the top of each: done, now or next; only what lies behind is a link."""

    label: Promise | str
    state: str
    url: str = ""


def steps_shown(here: str, patient: Patient) -> list[StepShown]:
    """Where the person is among the steps."""
    names = [name for name, _label in STEPS]
    place = names.index(here)
    return [
        StepShown(label, "done", address_of(name, patient))
        if number < place
        else StepShown(label, "now" if number == place else "next")
        for number, (name, label) in enumerate(STEPS)
    ]


def address_of(name: str, patient: Patient) -> str:
    """The address of a step; the first one with what was typed."""
    address = reverse(name, args=[patient.pk])
    return f"{address}?{GO_ON}=go-on" if name == "start_course" else address


def kept_start(staff: Staff, patient: Patient) -> Draft | None:
    """What the person has typed of a course of this patient and not started."""
    return draft_at(staff, reverse("start_course", args=[patient.pk]))


@dataclass(frozen=True, slots=True)
class KeptStart:
    """What was typed, read by its form, and everything that is to be said of it now."""

    draft: Draft
    form: StartCourseForm
    shown: StartShown


# A clinic computer is shared: no page of a record is kept by the browser.
@method_decorator(never_cache, name="dispatch")
class StartStep(View, ABC):
    """A step that reads what was typed at the first one."""

    name: ClassVar[str]
    template_name: ClassVar[str]
    staff: Staff
    patient: Patient
    today: date

    @refusals_as_pages()
    def dispatch(self, request: HttpRequest, *args: Any, **ids: Any) -> HttpResponseBase:
        self.staff = cast(Staff, request.user)
        self.patient = patient_for(self.staff, ids["patient_id"])
        require(self.staff, self.patient.clinic_id, Permission.RECORD_TREATMENT)
        self.today = today_in(self.patient.clinic)
        return super().dispatch(request, *args, **ids)

    def get(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        kept = self.kept()
        return self.show(kept) if kept is not None else self.show_nothing()

    def kept(self) -> KeptStart | None:
        """The start as typed; None where nothing is kept, or what is kept is not complete."""
        draft = kept_start(self.staff, self.patient)
        self.record = records_of(self.staff, [self.patient])[self.patient.pk]
        self.protocol = protocol_of(self.patient.clinic)
        if draft is None:
            return None
        typed = QueryDict(mutable=True)
        for name, values in cast("dict[str, list[str]]", draft.typed).items():
            typed.setlist(name, values)
        form = StartCourseForm(typed, today=self.today, drugs=drug_choices())
        if not form.is_valid():
            return None
        change = planned(TypedChange(ChangeKind.START, "", ()), form)
        standing = against(self.staff, self.patient, self.record)
        assert isinstance(change.proposal, StartDrug)
        shown = start_shown(self.record, change.proposal, change.note, self.today, self.protocol, standing)
        return KeptStart(draft, form, shown)

    def show_nothing(self, status: int = 200) -> HttpResponse:
        """Nothing to go on with: saved already, thrown away, or never begun."""
        return render(self.request, "regimens/start_course_nothing.html", self.frame(), status=status)

    def show(self, kept: KeptStart, status: int = 200, **more: Any) -> HttpResponse:
        context = {**self.frame(), "kept": kept, "shown": kept.shown, **self.context(kept), **more}
        return render(self.request, self.template_name, context, status=status)

    def context(self, kept: KeptStart) -> dict[str, Any]:
        """What the step's own template needs beyond what all of them show."""
        return {}

    def frame(self) -> dict[str, Any]:
        names = [name for name, _label in STEPS]
        place = names.index(self.name)
        return {
            "patient": self.patient,
            "today": self.today,
            "steps": steps_shown(self.name, self.patient),
            "step_label": STEPS[place][1],
            "permissions": permissions_in(self.staff, self.patient.clinic_id),
            "first_url": reverse("start_course", args=[self.patient.pk]),
            "back_url": address_of(names[place - 1], self.patient),
            "next_url": address_of(names[place + 1], self.patient) if place + 1 < len(names) else "",
            "record_url": reverse("record", args=[self.patient.pk]),
        }
