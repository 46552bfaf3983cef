"""What forms and views say in their own words can be translated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FILES = sorted(
    {
        *ROOT.glob("*/forms.py"),
        *ROOT.glob("*/*_forms.py"),
        *ROOT.glob("tracker/views/**/*.py"),
        ROOT / "tracker/sign_in/forms.py",
    }
)
KEYWORDS = {"label", "help_text", "legend", "empty_label", "submit_label"}
FIRST_ARGUMENTS = {"Section": 0, "words": 0, "one_of": 1, "ValidationError": 0}
ATTRIBUTES = {"title", "submit_label", "done", "parent_label"}
MESSAGES = {"success", "warning", "info", "error"}
WORDS = re.compile(r"[^\W\d_]{2,}")


def texts(tree: ast.AST) -> Iterator[ast.expr]:
    """Where a form or view says something to the person in front of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield from (each.value for each in node.keywords if each.arg in KEYWORDS)
            place = FIRST_ARGUMENTS.get(name)
            if place is not None and len(node.args) > place:
                yield node.args[place]
            if (
                name in MESSAGES
                and isinstance(node.func, ast.Attribute)
                and getattr(node.func.value, "id", "") == "messages"
            ):
                yield from node.args[1:2]
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") in ATTRIBUTES:
                    yield line.value


def unmarked(source: str) -> list[str]:
    return [
        f"line {each.lineno}: {each.value}"
        for each in texts(ast.parse(source))
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and WORDS.search(each.value)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_label_title_and_message_is_marked(path: Path) -> None:
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        'x = DayField(label="From")',
        'messages.success(request, "Saved.")',
        'class A:\n    title = "A page"',
        'one_of(Role, "Role")',
    ],
)
def test_a_text_that_is_not_marked_is_found(source: str) -> None:
    assert unmarked(source)
    assert not unmarked(re.sub(r"(\"[^\"]+\")", r"_(\1)", source))
