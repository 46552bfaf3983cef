"""The last step of starting a course: everything on one page, and the only one that writes."""

from dataclasses import dataclass
from typing import Any, Self, cast

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from monitoring.selectors import start_screen
from monitoring.tasks import reconcile_soon
from patients.actions.drafts import StaleDraft, drop_saved
from patients.errors import DomainError, GuardStopped, NotAllowed, NotFound
from regimens.actions import start_course
from regimens.dose_forms import StartCourseForm
from regimens.rules.guard_findings import holding, stops
from regimens.start_forms import ConfirmStartForm
from tracker.presenters.typed import Compared, words_typed
from tracker.presenters.what_if import preview
from tracker.views.forms.catalogue import drug_choices
from tracker.views.forms.page import INVALID, STALE
from tracker.views.forms.start_step import KeptStart, StartStep

_VISITS_SHOWN = 5
_SALT = "regimens.start_as_shown"


@dataclass(frozen=True, slots=True)
class AsShown:
    """What the page showed: which draft in which version, and its fields as they are sent.

    The version alone would not do: a draft that is thrown away and begun anew counts from 1 again.
    """

    draft_id: int
    version: int
    typed: str

    @classmethod
    def of(cls, kept: KeptStart) -> Self:
        return cls(kept.draft.pk, kept.draft.version, cast(QueryDict, kept.form.data).urlencode())

    @classmethod
    def read(cls, sealed: str) -> Self | None:
        """What a page carried back; None where it says nothing or was tampered with."""
        try:
            return cls(*signing.loads(sealed, salt=_SALT))
        except signing.BadSignature:
            return None

    def sealed(self) -> str:
        """For the page to carry, so that it can be said what differs; nothing is read back from it to be saved."""
        return signing.dumps([self.draft_id, self.version, self.typed], salt=_SALT, compress=True)


class StartCourseConfirm(StartStep):
    """Starts the course exactly as shown; what was said on the page that was sent counts as seen, and no more."""

    name = "start_course_confirm"
    template_name = "regimens/start_course_confirm.html"

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        kept = self.kept()
        if kept is None:
            return self.show_nothing(STALE)
        form = self._form(kept, request)
        if not form.is_valid():
            return self.show(kept, INVALID, form=form)
        before = AsShown.read(form.cleaned_data["as_shown"])
        if before != AsShown.of(kept):
            return self._show_changed(before)
        try:
            self._write(kept, form)
        except StaleDraft:
            return self._show_changed(before)
        except (NotFound, NotAllowed):
            raise
        except GuardStopped:
            return self._ask(kept, form)
        except DomainError as error:
            form.add_error(None, error.message)
            return self.show(kept, INVALID, form=form)
        reconcile_soon(self.patient.pk)
        messages.success(request, _("The course is recorded."))
        return redirect("record", patient_id=self.patient.pk)

    @transaction.atomic
    def _write(self, kept: KeptStart, form: ConfirmStartForm) -> None:
        """Starts the course and lets go of what was typed, both or neither. Raises DomainError, StaleDraft."""
        typed, start = kept.form.cleaned_data, kept.shown.start
        start_course(
            by=self.staff,
            patient_id=self.patient.pk,
            on=start.on,
            precision=start.precision,
            drug=start.drug,
            drug_text=start.drug_text,
            route=start.route,
            dose=kept.form.dose(),
            note=typed["note"],
            override_reason=form.cleaned_data["override_reason"],
            seen=form.seen_fingerprints(),
            beside=start_screen(self.staff, self.patient.pk, start.drug, start.on, start.route),
        )
        # Last: the action holds the patient first, as every other write does.
        drop_saved(by=self.staff, draft=kept.draft)

    def _show_changed(self, before: AsShown | None) -> HttpResponse:
        """Something else is kept than the page showed: it comes back with what differs, and nothing is started."""
        kept = self.kept()
        if kept is None:
            return self.show_nothing(STALE)
        changes = self._changes(before, kept) if before is not None else []
        return self.show(kept, STALE, form=self._form(kept), changed=True, changes=changes)

    def _changes(self, before: AsShown, kept: KeptStart) -> list[Compared]:
        """Each field whose words differ, as the page showed it and as it is kept now."""
        shown = StartCourseForm(QueryDict(before.typed), today=self.today, drugs=drug_choices())
        nothing = _("nothing typed")
        rows = [
            Compared(str(now.label), words_typed(was) or nothing, words_typed(now) or nothing)
            for was, now in zip(shown.visible_fields(), kept.form.visible_fields(), strict=True)
        ]
        return [row for row in rows if row.differs]

    def _ask(self, kept: KeptStart, form: ConfirmStartForm) -> HttpResponse:
        """Something was not on the page that was sent, or a stop has no reason: the page comes back with both said."""
        unseen = [one for one in holding(kept.shown.everything) if one.fingerprint not in form.seen_fingerprints()]
        again = self._form(kept, self.request)
        again.show_messages(finding.fingerprint for finding in kept.shown.everything)
        again.is_valid()
        if not unseen:
            again.add_error("override_reason", _("Say why this is right all the same."))
        again.fields["override_reason"].required = True
        return self.show(kept, INVALID if not unseen else STALE, form=again, unseen=unseen)

    def _form(self, kept: KeptStart, request: HttpRequest | None = None) -> ConfirmStartForm:
        form = ConfirmStartForm(
            request.POST if request is not None else None,
            today=self.today,
            as_shown=AsShown.of(kept).sealed(),
            seen=" ".join(finding.fingerprint for finding in kept.shown.everything),
        )
        if stops(kept.shown.said):
            form.ask_for_reason()
            # Said beside the label; that it is missing is the action's to say.
            form.fields["override_reason"].required = request is None
        return form

    def context(self, kept: KeptStart) -> dict[str, Any]:
        calendar = preview(self.record, [kept.shown.start], self.today, self.protocol)
        added = [visit for visit in calendar.visits if visit.added]
        return {
            "form": self._form(kept),
            "calendar": calendar,
            "first_visits": added[:_VISITS_SHOWN],
            "more_visits": max(0, len(added) - _VISITS_SHOWN),
            "stops": bool(stops(kept.shown.said)),
        }
