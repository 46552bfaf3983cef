"""Words, typed freely or chosen from a vocabulary."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from django import forms

from patients.rules.plain_text import NotPlainText, plain_text
from patients.rules.vocabulary import Vocabulary

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # the stubs alone know it by a name

V = TypeVar("V", bound=Vocabulary)
# A text, or one that is translated when it is shown: what gettext_lazy gives.
Label: TypeAlias = "str | _StrPromise"


class WordsField(forms.CharField):
    """Words as they are recorded (patients/rules/plain_text.py): one spelling, no mark-up."""

    def __init__(self, *, one_line: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.one_line = one_line

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        try:
            return plain_text(text, one_line=self.one_line)
        except NotPlainText as error:
            raise forms.ValidationError(str(error), code="not_plain_text") from None


def one_of(
    vocabulary: type[V],
    label: Label,
    *,
    required: bool = True,
    empty: Label = "Choose one",
    initial: V | None = None,
    help_text: Label = "",
    radios: bool = False,
    but: Sequence[V] = (),
) -> forms.TypedChoiceField:
    """A choice of one word of a vocabulary; cleaned to the word, or to None when it may be left out.

    `but` names words that nobody chooses.
    """
    choices: list[tuple[str, Label]] = [(value, label) for value, label in vocabulary.choices() if value not in but]
    if initial is None and not radios:
        choices = [("", empty), *choices]
    return forms.TypedChoiceField(
        label=label,
        choices=choices,
        coerce=vocabulary,
        empty_value=None,
        required=required,
        initial=initial,
        help_text=help_text,
        widget=forms.RadioSelect if radios else forms.Select,
    )


def words(
    label: Label, *, length: int, required: bool = False, lines: int = 1, help_text: Label = ""
) -> forms.CharField:
    """Free text up to `length` characters, on one line or on several."""
    widget = forms.TextInput() if lines == 1 else forms.Textarea(attrs={"rows": lines})
    return WordsField(
        one_line=lines == 1, label=label, max_length=length, required=required, widget=widget, help_text=help_text
    )
