"""What is typed about results. Shape and parse only; actions decide. The analytes are handed in by the view."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.actions import NewResult
from monitoring.models import Result
from monitoring.models.result import ResultSource
from monitoring.protocol.definitions import Analyte, ResultType
from patients.inputs import (
    DAY_HELP,
    ClockField,
    DayField,
    Label,
    NumberField,
    PartsField,
    Section,
    SeenForm,
    WordsField,
    words,
)
from patients.rules.wording import display_date, display_number

# Laboratories print these; the protocol's first spelling of a unit is the one that machines exchange.
_UNITS_AS_READ = {
    "umol/L": "µmol/L",
    "ukat/L": "µkat/L",
    "ug/L": "µg/L",
    "10*9/L": "×10⁹/L",
    "10*6/L": "×10⁶/L",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "1": "ratio",
}
_UNIT_OF_ENZYMES = "U/L"
_COMPARED = re.compile(r"(?P<comparator><=|>=|<|>|≤|≥)?\s*(?P<number>[0-9]*\.?[0-9]+)")
_LONGEST = 40  # characters; what no quantity needs is not worth reading
_COMPARATORS = {"≤": "<=", "≥": ">="}
_BY_PEOPLE = (ResultSource.HAND, ResultSource.LETTER, ResultSource.PATIENT)
_LONGEST_NAME = 60  # characters of a brand or an assay, as the columns hold them

# The analytes that are levels before the next dose, each with when it counts, in words.
Levels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """A number with its comparator: `<5` is ("<", 5)."""

    comparator: str
    value: Decimal


class ComparedField(forms.Field):
    """A number, or one that is only known to lie below or above: 7.5, <5, >=100. Gives a Compared."""

    default_error_messages = {"invalid": _("Enter a number, for example 7.5 or <5.")}

    def __init__(self, *, label: Label) -> None:
        # No numeric keypad: telephones leave < out of it.
        super().__init__(label=label, required=False, widget=forms.TextInput(attrs={"size": 8}))

    def to_python(self, value: object) -> Compared | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = _COMPARED.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        sign = found["comparator"] or ""
        return Compared(_COMPARATORS.get(sign, sign), Decimal(found["number"]))


class NumericResultField(PartsField):
    """One number of a report with its unit, where they matter its upper limit and the last dose before it.

    Gives a NewResult, or None when empty. `typed` is what a row reads as in these boxes, for a correction.
    """

    def __init__(self, analyte: Analyte, *, counts: str = "") -> None:
        self.analyte = analyte
        self.parts: dict[str, forms.Field] = {"value": ComparedField(label=_("Value"))}
        units = shown_units(analyte)
        if units:
            self.parts["unit"] = forms.ChoiceField(label=_("Unit"), choices=units)
        if _UNIT_OF_ENZYMES in analyte.units:
            self.parts["upper_limit"] = NumberField(label=_("Upper limit"))
        if counts:
            self.parts |= _parts_of_a_level()
        for name, part in self.parts.items():
            part.widget.attrs["data-part"] = name
        super().__init__(list(self.parts.values()), label=analyte.name, help_text=counts)
        self.only_unit = units[0][0] if units else ""

    def compress(self, data_list: Any) -> NewResult | None:
        typed = dict(zip(self.parts, data_list, strict=True))
        compared: Compared | None = typed.pop("value")
        unit = typed.pop("unit", "") or self.only_unit
        if compared is None:
            if any(part not in (None, "") for part in typed.values()):
                raise forms.ValidationError(_("Enter the value that this belongs to."))
            return None
        return NewResult(
            analyte=self.analyte.id, value=compared.value, comparator=compared.comparator, unit=unit, **typed
        )

    def typed(self, row: Result) -> list[str]:
        """The row as it would be typed; hours that follow from its times are left out."""
        texts = {
            "value": f"{row.comparator}{display_number(row.value)}" if row.value is not None else "",
            "unit": self._listed(row.unit),
            "upper_limit": _number(row.upper_limit),
            "dosed_on": display_date(row.dosed_on) if row.dosed_on else "",
            "dosed_at": f"{row.dosed_at:%H:%M}" if row.dosed_at else "",
            "hours_after_dose": "" if row.dosed_on else _number(row.hours_after_dose),
            "brand": row.brand,
            "assay": row.assay,
        }
        return [texts[part] for part in self.parts]

    def _listed(self, unit: str) -> str:
        """The unit as the list has it: of several spellings of one unit it has the first."""
        return self.analyte.units[0] if unit in self.analyte.units else unit


class WordsResultField(WordsField):
    """One finding in words. Gives a NewResult, or None when empty."""

    def __init__(self, analyte: Analyte) -> None:
        self.analyte = analyte
        super().__init__(
            label=analyte.name,
            required=False,
            max_length=200,
            help_text=_("In words, for example normal, negative, given."),
            widget=forms.TextInput(attrs={"data-part": "value"}),
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return NewResult(analyte=self.analyte.id, text=text) if text else None

    def typed(self, row: Result) -> str:
        """The row as it would be typed."""
        return row.text


class SampleForm(SeenForm):
    """When a sample was taken and received and who sent the result. `levels` are those whose time matters."""

    sampled_on = DayField(label=_("Sampled on"), help_text=_("The day of the sample or the observation. ") + DAY_HELP)
    sampled_at = ClockField(
        label=_("Sampled at"), help_text=_("Where the time matters, by the clinic's clocks: 08:30.")
    )
    received_on = DayField(
        label=_("Received on"), required=False, help_text=_("The day of the report, when there is one.")
    )
    source = forms.ChoiceField(label=_("Where it comes from"), initial=ResultSource.HAND)

    def __init__(
        self,
        data: Any = None,
        *,
        today: date,
        analytes: Sequence[Analyte],
        levels: Levels,
        initial: Mapping[str, Any] | None = None,
        rows: Mapping[str, forms.Field] | None = None,
    ) -> None:
        fields = {analyte.id: result_field(analyte, levels) for analyte in analytes}
        super().__init__(data, today=today, initial=initial, rows={**fields, **(rows or {})})
        self.analyte_ids = tuple(fields)
        kept = str((initial or {}).get("source", ""))
        choices = [choice for choice in ResultSource.choices if choice[0] in _BY_PEOPLE or choice[0] == kept]
        self.offer("source", choices)

    def sample(self) -> dict[str, Any]:
        """What was typed about the sample, as the actions take it. Only for a valid form."""
        return {name: self.cleaned_data[name] for name in ("sampled_on", "sampled_at", "received_on", "source")}


class RecordResultsForm(SampleForm):
    """The results of one sample."""

    def __init__(self, data: Any = None, *, today: date, analytes: Sequence[Analyte], levels: Levels) -> None:
        super().__init__(data, today=today, analytes=analytes, levels=levels)
        self.last: Mapping[str, Result] = {}
        self.layout = (Section(_("Sample"), ("sampled_on", "sampled_at", "received_on", "source")),)

    def day_typed(self) -> date | None:
        """The day of the sample as typed: what is compared was recorded up to then. None while there is none."""
        try:
            found: date | None = self.fields["sampled_on"].clean(self.data.get("sampled_on")) if self.is_bound else None
        except forms.ValidationError:
            return None
        return found

    def show_last(self, last: Mapping[str, Result], words: Mapping[str, str]) -> None:
        """What was recorded last of each test, with its words: shown beside its boxes, and never filled in."""
        self.last = last
        self.show_previous(words)

    @property
    def rows(self) -> list["ResultRow"]:
        """The tests as rows of a grid, in the order of the panel."""
        return [result_row(self[analyte], self.last.get(analyte)) for analyte in self.analyte_ids]

    def values(self) -> list[NewResult]:
        """The rows that were filled in. Only for a valid form."""
        return [new for analyte in self.analyte_ids if (new := self.cleaned_data[analyte]) is not None]


@dataclass(frozen=True, slots=True)
class Box:
    """One control of a row: its part of the result, its label, the id of the control, and the control itself."""

    part: str
    label: str
    id: str
    html: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One test of a grid: its boxes by part, and what was recorded of it last. `more`: the further boxes of a level.

    `last_limit` is the upper limit that came with the last result, its day and unit: to be taken over by a person, as
    another laboratory has another limit.
    """

    field: forms.BoundField
    boxes: Mapping[str, Box]
    more: tuple[Box, ...]
    last: Result | None
    last_limit: str = ""


