"""The words that the pages use, each with what it means, how it is read here and what that rests on."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.glossary.load import Glossary, Term, glossary


@dataclass(frozen=True, slots=True)
class Entry:
    """One term with the terms that it names."""

    term: Term
    see: tuple[Term, ...]


@never_cache
@require_safe
def help_glossary(request: HttpRequest) -> HttpResponse:
    words = glossary()
    groups = [(group, title, _entries(words, group)) for group, title in words.groups.items()]
    return render(request, "tracker/help_glossary.html", {"groups": groups, "terms": words.terms})


def _entries(words: Glossary, group: str) -> list[Entry]:
    return [Entry(term, tuple(map(words.term, term.see))) for term in words.of_group(group)]
