"""What is typed about an alert. Shape and parse only; the actions decide who may do what."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.rules.vocabulary import AlertAction
from patients.inputs import DayField, EntryForm, words

LONGEST = 500  # characters, as the column holds it


class AlertForm(EntryForm):
    """One step about an alert: which step, and the version of the alert that was read."""

    step = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    name = ""

    def __init__(
        self,
        data: Any = None,
        *,
        today: date,
        version: int,
        initial: Mapping[str, Any] | None = None,
        rows: Mapping[str, forms.Field] | None = None,
    ) -> None:
        super().__init__(
            data, today=today, initial={"step": self.name, "version": version, **(initial or {})}, rows=rows
        )
        self.auto_id = f"{self.name}_%s"  # several of these forms stand on one page


class AcknowledgeForm(AlertForm):
    """That it was seen."""

    name = "acknowledge"


class ActForm(AlertForm):
    """What was decided. `actions` are those that the person may decide on."""

    name = "act"

    note = words(
        _("Why, and what was agreed with whom"),
        length=LONGEST,
        lines=3,
    )
    repeat_on = DayField(label=_("Repeat on"), required=False, help_text=_("For example 05/04/2026."))

    needed_for = {"note": _("everything but going on unchanged"), "repeat_on": _("a repeat")}

    def __init__(self, data: Any = None, *, today: date, version: int, actions: Sequence[AlertAction]) -> None:
        action = forms.TypedChoiceField(
            label=_("What was decided"),
            choices=[(one.value, one.label) for one in actions],
            coerce=AlertAction,
            widget=forms.RadioSelect,
        )
        super().__init__(data, today=today, version=version, rows={"action": action})
        self.order_fields(["step", "version", "action", "note", "repeat_on"])


class CloseForm(AlertForm):
    """That nothing more is to be done, and why."""

    name = "close"

    reason = words(_("Why nothing more is to be done"), length=LONGEST, required=True, lines=2)


class ReopenForm(AlertForm):
    """That it waits again, and why."""

    name = "reopen"

    reason = words(_("Why it is opened again"), length=LONGEST, required=True, lines=2)
