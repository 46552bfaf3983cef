"""Save as you go: what is typed into a form is kept for whoever types it, at the form's own address.

The form's page has decided by then that the person may open it, so a draft can be kept, read and gone on with exactly
as long as its form can (docs/adr/0042).
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, cast
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views import View

from patients.actions.drafts import StaleDraft, drop_draft, keep_draft
from patients.drafts import draft_at
from patients.errors import Refused
from patients.inputs import Label, PartsField
from patients.models import Draft, Patient, Staff
from patients.rules.permissions import Permission
from tracker import display
from tracker.journal import EntryChange, changes_since
from tracker.views.way_back import is_here

F = TypeVar("F", bound=forms.Form)

KEEP, DISCARD, GO_ON, VERSION = "keep_draft", "discard_draft", "draft", "draft_version"
LONGEST_ADDRESS = 200  # characters, as the column holds it
MOST_CHANGES = 5
# What a query string says that the form is about; where the page leads back to is no part of it.
ABOUT = ("panel", "item", "analyte", "drug", "occasion")
# What belongs to one sending of the form and is asked for anew: which messages were seen, and why they are overruled.
_OF_ONE_SENDING = frozenset({"seen", "override_reason"})
_PART = re.compile(r"(?P<field>.+)_[0-9]+")
_NEVER = frozenset({"password", "file"})


@dataclass(frozen=True, slots=True)
class Keeping:
    """How the form on the page stands to what was kept of it.

    `waits`: something was kept that the person has not decided on, so nothing is kept over it. `goes_on`: the form
    shows what was kept. `kept_version` is that of what was kept, where the page speaks of it. `since` are the changes
    of the record from then on, `more` how many further ones there are.
    """

    address: str
    resume_address: str
    version: int
    kept_version: int = 0
    kept_at: str = ""
    kept_time: str = ""
    waits: bool = False
    goes_on: bool = False
    since: tuple[EntryChange, ...] = ()
    more: int = 0
    problem: str = ""


class KeepsDrafts(View, Generic[F], ABC):
    """The part of a form page that keeps what is typed. Off unless a page opts in."""

    keeps_drafts: ClassVar[bool] = False
    title: ClassVar[Label]
    permission: Permission
    staff: Staff
    patient: Patient | None
    # Set once a draft was written in this request, or could not be.
    draft_now: Draft | None = None
    draft_problem: str = ""

    @abstractmethod
    def form(self, data: QueryDict | None = None) -> F:
        """The form, empty or as typed."""

    @abstractmethod
    def show(self, form: F | None, status: int = 200, **more: Any) -> HttpResponse:
        """The page with the form on it; `more` goes into its template."""

    @abstractmethod
    def cancel_url(self) -> str:
        """Where the page leads when nothing is saved."""

    @property
    def here(self) -> str:
        """The page's own address with all that it was asked for, but for what it says of a draft."""
        query = self.request.GET.copy()
        query.pop(GO_ON, None)
        if not all(map(is_here, query.getlist("next"))):  # a way back to another site is not handed on
            query.pop("next")
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    @cached_property
    def draft_address(self) -> str:
        """What a draft is filed under: the path, and of the query what the form is about; "" where that is too long."""
        about = [(name, value) for name in ABOUT for value in self.request.GET.getlist(name)]
        found = f"{self.request.path}?{urlencode(about)}" if about else self.request.path
        return found if len(found) <= LONGEST_ADDRESS else ""

    @property
    def may_keep(self) -> bool:
        return self.keeps_drafts and bool(self.draft_address)

    @cached_property
    def draft(self) -> Draft | None:
        """What was kept of this form before this request."""
        return draft_at(self.staff, self.draft_address) if self.may_keep else None

    def answer_draft(self) -> HttpResponse | None:
        """The answer to what is only about the draft; None for a form that is sent to be saved."""
        if not self.may_keep:
            return None
        if KEEP in self.request.POST:
            return self._keep()
        if DISCARD in self.request.POST:
            return self._discard()
        return None

    def _discard(self) -> HttpResponse:
        """Throws away what the page showed; what was typed on in another window since is offered afresh."""
        shown = sent_version(self.request) if VERSION in self.request.POST else None
        if shown is None:
            drop_draft(by=self.staff, address=self.draft_address)
        elif shown and not drop_draft(by=self.staff, address=self.draft_address, version=shown) and self.draft:
            messages.warning(self.request, _("Nothing is thrown away: this was typed on in another window."))
            return redirect(self.here)
        messages.info(self.request, _("What you had typed is thrown away."))
        return redirect(self.cancel_url() if self.request.POST[DISCARD] == "leave" else self.here)

    def _keep(self) -> HttpResponse:
        by_script = "X-Draft" in self.request.headers
        form = self.form(self.request.POST)
        try:
            row = self._write_draft(form)
        except Refused as error:
            return self._not_kept(form, error.message, 422, by_script=by_script)
        except StaleDraft as error:
            return self._not_kept(form, error.message, 409, by_script=by_script)
        if by_script:
            return HttpResponse(status=204, headers=self._told(row))
        if row is None:
            messages.info(self.request, _("Nothing was typed, so nothing is kept."))
        else:
            until = display.day(self.local(row.saved_at + timedelta(days=settings.DRAFT_DAYS)).date())
            said = _(
                "What you typed is kept for you until %(day)s. It is not in the record. You find it under “%(page)s”."
            )
            messages.success(self.request, said % {"day": until, "page": _("What I began")})
        return HttpResponseRedirect(self.cancel_url())

    def _told(self, row: Draft | None) -> dict[str, str]:
        if row is None:
            return {"X-Draft-Version": "0"}
        return {"X-Draft-Version": str(row.version), "X-Draft-Kept-At": f"{self.local(row.saved_at):%H:%M:%S}"}

    def _not_kept(self, form: F, message: str, status: int, *, by_script: bool) -> HttpResponse:
        if by_script:
            return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
        self.draft_problem = message
        return self.show(as_typed(form), status)

    def _write_draft(self, form: forms.Form) -> Draft | None:
        """Keeps the fields; None when nothing was typed and nothing was kept. Raises Refused, StaleDraft."""
        version = sent_version(self.request)
        if not version and not was_touched(form):
            return None
        return keep_draft(
            by=self.staff,
            address=self.draft_address,
            typed=kept_fields(form, self.request.POST),
            version=version,
            patient_id=self.patient.pk if self.patient is not None else None,
            permission=self.permission,
        )

    def keep_what_was_refused(self, form: forms.Form) -> None:
        """A form that comes back unsaved is kept as well, so that leaving the page loses nothing."""
        if not self.may_keep:
            return
        try:
            self.draft_now = self._write_draft(form)
        except (Refused, StaleDraft) as error:
            self.draft_problem = error.message

    def saved_draft(self) -> None:
        """What this window kept is saved. What another one kept, or typed on since, stays for its author to decide."""
        version = sent_version(self.request)
        if self.may_keep and version:
            drop_draft(by=self.staff, address=self.draft_address, version=version)

    def begun_form(self) -> F:
        """The form as it was left, where the person asked to go on with it; else as it is opened."""
        if GO_ON in self.request.GET and self.draft is not None:
            typed = QueryDict(mutable=True)
            for name, values in cast("dict[str, list[str]]", self.draft.typed).items():
                typed.setlist(name, values)
            return as_typed(self.form(typed))
        return self.form()

    def keeping(self) -> Keeping | None:
        """What the page says about drafts; None where it keeps none."""
        if not self.may_keep:
            return None
        resume = f"{self.here}{'&' if '?' in self.here else '?'}{GO_ON}=go-on"
        now = self.draft_now
        if now is not None:
            return Keeping(
                self.here, resume, now.version, now.version, kept_time=f"{self.local(now.saved_at):%H:%M:%S}"
            )
        version = sent_version(self.request)
        if version or self.draft is None:
            return Keeping(self.here, resume, version, version, problem=self.draft_problem)
        goes_on = GO_ON in self.request.GET and self.request.method == "GET"
        changes = self._changes_since(self.draft.saved_at)
        at = self.local(self.draft.saved_at)
        return Keeping(
            address=self.here,
            resume_address=resume,
            version=self.draft.version if goes_on else 0,
            kept_version=self.draft.version,
            kept_at=_("%(day)s at %(time)s") % {"day": display.day(at.date()), "time": date_format(at, "H:i")},
            waits=not goes_on,
            goes_on=goes_on,
            since=changes[:MOST_CHANGES],
            more=max(0, len(changes) - MOST_CHANGES),
            problem=self.draft_problem,
        )

    def _changes_since(self, moment: datetime) -> tuple[EntryChange, ...]:
        return () if self.patient is None else changes_since(self.staff, self.patient, moment)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.clocks())

    def clocks(self) -> tzinfo:
        """The clocks by which the page says when something was kept: the patient's clinic's."""
        if self.patient is None:
            return timezone.get_current_timezone()
        return ZoneInfo(self.patient.clinic.time_zone)


