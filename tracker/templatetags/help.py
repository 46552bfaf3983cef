"""Words that lead to what they mean: `{% term "trough" %}` in a sentence, `{% words "line" "failure" %}` as a line."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.glossary.load import glossary

register = template.Library()


@register.simple_tag
def term(identity: str, words: str = "") -> SafeString:
    """The word of that entry, or `words` in its place, as a link. Raises KeyError for an entry that is not there."""
    found = glossary().term(identity)
    return format_html(
        '<a class="term" href="{}#{}">{}<span class="visually-hidden"> {}</span></a>',
        reverse("help_glossary"),
        found.id,
        words or found.word,
        _("(in the glossary)"),
    )


@register.inclusion_tag("tracker/_words.html")
def words(*identities: str) -> dict[str, Any]:
    """A line of words of the page that the glossary explains. Raises KeyError for an entry that is not there."""
    return {"terms": [glossary().term(identity) for identity in identities]}
