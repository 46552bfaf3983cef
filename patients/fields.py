"""Fields that every API serializer shares: words of a closed list, clinical dates, quantities, row ids."""

from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.drainage import set_override
from rest_framework import serializers

from patients.rules.days import EARLIEST, LATEST
from patients.rules.plain_text import LONGEST_LINE_OF_A_NAME, NotPlainText, plain_text
from patients.rules.vocabulary import Vocabulary

LARGEST_ID = 2**63 - 1


class WordField(serializers.Field[Any, Any, Any, Any]):
    """One word of a closed list, in and out as its stored value. An empty column reads as null."""

    default_error_messages = {"unknown": "Not one of: {words}."}

    def __init__(self, vocabulary: type[Vocabulary], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocabulary = vocabulary
        set_override(self, "field", described(vocabulary))
        set_override(self, "field_component_name", vocabulary.__name__)

    def to_internal_value(self, data: Any) -> Vocabulary:
        try:
            return self.vocabulary(data)
        except ValueError:
            self.fail("unknown", words=", ".join(self.vocabulary))

    def to_representation(self, value: str) -> str | None:
        return str(value) or None


def described(vocabulary: type[Vocabulary]) -> dict[str, Any]:
    """The schema of a closed list: its words, and what a person reads for each."""
    words = "\n".join(f"* `{value}` – {label}" for value, label in vocabulary.choices())
    return {"type": "string", "enum": [value for value, _ in vocabulary.choices()], "description": words}


class ClinicalDateField(serializers.DateField):
    """A calendar date, YYYY-MM-DD, 1900 to 2200. Others are typing errors, and rules reckon months around a date."""

    default_error_messages = {
        "invalid": "Write the date as YYYY-MM-DD.",
        "out_of_range": "This day lies outside 1900 to 2200. Check the year.",
    }

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or len(value) != len("YYYY-MM-DD"):
            self.fail("invalid")
        day: date = super().to_internal_value(value)
        if not EARLIEST <= day <= LATEST:
            self.fail("out_of_range")
        return day


class QuantityField(serializers.DecimalField):
    """A decimal number, out as a string without trailing zeros, so that no reader passes it through a float."""

    def __init__(self, max_digits: int, decimal_places: int, **kwargs: Any) -> None:
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, normalize_output=True, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class IdField(serializers.IntegerField):
    """The id of another row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a field that it does not know: a misspelt optional field would otherwise be lost without a word.

    Text comes out of it as it is recorded, whichever field it was sent in; what is no plain text is refused.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(name) for name in set(data) - known)
            if unknown:
                raise serializers.ValidationError({name: ["This field is not known here."] for name in unknown})
        return self._with_plain_text(super().to_internal_value(data))

    def _with_plain_text(self, values: dict[str, Any]) -> dict[str, Any]:
        errors: dict[str, list[str]] = {}
        for name, field in self.fields.items():
            if field.read_only or name in errors or "password" in field.style.values():
                continue
            source = field.source
            try:
                if source in values:
                    values[source] = _plain(values[source], getattr(field, "max_length", None))
            except NotPlainText as error:
                errors[name] = [str(error)]
        if errors:
            raise serializers.ValidationError(errors)
        return values


def _plain(value: Any, longest: int | None) -> Any:
    """Text as it is recorded, alone or in a list. Words of a closed list stay what they are."""
    if isinstance(value, list):
        return [_plain(each, longest) for each in value]
    if type(value) is not str:
        return value
    return plain_text(value, one_line=longest is not None and longest <= LONGEST_LINE_OF_A_NAME)
