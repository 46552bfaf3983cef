"""Forms about work on one due item: they come from the worklist and go back to it, with a way to undo."""

from datetime import timedelta
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.utils.translation import gettext as _

from monitoring.actions.postponements import days_of_putting_off
from monitoring.protocol.definitions import Item
from monitoring.schedules import protocol_of
from patients.errors import NotFound
from patients.models.entry import Entry
from patients.rules.permissions import Permission
from tracker import display
from tracker.templatetags.undo import undo_tag
from tracker.views.forms.comes_back import ComesBack
from tracker.views.forms.page import PatientFormPage

F = TypeVar("F", bound=forms.Form)
_LONGEST_OCCASION = 64  # characters, as the column holds it


class WorkFormPage(ComesBack[F], PatientFormPage[F]):
    """A form page about one due item of a patient, or where the address names none about the patient."""

    permission = Permission.RECORD_MONITORING
    # The entry's word and the entry, once it is written: what the message offers to undo.
    undo: tuple[str, Entry] | None = None

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.item: Item | None = None
        named = ids.get("item") or self.request.GET.get("item", "")
        if named:
            self.item = protocol_of(self.patient.clinic).items.get(named)
            if self.item is None:
                raise NotFound("No such item of the monitoring protocol.")
        # An item due more than once, such as each step of a taper, says which time in the link's address.
        self.occasion = self.request.GET.get("occasion", "")[:_LONGEST_OCCASION] if named else ""

    def the_item(self) -> Item:
        """The item that the page is about, where the address always names one."""
        assert self.item is not None
        return self.item

    def limit_in_words(self, longest: timedelta) -> str:
        """Until when the person can put the item off, said beside the field; `longest` is how long a doctor can."""
        days = days_of_putting_off(self.staff, self.patient, self.the_item().id, self.occasion)
        latest = display.day(self.today + (longest if days is None else timedelta(days)))
        if days is None:
            return _("Until %(latest)s at most: %(days)s days.") % {"latest": latest, "days": longest.days}
        return _("Until %(latest)s at most (%(days)s days); a doctor can choose longer.") % {
            "latest": latest,
            "days": days,
        }

    def say_done(self) -> None:
        tag = undo_tag(self.undo[0], self.undo[1].pk) if self.undo is not None else ""
        messages.success(self.request, self.done, extra_tags=tag)

    def context(self) -> dict[str, Any]:
        return {"item": self.item}
