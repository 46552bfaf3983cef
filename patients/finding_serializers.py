"""API serializers derived from the frozen dataclasses that the rules answer with, so that neither drifts.

Words become `{"value", "label"}`, dates ISO, decimals strings, tuples lists; a public property that says its type is
shown like a field.
"""

import types
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from drf_spectacular.drainage import set_override
from rest_framework import serializers

from patients.fields import described
from patients.rules.vocabulary import Vocabulary


class LabelledWordField(serializers.Field[Any, Any, Any, Any]):
    """A word of a closed list with what a person reads for it."""

    def __init__(self, vocabulary: type[Vocabulary], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        schema = {
            "type": "object",
            "properties": {"value": described(vocabulary), "label": {"type": "string"}},
            "required": ["value", "label"],
        }
        set_override(self, "field", schema)
        set_override(self, "field_component_name", f"Labelled{vocabulary.__name__}")

    def to_representation(self, value: Vocabulary) -> dict[str, str]:
        return {"value": value.value, "label": value.label}


class PlainWordField(serializers.Field[Any, Any, Any, Any]):
    """A word of a closed list that needs no label."""

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", {"type": "string", "enum": [word.value for word in words]})
        set_override(self, "field_component_name", words.__name__)

    def to_representation(self, value: StrEnum) -> str:
        return value.value


class ExactDecimalField(serializers.Field[Any, Any, Any, Any]):
    """A decimal as a string, every digit as the rules gave it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", {"type": "string", "format": "decimal"})

    def to_representation(self, value: Decimal) -> str:
        return f"{value:f}"


@cache
def serializer_of(finding: type) -> type[serializers.Serializer[Any]]:
    """The serializer class of a frozen dataclass; its schema component has the dataclass's name."""
    hints = get_type_hints(finding)
    shown = {field.name: hints[field.name] for field in fields(finding)} | _properties(finding)
    described_fields: dict[str, Any] = {name: _field(hint) for name, hint in shown.items()}
    return type(f"{finding.__name__}Serializer", (serializers.Serializer,), {"__doc__": None} | described_fields)


def _properties(finding: type) -> dict[str, Any]:
    return {
        name: get_type_hints(value.fget)["return"]
        for name, value in vars(finding).items()
        if isinstance(value, property) and not name.startswith("_")
    }


def _field(hint: Any, **kwargs: Any) -> serializers.Field[Any, Any, Any, Any]:
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = (choice for choice in get_args(hint) if choice is not type(None))
        return _field(inner, allow_null=True, **kwargs)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        if is_dataclass(inner):
            return serializer_of(inner)(many=True, **kwargs)  # type: ignore[arg-type]  # a dataclass, not one of its rows
        return serializers.ListField(child=_field(inner), **kwargs)
    if is_dataclass(hint):
        return serializer_of(hint)(**kwargs)  # type: ignore[arg-type]  # as above
    if issubclass(hint, Vocabulary):
        return LabelledWordField(hint, **kwargs)
    if issubclass(hint, StrEnum):
        return PlainWordField(hint, **kwargs)
    return _SCALARS[hint](**kwargs)


_SCALARS: dict[type, type[serializers.Field[Any, Any, Any, Any]]] = {
    bool: serializers.BooleanField,
    int: serializers.IntegerField,
    str: serializers.CharField,
    date: serializers.DateField,
    Decimal: ExactDecimalField,
}
