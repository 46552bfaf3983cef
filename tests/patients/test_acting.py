"""Who acts and why, as it is handed from an action to the trail."""

import ast
from pathlib import Path

import pytest

from patients.acting import NOBODY, Acting, acting, acting_as, because, explained, name_actor

ROOT = Path(__file__).resolve().parents[2]


def test_whatever_held_before_holds_again() -> None:
    with acting_as(Acting(actor_id=1, origin="page record")):
        with because("typing error"):
            assert acting() == Acting(actor_id=1, origin="page record", reason="typing error")
            name_actor(2)
            assert acting().reason == "typing error"
        assert acting() == Acting(actor_id=1, origin="page record")
    assert acting() == NOBODY


@pytest.mark.parametrize("empty", ["", " \n"])
def test_an_empty_reason_leaves_the_one_around_it(empty: str) -> None:
    with because("a merge"), because(empty):
        assert acting().reason == "a merge"


@explained()
def withdraw(*, reason: str = "") -> str:
    return acting().reason


@explained("override_reason")
def override(*, reason: str, override_reason: str = "") -> str:
    return acting().reason


def test_an_action_that_is_told_why_hands_it_on() -> None:
    assert withdraw(reason=" typing error ") == "typing error"
    assert withdraw() == ""
    assert override(reason="planned", override_reason="kidney function is stable") == "kidney function is stable"
    assert override(reason="planned") == ""
    with because("a taper decision"):
        assert override(reason="planned") == "a taper decision"
    assert acting() == NOBODY


def test_every_action_that_is_told_why_is_marked_so() -> None:
    """`reason` and `override_reason` of every action in one transaction, in all three apps."""
    unmarked, marked = [], 0
    for file in (
        path for app in ("patients", "regimens", "monitoring") for path in (ROOT / app / "actions").glob("*.py")
    ):
        for node in ast.parse(file.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
            told = {
                each.arg for each in node.args.kwonlyargs if each.annotation and ast.unparse(each.annotation) == "str"
            }
            if "transaction.atomic" not in decorators or not told & {"reason", "override_reason"}:
                continue
            wanted = "explained()" if "reason" in told else "explained('override_reason')"
            if wanted in decorators:
                marked += 1
            else:
                unmarked.append(f"{file.name}: {node.name}")
    assert unmarked == []
    assert marked > 40
