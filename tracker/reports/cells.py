"""How one value stands in each format."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from tracker import display
from tracker.reports.definitions import Value

NOTHING = "–"  # on the screen and on paper, where an empty place might be taken for something left out
# A spreadsheet takes a cell that begins so for a formula, and would carry it out. One that divides lines at semicolons
# sees a cell begin after each of these as well; some take the full-width signs of East Asian keyboards for plain ones.
_FORMULA = re.compile("(^|;\\s*)(?=[=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# What the fonts that typst brings can show; everything else is written by its number.
_UNPRINTABLE = re.compile(
    "[^\\n -~\u00a0-\u024f\u0370-\u04ff\u05d0-\u05ea\u1e00-\u1eff\u2010-\u2027\u2030-\u2040"
    "\u2070\u2074-\u208e\u20a0-\u20bf\u2190-\u22ff\ufffd]"
)


def harmless(text: str) -> str:
    """The text of a cell, with a ' before what a spreadsheet would take for a formula."""
    return _FORMULA.sub(r"\1'", text)


def plain(text: str) -> str:
    """The text with one kind of line end and without control characters, which no format can carry."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_text(value: Value) -> str:
    """For data files: days and times as ISO 8601, numbers without exponent, yes or no; "" for nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return plain(str(value))


def in_csv(value: Value) -> str:
    """As data, with every text made harmless to spreadsheets."""
    return harmless(as_text(value)) if isinstance(value, str) else as_text(value)


def in_json(value: Value) -> str | int | bool | None:
    """As data; whole numbers and truth as JSON has them, decimal numbers as text so that none is rounded."""
    if value is None or isinstance(value, bool | int):
        return value
    return as_text(value) or None


def shown(value: Value) -> str:
    """For people: `05-Apr-2026 10:15`, `–` for nothing."""
    if isinstance(value, datetime):
        return f"{display.day(value.date())} {value:%H:%M}"
    if isinstance(value, date):
        return display.day(value)
    return as_text(value) or NOTHING


def printable(text: str, unprintable: re.Pattern[str] = _UNPRINTABLE) -> str:
    """The text with every character that no font here can show as `[U+1F600]`."""
    return unprintable.sub(lambda found: f"[U+{ord(found[0]):04X}]", unicodedata.normalize("NFC", text))
