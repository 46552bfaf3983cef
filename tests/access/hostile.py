"""Strings that nobody means well with, and a form filled as a person would, so that nothing else is wrong with it."""

import os
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Text that a browser takes for mark-up, in the ways in which it arrives: typed, from a laboratory's display segments,
# decoded once too often, in full-width letters.
MARKUP = (
    "<script>alert(1)</script>",
    "CK 900 <b>U/L</b>",
    "</td></tr><tr><td>",
    '"><img src=x onerror=alert(1)>',
    "<!-- hidden",
    "<svg/onload=alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\uff1cscript\uff1ealert(1)",
    "OBX|1|FT|HTML||<div style='color:red'>10.2</div>",
    "javascript:alert(1)",
)
# Characters that end strings, lines or the reading order.
CHARACTERS = ("nul\x00byte", "bell\x07", "escape\x1b[31m", "turned\u202egnp.exe", "tag\U000e0041")
# What only looks dangerous, or is dangerous elsewhere: it may be stored, and comes out as it went in.
ODD = (
    '=HYPERLINK("http://example.invalid","look")',
    "+44 20 7946 0000",
    "@SUM(A1:A9)",
    "-1+1|cmd",
    "\uff1d1+1",
    "Robert'); DROP TABLE patients_patient;--",
    "{{ 7|add:7 }} {% debug %} ${7*7}",
    "%s %n %(name)s %00 %0d%0aSet-Cookie: a=b",
    "../../etc/passwd",
    "\u05d0\u05d1\u05d2 \u0627\u0628\u062c",
    "e\u0301 A\u030a \ufb01",
    "\u0660\u0661\u0662",
    "\U0001f9ec\U0001f469\u200d\u2695\ufe0f",
    "CK < 5 & ALT > 3 'so' \"so\"",
    "9" * 400,
    "x" * 20_000,
    " ",
    "null",
)
# A run of the whole suite takes one of each sort; HOSTILE_STRINGS=all takes every one.
ALL = os.environ.get("HOSTILE_STRINGS") == "all"
REFUSED = (*MARKUP, *CHARACTERS) if ALL else (MARKUP[0], MARKUP[5], MARKUP[6], CHARACTERS[0], CHARACTERS[3])
ALLOWED = ODD if ALL else (ODD[0], ODD[5], ODD[6], ODD[9], ODD[13], ODD[15])
EVERY_ONE = (*MARKUP, *CHARACTERS, *ODD)

_DAY = "01/06/2026"
_DAY_NAMES = ("on", "until", "day", "date", "dates", "born")


@dataclass
class Form:
    """One form of a page: what it would send, and which of its fields take words or anything at all."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def filled(self, names: list[str], text: str) -> dict[str, list[str]]:
        return {**self.values, **{name: [text] for name in names}}


class Forms(HTMLParser):
    """The forms of a page that post."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said.get("action", "")) if said.get("method", "").lower() == "post" else None
            self.found += [self._form] if self._form else []
        elif self._form is None:
            return
        elif tag == "select":
            self._select = said.get("name", "")
        elif tag == "option" and self._select:
            self._choose(self._select, said.get("value", ""), "selected" in said)
        elif tag == "textarea":
            self._words(said)
        elif tag == "input" and said.get("name"):
            self._input(said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""

    def _choose(self, name: str, value: str, is_chosen: bool) -> None:
        assert self._form is not None
        if value and (is_chosen or name not in self._form.values):
            self._form.values[name] = [value]

    def _words(self, said: dict[str, str]) -> None:
        assert self._form is not None
        self._form.words.append(said["name"])
        self._form.typed.append(said["name"])
        self._form.values[said["name"]] = ["plain words"]

    def _input(self, said: dict[str, str]) -> None:
        assert self._form is not None
        kind, name = said.get("type", "text"), said["name"]
        if kind in ("radio", "checkbox"):
            self._choose(name, said.get("value", "on"), "checked" in said)
        elif kind == "hidden":
            self._form.values[name] = [said.get("value", "")]
        elif kind not in ("submit", "button"):
            if "maxlength" in said and said.get("inputmode") != "decimal":
                self._words(said)
            else:
                self._form.typed.append(name)
                self._form.values[name] = [said.get("value") or _usual(name, said)]


def _usual(name: str, said: dict[str, str]) -> str:
    if said.get("inputmode") in ("decimal", "numeric"):
        return "5"
    is_day = any(part in _DAY_NAMES for part in name.split("_"))
    return _DAY if is_day else ""
