"""Confirmed deterioration as a question: a flare?"""

from decimal import Decimal
from typing import Any

import pytest

from patients.rules.record import Assessment
from regimens.rules.findings import PathwayFindings, Prompt
from regimens.rules.record import Course
from regimens.rules.vocabulary import MilestoneKind, PromptCode
from tests.regimens.rules.build import course, milestone, on, record, stand


def visit(day: int, extramuscular: str = "2", **measures: str) -> Assessment:
    values: dict[str, Any] = {name: Decimal(value) for name, value in measures.items()}
    return Assessment(f"visit@{day}", on(day), extramuscular_global=Decimal(extramuscular), **values)


def asked(findings: PathwayFindings) -> list[Prompt]:
    return [prompt for prompt in findings.prompts if prompt.code is PromptCode.DETERIORATION]


def on_treatment(*rows: Assessment, day: int = 200, start: int = 0, kind: MilestoneKind | None = None) -> list[Prompt]:
    milestones = () if kind is None else (milestone(kind, 50),)
    return asked(stand(record(course("azathioprine", start), assessments=rows, milestones=milestones), day))


@pytest.mark.parametrize(
    ("second", "third", "prompted"),
    [("4", "4", True), ("4", "3.9", False), ("3.9", "4", False), ("9", "2", False)],
)
def test_worse_at_two_visits_in_a_row(second: str, third: str, prompted: bool) -> None:
    assert bool(on_treatment(visit(10), visit(60, second), visit(120, third))) is prompted


def test_each_of_the_other_criteria_is_seen() -> None:
    calm = {"physician_global": "2", "patient_global": "2", "haq": "1"}
    worse = {"physician_global": "2.6", "patient_global": "2.6", "haq": "1.3"}
    assert on_treatment(visit(10, **calm), visit(60, **worse), visit(120, **worse))
    slightly = {**worse, "haq": "1.2"}
    assert not on_treatment(visit(10, **calm), visit(60, **worse), visit(120, **slightly))


def test_strength_with_the_physician_global() -> None:
    def row(day: int, physician: str, mmt: str) -> Assessment:
        return Assessment(f"s@{day}", on(day), physician_global=Decimal(physician), mmt=Decimal(mmt), mmt_maximum=80)

    assert on_treatment(row(10, "2", "80"), row(60, "4", "64"), row(120, "4", "64"))
    assert not on_treatment(row(10, "2", "80"), row(60, "4", "64"), row(120, "4", "65"))


def test_it_is_asked_only_while_the_latest_visit_is_still_as_bad() -> None:
    rows = (visit(10), visit(60, "5"), visit(120, "5"))
    (prompt,) = on_treatment(*rows)
    (later,) = on_treatment(*rows, visit(180, "5"))
    assert later.facts == prompt.facts  # one more bad visit is the same question
    assert not on_treatment(*rows, visit(180, "2"))
    assert on_treatment(*rows, visit(180, "2"), day=179)


def test_it_rests_on_the_reference_and_the_two_visits() -> None:
    (prompt,) = on_treatment(visit(10), visit(60, "5"), visit(120, "5"))
    assert (prompt.subject, [fact.id for fact in prompt.facts]) == ("", ["visit@10", "visit@60", "visit@120"])
    assert prompt.text.startswith("Worse on 01-Mar-2024 and on 30-Apr-2024 than on 11-Jan-2024.")


def test_before_any_treatment_nothing_flares() -> None:
    rows = (visit(10), visit(60, "5"), visit(120, "5"))
    assert on_treatment(*rows, start=59)
    assert not on_treatment(*rows, start=60)
    assert not asked(stand(record(assessments=rows), 200))


@pytest.mark.parametrize("kind", [MilestoneKind.REMISSION, MilestoneKind.RELAPSE, MilestoneKind.DRUG_FREE_REMISSION])
def test_what_came_before_the_last_milestone_is_history(kind: MilestoneKind) -> None:
    assert not on_treatment(visit(10), visit(60, "5"), visit(120, "5"), kind=kind)
    assert on_treatment(visit(50), visit(60, "5"), visit(120, "5"), kind=kind)


def test_a_strength_form_that_nobody_knows_compares_with_nothing() -> None:
    odd = Assessment("odd", on(60), extramuscular_global=Decimal(9), mmt=Decimal(5), mmt_maximum=99)
    assert not on_treatment(visit(10), odd, visit(120, "5"))


def test_drugs_outside_the_day_do_not_count() -> None:
    later: Course = course("azathioprine", 300)
    rows = (visit(10), visit(60, "5"), visit(120, "5"))
    assert not asked(stand(record(later, assessments=rows), 200))
