"""How the rules' tests run against mutants.

Hypothesis tests are left out: whether a mutant dies must not hang on which examples were drawn, and each would run
hundreds of examples for every mutant that nothing else notices. The figure without them is the smaller one.

What the rules keep between calls is forgotten at each start, so that a mutant is not spared by an answer that the
unchanged code has left behind; and before each test while mutmut notes which test calls which function.
"""

import os
import sys

import pytest
from hypothesis import is_hypothesis_test

PACKAGES = ("patients.rules.", "regimens.rules.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    drawn = [item for item in items if is_hypothesis_test(getattr(item, "obj", None))]
    config.hook.pytest_deselected(items=drawn)
    items[:] = [item for item in items if item not in drawn]


def pytest_collection_finish() -> None:
    forget()


def pytest_runtest_setup() -> None:
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        forget()


def forget() -> None:
    """Empties every cache of the rules."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGES):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
