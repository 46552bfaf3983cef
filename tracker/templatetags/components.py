"""Building blocks of pages that hold other markup. Their templates say their parameters."""

from django import template
from django.template.loader import render_to_string

register = template.Library()


@register.simple_block_tag
def page_head(content: str, title: str, lead: str = "") -> str:
    """The head of a page: `{% page_head title="…" lead="…" %} buttons {% endpage_head %}`."""
    return render_to_string("components/page_head.html", {"content": content, "title": title, "lead": lead})


@register.simple_block_tag
def panel(content: str, title: str, id: str = "", note: str = "", kind: str = "", level: int = 2) -> str:
    """A titled part of a page: `{% panel title="…" id="…" %} … {% endpanel %}`."""
    context = {"content": content, "title": title, "id": id, "note": note, "kind": kind, "level": level}
    return render_to_string("components/panel.html", context)


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> str:
    """A message that stands in the page: `{% notice kind="caution" %} … {% endnotice %}`."""
    return render_to_string("components/notice.html", {"content": content, "kind": kind, "title": title})


@register.simple_block_tag
def table(content: str, caption: str, kind: str = "", hide_caption: bool = False, long: bool = False) -> str:
    """A captioned table: `{% table caption="…" %}<thead>…</thead><tbody>…</tbody>{% endtable %}`."""
    context = {"content": content, "caption": caption, "kind": kind, "hide_caption": hide_caption, "long": long}
    return render_to_string("components/table.html", context)
