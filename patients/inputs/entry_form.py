"""Forms that write to a record: their sections, and what was recorded before beside each field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.inputs.days import DayField
from patients.inputs.text import Label

MISSING = _("This is needed: enter or choose it.")


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of a form's fields."""

    legend: Label
    names: tuple[str, ...]
    help: Label = ""


@dataclass(frozen=True, slots=True)
class ShownSection:
    legend: Label
    help: Label
    fields: list[forms.BoundField]


class EntryForm(forms.Form):
    """A form that writes to a record. `today` is the day in the patient's clinic; `rows` are further fields.

    `needed_for` says of fields that may be left out when they may not: "needed for a dose once a week". Of the fields
    in `one_needed` at least one is.
    """

    layout: tuple[Section, ...] = ()
    needed_for: ClassVar[Mapping[str, Label]] = {}
    one_needed: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        data: Any = None,
        *,
        today: date,
        initial: Mapping[str, Any] | None = None,
        rows: Mapping[str, forms.Field] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields.update(rows or {})
        for field in self.fields.values():
            # On a shared computer the browser must not offer what was typed about the last patient.
            field.widget.attrs["autocomplete"] = "off"
            if field.error_messages["required"] is forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = MISSING
            for part in (field, *getattr(field, "fields", ())):
                if isinstance(part, DayField):
                    part.today = today
        for name, when in self.needed_for.items():
            if name in self.fields:
                _say_beside(self.fields[name], needed_for=when)
        for name in self.one_needed:
            _say_beside(self.fields[name], is_one_needed=True)

    def offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        """What a list may be answered with, where that is known only when the form is made."""
        cast(forms.ChoiceField, self.fields[name]).choices = list(choices)

    @property
    def sections(self) -> list[ShownSection]:
        """The layout with its bound fields; sections without any field are left out."""
        shown = (
            ShownSection(section.legend, section.help, [self[name] for name in section.names if name in self.fields])
            for section in self.layout
        )
        return [section for section in shown if section.fields]

    def show_previous(self, previous: Mapping[str, str]) -> None:
        """Puts what was recorded before beside the fields, by field name."""
        for name, text in previous.items():
            if name in self.fields and text:
                _say_beside(self.fields[name], previous=text)

    def compare_with(
        self, numbers: Mapping[str, Decimal | int], alike: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        """The numbers recorded before, by the name of the control; how far a new one lies from it is said beside it.

        `alike` names for a control another one, and what has to stand there for the two numbers to be compared.
        """
        for name, number in numbers.items():
            field_name, part = (name, "") if name in self.fields else name.rpartition("_")[::2]
            field = self.fields[field_name]
            widget = field.widget
            attrs = widget.widgets[int(part)].attrs if isinstance(widget, forms.MultiWidget) else widget.attrs
            attrs["data-was"] = f"{Decimal(number).normalize():f}"
            if alike and name in alike:
                attrs["data-was-of"], attrs["data-was-with"] = alike[name]
            _say_beside(field, compared_control=f"_{part}" if part else "", is_compared=True)


class SeenForm(EntryForm):
    """A form whose entry is looked at before it is saved: `seen` says which messages the person was shown."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def seen_fingerprints(self) -> frozenset[str]:
        """What stood on the page that was sent. Only for a valid form."""
        return frozenset(self.cleaned_data["seen"].split())

    def show_messages(self, fingerprints: Iterable[str]) -> None:
        """Everything typed stays; what is sent next counts as sent in sight of these messages."""
        typed = cast(QueryDict, self.data).copy()
        typed["seen"] = " ".join(fingerprints)
        self.data = typed


def _say_beside(field: forms.Field, **said: Any) -> None:
    """What the component of a field (components/field.html) shows beside it."""
    for name, value in said.items():
        setattr(field, name, value)
