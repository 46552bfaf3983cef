"""Numbers, with or without decimals."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from patients.inputs.text import Label

_LONGEST_NUMBER = 40  # characters; what no quantity needs is not worth reading


class NumberField(forms.DecimalField):
    """A decimal number in digits; no exponent, no thousands sign."""

    default_error_messages = {"invalid": "Enter a number in digits, for example 7.5."}

    def __init__(self, *, label: Label, help_text: Label = "", required: bool = False) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(label=label, help_text=help_text, required=required, widget=widget)

    def to_python(self, value: object) -> Any:
        text = str(value if value is not None else "").strip()
        if len(text) > _LONGEST_NUMBER or not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:f}" if isinstance(value, Decimal) else value


class WholeNumberField(NumberField):
    """A whole number in digits. Gives an int."""

    def clean(self, value: object) -> Any:
        number = super().clean(value)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise forms.ValidationError("Enter a whole number.", code="whole")
        return int(number)
