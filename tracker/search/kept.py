"""The words of the last searches, kept in the session under a number: a name has no place in an address.

Each search has its own number, so that two windows of one browser do not show each other's.
"""

from django.contrib.sessions.backends.base import SessionBase

from tracker.search.find import words_asked

SEARCHES = "searches"
MOST_KEPT = 10
"""Of one session. The number of an older one stands for nothing more."""


def keep_words(session: SessionBase, text: str) -> str:
    """Keeps what was typed and returns the end of the address that shows it: `?found=3`; "" for no words."""
    words = words_asked(text)
    if not words:
        return ""
    earlier: dict[str, str] = session.get(SEARCHES, {})
    numbers = sorted(int(number) for number in earlier)
    kept = {str(number): earlier[str(number)] for number in numbers[1 - MOST_KEPT :]}
    number = str(numbers[-1] + 1 if numbers else 1)
    session[SEARCHES] = {**kept, number: words}
    return f"?found={number}"


def kept_words(session: SessionBase, number: str | None) -> str:
    """The words that this number of the session stands for; "" for none, and for one that is no longer kept."""
    searches: dict[str, str] = session.get(SEARCHES, {})
    return searches.get(number or "", "")
