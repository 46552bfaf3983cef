"""The first step of starting a course: the drug, its route, its first day and its dose, past the dose guard."""

from functools import cached_property
from typing import Any, cast

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.schedules import protocol_of
from monitoring.selectors import against, records_of
from patients.actions.drafts import StaleDraft
from patients.errors import GuardStopped, InTheWay, Refused
from patients.rules.permissions import Permission
from regimens.dose_forms import StartCourseForm
from regimens.rules.guard_findings import GuardFinding, holding
from regimens.rules.proposals import StartDrug
from regimens.selectors import treatment_of
from tracker.actions import ChangeRefused, rehearse_changes
from tracker.presenters.start_course import start_shown
from tracker.record_tabs import entry_address
from tracker.views.forms.catalogue import drug_choices
from tracker.views.forms.dose_page import ASIDE, START, as_it_stands, worked_out
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import PatientFormPage
from tracker.views.forms.planned_changes import ChangeKind, TypedChange, planned
from tracker.views.forms.start_step import steps_shown

GO_ON_ALL_THE_SAME = _("Go on all the same")
OPEN_THE_COURSE = _("Open the course of this drug that stands in the way")


class StartCourse(GuardedPage[StartCourseForm], PatientFormPage[StartCourseForm]):
    """A course of a catalogue drug, or of one outside it named in words. Only the last step records it."""

    template_name = "regimens/start_course.html"
    title = _("Start a course")
    submit_label = _("Go on")
    done = ""
    permission = Permission.RECORD_TREATMENT
    fields_of_inputs = {"start_on": "on", "from_on": "on"}
    in_the_way: InTheWay | None = None

    @cached_property
    def draft_address(self) -> str:
        """One start at a time is typed for a patient, whichever drug a link named."""
        return reverse("start_course", args=[self.patient.pk])

    def form(self, data: QueryDict | None = None) -> StartCourseForm:
        form = StartCourseForm(data, today=self.today, drugs=drug_choices())
        wanted = self.request.GET.get("drug")  # a link from an option of the pathway names its drug
        if wanted:
            form.initial["drug"] = wanted
        return form

    def save(self, form: StartCourseForm) -> None:
        """Keeps what was typed for the next steps, if it could be saved and the person has seen what is said of it."""
        self.write(form)
        try:
            self._write_draft(form)
        except StaleDraft as stale:
            # Not a stale record: what another window has typed must not be lost to this one.
            raise Refused(stale.message) from None

    def write(self, form: StartCourseForm) -> None:
        """Tries the start out and takes it back. Raises Refused for what could not be saved, GuardStopped."""
        change = planned(TypedChange(ChangeKind.START, "", ()), form)
        try:
            rehearse_changes(by=self.staff, patient_id=self.patient.pk, changes=[change])
        except ChangeRefused as refused:
            if isinstance(refused.error, InTheWay):
                self.in_the_way = refused.error
            if not isinstance(refused.error, GuardStopped):
                raise Refused(refused.message, refused.field, refused.errors) from None
        record = records_of(self.staff, [self.patient])[self.patient.pk]
        protocol = protocol_of(self.patient.clinic)
        standing = against(self.staff, self.patient, record)
        assert isinstance(change.proposal, StartDrug)
        shown = start_shown(record, change.proposal, change.note, self.today, protocol, standing)
        seen = form.seen_fingerprints()
        if any(finding.fingerprint not in seen for finding in holding(shown.at_first)):
            raise GuardStopped("Look at what the dose guard says.", shown.at_first, needs_reason=False)

    def ask(self, form: StartCourseForm, stopped: GuardStopped) -> HttpResponse:
        """The page comes back with what is said; a reason is asked for where the course is started."""
        findings = cast("tuple[GuardFinding, ...]", stopped.findings)
        form.show_messages(finding.fingerprint for finding in findings)
        return self.show(form, 200, said=findings, submit_label=GO_ON_ALL_THE_SAME)

    def follow_up(self) -> None:
        """Nothing was written."""

    def say_done(self) -> None:
        """Nothing was written."""

    def leave(self) -> HttpResponseRedirect:
        return redirect("start_course_baseline", patient_id=self.patient.pk)

    def context(self) -> dict[str, Any]:
        found = self.in_the_way
        return {
            "steps": steps_shown("start_course", self.patient),
            "error_link_url": entry_address(self.patient.pk, found.kind, found.entry_id) if found else "",
            "error_link_label": OPEN_THE_COURSE,
        }

    def show(self, form: StartCourseForm | None, status: int = 200, **more: Any) -> HttpResponse:
        worked = None
        if form is not None:
            worked = worked_out(START, treatment_of(self.staff, self.patient), as_it_stands(form), self.today)
        return super().show(form, status, form_aside=ASIDE, dose_about=START, worked=worked, **more)
