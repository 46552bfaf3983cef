"""Documents on paper: a tagged PDF (PDF/UA) from a template and content that is data, never mark-up."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from tracker.reports.cells import plain, printable

_BEYOND_LATIN = re.compile("[^\\n -~\u00a0-\u024f]")


def pdf_of(template: Path, content: Mapping[str, Any]) -> bytes:
    """The document. The template finds the content as JSON in `sys.inputs.content`; no text is ever read as mark-up."""
    written = _written(content)
    try:
        return _compiled(template, printable(written))
    except typst.TypstError:  # a sequence of characters that no font here can show, though each alone can be
        return _compiled(template, printable(written, _BEYOND_LATIN))


def pages_of(template: Path, content: Mapping[str, Any]) -> int:
    """How many pages the document has; the template must mark its number of pages with `<pages>`."""
    written = _written(content)
    try:
        return _pages(template, printable(written))
    except typst.TypstError:
        return _pages(template, printable(written, _BEYOND_LATIN))


def _written(content: Mapping[str, Any]) -> str:
    return json.dumps(_without_control_characters(content), ensure_ascii=False)


def _without_control_characters(value: Any) -> Any:
    match value:
        case str():
            return plain(value)
        case Mapping():
            return {key: _without_control_characters(each) for key, each in value.items()}
        case list() | tuple():
            return [_without_control_characters(each) for each in value]
        case _:
            return value


def _compiled(template: Path, content: str) -> bytes:
    return typst.compile(
        str(template),
        root=str(template.parent),
        sys_inputs={"content": content},
        pdf_standards="ua-1",
        ignore_system_fonts=True,  # the same on every machine
        format="pdf",
    )


def _pages(template: Path, content: str) -> int:
    found = typst.query(
        str(template),
        "<pages>",
        field="value",
        one=True,
        root=str(template.parent),
        sys_inputs={"content": content},
        ignore_system_fonts=True,
    )
    return int(json.loads(found))
