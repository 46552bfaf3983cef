"""What every form page does: find whom it is about, show the form, parse it, call one action, go on to the record."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from monitoring.tasks import reconcile_soon
from patients.clock import today_in
from patients.errors import DomainError, GuardStopped, NotAllowed, NotFound, Refused, Stale, StaleVersion
from patients.inputs import EntryForm, Label
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_for, require
from regimens.facts import dose_record
from regimens.models import Course
from regimens.selectors import course_for, drug_name
from tracker import display
from tracker.presenters.completeness import Completeness
from tracker.presenters.typed import compared
from tracker.views.forms.keeping import F, KeepsDrafts
from tracker.views.refusals import refusals_as_pages

INVALID = 422
STALE = 409


@dataclass(frozen=True, slots=True)
class Change:
    """What stands in the record now, which the person had not seen; who entered it and when, where that is kept."""

    what: str
    by: str = ""
    at: str = ""


# A clinic computer is shared: no page of a record is kept by the browser.
@method_decorator(never_cache, name="dispatch")
class FormPage(KeepsDrafts[F]):
    """A form page. Subclasses say what it is called, build the form and call the action."""

    template_name: ClassVar[str]
    title: ClassVar[Label]
    submit_label: ClassVar[Label]
    done: Label
    permission: Permission
    danger: ClassVar[bool] = False
    # Where an action's input is called otherwise than the field it was typed into.
    fields_of_inputs: ClassVar[Mapping[str, str]] = {}

    staff: Staff
    today: date
    patient: Patient | None = None

    @abstractmethod
    def open(self, **ids: Any) -> None:
        """Finds what the page is about. Raises NotFound, NotAllowed."""

    @abstractmethod
    def write(self, form: F) -> None:
        """Calls the action. Raises DomainError."""

    def entered(self, what: str, by: Staff, at: datetime) -> Change:
        """A change with its author's name and the moment by the clinic's clocks."""
        assert self.patient is not None
        local = at.astimezone(ZoneInfo(self.patient.clinic.time_zone))
        return Change(what, by.get_full_name() or by.username, f"{display.day(local.date())} at {local:%H:%M}")

    def changes(self) -> list[Change]:
        """After a stale write: what stands in the record now, with who entered it and when."""
        return []

    def standing(self) -> Mapping[str, str]:
        """After a stale write: what stands in the record now for each field, in words; read afresh."""
        return {}

    def previous(self) -> Mapping[str, str]:
        """What is recorded already, by the name of the field that it is shown beside."""
        return {}

    def meter(self, form: F) -> Completeness | None:
        """How much of what matters is filled in; None where nothing is counted."""
        return None

    @refusals_as_pages()
    def dispatch(self, request: HttpRequest, *args: Any, **ids: Any) -> HttpResponseBase:
        self.staff = cast(Staff, request.user)
        self.open(**ids)
        return super().dispatch(request, *args, **ids)

    def get(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        return self.show(self.begun_form())

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        answer = self.answer_draft()
        if answer is not None:
            return answer
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, INVALID)
        try:
            self.save(form)
        except (NotFound, NotAllowed):
            raise
        except Stale as stale:
            return self.show_again(form, stale)
        except GuardStopped as stopped:
            return self.ask(form, stopped)
        except DomainError as error:
            self.put_errors(form, error)
            return self.show(form, INVALID)
        self.follow_up()
        self.say_done()
        return self.leave()

    def save(self, form: F) -> None:
        """Writes the entry; what was kept of the form goes with it, in one transaction."""
        if not self.keeps_drafts:
            self.write(form)
            return
        with transaction.atomic():
            self.write(form)
            self.saved_draft()

    def say_done(self) -> None:
        """Tells the person that it is written."""
        messages.success(self.request, self.done)

    def follow_up(self) -> None:
        """What has to follow the write: what is due for the patient is looked at anew."""
        assert self.patient is not None
        reconcile_soon(self.patient.pk)

    def leave(self) -> HttpResponseRedirect:
        """On to the record, by a redirect, so that reloading does not write again."""
        assert self.patient is not None
        return redirect("record", patient_id=self.patient.pk)

    def put_errors(self, form: F, error: DomainError) -> None:
        """Each message beside its field, or over the whole form where it belongs to none."""
        errors = error.errors if isinstance(error, Refused) else {error.field or "": [error.message]}
        for name, texts in errors.items():
            field = self.fields_of_inputs.get(name, name)
            for text in texts:
                form.add_error(field if field in form.fields else None, text)

    def show(self, form: F | None, status: int = 200, **more: Any) -> HttpResponse:
        if isinstance(form, EntryForm):
            form.show_previous(self.previous())
        if form is not None and form.is_bound and self.is_unsaved:
            self.keep_what_was_refused(form)
        context: dict[str, Any] = {"page": self, "form": form, "patient": self.patient, "today": self.today}
        if form is not None:
            context |= {"keeping": self.keeping(), "meter": self.meter(form)}
        return render(self.request, self.template_name, {**context, **more, **self.context()}, status=status)

    @property
    def is_unsaved(self) -> bool:
        """Whether this answers a form that was sent to be saved and was not."""
        return self.request.method == "POST" and not self.draft_problem

    def show_again(self, form: F, stale: Stale) -> HttpResponse:
        """Everything typed stays; the next attempt counts as made in sight of the record as shown now."""
        changes, rows = self.changes(), compared(form, self.standing())
        typed = cast(QueryDict, form.data).copy()
        if isinstance(stale, StaleVersion):
            typed["version"] = str(stale.current_version)
        form.data = typed
        return self.show(form, STALE, stale=stale, changes=changes, compared=rows)

    def ask(self, form: F, stopped: GuardStopped) -> HttpResponse:
        """A check of what was typed has something to say first; the pages that it looks at ask (guarded.py)."""
        self.put_errors(form, stopped)
        return self.show(form, INVALID)

    def context(self) -> dict[str, Any]:
        """What the page's own template needs beyond the form."""
        return {}

    def cancel_url(self) -> str:
        if self.patient is None:
            return reverse("patient_list")
        return reverse("record", kwargs={"patient_id": self.patient.pk})


