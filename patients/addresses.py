"""What the query of an address asks for, read against what is known here."""

from collections.abc import Collection, Mapping

from django.http import QueryDict


def sound_values(
    query: QueryDict, known: Mapping[str, Collection[str]], beside: Collection[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """The values that mean something here by their names, and the others in words, cut to what a page can show.

    `known` holds for each name what it may say; `beside` are names that somebody else reads. An empty value asks for
    nothing.
    """
    sound: dict[str, str] = {}
    ignored = []
    for name in (name for name in query if name not in beside):
        value = query.get(name, "").strip()
        if not value:
            continue
        if value in known.get(name, ()):
            sound[name] = value
        else:
            ignored.append(f"{name[:30]} “{value[:60]}”")
    return sound, ignored
