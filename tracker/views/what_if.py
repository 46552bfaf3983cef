"""The sandbox: changes of treatment tried out on a record, and saved only when somebody says so.

The list of changes travels in the page's own form. Nothing of it is in an address, a session or the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache

from monitoring.selectors import against
from monitoring.tasks import reconcile_soon
from patients.errors import DomainError, GuardStopped, NotAllowed, NotFound, Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import require
from regimens.actions import REASON_LENGTH
from regimens.rules.dose_words import DoseWorkedOut
from regimens.rules.guard_findings import stops
from regimens.rules.vocabulary import CourseRole
from tracker.actions import (
    MOST_CHANGES,
    ChangeRefused,
    PlannedChange,
    RecordChanged,
    digest_of,
    rehearse_changes,
    save_changes,
)
from tracker.presenters.what_if import GivenCourse, change_words, given_courses, guard_messages, preview
from tracker.selectors import RecordPage, record_page
from tracker.views.forms import planned_changes
from tracker.views.forms.dose_page import as_it_stands, worked_out
from tracker.views.forms.page import INVALID, STALE
from tracker.views.forms.planned_changes import FIELDS_OF_INPUTS, PERMISSIONS, ChangeKind, TypedChange
from tracker.views.refusals import refusals_as_pages


@dataclass(frozen=True, slots=True)
class Checked:
    """A list of changes as the actions would take it, and which of them stands in the way of saving it."""

    changes: tuple[TypedChange, ...] = ()
    planned: tuple[PlannedChange, ...] = ()
    refused: ChangeRefused | None = None


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The form of the change that is being typed. `about` is what its button sends along."""

    about: str
    title: str
    kind: ChangeKind
    form: Any

    @property
    def dose_about(self) -> str:
        """What the part that works the dose out is asked about; "" for a change without a dose."""
        return "" if self.kind is ChangeKind.STOP else self.about


