"""What may stand in recorded text: words as a person types them, in one spelling, and nothing that acts on a reader.

Every page escapes what it shows. But a record is also read by spreadsheets, letters and other programs, so text that a
browser would take for mark-up is never stored. Signs of comparison stay: `CK < 5`, `<5`, `a<b` are no mark-up.
"""

import html
import re
import unicodedata

LONGEST_LINE_OF_A_NAME = 120  # characters: a shorter column holds a name, a number or a label, and so one line
_QUOTED = 40  # characters of what was refused that the message repeats

# What HTML reads as a tag: "<", at once a letter, "/", "!" or "?", and a ">" somewhere behind.
_TAG = re.compile(r"<[a-z!?/][^>]*>", re.IGNORECASE)
# With an attribute, or by the name of an element that acts, the ">" may be missing: the next one of the page would
# close it. "</" and "<!--" begin nothing that a person writes.
_BEGUN = re.compile(
    r"</|<!--|<!\[|<!doctype"
    r"|<[a-z][a-z0-9:-]*(?:[\s/]+[^\s<>=/]+)+\s*="
    r"|<(?:script|style|iframe|object|embed|applet|form|input|button|img|image|svg|math|video|audio|link|meta|base"
    r"|body|html|template|details|marquee|textarea|select)(?![a-z0-9])",
    re.IGNORECASE,
)
_ACTING_ADDRESS = re.compile(r"(?:java|vb|live)script:|data:text/html", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u0000-\u0020]+")
# They turn the order of what is read, so that a name or a number says another thing than what is stored.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# They show nothing and only make two equal words differ.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
_LINE_BREAKS = "\n\r\u0085\u2028\u2029"


class NotPlainText(ValueError):
    """Text that is not recorded; the message says what stands where, and what to write instead."""


def plain_text(text: str, *, one_line: bool = False) -> str:
    """The text in its one spelling (Unicode NFC), with invisible characters left out. Raises NotPlainText."""
    text = _INVISIBLE.sub("", text)
    _refuse_characters(text, one_line)
    _refuse_markup(text)
    return unicodedata.normalize("NFC", text)


def _refuse_characters(text: str, one_line: bool) -> None:
    for place, character in enumerate(text, 1):
        if character in _LINE_BREAKS and one_line:
            raise NotPlainText(f"There is a line break at character {place}. Write it on one line.")
        if character in "\n\r\t":
            continue
        if unicodedata.category(character) in ("Cc", "Cs") or "\U000e0000" <= character <= "\U000e007f":
            raise NotPlainText(
                f"There is a control character (U+{ord(character):04X}) at character {place}. Type the text again "
                "rather than pasting it."
            )
        if _TURNING.match(character):
            raise NotPlainText(
                f"There is a character that turns the reading order (U+{ord(character):04X}) at character {place}. "
                "Type the text again rather than pasting it."
            )


def _refuse_markup(text: str) -> None:
    """Also as it would come out of a program that decodes entities, or takes full-width signs for plain ones."""
    for read in dict.fromkeys((text, _folded(text))):
        # No further than the last ">": so that a long row of "<a" is not looked through again from each of them.
        found = _TAG.search(read[: read.rfind(">") + 1]) or _BEGUN.search(read)
        if found:
            raise NotPlainText(
                f"“{_shortened(found[0])}” at character {found.start() + 1} reads as HTML mark-up. Leave it out; "
                "for “less than”, put a space after “<”."
            )
        acting = _ACTING_ADDRESS.search(_SPACES.sub("", read))
        if acting:
            raise NotPlainText(f"“{acting[0]}” is an address that runs a program. Leave it out.")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", html.unescape(html.unescape(text)))


def _shortened(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
