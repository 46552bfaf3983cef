"""How dates, numbers and words are typed into a form. Shape only: what may be recorded is decided by the actions.

Dates and numbers are plain text boxes. A browser's own date or number control throws away what it cannot read, so a
person who mistypes has to start again; it takes no "Apr 2026"; and it follows the browser's language, where 04/05 may
be April or May. Text keeps what was typed, is read out as it stands and can be pasted.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.forms.renderers import get_default_renderer
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

from patients.rules.days import EARLIEST, LATEST
from patients.rules.plain_text import NotPlainText, plain_text
from patients.rules.vocabulary import DatePrecision, Vocabulary

V = TypeVar("V", bound=Vocabulary)

DAY_HELP = "For example 05/04/2026 or 05-Apr-2026. You can type “today”."
PARTIAL_DAY_HELP = "For example 05/04/2026 or 05-Apr-2026. Known only in part: 04/2026, 2026 or about 05/04/2026."

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_LONGEST_NUMBER = 40  # characters; what no quantity needs is not worth reading
_JOINT = r"[\s/.\-]+"
_MONTH_NAME = r"(?P<name>[a-z]{3,9})\.?"
_WHOLE_DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(rf"(?P<day>\d{{1,2}}){_JOINT}(?P<month>\d{{1,2}}){_JOINT}(?P<year>\d{{4}})"),
    re.compile(rf"(?P<day>\d{{1,2}}){_JOINT}{_MONTH_NAME}{_JOINT}(?P<year>\d{{4}})"),
)
_MONTHS_ONLY = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})"),
    re.compile(rf"(?P<month>\d{{1,2}}){_JOINT}(?P<year>\d{{4}})"),
    re.compile(rf"{_MONTH_NAME}{_JOINT}(?P<year>\d{{4}})"),
)
_YEAR_ONLY = re.compile(r"\d{4}")
_ABOUT = re.compile(r"(?:about|approx\.?|circa|ca?\.|~)\s*(?P<rest>.+)")


@dataclass(frozen=True, slots=True)
class PartialDay:
    """A day with how exactly it is known; for a month or a year alone, the day is the middle of it."""

    on: date
    precision: DatePrecision


class DayField(forms.Field):
    """A whole day. Day before month, four digits for the year; `today` is what the word means, set by the form."""

    default_error_messages = {
        "invalid": "Enter a day, for example 05/04/2026 or 05-Apr-2026.",
        "year": "Enter the year with four digits.",
        "late": "This day lies after the year 2200. Check the year.",
    }

    def __init__(self, *, label: str, help_text: str = DAY_HELP, required: bool = True) -> None:
        super().__init__(label=label, help_text=help_text, required=required, widget=forms.TextInput)
        self.today: date | None = None

    def to_python(self, value: object) -> Any:
        text = str(value or "").strip().lower()
        return self.read(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d-%b-%Y}" if isinstance(value, date) else value

    def read(self, text: str) -> Any:
        if text == "today" and self.today is not None:
            return self.today
        found = _first_match(_WHOLE_DAYS, text)
        if found is None:
            two_digit_year = re.fullmatch(rf"\d{{1,2}}{_JOINT}\w{{1,9}}{_JOINT}\d{{2}}", text)
            raise self._refused("year" if two_digit_year else "invalid")
        return self._day(found)

    def _day(self, found: Mapping[str, str], day: int | None = None) -> date:
        month = _month_number(found)
        try:
            on = date(int(found["year"]), month, int(found["day"]) if day is None else day)
        except ValueError:
            raise self._refused("invalid") from None
        if on < EARLIEST:
            raise self._refused("year")
        if on > LATEST:
            raise self._refused("late")
        return on

    def _refused(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)


class PartialDayField(DayField):
    """A day, a month, a year, or "about" a day, as dates known in part are also shown. Gives a PartialDay."""

    default_error_messages = {
        "invalid": "Enter a day, a month or a year, for example 05/04/2026, 04/2026 or 2026.",
    }

    def __init__(self, *, label: str, help_text: str = PARTIAL_DAY_HELP, required: bool = True) -> None:
        super().__init__(label=label, help_text=help_text, required=required)

    def read(self, text: str) -> PartialDay:
        about = _ABOUT.fullmatch(text)
        if about is not None:
            read = self.read(about["rest"])
            exact = read.precision is DatePrecision.DAY
            return PartialDay(read.on, DatePrecision.ESTIMATED) if exact else read
        month = _first_match(_MONTHS_ONLY, text)
        if month is not None:
            first = self._day(month, 1)
            last = first.replace(day=monthrange(first.year, first.month)[1])
            return PartialDay(self._estimate(first, first.replace(day=15), last), DatePrecision.MONTH)
        if _YEAR_ONLY.fullmatch(text):
            first = self._day({"year": text, "month": "1"}, 1)
            middle, last = first.replace(month=7), first.replace(month=12, day=31)
            return PartialDay(self._estimate(first, middle, last), DatePrecision.YEAR)
        return PartialDay(super().read(text), DatePrecision.DAY)

    def _estimate(self, first: date, middle: date, last: date) -> date:
        """The middle, but for a month or year still running not later than today."""
        if self.today is not None and first <= self.today <= last:
            return min(middle, self.today)
        return middle


class ClockField(forms.Field):
    """A time of day on the 24-hour clock: 08:30, 8.30 or 0830. Gives a time in whole minutes."""

    default_error_messages = {"invalid": "Enter a time on the 24-hour clock, for example 08:30 or 21:00."}

    def __init__(self, *, label: str, help_text: str = "", required: bool = False) -> None:
        # No numeric keypad: telephones leave the colon out of it.
        super().__init__(label=label, help_text=help_text, required=required, widget=forms.TextInput(attrs={"size": 8}))

    def to_python(self, value: object) -> time | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])|([01][0-9]|2[0-3])([0-5][0-9])", text, re.ASCII)
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        hour, minute = (int(part) for part in found.groups() if part)
        return time(hour, minute)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class NumberField(forms.DecimalField):
    """A decimal number in digits; no exponent, no thousands sign."""

    default_error_messages = {"invalid": "Enter a number in digits, for example 7.5."}

    def __init__(self, *, label: str, help_text: str = "", required: bool = False) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(label=label, help_text=help_text, required=required, widget=widget)

    def to_python(self, value: object) -> Any:
        text = str(value if value is not None else "").strip()
        if len(text) > _LONGEST_NUMBER or not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)


class WholeNumberField(NumberField):
    """A whole number in digits. Gives an int."""

    def clean(self, value: object) -> Any:
        number = super().clean(value)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise forms.ValidationError("Enter a whole number.", code="whole")
        return int(number)


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
        return mark_safe(render_to_string(self.template_name, self.get_context(name, value, attrs)))  # noqa: S308


class PartsField(forms.MultiValueField):
    """One value in several parts; each part's error names the part. Subclasses give `compress`."""

    def __init__(self, fields: Sequence[forms.Field], *, label: str, help_text: str = "") -> None:
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


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of a form's fields."""

    legend: str
    names: tuple[str, ...]
    help: str = ""


