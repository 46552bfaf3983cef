"""Reads the glossary, and refuses one that is not whole: each problem says which entry and what to put right."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from patients.rules.reasons import RuleKind

FILE = Path(__file__).with_name("terms.toml")
_ID = re.compile(r"[a-z][a-z0-9-]*")
_KEYS = {"id", "word", "also", "text", "here", "kind", "source", "readings", "group", "see"}
_NEEDED = {"id", "word", "text", "kind", "source", "group"}
FEWEST_SENTENCES, MOST_SENTENCES = 1, 5


class GlossaryError(ValueError):
    """The glossary must not be shown as it is; the message says why."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word. `text` says what it is, `here` how Myoline reads it where that is open; `readings` are numbers of the
    pathway's readings, `see` ids of other terms, `also` other ways to say it.
    """

    id: str
    word: str
    text: str
    here: str
    kind: RuleKind
    source: str
    group: str
    also: tuple[str, ...] = ()
    readings: tuple[int, ...] = ()
    see: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glossary:
    """Every term, by the alphabet; `groups` are the headings in the order of the file, by their ids."""

    terms: tuple[Term, ...]
    groups: Mapping[str, str]

    def term(self, identity: str) -> Term:
        """Raises KeyError for a word that is not there."""
        return _by_id(self)[identity]

    def of_group(self, group: str) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.group == group)


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The glossary that comes with the software. Raises GlossaryError."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Glossary:
    """Raises GlossaryError for unknown or missing keys, ids and words given twice, and what leads nowhere."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise GlossaryError(f"The glossary is no TOML: {error}") from None
    if unknown := set(table) - {"group", "term"}:
        raise GlossaryError(f"Unknown part of the glossary: {', '.join(sorted(unknown))}.")
    groups = {str(key): str(title) for key, title in table.get("group", {}).items()}
    terms = tuple(_term(entry, groups) for entry in table.get("term", []))
    _once("id", [term.id for term in terms])
    _once("word", [word.casefold() for term in terms for word in (term.word, *term.also)])
    known = {term.id for term in terms}
    for term in terms:
        for other in term.see:
            if other not in known or other == term.id:
                raise GlossaryError(f"Term “{term.id}”: “{other}” under `see` is no other term.")
    for group in groups:
        if not any(term.group == group for term in terms):
            raise GlossaryError(f"The group “{group}” holds no term.")
    return Glossary(tuple(sorted(terms, key=lambda term: term.word.casefold())), groups)


def _term(entry: Mapping[str, Any], groups: Mapping[str, str]) -> Term:
    name = f"Term “{entry.get('id', entry.get('word', '?'))}”"
    if unknown := set(entry) - _KEYS:
        raise GlossaryError(f"{name}: unknown key {', '.join(sorted(unknown))}.")
    if missing := {key for key in _NEEDED if not entry.get(key)}:
        raise GlossaryError(f"{name}: {', '.join(sorted(missing))} missing.")
    if not _ID.fullmatch(entry["id"]):
        raise GlossaryError(f"{name}: the id is an anchor of a page: small letters, digits and hyphens.")
    if entry["group"] not in groups:
        raise GlossaryError(f"{name}: no group “{entry['group']}”.")
    if entry["kind"] not in set(RuleKind):
        raise GlossaryError(f"{name}: the kind is one of {', '.join(kind.value for kind in RuleKind)}.")
    if not FEWEST_SENTENCES <= _sentences(entry["text"]) <= MOST_SENTENCES:
        raise GlossaryError(f"{name}: the text is {FEWEST_SENTENCES} to {MOST_SENTENCES} whole sentences.")
    return Term(
        id=entry["id"],
        word=entry["word"],
        text=entry["text"].strip(),
        here=entry.get("here", "").strip(),
        kind=RuleKind(entry["kind"]),
        source=entry["source"],
        group=entry["group"],
        also=tuple(entry.get("also", ())),
        readings=tuple(entry.get("readings", ())),
        see=tuple(entry.get("see", ())),
    )


def _sentences(text: str) -> int:
    return len(re.findall(r"[.?!](?=\s|$)", text.strip()))


def _once(what: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise GlossaryError(f"The {what} “{value}” is there twice.")


@lru_cache(maxsize=4)
def _terms_by_id(terms: tuple[Term, ...]) -> dict[str, Term]:
    return {term.id: term for term in terms}


def _by_id(of: Glossary) -> dict[str, Term]:
    return _terms_by_id(of.terms)
