"""A message that offers to take back what it tells of."""

import re
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message

register = template.Library()
_TAG = re.compile(r"undo:(?P<kind>[a-z_]+):(?P<entry_id>[0-9]+)")


def undo_tag(kind: str, entry_id: int) -> str:
    """The tag of a message about an entry that can be undone."""
    return f"undo:{kind}:{entry_id}"


@register.filter
def undo_of(message: Message) -> dict[str, Any] | None:
    """Which entry a message offers to undo: its `kind` and `entry_id`."""
    found = _TAG.fullmatch(message.extra_tags or "")
    return found.groupdict() if found is not None else None