@dataclass(frozen=True, slots=True)
class ShownSection:
    legend: str
    help: str
    fields: list[forms.BoundField]


class EntryForm(forms.Form):
    """A form that writes to a record. `today` is the day in the patient's clinic; `rows` are further fields.

    `needed_for` says of fields that may be left out when they may not: "needed for a dose once a week". Of the fields
    in `one_needed` at least one is.
    """

    layout: tuple[Section, ...] = ()
    needed_for: ClassVar[Mapping[str, str | Promise]] = {}
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
            for part in (field, *getattr(field, "fields", ())):
                if isinstance(part, DayField):
                    part.today = today
        for name, when in self.needed_for.items():
            if name in self.fields:
                self.fields[name].needed_for = when  # type: ignore[attr-defined]
        for name in self.one_needed:
            self.fields[name].is_one_needed = True  # type: ignore[attr-defined]

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
                self.fields[name].previous = text  # type: ignore[attr-defined]

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
            field.compared_control = f"_{part}" if part else ""  # type: ignore[attr-defined]
            field.is_compared = True  # type: ignore[attr-defined]


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


def one_of(
    vocabulary: type[V],
    label: str,
    *,
    required: bool = True,
    empty: str = "Choose one",
    initial: V | None = None,
    help_text: str = "",
    radios: bool = False,
    but: Sequence[V] = (),
) -> forms.TypedChoiceField:
    """A choice of one word of a vocabulary; cleaned to the word, or to None when it may be left out.

    `but` names words that nobody chooses.
    """
    choices = [(value, label) for value, label in vocabulary.choices() if value not in but]
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


def words(label: str, *, length: int, required: bool = False, lines: int = 1, help_text: str = "") -> forms.CharField:
    """Free text up to `length` characters, on one line or on several."""
    widget = forms.TextInput() if lines == 1 else forms.Textarea(attrs={"rows": lines})
    return WordsField(
        one_line=lines == 1, label=label, max_length=length, required=required, widget=widget, help_text=help_text
    )


def _first_match(patterns: Sequence[re.Pattern[str]], text: str) -> dict[str, str] | None:
    for pattern in patterns:
        found = pattern.fullmatch(text)
        if found is not None and _month_number(found.groupdict()):
            return found.groupdict()
    return None


def _month_number(found: Mapping[str, str]) -> int:
    """1 to 12, or 0 for a name that no month has."""
    if "month" in found:
        return int(found["month"])
    matching = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(found["name"])]
    if found["name"] == "sept":
        return 9
    return matching[0] if len(matching) == 1 else 0


def _drawn(widget: forms.Widget, context: dict[str, Any]) -> SafeString:
    return mark_safe(get_default_renderer().render(str(widget.template_name), {"widget": context}))  # noqa: S308
