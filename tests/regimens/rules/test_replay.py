"""What a case expects against what the rules say of it, both in the words of case files."""

from typing import Any

import pytest

from regimens.protocol.load import load
from regimens.rules.replay import in_case_words, replay
from tests.regimens.rules.test_case_reading import read

PROTOCOL = load()


def test_a_checkpoint_in_the_words_of_case_files() -> None:
    (first, _) = replay((read(),), PROTOCOL)
    assert first.computed == in_case_words(first.findings, PROTOCOL)
    assert first.expected == {"line_reached": 1}
    assert list(first.computed) == [
        "severity",
        "phase",
        "line_reached",
        "failed_lines",
        "failed_drugs",
        "next_step",
        "next_options",
    ]


@pytest.mark.parametrize(
    ("expected", "differs"),
    [
        ({"next_options": ["Azathioprine", "methotrexate "]}, ()),
        ({"next_options": ["methotrexate + azathioprine"]}, ()),
        ({"next_options": "methotrexate"}, ("next_options",)),
        ({"failed_lines": 2}, ("failed_lines",)),
        ({"failed_lines": []}, ()),
        ({"phase": None, "severity": "non_severe"}, ()),
        ({"phase": "relapse", "severity": "severe"}, ("severity", "phase")),
    ],
)
def test_how_expected_and_computed_are_compared(expected: dict[str, Any], differs: tuple[str, ...]) -> None:
    untreated = read(
        patient={"age": 50, "subtype": "dermatomyositis"},
        conditions=[],
        assessments=[{"day": 0, "lowest_mrc": 4}],
        milestones=[],
        courses=[{"drug": "prednisolone", "start_day": 0}],
        expected=[{"as_of_day": 1, "confidence": "high"} | expected],
    )
    (one,) = replay((untreated,), PROTOCOL)
    assert (one.differs, one.fails) == (differs, bool(differs)), one.computed
