"""What was done about due items, in one line each, for the record's list of entries. Columns arrive as text."""

from collections.abc import Mapping
from datetime import date

from monitoring.protocol.load import load
from monitoring.rules.vocabulary import ContactChannel, ContactOutcome, Symptom
from tracker import display

Said = Mapping[str, str | None]


def snooze_said(said: Said) -> str:
    return f"{_item(said)}, until {_day(said['until'])}: {said['reason']}"


def sample_said(said: Said) -> str:
    words = f"{_item(said)}, result expected before {_day(said['until'])}"
    return f"{words}: {said['note']}" if said["note"] else words


def not_needed_said(said: Said) -> str:
    until = f"until {_day(said['until'])}" if said["until"] else "while the same drug asks for it"
    return f"{_item(said)}, {until}: {said['reason']}"


def contact_said(said: Said) -> str:
    words = f"{ContactChannel(said['channel'] or '').label}, {ContactOutcome(said['outcome'] or '').label}"
    if said["item"]:
        words = f"{_item(said)}: {words}"
    if said["symptoms_asked"] == "true":
        told = _symptoms(said["symptoms"] or "")
        words += f"; symptoms asked, {', '.join(told) if told else 'none told'}"
    return f"{words}; {said['note']}" if said["note"] else words


def assignment_said(said: Said) -> str:
    owner = f"{said['first_name']} {said['last_name']}".strip() or said["username"]
    return f"{_item(said) if said['item'] else 'all monitoring'}, to {owner}"


def _item(said: Said) -> str:
    item = load().items.get(said["item"] or "")
    return item.name if item is not None else said["item"] or ""


def _day(text: str | None) -> str:
    return display.day(date.fromisoformat(text or ""))


def _symptoms(array: str) -> list[str]:
    """Labels of a list of words, written as the database writes one: `{fever,rash}`."""
    return [Symptom(word).label for word in array.strip("{}").split(",") if word]
