"""What a clinician would see differently between two answers."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from regimens.rules.comparison import Aspect, Difference, differences
from regimens.rules.findings import (
    GapCode,
    NextStepWord,
    PathwayFindings,
    Phase,
    SeverityGroup,
    Tier,
)
from regimens.rules.pathway import evaluate
from regimens.rules.record import TreatmentRecord
from regimens.rules.vocabulary import OutcomeKind
from tests.regimens.rules.build import PROTOCOL, course, on, record
from tests.regimens.rules.strategies import days, records

FAILED = record(
    course("prednisolone"),
    course("methotrexate", 0, 100, outcomes=[(90, OutcomeKind.INEFFECTIVE)]),
)
NOW = evaluate(FAILED, PROTOCOL, on(120))


def only(new: PathwayFindings, old: PathwayFindings = NOW) -> Difference:
    (found,) = differences(old, new)
    return found


def test_the_same_answer_has_no_difference() -> None:
    assert differences(NOW, evaluate(FAILED, PROTOCOL, on(120))) == ()


def test_versions_sources_and_reasons_alone_are_no_difference() -> None:
    step = replace(NOW.next_step, text="in other words", reasons=())
    assert differences(NOW, replace(NOW, protocol_version="another", next_step=step, line_reasons=())) == ()


@pytest.mark.parametrize(
    ("changed", "what", "before", "after"),
    [
        ({"in_scope": False}, Aspect.SCOPE, "applies", "does not apply"),
        ({"line_reached": 3}, Aspect.LINE_REACHED, "line 1", "line 3"),
        ({"line_reached": 0}, Aspect.LINE_REACHED, "line 1", "no line yet"),
        ({"failed_lines": ()}, Aspect.FAILED_LINES, "1", "none"),
        ({"failed_drugs": ("methotrexate", "x")}, Aspect.FAILED_DRUGS, "methotrexate", "methotrexate, x"),
        ({"phase": replace(NOW.phase, phase=Phase.RELAPSE)}, Aspect.PHASE, "induction", "relapse"),
        (
            {"next_step": replace(NOW.next_step, word=NextStepWord.OUT_OF_SCOPE)},
            Aspect.NEXT_STEP,
            "line 2 may come next",
            "this pathway does not apply",
        ),
    ],
)  # fmt: skip
def test_each_single_aspect(changed: dict[str, Any], what: Aspect, before: str, after: str) -> None:
    assert only(replace(NOW, **changed)) == Difference(what, "", before, after)


def test_severity_says_what_it_is_treated_as() -> None:
    unknown = replace(NOW.severity, group=SeverityGroup.NOT_ASSESSED, working_group=SeverityGroup.NON_SEVERE)
    severe = replace(NOW.severity, group=SeverityGroup.SEVERE, working_group=SeverityGroup.SEVERE)
    found = only(replace(NOW, severity=severe), replace(NOW, severity=unknown))
    assert (found.before, found.after) == ("not yet assessed, treated as non-severe", "severe")


def test_the_state_of_a_line() -> None:
    lines = (replace(NOW.lines[0], state=NOW.lines[1].state), *NOW.lines[1:])
    assert only(replace(NOW, lines=lines)) == Difference(Aspect.LINES, "line 1", "failed", "not tried")


def test_an_option_that_goes_comes_or_reads_otherwise() -> None:
    first, *rest = NOW.options
    gone = only(replace(NOW, options=tuple(rest)))
    assert (gone.what, gone.subject, gone.after) == (Aspect.OPTIONS, first.name, "nothing")
    assert gone.before.startswith(f"offered; {first.tier.label}; ")
    came = only(NOW, replace(NOW, options=tuple(rest)))
    assert (came.before, came.after) == (gone.after, gone.before)
    dearer = only(replace(NOW, options=(replace(first, dose_text="40 mg"), *rest)))
    assert "40 mg" in dearer.after
    ranked = only(replace(NOW, options=(replace(first, tier=Tier.SECONDARY), *rest)))
    assert "secondary option" in ranked.after


def test_the_order_of_options_alone_is_a_difference() -> None:
    names = [option.name for option in NOW.options]
    assert len(names) > 1
    found = only(replace(NOW, options=NOW.options[::-1]))
    assert found == Difference(Aspect.OPTIONS, "order", ", ".join(names), ", ".join(names[::-1]))


def test_a_gap_a_question_and_a_notice_come_and_go() -> None:
    alone = evaluate(record(course("prednisolone")), PROTOCOL, on(30))
    without = replace(alone, gaps=tuple(gap for gap in alone.gaps if gap.code is not GapCode.STEROID_WITHOUT_PARTNER))
    found = only(without, alone)
    assert found.what is Aspect.GAPS
    assert found.subject.startswith("corticosteroid without an immunosuppressant")
    assert found.after == "nothing"
    notice = NOW.next_step.reasons[0]
    assert only(replace(NOW, notices=(*NOW.notices, notice))).what is Aspect.NOTICES


@given(treatment=records, day=days)
def test_the_same_protocol_makes_no_difference_for_anybody(treatment: TreatmentRecord, day: date) -> None:
    first, second = (evaluate(treatment, PROTOCOL, day) for _ in range(2))
    assert differences(first, second) == ()


@given(one=records, other=records, day=days)
def test_differences_turn_round(one: TreatmentRecord, other: TreatmentRecord, day: date) -> None:
    old, new = (evaluate(treatment, PROTOCOL, day) for treatment in (one, other))
    there = {(found.what, found.subject, found.before, found.after) for found in differences(old, new)}
    back = {(found.what, found.subject, found.after, found.before) for found in differences(new, old)}
    assert there == back
