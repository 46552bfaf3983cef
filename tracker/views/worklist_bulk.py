"""One piece of work on many due items: say how, look at what would happen, confirm, read what came of it.

What was chosen travels in hidden fields of the page's own form, each row with the moment of its last change as shown.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache

from monitoring.actions.bulk_work import MOST, BulkKind, BulkOutcome, ChosenRow, perform_bulk, rehearse_bulk, stamp_of
from monitoring.actions.work import days_to_wait
from monitoring.models import DueItem
from monitoring.selectors import Asked, asked_for, chosen_items, who_may_own, worklist
from monitoring.tasks import reconcile_many_soon
from monitoring.work_forms import (
    AssignManyForm,
    LetterManyForm,
    NotNeededManyForm,
    SampleManyForm,
    SnoozeManyForm,
)
from patients.clock import today_in
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of
from tracker.presenters.worklist import RowShown, name_of, shown_rows
from tracker.views.worklist import clinic_of_the_day

INVALID = 422
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class OutcomeShown:
    """What happened, or would happen, to one row; `shown` is None for a row that the person may not see."""

    shown: RowShown | None
    done: bool
    words: str


@method_decorator(never_cache, name="dispatch")
class WorklistBulk(View):
    """The steps of one page. Nothing is saved before the last."""

    staff: Staff
    today: date
    asked: Asked
    kind: BulkKind

    def get(self, request: HttpRequest) -> HttpResponse:
        """Nothing is chosen in an address: back to the list."""
        return redirect("worklist")

    def post(self, request: HttpRequest) -> HttpResponse:
        self.staff = cast(Staff, request.user)
        if not clinics_of(self.staff, Permission.RECORD_MONITORING).exists():
            raise PermissionDenied(_("Your role records no monitoring."))
        typed = request.POST
        if typed.get("kind") not in set(BulkKind):
            return redirect("worklist")
        self.kind = BulkKind(typed["kind"])
        self.asked = asked_for(self.staff, QueryDict(typed.get("query", "")))
        self.today = today_in(clinic_of_the_day(self.asked))
        step = typed.get("step")
        if step not in ("say", "preview", "confirm"):
            return self._choose()
        rows = [row for text in typed.getlist("chosen")[:MOST] if (row := _read(text)) is not None]
        form = self._form(typed)
        if not rows or not form.is_valid():
            return self._page("say", rows, form, status=INVALID)
        if step == "say":
            return self._page("say", rows, form)
        if step == "preview":
            outcomes = rehearse_bulk(by=self.staff, kind=self.kind, rows=rows, said=form.cleaned_data)
            return self._page("preview", rows, form, outcomes)
        outcomes = perform_bulk(by=self.staff, kind=self.kind, rows=rows, said=form.cleaned_data)
        reconcile_many_soon(sorted({found.due_item.patient_id for found in outcomes if found.done and found.due_item}))
        return self._page("report", rows, form, outcomes)

    def _choose(self) -> HttpResponse:
        """The first step: which rows, as they stand now."""
        items, left_out = self._chosen()
        rows = [ChosenRow(item.pk, stamp_of(item)) for item in items]
        return self._page("say", rows, self._form(None), left_out=left_out)

    def _chosen(self) -> tuple[list[DueItem], int]:
        """The rows chosen in the list, and how many of them are more than can be done at once."""
        typed = self.request.POST
        if typed.get("scope") == "all":
            found = worklist(self.staff, self.today, self.asked.filters)
            return list(found[:MOST]), max(0, found.count() - MOST)
        if typed.get("scope") == "page":
            named = typed.getlist("on_page")
        else:
            together = (pk for block in typed.getlist("block") for pk in block.split())
            named = [*together, *typed.getlist("row")]
        ids = dict.fromkeys(int(text) for text in named if _is_id(text))
        return chosen_items(self.staff, list(ids)[:MOST]), max(0, len(ids) - MOST)

    def _form(self, data: QueryDict | None) -> forms.Form:
        if self.kind is BulkKind.ASSIGN:
            people = {
                member.pk: name_of(member)
                for clinic in clinics_of(self.staff, Permission.RECORD_MONITORING)
                for member in who_may_own(clinic)
            }
            return AssignManyForm(data, today=self.today, people=[(str(pk), name) for pk, name in people.items()])
        if self.kind is BulkKind.SAMPLE:
            return SampleManyForm(data, today=self.today, days_to_wait=days_to_wait())
        plain = {
            BulkKind.SNOOZE: SnoozeManyForm,
            BulkKind.NOT_NEEDED: NotNeededManyForm,
            BulkKind.LETTER: LetterManyForm,
        }
        return plain[self.kind](data, today=self.today)

    def _page(
        self,
        step: str,
        rows: list[ChosenRow],
        form: forms.Form,
        outcomes: list[BulkOutcome] | None = None,
        *,
        left_out: int = 0,
        status: int = 200,
    ) -> HttpResponse:
        items = [found.due_item for found in outcomes if found.due_item is not None] if outcomes is not None else None
        if items is None:
            items = chosen_items(self.staff, [row.pk for row in rows])
        shown = {found.row.due_item.pk: found for found in shown_rows(self.staff, items, self.today)}
        told = [
            OutcomeShown(shown.get(found.due_item.pk) if found.due_item else None, found.done, found.words)
            for found in outcomes or ()
        ]
        query = self.request.POST.get("query", "")
        context: dict[str, Any] = {
            "step": step,
            "kind": self.kind,
            "form": form,
            "chosen": [f"{row.pk}@{row.stamp}" for row in rows],
            "rows": list(shown.values()),
            "said": [(field.label, _entered(field)) for field in form] if step == "preview" else [],
            "will": [found for found in told if found.done],
            "cannot": [found for found in told if not found.done],
            "left_out": left_out,
            "most": MOST,
            "query": query,
            "back": f"{reverse('worklist')}?{query}",
        }
        return render(self.request, "monitoring/worklist_bulk.html", context, status=status)


def _entered(field: forms.BoundField) -> str:
    """What was entered, in words."""
    if isinstance(field.field, forms.ChoiceField):
        return str(dict(field.field.choices).get(field.value(), ""))  # type: ignore[arg-type]  # pairs, once the form is made
    return str(field.value() or "")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST


def _read(text: str) -> ChosenRow | None:
    pk, _, stamp = text.partition("@")
    return ChosenRow(int(pk), stamp) if _is_id(pk) else None
