from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.actions import assign, unassign
from monitoring.selectors import who_may_own
from monitoring.work_forms import NOBODY, THIS_ITEM, AssignItemForm
from tracker.presenters.worklist import name_of
from tracker.views.forms.work_page import WorkFormPage


class AssignItem(WorkFormPage[AssignItemForm]):
    """Whose work one item, or all of a patient's monitoring, is."""

    template_name = "monitoring/assign_item.html"
    title = _("Assign")
    submit_label = _("Assign it")
    done = _("The work is assigned.")

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.people = [
            (str(member.pk), f"{name_of(member)} (me)" if member.pk == self.staff.pk else name_of(member))
            for member in who_may_own(self.patient.clinic)
        ]

    def form(self, data: QueryDict | None = None) -> AssignItemForm:
        item = self.item.name if self.item is not None else ""
        return AssignItemForm(data, today=self.today, people=self.people, item=item)

    def write(self, form: AssignItemForm) -> None:
        typed = form.cleaned_data
        one = typed["scope"] == THIS_ITEM and self.item is not None
        about: dict[str, Any] = {
            "by": self.staff,
            "patient_id": self.patient.pk,
            "item": self.item.id if one and self.item is not None else "",
            "occasion": self.occasion if one else "",
        }
        if typed["owner"] == NOBODY:
            self.done = _("The work is nobody’s in particular.")
            self.undo = ("given_back", unassign(**about))
        else:
            self.undo = ("assignment", assign(owner=int(typed["owner"]), **about))
