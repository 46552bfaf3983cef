from typing import Any

from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.tasks import reconcile_many_soon
from patients.clock import today_in
from patients.errors import NotFound, Refused
from patients.life_forms import UndoMergeForm
from patients.rules.permissions import Permission
from patients.selectors import may_read
from tracker.patient_life.merges import preview_unmerge, unmerge
from tracker.views.forms.page import FormPage


class UndoMerge(FormPage[UndoMergeForm]):
    """Two records taken apart again: what goes back, what stays, and why."""

    template_name = "patients/undo_merge.html"
    title = _("Take a merge back")
    submit_label = _("Take the two records apart")
    done = _("The two records are apart again.")
    permission = Permission.MERGE_PATIENTS
    danger = True
    parent_label = _("Merges")

    def open(self, **ids: Any) -> None:
        try:
            self.undo = preview_unmerge(by=self.staff, merge_id=ids["merge_id"])
        except Refused as error:  # taken back meanwhile, or gone to another clinic: the list says which
            raise NotFound(error.message) from None
        self.patient = self.undo.merge.kept if may_read(self.staff, self.undo.merge.kept) else None
        self.today = today_in(self.undo.merge.merged.clinic)

    def form(self, data: QueryDict | None = None) -> UndoMergeForm:
        return UndoMergeForm(data, today=self.today)

    def write(self, form: UndoMergeForm) -> None:
        unmerge(by=self.staff, merge_id=self.undo.merge.pk, reason=form.cleaned_data["reason"])

    def follow_up(self) -> None:
        reconcile_many_soon(sorted((self.undo.merge.kept_id, self.undo.merge.merged_id)))

    def leave(self) -> HttpResponseRedirect:
        return redirect("merges")

    def cancel_url(self) -> str:
        return reverse("merges")

    def context(self) -> dict[str, Any]:
        return {"undo": self.undo, "merge": self.undo.merge}
