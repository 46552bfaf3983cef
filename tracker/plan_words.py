"""What was decided about a patient's monitoring, in words: of rows as the journal reads them, each column as text."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from monitoring.protocol.load import load
from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from tracker import display

Said = Mapping[str, str | None]


def drug_words(drug: str | None) -> str:
    """The generic name, or `every drug`."""
    if not drug:
        return "every drug"
    found = load().drugs.get(drug)
    return found.name if found is not None else drug


def item_words(item: str | None) -> str:
    """The item's name, or `everything repeated`."""
    if not item:
        return "everything repeated"
    found = load().items.get(item)
    return found.name if found is not None else item


def interval_words(drug: str | None, item: str | None, interval_days: int | str | None, until: date | None) -> str:
    """`methotrexate, full blood count: every 28 days until 05-Apr-2027`."""
    every = f"every {display.days(int(interval_days or 0))}"
    return f"{drug_words(drug)}, {item_words(item)}: {every} until {display.day(until)}"


def care_words(drug: str | None, monitored_by: str | None, provider: str | None) -> str:
    """`methotrexate: looked after by the practice, Oak Lane`"""
    who = MonitoredBy(monitored_by or "").label
    return f"{drug_words(drug)}: looked after by {f'{who}, {provider}' if provider else who}"


def pause_words(drug: str | None, until: date | None) -> str:
    """`methotrexate: paused until 05-Apr-2027`"""
    return f"{drug_words(drug)}: paused until {display.day(until)}"


def risk_said(said: Said) -> str:
    return _with(RiskTier(said["tier"] or "").label, said["factors"])


def interval_said(said: Said) -> str:
    return _with(interval_words(said["drug"], said["item"], said["interval_days"], _day(said["until"])), said["reason"])


def care_said(said: Said) -> str:
    return _with(care_words(said["drug"], said["monitored_by"], said["provider"]), said["note"])


def pause_said(said: Said) -> str:
    words = _with(pause_words(said["drug"], _day(said["until"])), said["reason"])
    if not said["ended_on"]:
        return words
    return f"{words}; taken up again on {display.day(_day(said['ended_on']))}: {said['end_reason']}"


def range_said(said: Said) -> str:
    analyte = load().analytes.get(said["analyte"] or "")
    low, high = (display.number(Decimal(said[end] or "0")) for end in ("low", "high"))
    name = analyte.name if analyte is not None else said["analyte"]
    return _with(f"{name} {low} to {high}{display.NO_BREAK}{said['unit']}", said["reason"])


def _with(words: str, note: str | None) -> str:
    return f"{words}: {note}" if note else words


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
