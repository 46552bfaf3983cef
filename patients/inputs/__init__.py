"""How dates, numbers and words are typed into a form. Shape only: what may be recorded is decided by the actions.

Dates and numbers are plain text boxes. A browser's own date or number control throws away what it cannot read, so a
person who mistypes has to start again; it takes no "Apr 2026"; and it follows the browser's language, where 04/05 may
be April or May. Text keeps what was typed, is read out as it stands and can be pasted.
"""

from patients.inputs.days import (
    DAY_HELP,
    PARTIAL_DAY_HELP,
    ClockField,
    DayField,
    MomentField,
    PartialDay,
    PartialDayField,
)
from patients.inputs.entry_form import EntryForm, Section, SeenForm, ShownSection
from patients.inputs.numbers import NumberField, WholeNumberField
from patients.inputs.parts import PartsField, PartsWidget
from patients.inputs.text import Label, WordsField, one_of, words

__all__ = [
    "ClockField",
    "DAY_HELP",
    "DayField",
    "EntryForm",
    "Label",
    "MomentField",
    "NumberField",
    "PARTIAL_DAY_HELP",
    "PartialDay",
    "PartialDayField",
    "PartsField",
    "PartsWidget",
    "Section",
    "SeenForm",
    "ShownSection",
    "WholeNumberField",
    "WordsField",
    "one_of",
    "words",
]