class PatientFormPage(FormPage[F]):
    """A form page about one patient."""

    keeps_drafts = True
    patient: Patient

    def open(self, **ids: Any) -> None:
        self.patient = patient_for(self.staff, ids["patient_id"])
        require(self.staff, self.patient.clinic_id, self.permission)
        self.today = today_in(self.patient.clinic)


class CourseFormPage(FormPage[F]):
    """A form page about one course of one patient."""

    keeps_drafts = True
    patient: Patient
    course: Course
    drug_name: str

    def open(self, **ids: Any) -> None:
        self.course = course_for(self.staff, ids["course_id"])
        self.patient = self.course.patient
        require(self.staff, self.patient.clinic_id, self.permission)
        self.today = today_in(self.patient.clinic)
        self.drug_name = drug_name(self.course)

    def latest_change(self) -> list[Change]:
        """What moved the course's version on: its stop, or else the dose or taper plan that was entered last."""
        self.course = course_for(self.staff, self.course.pk)
        if self.course.stop_on is not None and self.course.stop_recorded_by and self.course.stop_recorded_at:
            what = f"stopped, first day without the drug {display.day(self.course.stop_on, self.course.stop_precision)}"
            return [self.entered(what, self.course.stop_recorded_by, self.course.stop_recorded_at)]
        newest = max(self.course.doses.all(), key=lambda row: (row.recorded_at, row.pk), default=None)
        plan = next(iter(self.course.taper_plans.all()), None)
        if plan is not None and (newest is None or plan.recorded_at >= newest.recorded_at):
            steps = [
                f"{display.quantity(row.milligrams_per_day, 'mg')} from {display.day(row.on)}"
                for row in plan.steps.all()
            ]
            return [self.entered(f"taper planned: {', '.join(steps)}", plan.recorded_by, plan.recorded_at)]
        if newest is None:
            return []
        what = f"dose from {display.day(newest.from_on)}: {display.dose(dose_record(newest))}"
        return [self.entered(what, newest.recorded_by, newest.recorded_at)]

    @property
    def started(self) -> str:
        """When the course began, as the page says it."""
        return display.day(self.course.start_on, self.course.start_precision)