def result_row(bound: forms.BoundField, last: Result | None) -> ResultRow:
    """The row of one test."""
    field = bound.field
    described = f"{bound.auto_id}_before {bound.auto_id}_said"
    attrs: dict[str, str | bool] = {"id": bound.auto_id, "aria-describedby": described}
    if bound.errors:
        attrs |= {"aria-describedby": f"{bound.auto_id}_error {described}", "aria-invalid": "true"}
    if not isinstance(field, NumericResultField):
        box = Box("value", "Value", bound.id_for_label, bound.as_widget(attrs=attrs))
        return ResultRow(bound, {"value": box}, (), last)
    limit = "" if last is None else _number(last.upper_limit)
    drawn = field.widget.get_context(bound.html_name, bound.value(), attrs)["widget"]["parts"]
    boxes = {
        name: Box(name, str(part.label), shown["id"], shown["html"])
        for (name, part), shown in zip(field.parts.items(), drawn, strict=True)
    }
    main: dict[str, Box] = {name: boxes.pop(name) for name in ("value", "unit", "upper_limit") if name in boxes}
    return ResultRow(bound, main, tuple(boxes.values()), last, limit if "upper_limit" in main else "")


class CorrectResultForm(SampleForm):
    """One result as it should read, beginning with how it stands, and why it is put right.

    `version` is the id of the result that the page was read at; empty: that of the page's address.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, today: date, analyte: Analyte, levels: Levels, row: Result) -> None:
        initial = {
            **{name: getattr(row, name) for name in ("sampled_on", "sampled_at", "received_on", "source")},
            analyte.id: result_field(analyte, levels).typed(row),
            "version": row.pk,
        }
        reason = words(
            _("What was wrong"),
            length=300,
            required=True,
            help_text=_("For example: decimal point, other unit, other day."),
        )
        super().__init__(data, today=today, analytes=[analyte], levels=levels, initial=initial, rows={"reason": reason})
        self.fields[analyte.id].required = True  # said beside the label; that it is missing is the action's to say
        self.layout = (
            Section(_("As it should read"), (*self.analyte_ids, "sampled_on", "sampled_at", "received_on", "source")),
            Section(_("Why"), ("reason",)),
        )

    def value(self) -> NewResult:
        """The value as it should read. Only for a valid form."""
        (analyte,) = self.analyte_ids
        new: NewResult | None = self.cleaned_data[analyte]
        return new or NewResult(analyte=analyte)


def result_field(analyte: Analyte, levels: Levels) -> NumericResultField | WordsResultField:
    """The boxes of one test."""
    if analyte.result_type is ResultType.TEXT:
        return WordsResultField(analyte)
    return NumericResultField(analyte, counts=levels.get(analyte.id, ""))


def shown_units(analyte: Analyte) -> list[tuple[str, str]]:
    """The units that a value may be entered in, each spelling of one unit once, as pairs of stored and read unit."""
    factors = {conversion.multiply_by: conversion.unit for conversion in reversed(analyte.conversions)}
    units = [*analyte.units[:1], *reversed(factors.values())]
    return [(unit, _UNITS_AS_READ.get(unit, unit)) for unit in units]


def _parts_of_a_level() -> dict[str, forms.Field]:
    return {
        "dosed_on": DayField(label=_("Day of the last dose"), help_text="", required=False),
        "dosed_at": ClockField(label=_("Time of the last dose")),
        "hours_after_dose": NumberField(label=_("or hours after the dose")),
        "brand": words(_("Brand"), length=_LONGEST_NAME),
        "assay": words(_("Assay"), length=_LONGEST_NAME),
    }


def _number(value: Decimal | None) -> str:
    return "" if value is None else display_number(value)
