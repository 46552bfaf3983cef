"""One value that is typed in several parts, such as a number with its unit."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.renderers import get_default_renderer
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from patients.inputs.text import Label


class PartsWidget(forms.MultiWidget):
    """Several controls that make one value, each with its own visible label, in a fieldset."""

    template_name = "components/parts.html"
    use_fieldset = True

    def __init__(self, widgets: Sequence[forms.Widget], labels: Sequence[str]) -> None:
        super().__init__(widgets)
        self.labels = labels

    def decompress(self, value: Any) -> list[Any]:
        return list(value) if value else [None] * len(self.widgets)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["parts"] = [
            {"label": label, "id": part["attrs"].get("id", ""), "html": _drawn(widget, part)}
            for label, widget, part in zip(self.labels, self.widgets, context["widget"]["subwidgets"], strict=True)
        ]
        return context

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: object | None = None
    ) -> SafeString:
        # Through the project's own template engine: the form engine looks only inside the applications.
        return mark_safe(render_to_string(self.template_name, self.get_context(name, value, attrs)))  # noqa: S308 - a template


class PartsField(forms.MultiValueField):
    """One value in several parts; each part's error names the part. Subclasses give `compress`."""

    def __init__(self, fields: Sequence[forms.Field], *, label: Label, help_text: Label = "") -> None:
        for field in fields:
            field.required = False
        widget = PartsWidget([field.widget for field in fields], [str(field.label) for field in fields])
        super().__init__(
            fields, label=label, help_text=help_text, required=False, require_all_fields=False, widget=widget
        )

    def clean(self, value: Any) -> Any:
        texts = value if isinstance(value, list) else [None] * len(self.fields)
        cleaned: list[Any] = []
        errors: list[str] = []
        for part, text in zip(self.fields, texts, strict=True):
            try:
                cleaned.append(part.clean(text))
            except forms.ValidationError as error:
                errors.extend(f"{part.label}: {message}" for message in error.messages)
        if errors:
            raise forms.ValidationError(errors)
        return self.compress(cleaned)


def _drawn(widget: forms.Widget, context: dict[str, Any]) -> SafeString:
    return mark_safe(get_default_renderer().render(str(widget.template_name), {"widget": context}))  # noqa: S308 - Django's own template
