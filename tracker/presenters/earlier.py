"""What is recorded already, as a form says it beside its field: the words, with the day that they are of."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.rules.vocabulary import DatePrecision
from tracker import display

MOST = 3


def on_day(words: str, on: date, precision: str = DatePrecision.DAY) -> str:
    """`70 kg on 05-Apr-2026`: measured, judged or declared on the day."""
    return _("%(words)s on %(day)s") % {"words": words, "day": display.day(on, precision)}


def since(words: str, from_on: date, precision: str = DatePrecision.DAY) -> str:
    """`interstitial lung disease since about 2025`: still so."""
    return _("%(words)s since %(day)s") % {"words": words, "day": display.day(from_on, precision)}


def together(texts: Iterable[str]) -> str:
    """The first of several, and how many more there are; "" for none."""
    found = list(texts)
    if len(found) <= MOST:
        return "; ".join(found)
    further = len(found) - MOST
    more = ngettext("%(further)s more in the record", "%(further)s more in the record", further) % {"further": further}
    return "; ".join([*found[:MOST], more])