# A clinic computer is shared: no page of a record is kept by the browser.
@method_decorator(never_cache, name="dispatch")
class WhatIf(View):
    """Shows the list of changes with what they would do; each button sends the whole list along."""

    staff: Staff
    page: RecordPage

    @refusals_as_pages()
    def dispatch(self, request: HttpRequest, *args: Any, **ids: Any) -> HttpResponseBase:
        self.staff = cast(Staff, request.user)
        self.page = record_page(self.staff, ids["patient_id"])
        self.require(Permission.RECORD_TREATMENT)
        return super().dispatch(request, *args, **ids)

    def get(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        """The record as it is. `?drug=` opens the form for starting that drug, as a link from an option does.

        Of several, as in a combination, it is the first that is not taken already.
        """
        wanted = request.GET.getlist("drug")
        if not any(wanted):
            return self.show(Checked())
        taken = {standing.drug for standing in self.page.standing.pathway.running}
        opened = self.opened(ChangeKind.START.value, Checked())
        opened.form.initial["drug"] = next((drug for drug in wanted if drug not in taken), wanted[0])
        return self.show(Checked(), opened)

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        """One button of the page: open a form, add what it holds, take a change away, save, or just look again."""
        typed = planned_changes.read(request.POST)
        for change in typed:
            self.require(PERMISSIONS[change.kind])
        do, _, which = planned_changes.text(request.POST, "do").partition(":")
        about = planned_changes.text(request.POST, "about")
        if do == "save":
            return self.save(typed, planned_changes.text(request.POST, "digest"))
        if do == "add":
            return self.add(typed, about, request.POST)
        if do == "remove":
            typed = planned_changes.without(typed, which)
        checked = self.checked(typed)
        return self.show(checked, self.opened(about, checked) if do == "open" else None)

    def add(self, typed: Sequence[TypedChange], about: str, post: QueryDict) -> HttpResponse:
        """Puts the typed change at the end of the list if its form and the action behind it accept it."""
        before = self.checked(typed, rehearse=False)  # together with the new one, if that is sound
        opened = self.opened(about, before, post)
        if opened.form.is_valid() and len(typed) >= MOST_CHANGES:
            full = gettext("%(most)s changes are the most that fit here. Save these first.")
            opened.form.add_error(None, full % {"most": MOST_CHANGES})
        if not opened.form.is_valid():
            return self.show(self.checked(typed), opened, INVALID)
        new = planned_changes.read_new(post, opened.kind, about.partition(":")[2], opened.form)
        longer = self.checked([*typed, new])
        if longer.refused is not None and longer.refused.number == len(longer.changes):
            _put_errors(opened, longer.refused)
            return self.show(before, opened, INVALID)
        return self.show(longer)

    def save(self, typed: Sequence[TypedChange], digest: str) -> HttpResponse:
        """Saves exactly the list, or nothing of it and says why."""
        patient = self.page.standing.patient
        try:
            save_changes(by=self.staff, patient_id=patient.pk, changes=self.planned(typed), digest=digest)
        except (NotFound, NotAllowed):
            raise
        except RecordChanged as stale:
            self.page = record_page(self.staff, patient.pk)
            return self.show(self.checked(typed), status=STALE, stale=stale)
        except DomainError as error:
            return self.show(self.checked(typed), status=INVALID, refusal=error)
        reconcile_soon(patient.pk)
        messages.success(self.request, gettext_lazy("The changes are recorded, exactly as they were shown."))
        return redirect("record", patient_id=patient.pk)

    def require(self, permission: Permission) -> None:
        """Raises NotAllowed for what this person could not save."""
        require(self.staff, self.page.standing.patient.clinic_id, permission)

    def opened(self, about: str, checked: Checked, typed: QueryDict | None = None) -> OpenForm:
        """The form for `start`, or for `dose`, `stop` or `taper` of a course as in `dose:12`."""
        word, _, course = about.partition(":")
        if word not in set(ChangeKind):
            raise NotFound("No such change.")
        kind = ChangeKind(word)
        self.require(PERMISSIONS[kind])
        form = planned_changes.form_of(kind, self.page.today, typed)
        if kind is ChangeKind.START:
            return OpenForm(about, kind.label, kind, form)
        given = self.given(checked).get(course)
        if given is None:
            raise NotFound("No such running course of this patient.")
        return OpenForm(about, f"{kind.label}: {given.name}", kind, form)

    def planned(self, typed: Sequence[TypedChange]) -> list[PlannedChange]:
        """The list as the actions take it. Raises ChangeRefused for an entry that its form does not accept."""
        found = []
        for number, change in enumerate(typed, start=1):
            form = change.form(self.page.today)
            if not form.is_valid():
                texts = [str(text) for errors in form.errors.values() for text in errors]
                raise ChangeRefused(number, Refused(" ".join(texts)))
            found.append(planned_changes.planned(change, form))
        return found

    def checked(self, typed: Sequence[TypedChange], *, rehearse: bool = True) -> Checked:
        """Whether the list could be saved as it stands, found out by trying."""
        planned: list[PlannedChange] = []
        try:
            planned = self.planned(typed)
            if planned and rehearse:
                rehearse_changes(by=self.staff, patient_id=self.page.standing.patient.pk, changes=planned)
        except ChangeRefused as refused:
            return Checked(tuple(typed), tuple(planned), refused)
        return Checked(tuple(typed), tuple(planned))

    def given(self, checked: Checked) -> dict[str, GivenCourse]:
        return given_courses(self.page.standing.record, [change.proposal for change in checked.planned])

    def show(self, checked: Checked, opened: OpenForm | None = None, status: int = 200, **more: Any) -> HttpResponse:
        """The page: the list, the open form, and, if the list could be saved, what it would change."""
        record, today = self.page.standing.record, self.page.today
        monitoring = self.page.standing.protocol
        sound = checked.refused is None
        proposals = [change.proposal for change in checked.planned] if sound else []
        context = {
            "page": self.page,
            "patient": self.page.standing.patient,
            "today": today,
            "record_url": reverse("record", args=[self.page.standing.patient.pk]),
            "changes": self.listed(checked, more.get("refusal")),
            "opened": opened,
            "worked": self.worked(checked, opened),
            "choices": self.choices(checked),
            "preview": preview(record, proposals, today, monitoring) if sound else None,
            "digest": digest_of(record, today, monitoring),
            "reason_length": REASON_LENGTH,
            **more,
        }
        return render(self.request, "tracker/what_if.html", context, status=status)

    def worked(self, checked: Checked, opened: OpenForm | None) -> DoseWorkedOut | None:
        """What the dose in the open form comes to after the changes in the list."""
        if opened is None or not opened.dose_about:
            return None
        proposals = [change.proposal for change in checked.planned]
        record = planned_changes.after(self.page.standing.record.treatment, proposals)
        return worked_out(opened.dose_about, record, as_it_stands(opened.form), self.page.today)

    def listed(self, checked: Checked, refusal: DomainError | None) -> list[dict[str, Any]]:
        """The list in words, with what the dose guard says of each change after the ones before it.

        A `refusal` for want of a reason stands beside the box for that reason.
        """
        courses = self.given(checked)
        proposals = [change.proposal for change in checked.planned]
        sound = checked.refused is None
        standing = self.page.standing
        spoken = against(self.staff, standing.patient, standing.record) if sound and proposals else ()
        said = guard_messages(standing.record, proposals, self.page.today, standing.protocol, spoken) if sound else []
        return [
            {
                "words": change_words(proposals[place], courses) if proposals else change.kind.label,
                "hidden": change.hidden(place + 1),
                "reason": change.reason,
                "guard": said[place] if said else (),
                "stops": bool(said and stops(said[place])),
                "reason_error": _asks_for_reason(refusal, place + 1),
                "error": checked.refused.message if checked.refused and checked.refused.number == place + 1 else "",
            }
            for place, change in enumerate(checked.changes)
        ]

    def choices(self, checked: Checked) -> list[tuple[str, list[tuple[str, str]]]]:
        """What may be added, by drug: what each choice sends, and its words."""
        found = [(gettext("New"), [(ChangeKind.START.value, ChangeKind.START.label)])]
        for course in self.given(checked).values():
            kinds = [ChangeKind.DOSE, ChangeKind.STOP]
            if course.role is CourseRole.CORTICOSTEROID and Permission.JUDGE_TREATMENT in self.page.permissions:
                kinds.append(ChangeKind.TAPER)
            if not course.stopped:
                found.append((course.name, [(f"{kind}:{course.id}", f"{kind.label}: {course.name}") for kind in kinds]))
        return found


def _asks_for_reason(refusal: DomainError | None, number: int) -> bool:
    """Whether saving failed because this change needs a reason."""
    return isinstance(refusal, ChangeRefused) and refusal.number == number and isinstance(refusal.error, GuardStopped)


def _put_errors(opened: OpenForm, error: Refused) -> None:
    """Each message beside its field, or over the whole form where it belongs to none."""
    for name, texts in error.errors.items():
        field = FIELDS_OF_INPUTS[opened.kind].get(name, name)
        for text in texts:
            opened.form.add_error(field if field in opened.form.fields else None, text)
