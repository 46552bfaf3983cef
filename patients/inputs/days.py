"""Days, days known only in part, and times of day."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms

from patients.inputs.text import Label
from patients.rules.days import EARLIEST, LATEST
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date

DAY_HELP = "For example 05/04/2026 or 05-Apr-2026. You can type “today”."
PARTIAL_DAY_HELP = "For example 05/04/2026 or 05-Apr-2026. Known only in part: 04/2026, 2026 or about 05/04/2026."

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
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

    def __init__(self, *, label: Label, help_text: Label = DAY_HELP, required: bool = True) -> None:
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


class MomentField(DayField):
    """A whole day, or a moment with its distance from UTC as ISO 8601 writes it; gives a date or a datetime."""

    default_error_messages = {
        "invalid": "Enter a day, for example 05-Apr-2026, or a moment such as 2026-04-05T10:15:00+01:00.",
    }

    def read(self, text: str) -> Any:
        if "t" not in text or ":" not in text:
            return super().read(text)
        try:
            found = datetime.fromisoformat(text.upper())
        except ValueError:
            raise self._refused("invalid") from None
        if found.tzinfo is None:  # nobody could say which moment is meant
            raise self._refused("invalid")
        if not EARLIEST < found.date() < LATEST:
            raise self._refused("year" if found.date() <= EARLIEST else "late")
        return found


class PartialDayField(DayField):
    """A day, a month, a year, or "about" a day, as dates known in part are also shown. Gives a PartialDay."""

    default_error_messages = {
        "invalid": "Enter a day, a month or a year, for example 05/04/2026, 04/2026 or 2026.",
    }

    def __init__(self, *, label: Label, help_text: Label = PARTIAL_DAY_HELP, required: bool = True) -> None:
        super().__init__(label=label, help_text=help_text, required=required)

    def prepare_value(self, value: Any) -> Any:
        return (
            display_date(value.on, value.precision) if isinstance(value, PartialDay) else super().prepare_value(value)
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """The day that stands for a year or month may be any of it: left as it was shown, it is not changed."""
        return super().has_changed(initial, data) and str(data or "").strip() != self.prepare_value(initial)

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

    def __init__(self, *, label: Label, help_text: Label = "", required: bool = False) -> None:
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
