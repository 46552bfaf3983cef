"""What stands in a form's fields, in words: as typed, or as the record has it. Shown, never read back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from patients.inputs import DayField, NumberField, PartialDay, PartsField
from patients.rules.vocabulary import DatePrecision
from tracker import display


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of a form that met a changed record: what was typed, and what stands in the record now.

    `now` is None where the record holds nothing that this field would change.
    """

    label: str
    typed: str
    now: str | None

    @property
    def differs(self) -> bool:
        return self.now is not None and _plain(self.now) != _plain(self.typed)


def compared(form: forms.Form, standing: Mapping[str, str]) -> list[Compared]:
    """Every visible field that was filled in or that the record holds, in the form's order."""
    rows = []
    for bound in form.visible_fields():
        typed, now = words_typed(bound), standing.get(bound.name)
        if typed or now:
            nothing = _("nothing typed") if typed == "" else typed
            rows.append(Compared(str(bound.label), nothing, now if now != "" else _("nothing recorded")))
    return rows


def standing_in(form: forms.Form) -> dict[str, str]:
    """What a form that shows the record's present values stands for, by field: the other side of `compared`."""
    return {
        bound.name: words_of(bound.field, form.get_initial_for_field(bound.field, bound.name))
        for bound in form.visible_fields()
    }


def words_typed(bound: forms.BoundField) -> str:
    """What was typed into one field, in words; "" for nothing."""
    return words_of(bound.field, bound.data)


def words_of(field: forms.Field, value: Any) -> str:
    """A value of a field, sent or stored, in words; "" for none."""
    if isinstance(field, forms.BooleanField):
        return _("yes") if value in (True, "on", "True", "true", "1") else _("no")
    if value is None or value == "" or value == []:
        return ""
    if isinstance(field, PartsField) and isinstance(value, list):
        return _parts(field, value)
    if isinstance(field, forms.MultipleChoiceField):
        labels = dict(_choices(field))
        return "; ".join(str(labels.get(str(each), each)) for each in value)
    if isinstance(field, forms.ChoiceField):
        return str(dict(_choices(field)).get(str(value), value))
    if isinstance(field, DayField):
        return _day(field, value)
    if isinstance(field, NumberField):
        return _number(field, value)
    if isinstance(field, forms.TimeField):
        return str(field.prepare_value(value) if isinstance(value, str) else f"{value:%H:%M}")
    return str(value).strip()


def _parts(field: PartsField, data: list[Any]) -> str:
    """The parts one after the other; a unit alone, which a list always holds, says nothing."""
    said = [(part, words_of(part, text)) for part, text in zip(field.fields, data, strict=False)]
    if not any(text for part, text in said if not isinstance(part, forms.ChoiceField)):
        return ""
    return " ".join(text for _part, text in said if text)


def _choices(field: forms.ChoiceField) -> Iterator[tuple[str, Any]]:
    for value, label in field.choices:  # type: ignore[misc, union-attr]  # pairs, once the form is made
        if isinstance(label, list | tuple):
            yield from ((str(inner), name) for inner, name in label)
        else:
            yield str(value), label


def _day(field: DayField, value: Any) -> str:
    try:
        read = field.read(value.strip().lower()) if isinstance(value, str) else value
    except forms.ValidationError:
        return str(value).strip()
    if isinstance(read, PartialDay):
        return display.day(read.on, DatePrecision(read.precision))
    return display.day(read) if isinstance(read, date) else str(value).strip()


def _number(field: NumberField, value: Any) -> str:
    try:
        read = field.to_python(value)
    except forms.ValidationError:
        return str(value).strip()
    return "" if read is None else display.number(read)


def _plain(text: str) -> str:
    return " ".join(text.replace(display.NO_BREAK, " ").split()).casefold()
