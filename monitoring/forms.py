"""What is typed about monitoring. Shape and parse only; actions decide. The analytes are handed in by the view."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from monitoring.actions import NewResult
from monitoring.models.result import ResultSource
from monitoring.protocol.definitions import Analyte, ResultType
from patients.inputs import DAY_HELP, DayField, EntryForm, NumberField, PartsField, Section, words

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
_SOURCES = [
    choice
    for choice in ResultSource.choices
    if choice[0] in (ResultSource.HAND, ResultSource.LETTER, ResultSource.PATIENT)
]


@dataclass(frozen=True, slots=True)
class Compared:
    """A number with its comparator: `<5` is ("<", 5)."""

    comparator: str
    value: Decimal


class ComparedField(forms.Field):
    """A number, or one that is only known to lie below or above: 7.5, <5, >=100. Gives a Compared."""

    default_error_messages = {"invalid": "Enter a number, for example 7.5 or <5."}

    def __init__(self, *, label: str) -> None:
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
    """One number of a report with its unit, and where they matter its upper limit and the hours after the dose.

    Gives a NewResult, or None when empty.
    """

    def __init__(self, analyte: Analyte, *, is_trough: bool) -> None:
        self.analyte = analyte
        parts: list[forms.Field] = [ComparedField(label="Value")]
        self.units = shown_units(analyte)
        if self.units:
            parts.append(forms.ChoiceField(label="Unit", choices=self.units))
        self.has_limit = _UNIT_OF_ENZYMES in analyte.units
        if self.has_limit:
            parts.append(NumberField(label="Upper limit"))
        self.is_trough = is_trough
        if is_trough:
            parts.append(NumberField(label="Hours after the dose"))
        super().__init__(parts, label=analyte.name)

    def compress(self, data_list: Any) -> NewResult | None:
        rest = list(data_list)
        compared: Compared | None = rest.pop(0)
        unit = (rest.pop(0) or self.units[0][0]) if self.units else ""
        upper_limit = rest.pop(0) if self.has_limit else None
        hours = rest.pop(0) if self.is_trough else None
        if compared is None:
            if upper_limit is not None or hours is not None:
                raise forms.ValidationError("Enter the value that this belongs to.")
            return None
        return NewResult(
            analyte=self.analyte.id,
            value=compared.value,
            comparator=compared.comparator,
            unit=unit,
            upper_limit=upper_limit,
            hours_after_dose=hours,
        )


class WordsResultField(forms.CharField):
    """One finding in words. Gives a NewResult, or None when empty."""

    def __init__(self, analyte: Analyte) -> None:
        self.analyte = analyte
        super().__init__(
            label=analyte.name,
            required=False,
            max_length=200,
            help_text="In words, for example normal, negative, given.",
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return NewResult(analyte=self.analyte.id, text=text) if text else None


class RecordResultsForm(EntryForm):
    """The results of one sample. `troughs` are the analytes whose time after the dose matters."""

    sampled_on = DayField(label="Sampled on", help_text="The day of the sample or the observation. " + DAY_HELP)
    received_on = DayField(label="Received on", required=False, help_text="The day of the report, when there is one.")
    source = forms.ChoiceField(label="Where it comes from", choices=_SOURCES, initial=ResultSource.HAND)

    def __init__(
        self, data: Any = None, *, today: date, analytes: Sequence[Analyte], troughs: Collection[str] = ()
    ) -> None:
        rows = {
            found.id: WordsResultField(found)
            if found.result_type is ResultType.TEXT
            else NumericResultField(found, is_trough=found.id in troughs)
            for found in analytes
        }
        super().__init__(data, today=today, rows=rows)
        self.analyte_ids = tuple(rows)
        self.layout = (
            Section("Sample", ("sampled_on", "received_on", "source")),
            Section("Results", self.analyte_ids, "Leave a row empty if it is not on the report. “<5” can be entered."),
        )

    def values(self) -> list[NewResult]:
        """The rows that were filled in. Only for a valid form."""
        return [new for analyte in self.analyte_ids if (new := self.cleaned_data[analyte]) is not None]


class SnoozeItemForm(EntryForm):
    """Until when a due item is put off, and why."""

    until = DayField(
        label="Put off until", help_text="The day on which it comes back to the worklist. For example 05/04/2026."
    )
    reason = words(
        "Reason", length=300, required=True, help_text="For example: sample taken by the GP, result awaited."
    )
    occasion = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


def shown_units(analyte: Analyte) -> list[tuple[str, str]]:
    """The units that a value may be entered in, each spelling of one unit once, as pairs of stored and read unit."""
    factors = {conversion.multiply_by: conversion.unit for conversion in reversed(analyte.conversions)}
    units = [*analyte.units[:1], *reversed(factors.values())]
    return [(unit, _UNITS_AS_READ.get(unit, unit)) for unit in units]