def as_typed(form: F) -> F:
    """The form with what was typed, not judged: it was kept half-way, and nobody has asked to save it."""
    form._errors = forms.utils.ErrorDict()  # type: ignore[attr-defined]  # Django has no public way to leave a form unjudged
    form.cleaned_data = {}
    return form


def was_touched(form: forms.Form) -> bool:
    """Whether anything was typed or chosen: not what a list holds by itself, nor what the page carries unseen."""
    return any(_touched(bound) for bound in form.visible_fields())


def _touched(bound: forms.BoundField) -> bool:
    if isinstance(bound.field, PartsField) and not bound.initial:
        sent = bound.data if isinstance(bound.data, list) else []
        return any(text and text != _of_itself(part) for part, text in zip(bound.field.fields, sent, strict=False))
    if bound.initial is None and bound.data == _of_itself(bound.field):
        return False
    return bool(bound.field.has_changed(bound.initial, bound.data))


def _of_itself(field: forms.Field) -> str | None:
    """What a list that nobody touched sends: its first choice."""
    if not isinstance(field, forms.ChoiceField) or not isinstance(field.widget, forms.Select):
        return None
    return next((str(value) for value, _label in field.widget.choices), None)


def sent_version(request: HttpRequest) -> int:
    """Of the draft that this window kept last; 0 for none."""
    sent = request.POST.get(VERSION, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else 0


def kept_fields(form: forms.Form, sent: QueryDict) -> dict[str, list[str]]:
    """What was typed into the form's own fields. Never a password or a file, nor what belongs to one sending."""
    return {name: sent.getlist(name) for name in sent if _is_kept(form, name)}


def _is_kept(form: forms.Form, name: str) -> bool:
    part = _PART.fullmatch(name)
    field = form.fields.get(name)
    if field is None and part is not None:
        field = form.fields.get(part["field"])
        if field is not None and not isinstance(field.widget, forms.MultiWidget):
            field = None
    if field is None or name in _OF_ONE_SENDING:
        return False
    return getattr(field.widget, "input_type", "") not in _NEVER
