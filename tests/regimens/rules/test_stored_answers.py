"""The stored answers, byte for byte. `stored_answers.py` says how to write them anew after a change that is meant."""

from collections.abc import Callable

import pytest

from tests.regimens.rules.stored_answers import ANSWERS, answers

WANTED = answers()


@pytest.mark.parametrize("name", sorted(WANTED))
def test_the_same_record_gives_the_same_answer(name: str) -> None:
    told: Callable[[], str] = WANTED[name]

    assert told().splitlines() == (ANSWERS / name).read_text(encoding="utf-8").splitlines()


def test_each_file_belongs_to_an_answer() -> None:
    stored = {str(path.relative_to(ANSWERS)) for path in ANSWERS.rglob("*.txt")}

    assert stored == set(WANTED)
